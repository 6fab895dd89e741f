"""Classes and responsibilities as the console's lists filter them."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from linli.catalogue.models import (
    CalendarDay,
    CaseClass,
    Edition,
    FilingCondition,
    Responsibility,
    StageLimit,
)
from linli.catalogue.queries import classes_of, current, editions, responsibilities
from linli.kernel.errors import NotFound
from linli.territory.models import Region


def _in_force(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gt=on))


def edition_for(edition_id: int | None, *, on: date) -> Edition | None:
    """The edition asked for, else the one in use on a day; None if there is none. One query."""
    if edition_id is None:
        return current().edition(on)
    found = editions().filter(pk=edition_id).first()
    if found is None:
        raise NotFound(_("There is no such edition."))
    return found


def class_list(
    edition_id: int,
    *,
    on: date,
    words: str = "",
    kind: str = "",
    major: str = "",
    state: str = "",
) -> QuerySet[CaseClass]:
    """The classes of an edition, by kind and code, `limited` if a condition is in force. One query.

    `state` is active, retired, public, bare (no condition in force) or unlinked.
    """
    limited = FilingCondition.objects.filter(_in_force(on), case_class=OuterRef("pk"))
    rows = classes_of(edition_id).annotate(limited=Exists(limited))
    if words:
        rows = rows.filter(
            Q(name__icontains=words)
            | Q(name_en__icontains=words)
            | Q(code__istartswith=words)
            | Q(major_name__icontains=words)
        )
    if kind:
        rows = rows.filter(kind=kind)
    if major:
        rows = rows.filter(code__startswith=major)
    return {
        "active": rows.filter(active=True),
        "retired": rows.filter(active=False),
        "public": rows.filter(active=True, public=True),
        "bare": rows.filter(active=True, limited=False),
        "unlinked": rows.filter(~Q(unlinked_units="") | ~Q(unlinked_supervisors="")),
    }.get(state, rows)


def majors_of(edition_id: int) -> list[tuple[str, str]]:
    """The major classes of an edition as (beginning of the code, label), by code. One query."""
    found: dict[str, str] = {}
    for one in classes_of(edition_id):
        found.setdefault(one.code[:3], f"{one.code[:3]} {one.major_label}")
    return list(found.items())


def class_for(class_id: int) -> CaseClass:
    """One class with its edition. One query. Raises NotFound."""
    found = CaseClass.objects.select_related("edition").filter(pk=class_id).first()
    if found is None:
        raise NotFound(_("There is no such class."))
    return found


def condition_for(condition_id: int) -> FilingCondition:
    """One condition with its class. One query. Raises NotFound."""
    rows = FilingCondition.objects.select_related("case_class")
    found = rows.filter(pk=condition_id).first()
    if found is None:
        raise NotFound(_("There is no such filing condition."))
    return found


def stage_limit_for(limit_id: int) -> StageLimit:
    """One desk time. One query. Raises NotFound."""
    found = StageLimit.objects.filter(pk=limit_id).first()
    if found is None:
        raise NotFound(_("There is no such limit."))
    return found


def responsibility_for(responsibility_id: int) -> Responsibility:
    """One row of the list with unit, region and class. One query. Raises NotFound."""
    found = responsibilities().filter(pk=responsibility_id).first()
    if found is None:
        raise NotFound(_("There is no such responsibility."))
    return found


def responsibility_list(
    *,
    on: date,
    words: str = "",
    region: Region | None = None,
    role: str = "",
    soon: bool = False,
    past: bool = False,
) -> QuerySet[Responsibility]:
    """The responsibility list by id: in force on a day or later, or (`past`) what has ended."""
    rows = responsibilities()
    rows = rows.filter(valid_to__lte=on) if past else rows.exclude(valid_to__lte=on)
    if words:
        rows = rows.filter(
            Q(unit__name__icontains=words)
            | Q(case_class__name__icontains=words)
            | Q(case_class__code__istartswith=words)
        )
    if region is not None:
        rows = rows.filter(region__path__startswith=region.path)
    if role:
        rows = rows.filter(role=role)
    if soon:
        rows = rows.filter(valid_to__lte=on + timedelta(days=30))
    return rows


def found_class(words: str, *, on: date) -> CaseClass:
    """The class somebody typed: its code, or its whole name. Raises NotFound. One query."""
    words = words.strip()
    head = words.split(" ")[0].upper()
    known = current().classes(on=on)
    for one in known:
        if one.code == head or words in (one.name, one.name_en):
            return one
    raise NotFound(_("There is no class with this code or name."), field="case_class")


def major_names() -> dict[tuple[str, str], str]:
    """The names of major classes by (kind, code), newest edition first. One query."""
    found: dict[tuple[str, str], str] = {}
    for one in current().all_classes:
        found[one.kind, one.major_code] = one.major_label
    return found


def day_entry(on: date) -> CalendarDay | None:
    """The entry of a day. One query."""
    return CalendarDay.objects.filter(on=on).first()
