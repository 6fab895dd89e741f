"""An answer as a table: the same cells, in the same order, on the page and in the files."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.analysis.queries.answering import Answer, Line, Number
from linli.analysis.queries.cases import key_text
from linli.analysis.rules.charts import shades
from linli.analysis.rules.measures import Measure, Value
from linli.evaluation.rules.scoring import DASH, rounded

MOST_LINES, MOST_COLUMNS = 200, 40


@dataclass(frozen=True)
class Cell:
    """One number: as text, its value for a spreadsheet, where it leads; `shade` of a matrix."""

    text: str
    value: Value
    label: str | Promise
    url: str = ""
    shade: int = 0


@dataclass(frozen=True)
class Row:
    name: str
    cells: list[Cell]


@dataclass(frozen=True)
class Sheet:
    """Heads (with formulas in words), rows, the sum."""

    title: str | Promise
    heads: list[tuple[str | Promise, str]]
    rows: list[Row]
    sum: Row | None
    hidden: int = 0
    hidden_columns: int = 0


def sheet_of(answer: Answer, *, whole: bool = False) -> Sheet:
    """The table; `whole`: with every row and column, as in the files."""
    lines = answer.lines if whole else answer.lines[:MOST_LINES]
    hidden = len(answer.lines) - len(lines)
    title = answer.way.label if answer.way else ""
    if answer.columns:
        return _matrix(answer, lines, title, hidden, None if whole else MOST_COLUMNS)
    heads: list[tuple[str | Promise, str]] = []
    for measure in answer.measures:
        heads.append((measure.label, measure.words))
        if answer.against:
            heads += [(label, "") for label in _against(measure)]
    rows = [Row(line.name, _cells(answer, line, key_text(line.key))) for line in lines]
    total = Row(_("Together"), _cells(answer, answer.sum, "")) if answer.query.by else None
    return Sheet(title, heads, rows, total, hidden)


def _matrix(
    answer: Answer, lines: tuple[Line, ...], title: str | Promise, hidden: int, most: int | None
) -> Sheet:
    measure, columns = answer.measures[0], answer.columns[:most]
    values = {
        (n, k): number.value or None
        for n, line in enumerate(lines)
        for k, number in enumerate(line.numbers[: len(columns)])
    }
    dark, _edges = shades(values)
    rows = []
    for n, line in enumerate(lines):
        cells = [
            Cell(
                measure.shown(number.value),
                number.value,
                name,
                _url(answer, measure, number.value, row=key_text(line.key), column=key_text(key)),
                dark[n, k],
            )
            for k, ((key, name), number) in enumerate(zip(columns, line.numbers, strict=False))
        ]
        cells.append(_edge(answer, answer.beside[n].value, row=key_text(line.key)))
        rows.append(Row(line.name, cells))
    heads: list[tuple[str | Promise, str]] = [(name, "") for _key, name in columns]
    heads.append((_("Together"), measure.words))
    below = [
        Cell(measure.shown(number.value), number.value, name)
        for (_key, name), number in zip(columns, answer.below, strict=False)
    ]
    total = Row(_("Together"), [*below, _edge(answer, answer.sum.numbers[0].value)])
    return Sheet(title, heads, rows, total, hidden, len(answer.columns) - len(columns))


def _edge(answer: Answer, value: Value, **where: str) -> Cell:
    """The sum at the end of a line of a matrix; it leads to the cases of all of the line."""
    measure = answer.measures[0]
    url = _url(answer, measure, value, **where)
    return Cell(measure.shown(value), value, _("Together"), url)


def _cells(answer: Answer, line: Line, row: str) -> list[Cell]:
    """`row` empty: the sum."""
    where = {"row": row} if row and answer.query.by else {}
    cells = []
    for measure, number in zip(answer.measures, line.numbers, strict=True):
        url = _url(answer, measure, number.value, **where)
        cells.append(Cell(measure.shown(number.value), number.value, measure.label, url))
        if answer.against:
            old = _url(answer, measure, number.before, **where, other="1")
            beside = [(measure.shown(number.before), number.before, old), (*_change(number), "")]
            beside += [] if measure.is_rate else [(*_share(number), "")]
            cells += [
                Cell(text, value, label, url)
                for label, (text, value, url) in zip(_against(measure), beside, strict=True)
            ]
    return cells


def _against(measure: Measure) -> list[str]:
    """Heads of what stands beside a number that is compared; a rate has no share of its change."""
    share = [] if measure.is_rate else [_("Change, %")]
    return [pgettext("analysis", "Before"), pgettext("analysis", "Change"), *share]


def _url(answer: Answer, measure: Measure, value: Value, **where: str) -> str:
    """Where the cases of a number are listed; empty where there are none."""
    if value is None or (not value and not measure.is_rate):
        return ""
    query = answer.query.text(number=measure.code, **where)
    return f"{reverse('analysis:cases')}?{query}"


def _change(number: Number) -> tuple[str, Value]:
    """`+12`; of rates `+1.20` points of a hundred."""
    change = number.change
    if change is None:
        return DASH, None
    if isinstance(change, Fraction):
        return _("%(n)s points") % {"n": _signed(rounded(change * 100))}, change
    return _signed(change), change


def _share(number: Number) -> tuple[str, Value]:
    """`+8.3 %` of before."""
    share = number.change_share
    return (DASH, None) if share is None else (f"{_signed(rounded(share * 100, 1))} %", share)


def _signed(value: Any) -> str:
    text = f"{abs(value):,}"
    return f"+{text}" if value > 0 else f"−{text}" if value < 0 else text


def sheet_rows(answer: Answer, sheet: Sheet) -> tuple[list[str], list[list[Any]]]:
    """Head and rows for a file; below, what was asked, of when, by which formulas."""
    head = [str(sheet.title), *(str(label) for label, _words in sheet.heads)]
    rows: list[list[Any]] = [[row.name, *(cell.value for cell in row.cells)] for row in sheet.rows]
    if sheet.sum:
        rows.append([sheet.sum.name, *(cell.value for cell in sheet.sum.cells)])
    rows += [[""], [_("Period"), answer.window.label]]
    if answer.against:
        rows.append([_("Compared"), answer.against.label])
    if answer.version:
        rows.append([_("Formulas, version"), str(answer.version.number)])
    rows.append([pgettext("analysis", "Question"), answer.query.text()])
    rows.append([_("Counted"), timezone.localtime().strftime("%Y-%m-%d %H:%M")])
    return head, rows
