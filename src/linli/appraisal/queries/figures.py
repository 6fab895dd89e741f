"""What evaluation counts of posts in a month, with the formulas in words and in numbers.

The program counts every case of a post here, whoever asks: the points of a worker must not hang on
how much the scorer may see. The list behind a number shows each reader the cases they may see.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.utils.translation import override

from linli.appraisal.models import Scheme, SchemeLine
from linli.appraisal.queries.schemes import dimension_of
from linli.appraisal.rules.points import bounded
from linli.evaluation.models import Freeze, FrozenFact, StepFact
from linli.evaluation.queries import frozen
from linli.evaluation.queries.books import books_of, version_on
from linli.evaluation.queries.figures import Counts, counted, summed_bits
from linli.evaluation.rules.counts import STEP, Source
from linli.evaluation.rules.formula import Value, known_part, names_of, said
from linli.evaluation.rules.periods import Period
from linli.evaluation.rules.scoring import Book, Formula, shown
from linli.evaluation.rules.subjects import Shows, Subject
from linli.kernel.errors import NotFound

LANGUAGES = {"zh": "zh-hans", "en": "en"}
Detail = dict[str, Any]


@dataclass(frozen=True)
class Figured:
    """Counts of each post, the formulas by language, and what they were counted from."""

    counts: Counts
    books: Mapping[str, Book]
    version: int | None
    freeze_id: int | None

    def of(self, post_id: int, line: SchemeLine, now: datetime) -> tuple[Any, Detail]:
        """The points of a line (None: nothing to count) and how they came about."""
        book = self.books["zh"]
        formula = book.by_code.get(line.figure)
        if formula is None:
            return None, {"gone": line.figure}
        counts = self.counts.get(post_id) or dict.fromkeys((one.code for one in STEP), 0)
        values = book.values(counts)
        value = values[line.figure]
        detail: Detail = {
            "counts": {code: counts[code] for code in _counts_of(book, formula)},
            "version": self.version,
            "freeze": self.freeze_id,
            "taken_at": now.isoformat(),
        }
        for key, language in LANGUAGES.items():
            with override(language):
                said_here = self.books[key]
                here = said_here.by_code[line.figure]
                detail |= {
                    f"formula_{key}": said_here.words(here),
                    f"numbers_{key}": f"{_in_numbers(here, said_here, counts, values)}"
                    f" = {shown(value, here.shows)}",
                }
        return _points(formula, value), detail


def figured(
    scheme: Scheme, period: Period, post_ids: Collection[int], *, now: datetime
) -> Figured | None:
    """The figures of these posts in a month: as it was closed last, else as it stands. None for a
    scheme without figures, or where no formulas were in force. Six queries, however many posts."""
    dimension = dimension_of(scheme.subject)
    if dimension is None:
        return None
    freeze = frozen.newest(period)
    try:
        version = freeze.version if freeze else version_on(period.last)
    except NotFound:
        return None
    if freeze is not None:
        counts = _frozen(freeze, post_ids)
    else:
        rows = StepFact.objects.filter(post_id__in=post_ids)
        counts = counted(rows, dimension, period.since, period.end(now))
    books = {}
    for key, language in LANGUAGES.items():
        with override(language):
            books[key] = books_of(version)[Subject(scheme.subject)]
    return Figured(counts, books, version.number, freeze.pk if freeze else None)


def _frozen(freeze: Freeze, post_ids: Collection[int]) -> Counts:
    rows = FrozenFact.objects.filter(
        freeze_id=freeze.pk, source=Source.STEP, holder_id__in=post_ids
    )
    return summed_bits(rows, "holder_id", STEP)


def _points(formula: Formula, value: Value) -> Any:
    """A share as points of 100; points as they are."""
    if value is None:
        return None
    return bounded(value * 100 if formula.shows == Shows.RATE else value)


def _counts_of(book: Book, formula: Formula) -> list[str]:
    """The counts a formula reads, also through other formulas, in the order of their table."""
    found, waiting = set[str](), [formula.code]
    while waiting:
        for name in names_of(book.by_code[waiting.pop()].tree):
            if name.code not in found:
                found.add(name.code)
                if name.code in book.by_code:
                    waiting.append(name.code)
    return [one.code for one in STEP if one.code in found]


def _in_numbers(
    formula: Formula, book: Book, counts: Mapping[str, int], values: Mapping[str, Value]
) -> str:
    """The formula with the counts in the place of their names, and the values of formulas; of a
    weighted sum the parts that have something to count, so that it can be reckoned as it stands."""
    words = {code: str(count) for code, count in counts.items()}
    for code, value in values.items():
        words[code] = _short(value, book.by_code[code].shows)

    def name(code: str) -> Value:
        return Fraction(counts[code]) if code in counts else values[code]

    return said(known_part(formula.tree, name), words)


def _short(value: Value, shows: Shows) -> str:
    """A share in per cent (a whole one is 1), points as they are: half a point is no 50 %."""
    if value is not None and value == int(value):
        return str(int(value))
    return shown(value, shows)
