"""The figures of a period: one grouped statement over the facts, then the formulas of its day.

Every number is a count of facts of cases that the reader may see (`visible_to`), and opens the list
of exactly these cases (queries.drilling). Cost: the statement reads the facts of the period by the
indexes of their moments; for readers who see a part of the city they are joined to their cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Func, IntegerField, Model, Q, QuerySet, Sum

from linli.cases.models import Case
from linli.cases.policy import visible_to
from linli.evaluation.models import CaseFact, Freeze, FrozenFact, StepFact, TaskFact, Touched
from linli.evaluation.queries.books import books_of, version_on
from linli.evaluation.queries.names import Key, first_class, names_for
from linli.evaluation.rules.counts import COUNTS, STEP, Base, Source, candidates
from linli.evaluation.rules.formula import Value
from linli.evaluation.rules.periods import Period
from linli.evaluation.rules.scoring import Book, Formula, colour_of
from linli.evaluation.rules.subjects import REGIONS, Dimension, Shows, Subject

if TYPE_CHECKING:
    from linli.evaluation.models import Version
    from linli.staff.models import User

FACTS: Mapping[Source, type[Model]] = {
    Source.CASE: CaseFact, Source.TASK: TaskFact, Source.STEP: StepFact,
}  # fmt: skip
Counts = dict[Key, dict[str, int]]


@dataclass(frozen=True)
class Line:
    """One row: its counts, what the formulas make of them, and its grade. `key` None: whatever has
    no region or unit, or (in `Figures.sum`) everything."""

    key: Key
    name: str
    counts: Mapping[str, int]
    values: Mapping[str, Value]
    book: Book
    grade: str = ""
    colour: str = ""
    left_out: list[str] = field(default_factory=list)

    @property
    def points(self) -> Value:
        """What the row is ranked by."""
        return next(
            (self.values[f.code] for f in self.book.formulas if f.shows == Shows.TOTAL), None
        )


@dataclass(frozen=True)
class Figures:
    """A table of figures, the best score first; `bases` and `formulas` are its columns."""

    dimension: Dimension
    period: Period
    version: Version
    bases: list[Base]
    formulas: list[Formula]
    books: list[Book]
    lines: list[Line]
    sum: Line
    freeze: Freeze | None = None


def facts_for(user: User, source: Source) -> QuerySet[Any]:
    """The facts of cases that `user` may see."""
    rows: QuerySet[Any] = FACTS[source]._default_manager.all()
    return _seen(user, rows)


def _seen(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    seen = visible_to(user)
    return rows if seen == Q() else rows.filter(case_id__in=Case.objects.filter(seen).values("pk"))


def counts_for(
    user: User, dimension: Dimension, since: datetime, until: datetime, *, only: Q | None = None
) -> Counts:
    """Base counts by row. One statement."""
    rows = facts_for(user, dimension.source)
    return counted(rows if only is None else rows.filter(only), dimension, since, until)


def counted(rows: QuerySet[Any], dimension: Dimension, since: datetime, until: datetime) -> Counts:
    """Base counts by row of these facts. One statement."""
    source, column = dimension.source, dimension.column
    rows = rows.filter(candidates(source, since, until)).order_by()
    if source == Source.STEP:
        return _by_step(rows, column, since, until)
    counts: dict[str, Any] = {
        one.code: Count("case_id", filter=one.when.q(since, until)) for one in COUNTS[source]
    }
    found = rows.values(column).annotate(**counts)
    return {line.pop(column): line for line in found}


def _by_step(rows: QuerySet[Any], column: str, since: datetime, until: datetime) -> Counts:
    """Steps are grouped by kind too: five sums serve all of their counts, where asking each of
    twenty counts of each of millions of steps took half as long again."""
    asked = {one.code: one.when.without("step") for one in STEP}
    sums = {when.name: when for when in asked.values()}
    counts: dict[str, Any] = {
        name: Count("case_id", filter=when.q(since, until)) for name, when in sums.items()
    }
    found: Counts = {}
    for line in rows.values(column, "step").annotate(**counts):
        row = found.setdefault(line[column], dict.fromkeys(asked, 0))
        for one in STEP:
            if one.when.having["step"] == line["step"]:
                row[one.code] = line[asked[one.code].name]
    return found


class _Bit(Func):
    """Whether a bit of a number is set: 0 or 1."""

    template = "((%(expressions)s >> %(bit)s) & 1)"
    output_field = IntegerField()


def frozen_counts(user: User, freeze: Freeze, dimension: Dimension) -> Counts:
    """The base counts of a frozen period by row. One statement."""
    rows = _seen(user, FrozenFact.objects.filter(freeze_id=freeze.pk, source=dimension.source))
    column = dimension.column if dimension.source == Source.CASE else "holder_id"
    sums: dict[str, Any] = {
        one.code: Sum(_Bit(F("marks"), bit=bit)) for bit, one in enumerate(COUNTS[dimension.source])
    }
    found = rows.order_by().values(column).annotate(**sums)
    return {line.pop(column): line for line in found}


def figures_for(
    user: User, dimension: Dimension, period: Period, *, now: datetime, only: Q | None = None
) -> Figures:
    """The figures of a period as they stand at `now`, by the formulas of its last day.

    Raises NotFound where no formulas were in force.
    """
    counts = counts_for(user, dimension, period.since, period.end(now), only=only)
    first = first_class(dimension.code, on=period.last)
    return _figures(dimension, period, version_on(period.last), counts, first)


def frozen_figures(user: User, freeze: Freeze, dimension: Dimension, period: Period) -> Figures:
    """The figures as they were frozen, by the formulas they were frozen with."""
    counts = frozen_counts(user, freeze, dimension)
    first = frozenset(freeze.first_class.get(dimension.code, ()))
    return _figures(dimension, period, freeze.version, counts, first, freeze)


def _figures(
    dimension: Dimension,
    period: Period,
    version: Version,
    counts: Counts,
    first: frozenset[int],
    freeze: Freeze | None = None,
) -> Figures:
    books = books_of(version)
    names = names_for(dimension, counts)
    in_play = {_subject(dimension, key, first) for key in counts} or {dimension.subject}
    shown_books = [books[one] for one in Subject if one in in_play]
    used = {code for book in shown_books for code in book.counts_used}
    lines = [
        _line(key, names.get(key, ""), row, books[_subject(dimension, key, first)])
        for key, row in counts.items()
        if any(row[code] for code in used)
    ]
    lines.sort(key=lambda one: (one.points is None, -(one.points or 0), one.name))
    total = {one.code: 0 for one in COUNTS[dimension.source]}
    for row in counts.values():
        for code, count in row.items():
            total[code] += count
    formulas = {one.code: one for book in shown_books for one in book.formulas}
    return Figures(
        dimension,
        period,
        version,
        [one for one in COUNTS[dimension.source] if one.code in used],
        list(formulas.values()),
        shown_books,
        lines,
        _sum(total, shown_books[0]),
        freeze,
    )


def _subject(dimension: Dimension, key: Key, first: frozenset[int]) -> Subject:
    is_first = dimension.code in REGIONS and key in first
    return Subject.REGION_1 if is_first else dimension.subject


def _line(key: Key, name: str, counts: Mapping[str, int], book: Book) -> Line:
    values = book.values(counts)
    totals = [one.code for one in book.formulas if one.shows == Shows.TOTAL]
    grade = book.grade(values[totals[0]]) if totals else ""
    left_out = book.left_out(totals[0], counts) if totals and grade else []
    return Line(key, name, counts, values, book, grade, colour_of(grade), left_out)


def _sum(counts: Mapping[str, int], book: Book) -> Line:
    """Everything together: counts and rates; points are for one region, unit or post alone."""
    rates = Book(tuple(f for f in book.formulas if f.shows == Shows.RATE), book.edges)
    return Line(None, "", counts, rates.values(counts), rates)


def waiting() -> int:
    """How many events the facts have still to follow. One query."""
    return Touched.objects.count()
