"""A sheet into the catalogue: look first, then write the good rows in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.catalogue.models import CaseClass, Edition, FilingCondition, Responsibility
from linli.catalogue.queries import responsibilities
from linli.catalogue.rules import Role
from linli.catalogue.services.recording import recorded
from linli.catalogue.services.sheets.reading import lines_of
from linli.catalogue.services.sheets.rows import BadRow, Row, checked
from linli.kernel.progress import counted
from linli.staff.models import Unit

if TYPE_CHECKING:
    from linli.staff.models import User


@dataclass(frozen=True)
class SheetReport:
    """What an import did, or would do. `good` + `bad` are all filled lines of the file."""

    good: int
    bad: tuple[BadRow, ...]
    new_classes: int
    changed_classes: int
    new_conditions: int
    changed_conditions: int
    linked_units: int
    unknown_units: tuple[tuple[str, int], ...]  # name in the sheet, rows; most frequent first
    notes: tuple[str, ...]

    @property
    def total(self) -> int:
        """All filled lines of the file."""
        return self.good + len(self.bad)


@dataclass
class _Tally:
    linked: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


def preview_sheet(
    *,
    data: bytes,
    name: str,
    edition: Edition,
    actor: User | None,
    now: datetime,
    region_id: int | None = None,
    kind: str | None = None,
    plain_is_working: bool = True,
) -> SheetReport:
    """What `import_sheet` would do, with nothing kept. Raises the same."""
    with transaction.atomic():
        report = import_sheet(
            data=data,
            name=name,
            edition=edition,
            actor=actor,
            now=now,
            region_id=region_id,
            kind=kind,
            plain_is_working=plain_is_working,
        )
        transaction.set_rollback(True)
    return report


def import_sheet(
    *,
    data: bytes,
    name: str,
    edition: Edition,
    actor: User | None,
    now: datetime,
    region_id: int | None = None,
    kind: str | None = None,
    plain_is_working: bool = True,
    valid_from: date | None = None,
) -> SheetReport:
    """Enter the good rows of an xlsx or CSV in the form of standards 3.4; report the others.

    A row is known again by class code and filing condition, so the same file twice changes
    nothing. Units are linked for `region_id` where a unit of that name exists: the first lead, the
    rest co-handling; other names are kept with the class and listed. New rows hold from
    `valid_from` (today) on. Nothing is deleted. Raises UnreadableSheet, NotYours.
    """
    lines = counted(lines_of(data, name, kind=kind), says=_("Checking rows"))
    rows, bad = checked(lines, plain_is_working=plain_is_working)
    today = valid_from or timezone.localdate(now)
    tally = _Tally()
    with recorded("import_sheet", actor):
        units = {row.code: row for row in reversed(rows)}
        linked = _linked(units.values(), region_id=region_id, tally=tally)
        classes, new_classes, changed_classes = _save_classes(edition, rows, linked)
        new, changed = _save_conditions(classes, rows, today)
        if region_id is not None:
            _link_units(classes, linked, region_id=region_id, today=today, tally=tally)
    return SheetReport(
        good=len(rows),
        bad=tuple(bad),
        new_classes=new_classes,
        changed_classes=changed_classes,
        new_conditions=new,
        changed_conditions=changed,
        linked_units=tally.linked,
        unknown_units=tuple(tally.unknown.most_common()),
        notes=tuple(tally.notes),
    )


@dataclass
class _Owners:
    """The units a class names: those that exist, by role, and those that do not."""

    units: list[tuple[Unit, Role]] = field(default_factory=list)
    unknown_units: list[str] = field(default_factory=list)
    unknown_supervisors: list[str] = field(default_factory=list)


def _linked(rows: Iterable[Row], *, region_id: int | None, tally: _Tally) -> dict[str, _Owners]:
    """Per class code, whom its first row names."""
    known: dict[str, Unit] = {}
    if region_id is not None:
        for unit in Unit.objects.filter(is_active=True).order_by("-pk"):
            known |= {unit.name: unit} | ({unit.short_name: unit} if unit.short_name else {})
    found: dict[str, _Owners] = {}
    for row in rows:
        owners = found[row.code] = _Owners()
        for name in row.units:
            if name in known:
                leads = any(role is Role.LEAD for _unit, role in owners.units)
                owners.units.append((known[name], Role.CO if leads else Role.LEAD))
            else:
                owners.unknown_units.append(name)
        for name in row.supervisors:
            if name in known:
                owners.units.append((known[name], Role.SUPERVISE))
            else:
                owners.unknown_supervisors.append(name)
        tally.unknown.update([*owners.unknown_units, *owners.unknown_supervisors])
    return found


def _save_classes(
    edition: Edition, rows: Sequence[Row], owners: dict[str, _Owners]
) -> tuple[dict[str, CaseClass], int, int]:
    """The classes by code; how many were new and how many changed. At most four queries."""
    classes = {c.code: c for c in CaseClass.objects.filter(edition=edition).select_for_update()}
    new: dict[str, CaseClass] = {}
    changed: dict[str, CaseClass] = {}
    done: set[str] = set()
    for row in rows:
        if row.code in done:
            continue
        done.add(row.code)
        # A sheet without a column does not empty it.
        values: dict[str, Any] = {k: v for k, v in row.class_fields.items() if v}
        values["unlinked_units"] = "、".join(owners[row.code].unknown_units)
        values["unlinked_supervisors"] = "、".join(owners[row.code].unknown_supervisors)
        if row.public is not None:
            values["public"] = row.public
        if row.code not in classes:
            classes[row.code] = new[row.code] = CaseClass(edition=edition, **values)
        elif _differs(classes[row.code], values | {"active": True}):
            changed[row.code] = classes[row.code]
    CaseClass.objects.bulk_create(new.values())
    CaseClass.objects.bulk_update(changed.values(), _columns(CaseClass), batch_size=500)
    return classes, len(new), len(changed)


def _save_conditions(
    classes: dict[str, CaseClass], rows: Sequence[Row], today: date
) -> tuple[int, int]:
    """How many conditions were new and how many changed. At most three queries."""
    known: dict[tuple[int, str], FilingCondition] = {}
    last_number: dict[int, int] = {}
    held = FilingCondition.objects.filter(case_class__in=classes.values()).select_for_update()
    for condition in held.order_by("valid_from"):
        class_id = condition.case_class_id
        last_number[class_id] = max(last_number.get(class_id, 0), condition.number)
        if condition.valid_to is None or condition.valid_to > today:
            known[class_id, condition.filing_text] = condition
    new: list[FilingCondition] = []
    changed: list[FilingCondition] = []
    for row in rows:
        case_class = classes[row.code]
        condition_fields: dict[str, Any] = dict(row.condition_fields)
        found = known.get((case_class.pk, row.filing_text))
        if found is None:
            number = last_number[case_class.pk] = last_number.get(case_class.pk, 0) + 1
            new.append(
                FilingCondition(
                    case_class=case_class, number=number, valid_from=today, **condition_fields
                )
            )
        elif _differs(found, {k: v for k, v in condition_fields.items() if v not in ("", None)}):
            changed.append(found)
    FilingCondition.objects.bulk_create(new)
    FilingCondition.objects.bulk_update(changed, _columns(FilingCondition), batch_size=500)
    return len(new), len(changed)


def _link_units(
    classes: dict[str, CaseClass],
    owners: dict[str, _Owners],
    *,
    region_id: int,
    today: date,
    tally: _Tally,
) -> None:
    """New rows of the responsibility list. A lead that is another unit's stays, and is noted."""
    held: dict[int, list[Responsibility]] = {}
    for row in responsibilities(on=today).filter(region_id=region_id).exclude(case_class=None):
        held.setdefault(row.case_class_id or 0, []).append(row)
    new = []
    for code, owner in owners.items():
        case_class = classes[code]
        mine = held.get(case_class.pk, [])
        for unit, role in owner.units:
            if any(row.unit_id == unit.pk for row in mine):
                continue
            leader = next((row.unit for row in mine if row.role == Role.LEAD), None)
            if role is Role.LEAD and leader is not None:
                tally.notes.append(
                    _("%(class)s stays with %(leader)s; the sheet names %(unit)s.")
                    % {"class": case_class.label, "leader": leader.label, "unit": unit.label}
                )
                continue
            new.append(
                Responsibility(
                    case_class=case_class,
                    kind=case_class.kind,
                    major_code=case_class.major_code,
                    region_id=region_id,
                    unit=unit,
                    role=role,
                    valid_from=today,
                )
            )
    Responsibility.objects.bulk_create(new)
    tally.linked = len(new)


def _differs(row: CaseClass | FilingCondition, values: dict[str, Any]) -> bool:
    """Set what differs on the row; whether anything did."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


def _columns(model: type[CaseClass] | type[FilingCondition]) -> list[str]:
    fixed = {"id", "edition", "case_class", "code", "number", "valid_from"}
    return [f.name for f in model._meta.concrete_fields if f.name not in fixed]
