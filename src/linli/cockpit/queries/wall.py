"""The wall: what happened today, what is open, how the month goes, in figures of one area.

Two parts: `moving`, after every event, nine short statements; `standing`, once a minute, with the
month's figures and the base data. Nothing in either names a person, an address or a report's words:
the wall hangs in a room with visitors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count
from django.db.models.functions import ExtractHour
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from linli.cases.queries import figures, lists
from linli.cases.rules import case_number
from linli.cases.rules.filters import CaseFilter
from linli.catalogue import queries as catalogue
from linli.cockpit.queries import area, counted
from linli.cockpit.queries.goals import Tile, coverage, rated
from linli.cockpit.queries.overview import LABELS, Link, Words, list_url
from linli.cockpit.queries.rates import Gauge, book_on, gauge
from linli.evaluation.queries.figures import facts_for, figures_for
from linli.evaluation.rules.counts import Source
from linli.evaluation.rules.periods import Period, Span
from linli.evaluation.rules.scoring import Book, shown
from linli.evaluation.rules.subjects import DIMENSIONS, Shows
from linli.kernel.errors import NotFound
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.staff.models import User

TODAY = ("reported", "filed", "handled", "closed")
NOW = ("open", "in_time", "soon", "late", "urgent", "supervised")
_LAMPS = {"in_time": "green", "soon": "yellow", "late": "red"}
RATES = ("closing_rate", "on_time_closing_rate")
MOST_EVENTS, MOST_CLASSES, MOST_UNITS, MOST_PULSES = 24, 6, 8, 12
CLASS_DAYS = 7  # over how many days classes are counted: one day of a street has too few
_PULSE = timedelta(minutes=2)  # how long a case is new
_STEPS: tuple[tuple[str, Words], ...] = (
    ("reported_at", pgettext_lazy("step", "Reported")),
    ("filed_at", pgettext_lazy("step", "Filed")),
    ("dispatched_at", pgettext_lazy("step", "Dispatched")),
    ("handled_at", pgettext_lazy("step", "Handled")),
    ("closed_at", pgettext_lazy("step", "Closed")),
)


@dataclass(frozen=True)
class Ranked:
    """A unit of the ranking: its place, its points by the city's formulas, what it closed."""

    place: int
    name: str
    points: str
    grade: str
    rate: str
    closed: Link


@dataclass(frozen=True)
class Happening:
    """A step of a case, without anything that leads to a person."""

    at: datetime
    step: Words
    kind: str
    where: str
    number: str


@dataclass(frozen=True)
class Pulse:
    """A case that has just come in, for the map."""

    id: int
    lon: float
    lat: float


@dataclass(frozen=True)
class Moving:
    today: list[Link]
    present: list[Link]
    happenings: list[Happening]
    pulses: list[Pulse]


@dataclass(frozen=True)
class Hour:
    """An hour of today in the chart: two bars, as shares of the highest in per cent."""

    hour: int
    reported: int
    closed: int
    reported_share: float
    closed_share: float

    @property
    def x(self) -> int:
        """Where its bars begin in the chart, 20 wide."""
        return 20 * self.hour

    @property
    def percent(self) -> float:
        """The same in per cent of the width: words keep their shape, bars take all the room."""
        return round(100 * self.hour / 24, 2)

    @property
    def is_named(self) -> bool:
        return self.hour % 4 == 0


@dataclass(frozen=True)
class Standing:
    month: str
    gauges: list[Gauge]
    classes: list[Link]
    units: list[Ranked]
    base: list[area.Fact]
    known: Tile  # the goals that change slowly
    rated: list[Tile]
    hours: list[Hour]
    ranking_url: str

    @property
    def most_in_an_hour(self) -> int:
        """What the highest bar of the chart stands for; 1 where nothing has happened yet."""
        return max([1, *(max(one.reported, one.closed) for one in self.hours)])


def moving(user: User, *, now: datetime) -> Moving:
    """What changes with every event. Nine queries."""
    day = timezone.localdate(now)
    days = counted.Days(day, day)
    sums = counted.sums(user, days, now=now)
    present = {one.name: one for one in figures.present_for(user, now=now)}
    return Moving(
        today=[Link(LABELS[one], sums[one], counted.url(one, days), name=one) for one in TODAY],
        present=[
            Link(
                LABELS[one],
                present[one].count,
                list_url(present[one].wanted),
                light=_LAMPS.get(one, ""),
                name=one,
            )
            for one in NOW
        ],
        happenings=happenings(user, since=days.period.since),
        pulses=pulses(user, now=now),
    )


def happenings(user: User, *, since: datetime, most: int = MOST_EVENTS) -> list[Happening]:
    """The newest steps of cases since a moment, newest first. Five queries by index."""
    book, tree = catalogue.current(), territory.tree()
    facts = facts_for(user, Source.CASE)
    found = []
    for stamp, words in _STEPS:
        rows = facts.filter(**{f"{stamp}__gte": since}).order_by(f"-{stamp}").values_list(
            stamp, "case_id", "class_id", "community_id", "street_id", "reported_at"
        )  # fmt: skip
        for at, case_id, class_id, community, street, reported_at in rows[:most]:
            region = community or street
            found.append(
                Happening(
                    at,
                    words,
                    book.class_by_id(class_id).label if class_id else "",
                    tree.region(region).name if region else "",
                    case_number(case_id, timezone.localdate(reported_at)),
                )
            )
    return sorted(found, key=lambda one: one.at, reverse=True)[:most]


def pulses(user: User, *, now: datetime) -> list[Pulse]:
    """The cases of the last two minutes that have a place. One query."""
    today = CaseFilter(since=timezone.localdate(now - _PULSE))
    rows = lists.newest_cases(user, today, now=now, size=MOST_PULSES)
    found = rows.values_list("pk", "place", "reported_at")
    return [
        Pulse(pk, round(place.x, 6), round(place.y, 6))
        for pk, place, at in found
        if place is not None and at > now - _PULSE
    ]


# -- once a minute --------------------------------------------------------------------------------
def standing(user: User, *, now: datetime) -> Standing:
    """What changes slowly. Fifteen queries: the month is read once for its rates and its goals,
    and once for the ranking."""
    today = timezone.localdate(now)
    grids = area.grids_of(user, today=today, now=now)
    month = Period.around(Span.MONTH, today)
    days = counted.Days(month.first, today)
    book, sums = book_on(today), counted.sums_by_part(user, days, now=now)
    since, until = figures.last_days(CLASS_DAYS, today=today)
    classes = figures.top_classes(user, since=since, until=until, now=now, most=MOST_CLASSES)
    most = max((one.count for one in classes), default=0)
    return Standing(
        month=month.label,
        gauges=gauges(book, sums[""], days),
        classes=[
            Link(one.name, one.count, list_url(one.wanted), round(100 * one.count / most))
            for one in classes
        ],
        units=ranking(user, month, days, now=now),
        base=area.base(user, grids),
        known=coverage(grids),
        rated=rated(book, sums, days),
        hours=hours(user, counted.Days(today, today), now=now),
        ranking_url=_ranking_url(user, month),
    )


def gauges(book: Book | None, sums: Mapping[str, int], days: counted.Days) -> list[Gauge]:
    """The closing rate and the closing rate in time, by the formulas in force (standards §3.5);
    none where there are none. No query."""
    return [one for code in RATES if (one := gauge(book, code, sums, days)) is not None]


def ranking(user: User, month: Period, days: counted.Days, *, now: datetime) -> list[Ranked]:
    """The units with most points this month. Four queries; none without formulas."""
    try:
        found = figures_for(user, DIMENSIONS["unit"], month, now=now)
    except NotFound:
        return []
    rows = [line for line in found.lines if line.points is not None][:MOST_UNITS]
    own = area.area_name(user)  # stands in the heading of the wall already
    return [
        Ranked(
            place=place,
            name=line.name.removeprefix(own) or line.name,
            points=shown(line.points, Shows.TOTAL),
            grade=line.grade,
            rate=shown(line.values.get("closing_rate"), Shows.RATE),
            closed=Link(
                "", line.counts["closed"],
                counted.url("closed", days, by="unit", key=str(line.key)),
            ),
        )
        for place, line in enumerate(rows, 1)
    ]  # fmt: skip


def hours(user: User, day: counted.Days, *, now: datetime) -> list[Hour]:
    """What was reported and closed in each hour of a day so far. Two queries."""
    since, until = day.period.since, day.period.end(now)
    counts = []
    for stamp in ("reported_at", "closed_at"):
        rows = facts_for(user, Source.CASE).filter(
            **{f"{stamp}__gte": since, f"{stamp}__lt": until}
        )
        hour = rows.order_by().annotate(hour=ExtractHour(stamp))
        counts.append(dict(hour.values_list("hour").annotate(count=Count("pk"))))
    reported, closed = counts
    most = max([1, *reported.values(), *closed.values()])
    return [
        Hour(
            one, reported.get(one, 0), closed.get(one, 0),
            round(100 * reported.get(one, 0) / most, 1), round(100 * closed.get(one, 0) / most, 1),
        )
        for one in range(24)
    ]  # fmt: skip


def _ranking_url(user: User, month: Period) -> str:
    if not user.has_grant("evaluation.see"):
        return ""
    query = f"by=unit&span=month&day={month.first.isoformat()}"
    return f"{reverse('evaluation:figures')}?{query}"
