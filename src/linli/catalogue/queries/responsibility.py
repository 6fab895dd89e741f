"""Whose work a class is, where, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from linli.catalogue.models import CaseClass, Responsibility
from linli.catalogue.rules import Role


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A unit that the responsibility list names for a case, and the sentence that says why."""

    unit_id: int
    unit_name: str
    role: Role
    reason: str
    responsibility_id: int
    region_id: int
    by_class: bool  # for the class itself, not for its whole major class


def suggest_units(
    case_class: CaseClass, region_ids: Sequence[int], *, on: date
) -> list[Suggestion]:
    """The active units listed for the class in these regions, most specific first. One query.

    `region_ids` is the place's region and all above it, deepest first. Rows for the class come
    before rows for its major class, deeper regions before higher ones, then lead, co, supervise.
    A unit is named once a role: by its most specific row.
    """
    depth = {region_id: rank for rank, region_id in enumerate(region_ids)}
    rows = (
        _in_force(on)
        .filter(region_id__in=depth, unit__is_active=True)
        .filter(
            Q(case_class=case_class)
            | Q(case_class=None, kind=case_class.kind, major_code=case_class.major_code)
        )
        .select_related("unit", "region", "case_class")
    )
    order = list(Role)
    ranked = sorted(
        rows,
        key=lambda row: (
            row.case_class_id is None,
            depth[row.region_id],
            order.index(Role(row.role)),
            row.pk,
        ),
    )
    found: dict[tuple[int, str], Suggestion] = {}
    for row in ranked:
        found.setdefault(
            (row.unit_id, row.role),
            Suggestion(
                unit_id=row.unit_id,
                unit_name=row.unit.label,
                role=Role(row.role),
                reason=reason_of(row, major=case_class.major_label),
                responsibility_id=row.pk,
                region_id=row.region_id,
                by_class=row.case_class_id is not None,
            ),
        )
    return list(found.values())


def responsibilities(*, on: date | None = None) -> QuerySet[Responsibility]:
    """The list, by kind, major class, class, region and role; with unit, region and class.

    With `on` only what is in force that day. One query when iterated.
    """
    rows = Responsibility.objects.all() if on is None else _in_force(on)
    return rows.select_related("unit", "region", "case_class").order_by(
        "kind", "major_code", "case_class__code", "region__code", "role", "valid_from"
    )


def _in_force(on: date) -> QuerySet[Responsibility]:
    return Responsibility.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)


def reason_of(row: Responsibility, *, major: str = "") -> str:
    """Why this unit, in a sentence; `major` is the name of the row's major class. No query."""
    said = {
        "role": Role(row.role).label,
        "region": row.region.name,
        "class": row.case_class.label if row.case_class else major,
    }
    if row.case_class:
        reason = _("%(role)s for “%(class)s” in %(region)s") % said
    else:
        reason = _("%(role)s for all of “%(class)s” in %(region)s") % said
    if row.legal_basis:
        reason = _("%(reason)s, by %(basis)s") % {"reason": reason, "basis": row.legal_basis}
    return reason
