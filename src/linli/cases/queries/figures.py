"""The leader's figures: every number is the count of a `CaseFilter`, so it equals its list.

What is open or late now is counted whenever it was reported; a period counts the cases reported in
it. What was filed, handled and closed on a day is counted by evaluation, by the event. Costs: one
query a function; a period reads the cases of that period by the index of their region, “now” reads
open cases only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q

from linli.cases.queries.lists import SHOWN, filtered, where
from linli.cases.rules.filters import CaseFilter
from linli.cases.rules.stages import OPEN, Urgency
from linli.catalogue import queries as catalogue
from linli.staff import queries as staff
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.staff.models import User

_OPEN = tuple(stage.value for stage in OPEN)


@dataclass(frozen=True)
class Figure:
    """A number and the filter of the list it counts."""

    name: str
    count: int
    wanted: CaseFilter


@dataclass(frozen=True)
class Row:
    """A region or unit: what is open there, by light, and what the period brought."""

    name: str
    code: str  # of the region, the id of the unit, or the code of the class
    key: int  # the id of the region, grid or unit
    figures: dict[str, Figure] = field(default_factory=dict)


def present_for(user: User, *, now: datetime) -> list[Figure]:
    """Open cases now: all, by light (late is red), urgent, supervised. One query."""
    return _count(user, CaseFilter(stages=_OPEN), _NOW, now)


_NOW = {
    "open": CaseFilter(stages=_OPEN),
    "late": CaseFilter(stages=_OPEN, light="red"),
    "soon": CaseFilter(stages=_OPEN, light="yellow"),
    "in_time": CaseFilter(stages=_OPEN, light="green"),
    "urgent": CaseFilter(stages=_OPEN, urgency=Urgency.URGENT),
    "supervised": CaseFilter(stages=_OPEN, supervised=True),
}


def _count(
    user: User, among: CaseFilter, wanted: dict[str, CaseFilter], now: datetime
) -> list[Figure]:
    counts: dict[str, Any] = {
        name: Count("pk", filter=_only(user, one, now)) for name, one in wanted.items()
    }
    found = filtered(user, among, now=now).order_by().aggregate(**counts)
    return [Figure(name, found[name], one) for name, one in wanted.items()]


def _only(user: User, wanted: CaseFilter, now: datetime) -> Q | None:
    return where(user, wanted, now=now) or None


# -- tables -------------------------------------------------------------------------------------
_LIGHTS = ("green", "yellow", "red")


def table_by_region(
    user: User,
    tier: str,
    *,
    since: date,
    until: date,
    now: datetime,
    also: Iterable[int] = (),
) -> list[Row]:
    """Districts, streets or communities (`tier`), the latest most late first; one row each that
    has cases, and those of `also` (ids). Two queries."""
    tree = territory.tree()

    def name_of(region_id: int) -> tuple[str, str]:
        region = tree.region(region_id)
        return region.name, region.code

    def narrow(wanted: CaseFilter, code: str) -> CaseFilter:
        return wanted.with_(region=code)

    return _table(user, f"{tier}_id", name_of, narrow, since, until, now, also)


def table_by_grid(
    user: User, *, since: date, until: date, now: datetime, also: Iterable[int] = ()
) -> list[Row]:
    """Grids, the latest most late first: each case under the grid it lay in when it was filed, so
    that ended grids keep theirs (ADR 0005). Three queries."""
    tree = territory.tree()
    seen = {seat.region_id for seat in user.seats if seat.region_id is not None}
    under = set().union(*(tree.regions_under(region) for region in seen)) if seen else set()
    names = territory.grids_named(under)

    def name_of(grid_id: int) -> tuple[str, str]:
        return names.get(grid_id, (str(grid_id), ""))

    def narrow(wanted: CaseFilter, code: str) -> CaseFilter:
        return wanted.with_(grid=code)

    return _table(user, "grid_id", name_of, narrow, since, until, now, also)


def table_by_unit(
    user: User, *, since: date, until: date, now: datetime, also: Iterable[int] = ()
) -> list[Row]:
    """Lead units, the one with most late cases first. Three queries."""
    names: dict[int, str] = {unit.pk: unit.label for unit in staff.units(active=None)}

    def name_of(unit_id: int) -> tuple[str, str]:
        return names.get(unit_id, str(unit_id)), str(unit_id)

    def narrow(wanted: CaseFilter, code: str) -> CaseFilter:
        return wanted.with_(unit=int(code))

    return _table(user, "lead_unit_id", name_of, narrow, since, until, now, also)


def _table(
    user: User,
    column: str,
    name_of: Callable[[int], tuple[str, str]],
    narrow: Callable[[CaseFilter, str], CaseFilter],
    since: date,
    until: date,
    now: datetime,
    also: Iterable[int],
) -> list[Row]:
    """Open cases by light and cases of the period, grouped by `column`. Two queries."""
    now_open = {light: CaseFilter(stages=_OPEN, light=light) for light in _LIGHTS}
    period = CaseFilter(since=since, until=until)
    both = (
        (CaseFilter(stages=_OPEN), {"open": CaseFilter(stages=_OPEN), **now_open}),
        (period, {"reported": period}),
    )
    rows: dict[int, Row] = {}
    for among, wanted in both:
        counts: dict[str, Any] = {
            name: Count("pk", filter=_only(user, one, now)) for name, one in wanted.items()
        }
        found = filtered(user, among, now=now).filter(**{f"{column}__isnull": False}).order_by()
        for line in found.values(column).annotate(**counts):
            if line[column] not in rows:
                rows[line[column]] = Row(*name_of(line[column]), line[column])
            row = rows[line[column]]
            for name, one in wanted.items():
                row.figures[name] = Figure(name, line[name], narrow(one, row.code))
    for key in also:
        rows.setdefault(key, Row(*name_of(key), key))
    for row in rows.values():
        for _among, wanted in both:
            for name, one in wanted.items():
                row.figures.setdefault(name, Figure(name, 0, narrow(one, row.code)))
    return sorted(
        rows.values(),
        key=lambda r: (-r.figures["red"].count, -r.figures["open"].count, r.code),
    )


def top_classes(
    user: User,
    *,
    since: date,
    until: date,
    now: datetime,
    grid_ids: tuple[int, ...] = (),
    most: int = 8,
) -> list[Figure]:
    """The classes reported most in the period (in these grids), most frequent first; `name` is the
    class in words. One query."""
    book = catalogue.current()
    period = CaseFilter(since=since, until=until)
    rows = filtered(user, period, now=now).filter(case_class_id__isnull=False)
    if grid_ids:
        rows = rows.filter(grid_id__in=grid_ids)
    counts: dict[str, int] = {}
    names: dict[str, str] = {}
    for line in rows.order_by().values("case_class_id").annotate(count=Count("pk")):
        one = book.class_by_id(line["case_class_id"])  # editions share codes: so does the filter
        counts[one.code] = counts.get(one.code, 0) + line["count"]
        names.setdefault(one.code, one.label)
    codes = sorted(counts, key=lambda code: (-counts[code], code))[:most]
    return [Figure(names[c], counts[c], period.with_(case_class=c)) for c in codes]


def worst_first(user: User, wanted: CaseFilter, *, now: datetime, most: int = 8) -> list[Case]:
    """The cases of `wanted`, those due first on top. One query."""
    rows = filtered(user, wanted, now=now).select_related(*SHOWN)
    return list(rows.order_by(F("due_at").asc(nulls_last=True), "-reported_at")[:most])


def tier_below(user: User) -> str:
    """By which tier a person's cases are best told apart: one below what they see."""
    tiers = []
    for seat in user.seats:
        if seat.reach != "region" or seat.region_id is None:
            continue
        tiers.append(territory.tree().region(seat.region_id).tier)
    for seen, below in (
        ("district", "street"),
        ("street", "community"),
        ("community", "community"),
    ):
        if tiers and all(tier == seen for tier in tiers):
            return below
    return "district" if any(t in ("province", "city") for t in tiers) else "street"


def last_days(days: int, *, today: date) -> tuple[date, date]:
    """(since, until) of the last `days` days, today included."""
    return today - timedelta(days=days - 1), today


__all__ = [
    "Figure", "Row", "last_days", "present_for", "table_by_grid", "table_by_region",
    "table_by_unit", "tier_below", "top_classes", "worst_first",
]  # fmt: skip
