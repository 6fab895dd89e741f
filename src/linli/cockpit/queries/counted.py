"""What happened on days: the counts of evaluation, each opening the cases it counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from linli.catalogue import queries as catalogue
from linli.catalogue.rules import Goal
from linli.evaluation.queries import drilling
from linli.evaluation.queries.figures import counts_for, facts_for, grouped
from linli.evaluation.rules.counts import COUNTS, Base, Source, base
from linli.evaluation.rules.periods import Period
from linli.evaluation.rules.periods import Span as PeriodSpan
from linli.evaluation.rules.subjects import DIMENSIONS

if TYPE_CHECKING:
    from linli.staff.models import User

KINDS = ("district", "street", "community", "grid", "unit")
#: Parts of all cases that some numbers count alone, two kinds of classes and what residents say:
#: a column of the facts, and its values of that part.
PARTS: Mapping[str, tuple[str, Callable[[], Collection[object]]]] = {
    "dispute": ("class_id", lambda: catalogue.current().goal_ids(Goal.DISPUTE)),
    "matter": ("class_id", lambda: catalogue.current().goal_ids(Goal.MATTER)),
    "public": ("is_public", lambda: [True]),
}
_TOLD_APART = ("class_id", "is_public")
PART_LABELS: Mapping[str, str | Promise] = {
    "dispute": Goal.DISPUTE.label,
    "matter": Goal.MATTER.label,
    "public": pgettext_lazy("count", "Reported by residents"),
}
_ALL = "channel"  # every case has one and the codes are few: what everything is summed from


@dataclass(frozen=True)
class Days:
    """Local days, both inside."""

    since: date
    until: date

    @property
    def period(self) -> Period:
        return Period(PeriodSpan.DAY, self.since, self.until)


class Span(TypedDict):
    """The days of a table and the moment it is read at."""

    since: date
    until: date
    now: datetime


def sums(user: User, days: Days, *, now: datetime) -> Counter[str]:
    """Every base count over the cases `user` may see. One query."""
    found: Counter[str] = Counter()
    period = days.period
    rows = counts_for(user, DIMENSIONS[_ALL], period.since, period.end(now))
    for row in rows.values():
        found.update(row)
    return found


def sums_by_part(user: User, days: Days, *, now: datetime) -> dict[str, Counter[str]]:
    """The same of each of PARTS, and of all under "". One query for all of them."""
    period = days.period
    rows = grouped(
        facts_for(user, Source.CASE), Source.CASE, _TOLD_APART, COUNTS[Source.CASE],
        period.since, period.end(now),
    )  # fmt: skip
    parts = [(name, column, frozenset(of())) for name, (column, of) in PARTS.items()]
    found = {name: Counter[str]() for name in ("", *PARTS)}
    for key, row in rows.items():
        known = dict(zip(_TOLD_APART, key, strict=True))
        for name in ("", *(name for name, column, values in parts if known[column] in values)):
            found[name].update(row)
    return found


def _only(part: str) -> Q | None:
    if not part:
        return None
    column, values = PARTS[part]
    return Q(**{f"{column}__in": list(values())})


def closed_by(user: User, kind: str, days: Days, *, now: datetime) -> dict[int, int]:
    """How many cases were closed in the days, by id of the regions, grids or units. One query."""
    period = days.period
    rows = counts_for(user, DIMENSIONS[kind], period.since, period.end(now))
    return {
        key: row["closed"] for key, row in rows.items() if isinstance(key, int) and row["closed"]
    }


def url(count: str, days: Days, *, by: str = "", key: str = "", part: str = "") -> str:
    """Where the cases of a count are listed."""
    asked = {"count": count, "since": days.since.isoformat(), "until": days.until.isoformat()}
    if by:
        asked |= {"by": by, "key": key}
    if part:
        asked["part"] = part
    return f"{reverse('cockpit:counted')}?{urlencode(asked)}"


def base_of(count: str, by: str) -> Base:
    """Raises KeyError."""
    return base(DIMENSIONS[by or _ALL].source, count)


def cases_of(
    user: User,
    count: str,
    days: Days,
    *,
    by: str,
    key: str,
    part: str,
    now: datetime,
    after: int | None,
) -> drilling.Found:
    """A page of the cases that a number counted. Two queries. Raises KeyError."""
    return drilling.cases_of(
        user, DIMENSIONS[by or _ALL], days.period, base_of(count, by),
        key if by else drilling.EVERYTHING, now=now, only=_only(part), after=after,
    )  # fmt: skip


def ids_of_count(
    user: User, count: str, days: Days, *, by: str, key: str, part: str, most: int, now: datetime
) -> list[int]:
    """The `most` newest of the cases that a number counted, by their ids. One query."""
    rows = drilling.facts_of(
        user, DIMENSIONS[by or _ALL], days.period, base_of(count, by),
        key if by else drilling.EVERYTHING, now=now, only=_only(part),
    )  # fmt: skip
    return drilling.ids_of(user, rows, most=most)
