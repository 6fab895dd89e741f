"""The rules in force in memory, with the list they fall back to, read anew when anything of it has
changed: a rule set, the catalogue, a unit. One query asks for all three versions (kernel.versions).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final

import shapely
from django.utils import timezone

from linli.catalogue import queries as catalogue
from linli.catalogue.models import Responsibility
from linli.catalogue.queries import Catalogue
from linli.kernel import versions
from linli.routing.models import RoutingRule, RuleSet, SetState
from linli.routing.rules import Conditions, ListRow, Rule, RuleBook
from linli.routing.rules.listing import Listing
from linli.staff.models import Unit

VERSION: Final = (
    "SELECT concat_ws('/', (SELECT version FROM routing_routingstate WHERE id = 1),"
    " (SELECT version FROM catalogue_cataloguestate WHERE id = 1),"
    " (SELECT stamp FROM staff_staffstate WHERE id = 1))"
)
_LETTERS = {"component": "C", "event": "E"}
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Snapshot:
    """Everything that decides whose work a case is, of one version. No method asks the database."""

    stamp: object
    catalogue: Catalogue
    sets: tuple[tuple[RuleSet, tuple[Rule, ...]], ...]  # published, not ended, by first day
    listing: Listing
    units: frozenset[int]

    @cached_property
    def _books(self) -> dict[int, RuleBook]:
        return {}

    def book(self, *, on: date) -> RuleBook:
        """The rules in force on that day; without a set only the list."""
        found = next(
            (
                (one, rules)
                for one, rules in self.sets
                if one.valid_from is not None
                and one.valid_from <= on
                and (one.valid_to is None or on < one.valid_to)
            ),
            None,
        )
        key = found[0].pk if found else 0
        if key not in self._books:
            number, rules = (found[0].number or 0, found[1]) if found else (0, ())
            self._books[key] = RuleBook(number, rules, self.listing, self.units)
        return self._books[key]

    def book_of(self, rules: tuple[Rule, ...]) -> RuleBook:
        """The rules of a draft over the same list and units."""
        return RuleBook(0, rules, self.listing, self.units)

    def class_code(self, class_id: int | None) -> str:
        """The code of a class; empty for none."""
        return self.catalogue.class_by_id(class_id).code if class_id is not None else ""

    def times(self, at: datetime) -> tuple[datetime, bool, bool]:
        """(local time, whether a working day, whether working time) of a moment."""
        local, calendar = timezone.localtime(at), self.catalogue.calendar
        working = calendar.work_between(at, at + _MINUTE) > timedelta()
        return local.replace(tzinfo=None), calendar.is_workday(local.date()), working


_held: list[Snapshot] = []


def current() -> Snapshot:
    """What is in force now. One query at most; five more when anything has changed."""
    stamp = versions.present("routing")
    if not _held or _held[0].stamp != stamp:
        _held[:] = [_read(stamp)]
    return _held[0]


def _read(stamp: object) -> Snapshot:
    """Read after the version: a change in between only makes the next call read again."""
    today = timezone.localdate()
    found = (
        RuleSet.objects.filter(state=SetState.PUBLISHED)
        .exclude(valid_to__lte=today)
        .order_by("valid_from")
        .prefetch_related("rules")
    )
    units = frozenset(Unit.objects.filter(is_active=True).values_list("pk", flat=True))
    sets = tuple((one, tuple(to_rule(row) for row in one.rules.all())) for one in found)
    return Snapshot(stamp, catalogue.current(), sets, _listing(today), units)


def to_rule(row: RoutingRule) -> Rule:
    """The pure rule of a row."""
    limit = None
    if row.limit_amount is not None:
        limit = (row.limit_amount, row.limit_unit)
    return Rule(
        id=row.pk,
        position=row.position,
        when=conditions_of(row),
        target=row.target,
        unit=row.unit_id,
        co_units=tuple(row.co_units),
        urgency=row.urgency,
        limit=limit,
        factor=row.limit_factor,
    )


def conditions_of(row: RoutingRule) -> Conditions:
    """The conditions of a row, with its area."""
    area = shapely.from_wkb(bytes(row.area.wkb)) if row.area is not None else None
    return Conditions.unpack(row.conditions, area)


def _listing(today: date) -> Listing:
    """The responsibility list from today on."""
    found: dict[tuple[int, int | str], list[ListRow]] = defaultdict(list)
    rows = Responsibility.objects.exclude(valid_to__lte=today).order_by("id")
    for one in rows.values_list(
        "id", "unit_id", "role", "valid_from", "valid_to",
        "region_id", "case_class_id", "kind", "major_code",
    ):  # fmt: skip
        region, class_id, kind, major = one[5:]
        key = class_id if class_id is not None else f"{_LETTERS[kind]}{major}"
        found[region, key].append(ListRow(*one[:5]))
    return {key: tuple(rows) for key, rows in found.items()}
