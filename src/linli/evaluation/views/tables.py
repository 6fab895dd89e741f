"""A table of figures as the page and the files show it: the same cells, in the same order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from linli.evaluation.queries.drilling import EVERYTHING, NOWHERE
from linli.evaluation.queries.fairness import Fair
from linli.evaluation.queries.figures import Figures, Line
from linli.evaluation.rules.fairness import Compared
from linli.evaluation.rules.scoring import shown
from linli.evaluation.rules.subjects import Shows
from linli.evaluation.views.asking import Asked

MOST_LINES = 500


@dataclass(frozen=True)
class Cell:
    """One number: as text, its value for a spreadsheet, where it leads."""

    text: str
    label: str | Promise
    value: int | Fraction | None = None
    url: str = ""
    is_share: bool = False
    title: str = ""
    fair: Compared | None = None

    @property
    def fair_text(self) -> str:
        """`expected 91.20 %, +2.10 ± 1.80`: in points of 100."""
        if self.fair is None:
            return ""
        words = _("expected %(rate).2f %%, %(difference)+.2f ± %(margin).2f") % {
            "rate": self.fair.expected * 100,
            "difference": self.fair.difference * 100,
            "margin": self.fair.margin * 100,
        }
        return words.replace("-", "−").replace(" ± ", "\u00a0±\u00a0").replace(" %", "\u00a0%")


@dataclass(frozen=True)
class Row:
    name: str
    cells: list[Cell]
    grade: str
    colour: str
    points: str = ""  # beside the grade, where wide tables still show them
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """Heads with their formulas in words, rows, and the sum."""

    title: str | Promise
    heads: list[tuple[str | Promise, str]]
    rows: list[Row]
    sum: Row
    graded: bool
    hidden: int
    fair: frozenset[int] = frozenset()  # the places of columns with expected rates


def sheet_of(asked: Asked, figures: Figures, fair: Fair, *, most: int | None = MOST_LINES) -> Sheet:
    """The table; `most` rows of it."""
    heads: list[tuple[str | Promise, str]] = [(base.label, "") for base in figures.bases]
    for formula in figures.formulas:
        words = dict.fromkeys(
            book.words(book.by_code[formula.code])
            for book in figures.books
            if formula.code in book.by_code
        )
        heads.append((formula.label, " / ".join(words)))
    lines = figures.lines if most is None else figures.lines[:most]
    return Sheet(
        figures.dimension.label,
        heads,
        [_row(asked, figures, line, fair.get(line.key, {})) for line in lines],
        _row(asked, figures, figures.sum, {}, is_sum=True),
        any(formula.shows == Shows.TOTAL for formula in figures.formulas),
        len(figures.lines) - len(lines),
        frozenset(
            place
            for place, formula in enumerate(figures.formulas, len(figures.bases))
            if any(formula.code in row for row in fair.values())
        ),
    )


def _row(
    asked: Asked,
    figures: Figures,
    line: Line,
    fair: Mapping[str, Compared],
    *,
    is_sum: bool = False,
) -> Row:
    key = EVERYTHING if is_sum else NOWHERE if line.key is None else str(line.key)
    name = _("Together") if is_sum else line.name or pgettext("figures", "without one")
    cells = []
    for base in figures.bases:
        count = line.counts[base.code]
        query = asked.query(count=base.code, key=key)
        url = f"{reverse('evaluation:cases')}?{query}" if count else ""
        cells.append(Cell(f"{count:,}", base.label, count, url))
    for formula in figures.formulas:
        known = line.book.by_code.get(formula.code)
        value = line.values.get(formula.code)
        cells.append(
            Cell(
                shown(value, formula.shows),
                formula.label,
                value,
                is_share=formula.shows == Shows.RATE,
                title=line.book.words(known) if known else "",
                fair=fair.get(formula.code),
            )
        )
    points = shown(line.points, Shows.TOTAL) if line.grade else ""
    return Row(name, cells, line.grade, line.colour, points, _left_out(line.left_out))


def _left_out(parts: list[str]) -> str:
    """Which parts of the score had nothing to count: the others weigh for them."""
    if not parts:
        return ""
    return ngettext(
        "Without: %(parts)s (nothing to count).",
        "Without: %(parts)s (nothing to count).",
        len(parts),
    ) % {"parts": "; ".join(parts)}


def sheet_rows(sheet: Sheet) -> tuple[list[str], list[list[Any]]]:
    """Head and rows for a file, the sum last: text, int, Fraction (a share or points) or None.

    Rates that can be compared have four columns after them: expected, difference, its uncertainty
    to either side (shares like the rate), and the judgement in words.
    """
    head = [str(sheet.title)]
    for place, (label, _words) in enumerate(sheet.heads):
        head.append(str(label))
        if place in sheet.fair:
            head += [f"{label}: {word}" for word in _fair_heads()]
    if sheet.graded:
        head.append(_("Grade"))
    rows = []
    for row in [*sheet.rows, sheet.sum]:
        line: list[Any] = [row.name]
        for place, cell in enumerate(row.cells):
            line.append(cell.value)
            if place in sheet.fair:
                line += _fair_cells(cell.fair)
        if sheet.graded:
            line.append("" if row is sheet.sum else row.grade or None)
        rows.append(line)
    return head, rows


def _fair_heads() -> list[str]:
    return [
        pgettext("fairness", "expected"),
        pgettext("fairness", "difference"),
        pgettext("fairness", "uncertainty ±"),
        pgettext("fairness", "judgement"),
    ]


def _fair_cells(fair: Compared | None) -> list[Any]:
    if fair is None:
        return [None] * 4
    numbers = (fair.expected, fair.difference, fair.margin)
    return [*(Fraction(one) for one in numbers), str(fair.verdict.label)]
