"""Rates of days by the formulas in force, each with the numbers it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from linli.cockpit.queries import counted
from linli.cockpit.queries.overview import Link
from linli.evaluation.queries.books import books_of, version_on
from linli.evaluation.rules.scoring import Book, rounded
from linli.evaluation.rules.subjects import Subject
from linli.kernel.errors import NotFound

DASH = "—"


@dataclass(frozen=True)
class Gauge:
    """A rate: in per cent, or a dash where nothing was owed; with its formula and its numbers."""

    label: str
    shown: str
    percent: float  # 0 … 100, for drawing
    formula: str
    numbers: list[Link]
    url: str

    @property
    def of(self) -> str:
        """The numbers of the formula in words."""
        return " · ".join(f"{one.label} {one.count}" for one in self.numbers)


def book_on(day: date) -> Book | None:
    """The formulas of a region in force that day; None without any. Two queries."""
    try:
        return books_of(version_on(day))[Subject.REGION_2]
    except NotFound:
        return None


def gauge(
    book: Book | None, code: str, sums: Mapping[str, int], days: counted.Days, *, part: str = ""
) -> Gauge | None:
    """A rate of these counts; None where no formula of that code is in force. No query."""
    if book is None or code not in book.by_code:
        return None
    formula = book.by_code[code]
    value = book.values({name: sums[name] for name in book.counts_used})[code]
    labels = book.labels
    numbers = [
        Link(labels[name], sums[name], counted.url(name, days, part=part))
        for name in Book((formula,), book.edges).counts_used
    ]
    return Gauge(
        label=formula.label,
        shown=DASH if value is None else f"{rounded(value * 100)}",
        percent=0.0 if value is None else 100.0 * min(max(float(value), 0.0), 1.0),
        formula=book.words(formula),
        numbers=numbers,
        url=counted.url("should_close", days, part=part),
    )
