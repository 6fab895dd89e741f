"""A scheme is written: it begins on a day, and the one before ends on the day before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from linli.appraisal import policy
from linli.appraisal.models import Scheme, SchemeLine
from linli.appraisal.queries.schemes import formulas_on, newest_of, roles, subjects
from linli.appraisal.rules.schemes import Band, Line, Origin, check
from linli.audit.services import record
from linli.kernel.errors import BadInput
from linli.kernel.text import clean

if TYPE_CHECKING:
    from linli.staff.models import User


@dataclass(frozen=True)
class Terms:
    """What a scheme says besides its lines; percents and days as in the model."""

    subject: str
    bands: Sequence[Band]
    share: Decimal
    most_added: Decimal
    most_deducted: Decimal
    report_days: int
    appeal_days: int


@transaction.atomic
def write_scheme(
    *,
    actor: User,
    role_id: int,
    terms: Terms,
    lines: Sequence[tuple[Line, str]],
    valid_from: date,
    note: str,
    now: datetime,
) -> Scheme:
    """A new scheme of a role from a day on; `lines`: each with its name in English or nothing.

    A month is appraised by the scheme of its last day, so nothing that is open or signed changes.
    Raises NotYours, BadInput naming the field.
    """
    policy.require_schemes(actor)
    role = roles().select_for_update().filter(pk=role_id).first()
    if role is None:
        raise BadInput(_("role_id: choose one of the roles of the list."), field="role_id")
    check([line for line, _english in lines], terms.bands)
    _check_figures(terms.subject, [line for line, _english in lines], valid_from)
    before = newest_of(role_id)
    if before is not None and valid_from <= before.valid_from:
        raise BadInput(
            _("valid_from: the newest scheme of this role begins on %(day)s; choose a later day.")
            % {"day": before.valid_from.isoformat()},
            field="valid_from",
        )
    if before is not None and (before.last_on is None or before.last_on >= valid_from):
        before.last_on = valid_from - timedelta(days=1)
        before.save(update_fields=["last_on"])
    scheme = Scheme.objects.create(
        role=role, number=before.number + 1 if before else 1, subject=terms.subject,
        note=clean(note, field="note", most=2_000, least=2),
        bands=[[str(band.edge), str(band.percent)] for band in terms.bands],
        share=terms.share, most_added=terms.most_added, most_deducted=terms.most_deducted,
        report_days=terms.report_days, appeal_days=terms.appeal_days, valid_from=valid_from,
        made_by=actor, made_at=now,
    )  # fmt: skip
    SchemeLine.objects.bulk_create(SchemeLine.rows_of(scheme, lines))
    record(
        actor=actor, action="appraisal.scheme_made", object_type="scheme", object_id=scheme.pk,
        now=now, detail={"role": role.code, "number": scheme.number},
    )  # fmt: skip
    return scheme


def _check_figures(subject: str, lines: Sequence[Line], day: date) -> None:
    wanted = [line for line in lines if line.origin == Origin.FIGURE]
    if not wanted:
        return
    known = formulas_on(day).get(subject)
    if known is None:
        names = ", ".join(label for _code, label in subjects())
        raise BadInput(
            _("subject: lines of the system need formulas; choose whose: %(names)s.")
            % {"names": names},
            field="subject",
        )
    for line in wanted:
        if line.figure not in known:
            raise BadInput(
                _("lines: “%(label)s”: there is no formula “%(code)s”; choose one of: %(codes)s.")
                % {"label": line.label, "code": line.figure, "codes": ", ".join(known)},
                field="lines",
            )
