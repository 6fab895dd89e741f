"""What a map of an answer is drawn of: outlines, and how many cases lie where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db.models import Count, F, FloatField, Func, IntegerField, Value

from linli.analysis.queries.answering import Answer
from linli.analysis.queries.compiling import Asked, facts_behind
from linli.analysis.rules.charts import Drawing, choropleth, coarser, heat
from linli.cases.models import Case
from linli.cases.policy import visible_to
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_SHAPES = 400
_SIDE = (0.00125, 0.001)  # degrees: about 110 m
_MOST_CELLS = 48
_FINE = 0.0004  # degrees by which outlines are simplified
_NO_OUTLINES = json.dumps({"features": []})


class _Cell(Func):
    """In which cell of a lattice from (0°, 0°) a point lies, across or up."""

    template = "floor(%(function)s(%(expressions)s)::int"
    arg_joiner = ") / "
    output_field = IntegerField()


def map_of(user: User, answer: Answer) -> Drawing | None:
    """The areas of an answer, shaded by its first number, among those of the reader's part of the
    city. One query; None where there are too many or none has an outline."""
    values = {int(str(line.key)): line.numbers[0].value for line in answer.lines if line.key}
    if answer.query.by == "grid":
        ids = list(values)
    else:
        ids = list({*_regions(user, answer.query.by, answer.query.region), *values})
    if len(ids) > MOST_SHAPES:
        return None
    draw = territory.grids_for_map if answer.query.by == "grid" else territory.regions_for_map
    return choropleth(draw(ids, on=answer.window.last, tolerance=_FINE / 2), values)


def heat_of(user: User, answer: Answer) -> Drawing | None:
    """Where the cases of the first number lie: few in one place are left out. Two queries."""
    asked = Asked(user, answer.query, answer.window)
    facts = facts_behind(asked, answer.measures[0].bases[0], ())
    rows = (
        Case.objects.filter(visible_to(user), pk__in=facts.values("case_id"), place__isnull=False)
        .order_by()
        .values(x=_cell("ST_X", _SIDE[0]), y=_cell("ST_Y", _SIDE[1]))
        .annotate(n=Count("pk"))
    )
    cells, times = coarser({(row["x"], row["y"]): row["n"] for row in rows}, _MOST_CELLS)
    return heat(_backdrop(user, answer), cells, side=(_SIDE[0] * times, _SIDE[1] * times))


def _cell(function: str, side: float) -> _Cell:
    return _Cell(F("place"), Value(side, output_field=FloatField()), function=function)


def _backdrop(user: User, answer: Answer) -> str:
    """The outlines behind the cells: what lies in the region that is asked for."""
    ids = _regions(user, "street", answer.query.region)
    if not ids or len(ids) > MOST_SHAPES:
        ids = _regions(user, "district", answer.query.region)
    if not ids or len(ids) > MOST_SHAPES:
        return _NO_OUTLINES
    return territory.regions_for_map(ids, on=answer.window.last, tolerance=_FINE)


def _regions(user: User, tier: str, code: str) -> list[int]:
    """The regions of a tier that there are today, in the region with this code, else in those of
    the reader's posts, which are what a map shows whole: it decides nothing of what is counted."""
    tree = territory.tree()
    over = tree.by_code(code) if code else None
    tops = {over.id} if over else {one.region_id for one in user.seats if one.region_id is not None}
    inside = set[int]().union(*(tree.regions_under(one) for one in tops))
    return [one.id for one in tree.regions(tier) if not tops or one.id in inside]
