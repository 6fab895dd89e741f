"""The catalogue in memory, read anew when its version in the database has changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Final, Protocol, cast

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.catalogue.models import (
    CalendarDay,
    CaseClass,
    Edition,
    FilingCondition,
    StageLimit,
    WorkingHours,
)
from linli.catalogue.rules import (
    NORMAL,
    STANDARD_HOURS,
    URGENT,
    Limit,
    LimitUnit,
    WorkCalendar,
    WorkHours,
    parse_slots,
)
from linli.kernel import versions
from linli.kernel.errors import NotFound, Refused


class NoLimit(Refused):
    """The class has no filing condition in force, so there is no limit to work by."""

    code = "no_limit"


class _Dated(Protocol):
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Catalogue:
    """Everything of one version. No method asks the database; the rows are not to be changed."""

    version: int
    editions: tuple[Edition, ...]  # newest first
    all_classes: tuple[CaseClass, ...]  # by edition, kind (components first) and code
    all_conditions: tuple[FilingCondition, ...]  # by class and number
    all_stage_limits: tuple[StageLimit, ...]
    days: tuple[tuple[date, bool], ...]
    hours: tuple[WorkHours, ...]
    known_years: frozenset[int]

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The city's working time. A year without published days follows Monday to Friday."""
        return _calendar(self.days, self.hours, _known_until(self.known_years))

    @cached_property
    def _by_id(self) -> dict[int, CaseClass]:
        return {case_class.pk: case_class for case_class in self.all_classes}

    @cached_property
    def _by_code(self) -> dict[tuple[int, str], CaseClass]:
        return {(c.edition_id, c.code): c for c in self.all_classes}

    @cached_property
    def _conditions(self) -> dict[int, list[FilingCondition]]:
        found: dict[int, list[FilingCondition]] = {}
        for condition in self.all_conditions:
            found.setdefault(condition.case_class_id, []).append(condition)
        return found

    @cached_property
    def _condition_by_id(self) -> dict[int, FilingCondition]:
        return {condition.pk: condition for condition in self.all_conditions}

    def edition(self, on: date) -> Edition | None:
        """The edition in use on that day: the newest that has begun, or else the first to come."""
        begun = next((e for e in self.editions if e.valid_from <= on), None)
        return begun or (self.editions[-1] if self.editions else None)

    def classes(
        self, *, on: date, kind: str | None = None, public: bool | None = None
    ) -> list[CaseClass]:
        """The classes in use on that day, components before events, by code."""
        edition = self.edition(on)
        return [
            c
            for c in self.all_classes
            if edition is not None
            and c.edition_id == edition.pk
            and c.active
            and (kind is None or c.kind == kind)
            and (public is None or c.public == public)
        ]

    def class_by_id(self, class_id: int) -> CaseClass:
        """The class, of whichever edition, retired or not. Raises NotFound."""
        try:
            return self._by_id[class_id]
        except KeyError:
            raise NotFound(_("There is no such class."), field="class") from None

    def class_by_code(self, code: str, *, on: date) -> CaseClass:
        """The class of the edition in use on that day, in use or retired. Raises NotFound."""
        edition = self.edition(on)
        found = self._by_code.get((edition.pk, code)) if edition else None
        if found is None:
            raise NotFound(
                _("There is no class with the code %(code)s. Choose one from the list.")
                % {"code": code},
                field="class",
            )
        return found

    def class_ids(self, prefixes: Iterable[str]) -> frozenset[int]:
        """The classes of all editions whose code begins with one of `prefixes` (E05, C0101)."""
        wanted = tuple(prefixes)
        return frozenset(c.pk for c in self.all_classes if c.code.startswith(wanted))

    def goal_ids(self, goal: str) -> frozenset[int]:
        """The classes of all editions that serve one of the five goals (R8)."""
        return frozenset(c.pk for c in self.all_classes if c.goal == goal)

    def conditions_for(self, case_class: CaseClass, *, on: date) -> list[FilingCondition]:
        """The filing conditions in force on that day, by number."""
        return [c for c in self._conditions.get(case_class.pk, []) if _holds(c, on)]

    def condition_by_id(self, condition_id: int) -> FilingCondition:
        """The condition, in force or not. Raises NotFound."""
        try:
            return self._condition_by_id[condition_id]
        except KeyError:
            raise NotFound(_("There is no such filing condition."), field="condition") from None

    def handling_limit(
        self,
        subject: CaseClass | FilingCondition,
        grade: str,
        urgency: str,
        on: date,
    ) -> Limit:
        """The limit for handling (R68): by the condition, or by the first condition of the class.

        `grade` is A, B or C (another word counts as B). Without an urgent limit, urgent work has
        the ordinary one. Raises NoLimit.
        """
        if isinstance(subject, FilingCondition):
            condition = subject
        else:
            conditions = self.conditions_for(subject, on=on)
            if not conditions:
                raise NoLimit(
                    _(
                        "The class %(class)s has no filing condition in force on %(on)s. Add one "
                        "in the catalogue."
                    )
                    % {"class": subject.label, "on": on},
                    field="condition",
                )
            condition = conditions[0]
        return limit_of(condition, grade=grade, urgency=urgency)

    def stage_limit(self, stage: str, urgency: str, on: date) -> Limit | None:
        """The desk time of a stage; urgent work falls back to the ordinary time; None: no limit."""
        rows = [r for r in self.all_stage_limits if r.stage == stage and _holds(r, on)]
        for wanted in (urgency, NORMAL):
            for row in rows:
                if row.urgency == wanted:
                    return Limit(row.amount, LimitUnit(row.unit))
        return None

    def unknown_years(self, on: date) -> list[int]:
        """Of the year of `on` and the next: those whose holidays nobody has entered yet."""
        return [year for year in (on.year, on.year + 1) if year not in self.known_years]


def limit_of(condition: FilingCondition, *, grade: str, urgency: str) -> Limit:
    """The limit a filing condition sets for an area grade and an urgency."""
    if urgency == URGENT and condition.urgent_limit is not None:
        return Limit(condition.urgent_limit, LimitUnit(condition.urgent_unit))
    if grade == "A":
        return Limit(condition.limit_a, LimitUnit(condition.unit_a))
    if grade == "C":
        return Limit(condition.limit_c, LimitUnit(condition.unit_c))
    return Limit(condition.limit_b, LimitUnit(condition.unit_b))


_EMPTY: Final = Catalogue(-1, (), (), (), (), (), (STANDARD_HOURS,), frozenset())
_held = _EMPTY


def current() -> Catalogue:
    """The catalogue of now. One query at most (kernel.versions); six more when it has changed."""
    global _held  # noqa: PLW0603  one value for the process, replaced as a whole
    version = _version()
    held = _held
    if held.version != version:
        _held = held = _read(version)
    return held


def calendar() -> WorkCalendar:
    """The city's working calendar. One query (see `current`)."""
    return current().calendar


def unknown_years(on: date) -> list[int]:
    """This and next year, where their holidays are not entered yet. One query."""
    return current().unknown_years(on)


def classes(
    kind: str | None = None, public: bool | None = None, *, on: date | None = None
) -> list[CaseClass]:
    """The classes in use (today), components before events, by code. One query."""
    return current().classes(on=on or timezone.localdate(), kind=kind, public=public)


def class_by_code(code: str, *, on: date | None = None) -> CaseClass:
    """The class in the edition in use (today). Raises NotFound. One query."""
    return current().class_by_code(code, on=on or timezone.localdate())


def class_ids(prefixes: Iterable[str]) -> frozenset[int]:
    """The classes of all editions whose code begins with one of `prefixes`. One query."""
    return current().class_ids(prefixes)


def conditions_for(case_class: CaseClass, *, on: date | None = None) -> list[FilingCondition]:
    """The filing conditions in force (today), by number. One query."""
    return current().conditions_for(case_class, on=on or timezone.localdate())


def handling_limit(
    subject: CaseClass | FilingCondition, grade: str, urgency: str, on: date
) -> Limit:
    """The limit for handling; see `Catalogue.handling_limit`. One query. Raises NoLimit."""
    return current().handling_limit(subject, grade, urgency, on)


def stage_limit(stage: str, urgency: str, on: date) -> Limit | None:
    """The desk time of a stage; see `Catalogue.stage_limit`. One query."""
    return current().stage_limit(stage, urgency, on)


def _version() -> int:
    return cast("int | None", versions.present("catalogue")) or 0


def _read(version: int) -> Catalogue:
    """Read after the version: a change in between only makes the next call read again."""
    days = list(CalendarDay.objects.order_by("on"))
    hours = tuple(
        WorkHours(row.valid_from, parse_slots(row.slots))
        for row in WorkingHours.objects.order_by("valid_from")
    )
    editions = tuple(Edition.objects.order_by("-valid_from", "-pk"))
    return Catalogue(
        version=version,
        editions=editions,
        all_classes=tuple(CaseClass.objects.order_by("edition_id", "kind", "code")),
        all_conditions=tuple(
            FilingCondition.objects.order_by("case_class_id", "number", "valid_from")
        ),
        all_stage_limits=tuple(StageLimit.objects.order_by("stage", "urgency", "valid_from")),
        days=tuple((day.on, day.is_workday) for day in days),
        hours=hours or (STANDARD_HOURS,),
        known_years=_known_years(days),
    )


def _known_years(days: Iterable[CalendarDay]) -> frozenset[int]:
    """The years whose 1 January and 1 October are entered as published: both always are off."""
    published = {day.on for day in days if not day.provisional}
    return frozenset(
        on.year
        for on in published
        if (on.month, on.day) == (1, 1) and date(on.year, 10, 1) in published
    )


def _known_until(years: frozenset[int]) -> int:
    """The last year of the unbroken run that begins with the first known year; 0: none."""
    last = min(years, default=0)
    while last + 1 in years:
        last += 1
    return last


@lru_cache(maxsize=4)
def _calendar(
    days: tuple[tuple[date, bool], ...], hours: tuple[WorkHours, ...], known_until: int
) -> WorkCalendar:
    """Kept over versions that change something else: the table of days is the costly part."""
    return WorkCalendar(days=days, hours=hours, zone=settings.TIME_ZONE, known_until=known_until)


def _holds(row: _Dated, on: date) -> bool:
    return row.valid_from <= on and (row.valid_to is None or on < row.valid_to)
