"""Who sees which mark and may change it (design §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from linli.kernel.errors import NotYours
from linli.marks.models import Mark
from linli.marks.rules.kinds import Audience
from linli.staff import policy as staff

if TYPE_CHECKING:
    from linli.staff.models import User

GRANT_SEE = "cases.see"  # marks are for those who have the map
GRANT_SHARE, GRANT_MANAGE = "marks.share", "marks.manage"


def visible_to(user: User) -> Q:
    """Which marks `user` may see: one's own, those for everybody, those of one's units and the
    units below. Lists, tiles and popovers start here."""
    units = {unit for seat in user.seats if GRANT_SEE in seat.grants for unit in seat.unit_ids}
    return (
        Q(made_by=user.pk)
        | Q(audience=Audience.ALL)
        | Q(audience=Audience.UNIT, unit_id__in=sorted(units))
    )


def may_change(user: User, mark: Mark) -> bool:
    """One's own; shared ones of one's unit and those below with the grant."""
    if mark.made_by_id == user.pk:
        return True
    return mark.audience != Audience.OWN and any(
        GRANT_MANAGE in seat.grants and mark.unit_id in seat.unit_ids for seat in user.seats
    )


def require_change(user: User, mark: Mark) -> None:
    """Raises NotYours."""
    if not may_change(user, mark):
        raise NotYours(
            _("Only who made this mark may change it, or a manager of marks in the same unit.")
        )


def audiences_for(user: User) -> list[str]:
    """For whom `user` may make marks."""
    shares = staff.holds_any(user, (GRANT_SHARE,))
    return list(Audience.values) if shares else [Audience.OWN.value]
