"""The five goals of the grids (五全, R8) as tiles of the wall: each a measure with its numbers.

| goal | measure | counts |
|---|---|---|
| 基础数据全摸清 | grids that are known ÷ grids | households counted, somebody on duty |
| 动态情况全掌握 | open cases | as they are now |
| 矛盾纠纷全化解 | the closing rate of disputes | classes marked as disputes |
| 百姓事务全代办 | the closing rate of matters done for residents | classes marked as such |
| 百姓诉求全应答 | the closing rate in time of what residents reported | by channel |

The rates are the city's own formulas over this month so far (standards §3.5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from linli.cockpit.queries import counted
from linli.cockpit.queries.area import Grid
from linli.cockpit.queries.overview import Link, Words
from linli.cockpit.queries.rates import DASH, Gauge, gauge
from linli.evaluation.rules.scoring import Book


@dataclass(frozen=True)
class Tile:
    """A goal: its measure now, and the numbers it is made of, each of which opens its list.
    `percent` None: the measure is a count."""

    name: str
    goal: Words
    measure: Words
    shown: str
    formula: str
    parts: Sequence[Link]
    url: str
    percent: float | None = None

    @property
    def is_rate(self) -> bool:
        return self.percent is not None and self.shown != DASH


@dataclass(frozen=True)
class _Rated:
    """A goal that is a rate over a part of all cases; `lacking` says why there can be none."""

    part: str
    goal: Words
    measure: Words
    rate: str
    lacking: Words


_RATED = (
    _Rated(
        "dispute", _("Every dispute settled"), _("Disputes closed"), "closing_rate",
        _("No dispute was to be closed this month."),
    ),
    _Rated(
        "matter", _("Every matter taken on"), _("Matters done"), "closing_rate",
        _("No matter was to be done this month."),
    ),
    _Rated(
        "public", _("Every request answered"), _("Answered in time"),
        "on_time_closing_rate", _("No resident was to be answered this month."),
    ),
)  # fmt: skip


def coverage(grids: Sequence[Grid]) -> Tile:
    """How many of the area's grids are known. No query."""
    known = sum(one.is_known for one in grids)
    percent = 100 * known / len(grids) if grids else 0.0
    url = reverse("cockpit:ground")
    return Tile(
        name="known",
        goal=_("All ground known"),
        measure=_("Grids known"),
        shown=f"{percent:.2f}" if grids else DASH,
        formula=gettext(
            "A grid is known when its households are counted and somebody is on duty in it."
        ),
        parts=[
            Link(pgettext_lazy("grid", "Known"), known, url),
            Link(_("Grids"), len(grids), url),
        ],
        url=url,
        percent=percent,
    )  # fmt: skip


def happening(present: Sequence[Link]) -> Tile:
    """What is open now: the same numbers as the wall's, so that both change together. No query."""
    by_name = {one.name: one for one in present}
    found = by_name["open"]
    return Tile(
        name="open",
        goal=_("All that happens in view"),
        measure=_("Open cases"),
        shown=f"{found.count:,}",
        formula=gettext("Cases that are neither closed nor dismissed, as they are now."),
        parts=[by_name["in_time"], by_name["late"]],
        url=found.url,
    )


def rated(
    book: Book | None, sums: Mapping[str, Mapping[str, int]], days: counted.Days
) -> list[Tile]:
    """The three goals that are rates of these days, by `counted.sums_by_part`. No query."""
    return [
        _tile(one, gauge(book, one.rate, sums[one.part], days, part=one.part)) for one in _RATED
    ]


def _tile(one: _Rated, found: Gauge | None) -> Tile:
    if found is None:
        words = gettext("No formulas are in force.")
        return Tile(one.part, one.goal, one.measure, DASH, words, [], "", 0.0)
    words = found.formula if found.shown != DASH else str(one.lacking)
    return Tile(
        one.part, one.goal, one.measure, found.shown, words, found.numbers, found.url, found.percent
    )
