"""The figures of a period: one grouped statement over the facts, then the formulas of its day.

Every number is a count of facts of cases that the reader may see (`visible_to`), and opens the list
of exactly these cases (queries.drilling). Cost: the statement reads the facts of the period by the
indexes of their moments; which of them a reader sees is decided in queries.seeing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Func, IntegerField, Model, Q, QuerySet, Sum

from linli.evaluation.models import CaseFact, Freeze, StepFact, TaskFact, Touched
from linli.evaluation.queries.books import books_of, version_on
from linli.evaluation.queries.names import Key, first_class, names_for
from linli.evaluation.queries.seeing import frozen_facts, seen_by
from linli.evaluation.rules.counts import COUNTS, Base, Owed, Source, candidates
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
    """A table of figures, the best score first, people by name (P14: they are not ranked); `bases`
    and `formulas` are its columns."""

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
    return seen_by(user, rows)


def facts_of_posts(post_ids: Collection[int]) -> QuerySet[StepFact]:
    """What these posts did and owed, whoever may see the cases. For the numbers of their holder
    alone: what somebody did stays theirs when the case, or the post, is theirs no more."""
    return StepFact.objects.filter(post_id__in=post_ids)


def counts_for(
    user: User,
    dimension: Dimension,
    since: datetime,
    until: datetime,
    *,
    only: Q | None = None,
    codes: Collection[str] | None = None,
) -> Counts:
    """Base counts by row. One statement; two for posts (see `counted`)."""
    rows = facts_for(user, dimension.source)
    rows = rows if only is None else rows.filter(only)
    return counted(rows, dimension, since, until, codes=codes)


def counted(
    rows: QuerySet[Any],
    dimension: Dimension,
    since: datetime,
    until: datetime,
    *,
    codes: Collection[str] | None = None,
) -> Counts:
    """Base counts by row of these facts. One statement; two for posts, and with `codes` only the
    steps that these counts are of are read: the other counts are 0 then."""
    source = dimension.source
    bases = COUNTS[source]
    if source == Source.STEP and codes is not None:
        bases = tuple(one for one in bases if one.code in codes)
    found = grouped(rows, source, (dimension.column,), bases, since, until)
    nothing = dict.fromkeys((one.code for one in COUNTS[source]), 0)
    return {key: nothing | row for (key,), row in found.items()}


def grouped(
    rows: QuerySet[Any],
    source: Source,
    columns: Sequence[str],
    bases: Sequence[Base],
    since: datetime,
    until: datetime,
) -> dict[tuple[Any, ...], dict[str, int]]:
    """These counts of facts by the values of `columns`. One statement; two for posts; none for a
    period that has not begun."""
    if until <= since:
        return {}
    if source == Source.STEP:
        return _by_step(rows, columns, bases, since, until)
    counts: dict[str, Any] = {
        one.code: Count("case_id", filter=one.when.q(since, until)) for one in bases
    }
    rows = rows.filter(candidates(bases, since, until)).order_by()
    return _lines(rows.values(*columns).annotate(**counts), columns, list(counts))


def _by_step(
    rows: QuerySet[Any],
    columns: Sequence[str],
    bases: Sequence[Base],
    since: datetime,
    until: datetime,
) -> dict[tuple[Any, ...], dict[str, int]]:
    """Steps are many (seven a case) and have one moment: what was done in the period is asked for
    once, by its index, and split by marks alone; what is overdue besides is few, and has an index
    of its own. Asking twenty counts of each step took several times as long."""
    found: dict[tuple[Any, ...], dict[str, int]] = {}
    nothing, width = dict.fromkeys((one.code for one in bases), 0), len(columns)

    def add(some: QuerySet[Any], taken: Sequence[Base]) -> None:
        marks = {_mark(one): Q(**_marks_of(one)) for one in taken}
        sums: dict[str, Any] = {name: Count("step", filter=q or None) for name, q in marks.items()}
        places = {name: place for place, name in enumerate(sums, width + 1)}
        wanted: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for one in taken:
            wanted[one.when.having["step"]].append((one.code, places[_mark(one)]))
        lines = some.filter(step__in=sorted(wanted)).order_by().values(*columns, "step")
        for line in lines.annotate(**sums).values_list(*columns, "step", *sums):
            key = line[:width]
            row = found.get(key)
            if row is None:
                row = found[key] = nothing.copy()
            for code, place in wanted[line[width]]:
                row[code] += line[place]

    add(rows.filter(done_at__gte=since, done_at__lt=until), bases)
    owed = [one for one in bases if isinstance(one.when, Owed)]
    if owed:
        assert isinstance(owed[0].when, Owed)  # all of them ask for the same columns
        add(rows.filter(owed[0].when.overdue(until)), owed)
    return found


def _marks_of(base: Base) -> dict[str, Any]:
    """What a step has to be besides its kind to count."""
    return {name: value for name, value in base.when.having.items() if name != "step"}


def _mark(base: Base) -> str:
    return "_".join(("all", *(f"{name}_{value}" for name, value in _marks_of(base).items())))


class Bit(Func):
    """Whether a bit of a number is set: 0 or 1."""

    template = "((%(expressions)s >> %(bit)s) & 1)"
    output_field = IntegerField()


def summed_bits(rows: QuerySet[Any], column: str, bases: Sequence[Base]) -> Counts:
    """Base counts by `column` of rows of closed periods; `bases`: a whole table of counts, in its
    order, which is the meaning of the bits. One statement."""
    return {key: row for (key,), row in grouped_bits(rows, (column,), bases).items()}


def grouped_bits(
    rows: QuerySet[Any], columns: Sequence[str], bases: Sequence[Base]
) -> dict[tuple[Any, ...], dict[str, int]]:
    """The same by the values of several columns. One statement."""
    sums: dict[str, Any] = {
        one.code: Sum(Bit(F("marks"), bit=bit)) for bit, one in enumerate(bases)
    }
    return _lines(rows.order_by().values(*columns).annotate(**sums), columns, list(sums))


def _lines(
    rows: QuerySet[Any], columns: Sequence[str], codes: Sequence[str]
) -> dict[tuple[Any, ...], dict[str, int]]:
    width = len(columns)
    return {
        line[:width]: dict(zip(codes, line[width:], strict=True))
        for line in rows.values_list(*columns, *codes)
    }


def frozen_counts(
    user: User, freeze: Freeze, dimension: Dimension, *, only: Q | None = None
) -> Counts:
    """The base counts of a frozen period by row. One statement."""
    rows = seen_by(user, frozen_facts(freeze, dimension.source))
    rows = rows if only is None else rows.filter(only)
    return summed_bits(rows, dimension.frozen_column, COUNTS[dimension.source])


def figures_for(
    user: User, dimension: Dimension, period: Period, *, now: datetime, only: Q | None = None
) -> Figures:
    """The figures of a period as they stand at `now`, by the formulas of its last day.

    Raises NotFound where no formulas were in force.
    """
    rows = facts_for(user, dimension.source)
    return figures_of(rows if only is None else rows.filter(only), dimension, period, now=now)


def figures_of(
    rows: QuerySet[Any], dimension: Dimension, period: Period, *, now: datetime
) -> Figures:
    """The same of these facts."""
    version = version_on(period.last)
    books = books_of(version)
    counts = counted(
        rows, dimension, period.since, period.end(now), codes=books[dimension.subject].counts_used
    )
    first = first_class(dimension.code, on=period.last)
    return _figures(dimension, period, version, books, counts, first)


def frozen_figures(
    user: User, freeze: Freeze, dimension: Dimension, period: Period, *, only: Q | None = None
) -> Figures:
    """The figures as they were frozen, by the formulas they were frozen with."""
    counts = frozen_counts(user, freeze, dimension, only=only)
    first = frozenset(freeze.first_class.get(dimension.code, ()))
    books = books_of(freeze.version)
    return _figures(dimension, period, freeze.version, books, counts, first, freeze)


def _figures(
    dimension: Dimension,
    period: Period,
    version: Version,
    books: Mapping[Subject, Book],
    counts: Counts,
    first: frozenset[int],
    freeze: Freeze | None = None,
) -> Figures:
    names = names_for(dimension, counts)
    in_play = {_subject(dimension, key, first) for key in counts} or {dimension.subject}
    shown_books = [books[one] for one in Subject if one in in_play]
    used = {code for book in shown_books for code in book.counts_used}
    lines = [
        _line(key, names.get(key, ""), row, books[_subject(dimension, key, first)])
        for key, row in counts.items()
        if any(row[code] for code in used)
    ]
    if dimension.of_people:
        lines.sort(key=lambda one: one.name)
    else:
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
