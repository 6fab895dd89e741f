"""Giving classes to units, and ending that."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.catalogue.models import CaseClass, Responsibility
from linli.catalogue.rules import Kind, Role
from linli.catalogue.services.recording import days, recorded
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.text import clean

if TYPE_CHECKING:
    from linli.staff.models import User


def assign_unit(
    *,
    unit_id: int,
    region_id: int,
    role: str,
    valid_from: date,
    actor: User | None,
    now: datetime,
    case_class: CaseClass | None = None,
    kind: str = "",
    major_code: str = "",
    valid_to: date | None = None,
    legal_basis: str = "",
) -> Responsibility:
    """Make a unit responsible for a class, or (without one) for the major class kind + major_code.

    Asked again for the same unit, class, region, role and first day, it changes that row. Raises
    BadInput, and Refused when another unit leads on some of the days.
    """
    days(valid_from, valid_to)
    if role not in Role.values:
        raise BadInput(_("Choose lead, co-handling or supervising."), field="role")
    if case_class is not None:
        kind, major_code = case_class.kind, case_class.major_code
    elif kind not in Kind.values or len(major_code) != 2:
        raise BadInput(_("Choose a class or a major class."), field="case_class")
    with recorded("assign_unit", actor):
        row, _created = Responsibility.objects.update_or_create(
            case_class=case_class,
            kind=kind,
            major_code=major_code,
            region_id=region_id,
            unit_id=unit_id,
            role=role,
            valid_from=valid_from,
            defaults={
                "valid_to": valid_to,
                "legal_basis": clean(legal_basis, field="legal_basis", most=500),
            },
        )
    return row


def end_responsibility(
    *, responsibility_id: int, actor: User | None, now: datetime, on: date | None = None
) -> Responsibility:
    """End a responsibility: `on` (today) is the first day without it. Raises NotFound, Refused."""
    last = on or timezone.localdate(now)
    with recorded("end_responsibility", actor):
        row = Responsibility.objects.select_for_update().filter(pk=responsibility_id).first()
        if row is None:
            raise NotFound(_("There is no such responsibility."), field="unit")
        days(row.valid_from, last)
        row.valid_to = last
        row.save(update_fields=["valid_to"])
    return row
