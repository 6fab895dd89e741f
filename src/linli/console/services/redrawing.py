"""Outlines drawn by hand, saved as somebody: may they, why, remembered with who and when."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.console.queries.redrawing import Preview, preview_of
from linli.console.services.territory import acting, remember
from linli.kernel.errors import BadInput, Stale
from linli.kernel.text import clean
from linli.staff.models import User
from linli.territory import services
from linli.territory.models import Region
from linli.territory.queries.redrawing import sheet_of


def redraw(
    *,
    actor: User,
    region: Region,
    steps: str,
    stamp: str,
    from_date: date,
    now: datetime,
    reason: str = "",
) -> Preview:
    """The steps done and kept: grids of a community, or the regions right below another, have
    new outlines from a day on; what it did.

    Leaving the band of a scheme (R30), cutting buildings, gaps, overlaps and pieces need a reason.
    Raises NotYours, BadInput, Stale, Refused.
    """
    reason = clean(reason, field="reason", most=300)
    if from_date < timezone.localdate(now):
        raise BadInput(
            _("Choose today or a later day: the past stays as it was."), field="from_date"
        )
    with acting(actor, "redraw"):
        if region.valid_to is not None:
            raise Stale(_("This region has ended already."))
        sheet = sheet_of(region, on=from_date)
        found = preview_of(sheet, steps, on=from_date)
        if found.odd and not reason:
            raise BadInput(
                _("The preview marks what is unusual here. Mend it, or say why it must be so."),
                field="reason",
            )
        if sheet.of_grids:
            services.redraw_grids(
                community_id=region.pk,
                from_date=from_date,
                outlines=found.changed,
                stamp=stamp,
                households=found.households,
            )
        else:
            services.redraw_regions(
                parent_id=region.pk, from_date=from_date, outlines=found.changed, stamp=stamp
            )
        remember(
            actor, "territory.redrawn", "region", region.pk, now, purpose=reason,
            from_date=[None, str(from_date)], areas=[None, sorted(found.changed)],
        )  # fmt: skip
    return found
