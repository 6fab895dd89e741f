"""M3 督办考核 (R101): grid, centre, unit and cards of a period, ranked by cases, by closed cases or
by the share closed; all of what the person may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from linli.cards.queries.cards import Standing, standing_by_unit
from linli.cards.queries.units import names_of
from linli.cases.queries.lists import SHOWN, cases_for, midnight
from linli.cases.rules.stages import Stage
from linli.territory.models import Grid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linli.cases.models import Case
    from linli.staff.models import User

#: What a report has a line for, and the column of the case it counts by.
KINDS = {"grid": "grid_id", "centre": "centre_id", "unit": "lead_unit_id"}
_NOTHING = Standing(0, 0, 0, 0, 0)
_CLOSED = Q(stage__in=(Stage.CLOSED, Stage.EVALUATED))
#: The numbers of a line that count cases, and what makes a case count.
NUMBERS = {"total": Q(), "closed": _CLOSED}


@dataclass(frozen=True)
class Line:
    """A grid, a centre or a unit; `rate` None where there was no case: no share of nothing."""

    rank: int
    key: int  # of the grid or unit
    name: str
    total: int
    closed: int
    standing: Standing

    @property
    def rate(self) -> float | None:
        """Closed of all, in percent."""
        return 100 * self.closed / self.total if self.total else None


def report_for(user: User, kind: str, sort: str, *, since: date, until: date) -> list[Line]:
    """The lines of a report by cases reported in the period. Three queries.

    Equal values share a rank. A card of `standing` counts for the unit; grids have none: a card is
    never against the person of a grid (P14).
    """
    column = KINDS[kind]
    found = (
        _counted(user, since=since, until=until)
        .filter(**{f"{column}__isnull": False})
        .order_by()
        .values_list(column)
        .annotate(total=Count("pk"), closed=Count("pk", filter=_CLOSED))
    )
    counts = {key: (total, closed) for key, total, closed in found}
    names = subject_names(kind, counts)
    cards = {} if kind == "grid" else standing_by_unit(user, since=since, until=until)
    return ranked(
        [
            (key, names.get(key, str(key)), total, closed, cards.get(key, _NOTHING))
            for key, (total, closed) in counts.items()
        ],
        sort,
    )


def cases_behind(
    user: User, kind: str, key: int, number: str, *, since: date, until: date
) -> QuerySet[Case]:
    """The cases that `number` (NUMBERS) of a line of `report_for` counts, with what a list shows of
    them; unordered. One query."""
    rows = _counted(user, since=since, until=until).filter(NUMBERS[number], **{KINDS[kind]: key})
    return rows.select_related(*SHOWN)


def _counted(user: User, *, since: date, until: date) -> QuerySet[Case]:
    """What the report counts: reported in the period, neither dismissed nor merged nor void."""
    rows = cases_for(user).filter(
        reported_at__gte=midnight(since), reported_at__lt=midnight(until + timedelta(days=1))
    )
    return rows.exclude(stage__in=(Stage.DISMISSED, Stage.MERGED, Stage.VOIDED))


def cards_report_for(user: User, *, since: date, until: date) -> list[Line]:
    """Units by the cards that stand of those issued in the period: fewest points first. Two
    queries."""
    cards = standing_by_unit(user, since=since, until=until)
    names = names_of(cards)
    lines = sorted(cards.values(), key=lambda one: (one.points, -one.red, -one.yellow))
    ranks: dict[int, int] = {}
    for place, one in enumerate(lines, 1):
        ranks.setdefault(one.points, place)
    return [
        Line(ranks[one.points], one.unit_id, names.get(one.unit_id, ""), 0, 0, one) for one in lines
    ]


def ranked(rows: list[tuple[int, str, int, int, Standing]], sort: str) -> list[Line]:
    """Highest first; equal values share a rank (1, 1, 3)."""

    def value(row: tuple[int, str, int, int, Standing]) -> float:
        _key, _name, total, closed, _standing = row
        if sort == "rate":
            return closed / total if total else -1.0
        return closed if sort == "closed" else total

    rows = sorted(rows, key=lambda row: (-value(row), -row[2], row[1]))
    ranks: dict[float, int] = {}
    lines = []
    for place, row in enumerate(rows, 1):
        rank = ranks.setdefault(value(row), place)
        lines.append(Line(rank, *row))
    return lines


def subject_names(kind: str, keys: Iterable[int]) -> dict[int, str]:
    """What the grids or units are called, ended ones too. One query."""
    ids = list(keys)
    if kind == "grid":
        return dict(Grid.objects.filter(pk__in=ids).values_list("pk", "name"))
    return names_of(ids)
