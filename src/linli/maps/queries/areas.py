"""Cases and ground inside an area drawn on the map, or of a region or grid (R108)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from linli.cases.queries import lists
from linli.cases.rules import Stage
from linli.cases.rules.filters import CaseFilter
from linli.catalogue import queries as catalogue
from linli.kernel.errors import BadInput
from linli.maps.rules.area import Area, People, parse_area, people
from linli.territory.queries.inside import Inside, inside, outline_of

if TYPE_CHECKING:
    from linli.staff.models import User

GRANT_FEW = "maps.count_few"  # sees numbers of households below five
KINDS: tuple[Literal["grid", "region"], ...] = ("grid", "region")
MOST_COUNTED = 20_000  # cases; beyond, a smaller area has to be drawn


class Line(NamedTuple):
    """One line of a table of counts."""

    code: str
    label: str
    found: int


@dataclass(frozen=True)
class Figures:
    """An area in figures. `exact` is False where there are more cases than are counted."""

    cases: int
    exact: bool
    stages: list[Line]
    classes: list[Line]
    ground: Inside
    households: People

    @property
    def area_km2(self) -> float:
        return self.ground.area_m2 / 1e6


def area_of(text: str, *, on: date) -> Area | None:
    """An area as the address has it: corners, or “grid:CODE” and “region:CODE” as they lay on a
    day. None for an empty text. One query for a name. Raises BadInput."""
    named, _colon, code = text.partition(":")
    for kind in KINDS:
        if named == kind:
            found = outline_of(kind, code[:40], on=on)
            if found is None:
                raise BadInput(
                    _("area names a grid or region without an outline on this day: “%(code)s”.")
                    % {"code": code[:40]},
                    field="area",
                )
            return Area(text, found[1], found[0])
    return parse_area(text)


def within(area: Area) -> Q:
    """The cases whose place lies in the area."""
    shape = GEOSGeometry(area.shape)
    shape.srid = 4326
    return Q(place__intersects=shape)


def figures_of(user: User, wanted: CaseFilter, area: Area, *, now: datetime, on: date) -> Figures:
    """How many of the cases that `user` may see lie inside, by stage and by class, and what stands
    there. Two queries; the cases are read by their places, 20,000 at most. Raises BadInput."""
    rows = lists.filtered(user, wanted, now=now).filter(within(area)).order_by()
    counted = _counted(rows.values_list("stage", "case_class_id")[: MOST_COUNTED + 1])
    stages, classes = Counter[str](), Counter[int | None]()
    for stage, class_id, count in counted:
        stages[stage] += count
        classes[class_id] += count
    total, book = stages.total(), catalogue.current()
    ground = inside(area.shape, on=on)
    kinds = [
        Line(book.class_by_id(key).code, book.class_by_id(key).label, count)
        if key is not None
        else Line("", "", count)
        for key, count in classes.most_common()
    ]
    return Figures(
        cases=min(total, MOST_COUNTED),
        exact=total <= MOST_COUNTED,
        stages=[
            Line(stage.value, str(stage.label), stages[stage.value])
            for stage in Stage
            if stages[stage.value]
        ],
        classes=kinds,
        ground=ground,
        households=people(ground.households, exactly=user.has_grant(GRANT_FEW)),
    )


def _counted(rows: object) -> list[tuple[str, int | None, int]]:
    try:
        sql, params = rows.query.sql_with_params()  # type: ignore[attr-defined]  # a values query
    except EmptyResultSet:  # a person who may see nothing
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT stage, kind, count(*) FROM ({sql}) AS found (stage, kind) GROUP BY 1, 2",
            params,
        )
        found: list[tuple[str, int | None, int]] = cursor.fetchall()
        return found
