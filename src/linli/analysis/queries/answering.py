"""The answer to a question: rows with names, numbers, what they are compared with, the sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from django.utils.dates import WEEKDAYS
from django.utils.translation import pgettext

from linli.analysis.queries.compiling import Asked, Counts, Key, counts_of
from linli.analysis.rules.measures import Measure, Value, chosen, menu
from linli.analysis.rules.query import Query
from linli.analysis.rules.windows import Window, compared, grain_of, window_of
from linli.analysis.rules.words import WAYS, Way
from linli.catalogue import queries as catalogue
from linli.evaluation.queries import books
from linli.evaluation.queries.names import names_for
from linli.evaluation.rules.periods import Period, Span
from linli.evaluation.rules.scoring import Book
from linli.evaluation.rules.subjects import DIMENSIONS, Subject
from linli.kernel.errors import NotFound

if TYPE_CHECKING:
    from linli.evaluation.models import Version
    from linli.staff.models import User


@dataclass(frozen=True)
class Number:
    """One number of a row, and the same number of the period it is compared with."""

    value: Value
    before: Value = None

    @property
    def change(self) -> Value:
        """How much more; of rates, the difference of the shares."""
        if self.value is None or self.before is None:
            return None
        return self.value - self.before

    @property
    def change_share(self) -> Fraction | None:
        """How much more, as a share of before; None where there was nothing, and for rates."""
        if not isinstance(self.value, int) or not isinstance(self.before, int) or not self.before:
            return None
        return Fraction(self.value - self.before, self.before)


@dataclass(frozen=True)
class Line:
    """A row: its key, its name, a number for each measure or, with two ways, for each column."""

    key: Key
    name: str
    numbers: tuple[Number, ...]


@dataclass(frozen=True)
class Answer:
    """What a question gives, by the formulas of `books`. `columns` are keys and names of the second
    way, if there is one.

    `sum` has None where numbers do not add up: what is overdue, over time.
    """

    query: Query
    window: Window
    against: Window | None
    version: Version | None
    books: Mapping[Subject, Book]
    measures: tuple[Measure, ...]
    lines: tuple[Line, ...]
    sum: Line
    columns: tuple[tuple[Key, str], ...] = ()
    beside: tuple[Number, ...] = ()  # of a matrix: what each line comes to
    below: tuple[Number, ...] = ()  # and what each column comes to

    @property
    def way(self) -> Way | None:
        return WAYS.get(self.query.by)


def formulas_on(day: date) -> tuple[Version | None, Mapping[Subject, Book]]:
    """The formulas in force; none where there were none yet. Two queries."""
    try:
        version = books.version_on(day)
    except NotFound:
        return None, {}
    return version, books.books_of(version)


def answer(user: User, query: Query, *, now: datetime) -> Answer:
    """Count what is asked, of the cases that `user` may see.

    Four statements at most, one of them over the facts. Raises BadInput naming the field.
    """
    window = window_of(query, now=now)
    against = compared(query, window, now=now)
    version, known = formulas_on(window.last)
    measures = chosen(query, menu(known, query.source))
    asked = [Asked(user, query, one) for one in (window, against) if one is not None]
    counts = counts_of(asked, measures)
    if query.across:
        lines, columns = _matrix(asked[0], counts[0], measures[0])
    else:
        lines, columns = _list(asked, counts, measures), ()
    beside = _edge(query.across, counts[0], measures[0], [one.key for one in lines], 0)
    below = _edge(query.by, counts[0], measures[0], [key for key, _name in columns], 1)
    return Answer(
        query, window, against, version, known, tuple(measures), lines,
        _sum(query, counts, measures), columns,
        beside=beside if columns else (), below=below,
    )  # fmt: skip


def _list(
    asked: Sequence[Asked], counts: Sequence[Counts], measures: Sequence[Measure]
) -> tuple[Line, ...]:
    now, before = counts[0], _beside(asked, counts) if len(counts) > 1 else None
    found = dict.fromkeys(row for row, _col in (*now, *(before or ())))
    keys = _keys(asked[0], WAYS.get(asked[0].query.by), found)
    names = names_of_keys(asked[0], asked[0].query.by, keys)
    lines = []
    for key in keys:
        row = now.get((key, None), {})
        old = before.get((key, None), {}) if before is not None else None
        numbers = tuple(
            Number(one.value(row), None if old is None else one.value(old)) for one in measures
        )
        lines.append(Line(key, names.get(key, ""), numbers))
    return tuple(lines) if _ordered(asked[0]) else _ranked(lines)


def _ordered(asked: Asked) -> bool:
    way = WAYS.get(asked.query.by)
    return way is not None and way.ordered


def _ranked(lines: list[Line]) -> tuple[Line, ...]:
    """The largest first, what cannot be counted last."""
    return tuple(
        sorted(
            lines,
            key=lambda one: (
                one.numbers[0].value is None, -(one.numbers[0].value or 0), one.name,
            ),
        )
    )  # fmt: skip


def _beside(asked: Sequence[Asked], counts: Sequence[Counts]) -> Counts:
    """The counts of the other period by the keys of this one: steps of time by their place."""
    if asked[0].query.by != "time":
        return counts[1]
    here, there = asked[0].pieces, asked[1].pieces
    places = {old.start: new.start for old, new in zip(there, here, strict=False)}
    return {(places[k], None): row for (k, _c), row in counts[1].items() if k in places}  # type: ignore[index]


def _matrix(
    asked: Asked, counts: Counts, measure: Measure
) -> tuple[tuple[Line, ...], tuple[tuple[Key, str], ...]]:
    query = asked.query
    rows = _keys(asked, WAYS[query.by], {row for row, _col in counts})
    columns = _keys(asked, WAYS[query.across], {col for _row, col in counts})
    by, across = names_of_keys(asked, query.by, rows), names_of_keys(asked, query.across, columns)
    if not WAYS[query.by].ordered:
        weight = _weights((row, cell) for (row, _col), cell in counts.items())
        rows.sort(key=lambda key: (-weight[key], by.get(key, "")))
    if not WAYS[query.across].ordered:
        weight = _weights((col, cell) for (_row, col), cell in counts.items())
        columns.sort(key=lambda key: (-weight[key], across.get(key, "")))
    lines = tuple(
        Line(
            row,
            by.get(row, ""),
            tuple(Number(measure.value(counts.get((row, col), {}))) for col in columns),
        )
        for row in rows
    )
    return lines, tuple((col, across.get(col, "")) for col in columns)


def _edge(
    over: str, counts: Counts, measure: Measure, keys: Sequence[Key], place: int
) -> tuple[Number, ...]:
    """What the cells of each key come to, of its row (`place` 0) or column (1): their counts are
    added, a rate is that of the sums. Nothing for what is owed, over time (`over`)."""
    if measure.is_owed and over == "time":
        return (Number(None),) * len(keys)
    cells: dict[Key, Counts] = {}
    for at, row in counts.items():
        cells.setdefault(at[place], {})[at] = row
    return tuple(Number(measure.value(_together(cells.get(key, {})))) for key in keys)


def _weights(cells: Iterable[tuple[Key, Mapping[str, int]]]) -> Mapping[Key, int]:
    """How much there is of each key: what comes first."""
    found: Counter[Key] = Counter()
    for key, cell in cells:
        found[key] += sum(cell.values())
    return found


def _keys(asked: Asked, way: Way | None, found: Iterable[Key]) -> list[Key]:
    """The rows of a way: all there are of what has an order, else those with something in them."""
    match way.code if way else "":
        case "time":
            return [piece.start for piece in asked.pieces]
        case "hour":
            return list(range(24))
        case "weekday":
            return list(range(1, 8))
    return list(found) if way is not None else [None]


def names_of_keys(asked: Asked, code: str, keys: Sequence[Key]) -> dict[Key, str]:
    """The words for rows or columns. One query at most."""
    none = pgettext("figures", "without one")
    match code:
        case "":
            return {None: pgettext("analysis", "All cases")}
        case "time":
            grain = grain_of(asked.query, asked.window)
            return {key: _step_name(key, grain) for key in keys if isinstance(key, date)}
        case "hour":
            return {key: f"{key:02d}:00" for key in keys}
        case "weekday":
            return {key: str(WEEKDAYS[int(str(key)) - 1]) for key in keys}
        case "major":
            known = {
                one.code[:3]: f"{one.code[:3]} {one.major_name}"
                for one in catalogue.current().all_classes
            }
            return {key: known.get(str(key), str(key)) for key in keys} | {None: none}
    wanted = [key for key in keys if isinstance(key, int | str)]
    names = names_for(DIMENSIONS[code], wanted)
    found: dict[Key, str] = {None: none}
    found.update({key: name for key, name in names.items() if key is not None})
    return found


def _step_name(start: date, grain: str) -> str:
    """A step of time: a day, the first day of a week, a month, a quarter, a year."""
    if grain in (Span.DAY, Span.WEEK):
        return start.isoformat()
    return Period.around(Span(grain), start).label


def _sum(query: Query, counts: Sequence[Counts], measures: Sequence[Measure]) -> Line:
    together = [_together(one) for one in counts]
    over_time = "time" in (query.by, query.across)
    numbers = []
    for measure in measures:
        if measure.is_owed and over_time:
            numbers.append(Number(None))
            continue
        before = measure.value(together[1]) if len(together) > 1 else None
        numbers.append(Number(measure.value(together[0]), before))
    return Line(None, "", tuple(numbers))


def _together(counts: Counts) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in counts.values():
        for code, count in row.items():
            found[code] = found.get(code, 0) + count
    return found
