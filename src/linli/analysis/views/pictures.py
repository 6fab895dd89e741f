"""An answer as a drawing for the template: words and links beside what rules.charts has placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.analysis.queries.answering import Answer
from linli.analysis.queries.places import heat_of, map_of
from linli.analysis.rules import charts
from linli.analysis.rules.measures import Measure, Value
from linli.analysis.views.tables import Row, Sheet
from linli.evaluation.rules.scoring import rounded

if TYPE_CHECKING:
    from linli.staff.models import User


@dataclass(frozen=True)
class Picture:
    """What is drawn: its kind, its rows or its drawing; `says` why there is none."""

    kind: str
    title: str | Promise = ""
    rows: Sequence[Any] = ()
    drawing: Any = None
    legend: Sequence[Any] = ()
    says: str = ""

    @property
    def is_named(self) -> bool:
        """Whether the areas of a map are few enough for their names to stand in them."""
        return self.kind == "map" and len(self.rows) <= charts.MOST_NAMES


@dataclass(frozen=True)
class Item:
    """A row of bars or a legend: what is drawn of it, its words, its number, where it leads."""

    drawn: Any
    name: str | Promise
    text: str
    url: str = ""
    more: str = ""


def picture_of(user: User, answer: Answer, sheet: Sheet) -> Picture | None:
    """The drawing that is asked for; None for a table alone."""
    if not answer.lines:
        return None
    match answer.query.chart:
        case "bar":
            return _bars(answer, sheet)
        case "pie":
            return _pie(answer, sheet)
        case "trend":
            return _trend(answer)
        case "map":
            return _map(user, answer, sheet)
        case "heat":
            return _heat(user, answer)
    return None


def _values(answer: Answer) -> list[Value]:
    return [line.numbers[0].value for line in answer.lines]


def _none(says: str) -> Picture:
    return Picture("none", says=says)


def _bars(answer: Answer, sheet: Sheet) -> Picture:
    if answer.columns:
        return _none(_("Bars are for one way: leave “and by” out. The table is shaded instead."))
    before = [line.numbers[0].before for line in answer.lines] if answer.against else None
    items = [
        Item(bar, row.name, row.cells[0].text, row.cells[0].url,
             row.cells[2].text if answer.against else "")
        for bar, row in zip(charts.bars(_values(answer), before), sheet.rows, strict=False)
    ]  # fmt: skip
    return Picture("bars", answer.measures[0].label, items)


def _pie(answer: Answer, sheet: Sheet) -> Picture:
    measure = answer.measures[0]
    if answer.columns:
        return _none(_("A pie is for one way: leave “and by” out. The table is shaded instead."))
    if measure.is_rate or (measure.is_owed and answer.query.by == "time"):
        return _none(
            _("“%(label)s” does not add up to a whole. Choose a count, or bars.")
            % {"label": measure.label}
        )
    items = []
    for one in charts.slices(_values(answer)):
        row = _row(sheet, one.places)
        share = f"{rounded(one.share * 100, 1)} %"
        if row is None:
            total = sum(int(answer.lines[place].numbers[0].value or 0) for place in one.places)
            name = ngettext("%(n)d other", "%(n)d others", len(one.places))
            items.append(Item(one, name % {"n": len(one.places)}, f"{total:,}", "", share))
        else:
            items.append(Item(one, row.name, row.cells[0].text, row.cells[0].url, share))
    return Picture("pie", measure.label, items)


def _row(sheet: Sheet, places: Sequence[int]) -> Row | None:
    return sheet.rows[places[0]] if len(places) == 1 and places[0] < len(sheet.rows) else None


def _trend(answer: Answer) -> Picture:
    """Lines over time: the columns of a matrix, else the numbers, else this period and before."""
    if answer.columns:
        lines = [
            [line.numbers[n].value for line in answer.lines]
            for n, _column in enumerate(answer.columns[: charts.MOST_SERIES])
        ]
        names: list[str | Promise] = [name for _key, name in answer.columns[: charts.MOST_SERIES]]
        measures = [answer.measures[0]] * len(lines)
    else:
        measures = _alike(answer)
        lines = [[line.numbers[n].value for line in answer.lines] for n, _m in enumerate(measures)]
        names = [one.label for one in measures]
        if answer.against:
            measures, names = [measures[0]] * 2, [answer.window.label, answer.against.label]
            lines = [lines[0], [line.numbers[0].before for line in answer.lines]]
    drawing = charts.trend(lines)
    ticks = [(tick.top, _tick(measures[0], tick.value)) for tick in drawing.ticks]
    legend = [Item(one, names[one.tone], "") for one in drawing.series]
    steps = [answer.lines[0].name, answer.lines[len(answer.lines) // 2].name, answer.lines[-1].name]
    title = " · ".join(dict.fromkeys(str(one.label) for one in measures))
    return Picture("trend", title, ticks, (drawing, steps), legend)


def _alike(answer: Answer) -> list[Measure]:
    """The numbers that fit one scale: counts with counts, rates with rates."""
    first = answer.measures[0]
    found = []
    for one in answer.measures:
        if one.is_rate != first.is_rate:
            break
        found.append(one)
    return found


def _tick(measure: Measure, value: float) -> str:
    if measure.is_rate:
        return f"{value * 100:g} %"
    return f"{value:,g}"


def _map(user: User, answer: Answer, sheet: Sheet) -> Picture:
    drawing = map_of(user, answer)
    if drawing is None:
        return _none(_("No outlines to draw, or too many. Choose larger areas, or one region."))
    rows = {line.key: row for line, row in zip(answer.lines, sheet.rows, strict=False)}
    items = []
    for shape in drawing.shapes:
        row = rows.get(shape.id)
        text, url = (row.cells[0].text, row.cells[0].url) if row else ("", "")
        items.append(Item(shape, row.name if row else "", text, url))
    measure = answer.measures[0]
    return Picture("map", measure.label, items, drawing, _legend(drawing, measure))


def _heat(user: User, answer: Answer) -> Picture:
    drawing = heat_of(user, answer)
    if drawing is None or not drawing.squares:
        return _none(_("Nowhere do %(n)d cases or more lie together.") % {"n": charts.FEWEST})
    measure = answer.measures[0]
    base = Measure(measure.bases[0].code, measure.bases[0].label, measure.bases[:1])
    says = ""
    if drawing.hidden:
        says = ngettext(
            "%(count)d case is not drawn: fewer than %(n)d lie in its place.",
            "%(count)d cases are not drawn: fewer than %(n)d lie in their place.",
            drawing.hidden,
        ) % {"count": drawing.hidden, "n": charts.FEWEST}
    return Picture("heat", base.label, drawing.squares, drawing, _legend(drawing, base), says)


def _legend(drawing: charts.Drawing, measure: Measure) -> list[Item]:
    """Each tone with the numbers it stands for."""
    found = []
    for n, edge in enumerate(drawing.edges):
        tone = charts.CLASSES - len(drawing.edges) + n + 1
        value: Value = edge if measure.is_rate else int(edge)
        found.append(Item(tone, _("from %(n)s") % {"n": measure.shown(_plain(value))}, ""))
    return found


def _plain(value: Value) -> Value:
    return value if isinstance(value, int) or value is None else Fraction(value)
