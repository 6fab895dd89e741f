"""Grids as everybody may find them: by name, by code, by community; and a sketch of one (R39)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.territory.models import Grid

_LAYER = "responsibility"


def present_grids(*, on: date) -> QuerySet[Grid]:
    """The responsibility grids of a day with their communities, by code."""
    rows = Grid.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), layer=_LAYER, valid_from__lte=on
    )
    return rows.select_related("community").order_by("code")


def grid_by_code(code: str, *, on: date) -> Grid:
    """One present grid with its community. One query. Raises NotFound."""
    found = present_grids(on=on).filter(code=code).first()
    if found is None:
        raise NotFound(_("There is no grid with this code."), field="grid")
    return found


def grids_by_words(words: str, *, on: date, most: int = 30) -> list[Grid]:
    """Grids whose name, code or community answers to all of the words. One query."""
    rows = present_grids(on=on)
    for word in words.split()[:5]:
        rows = rows.filter(
            Q(name__icontains=word) | Q(code__istartswith=word) | Q(community__name__icontains=word)
        )
    return list(rows[:most])


def grids_named(community_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Name and code by id of the grids of communities, ended ones included. One query."""
    rows = Grid.objects.filter(community_id__in=community_ids)
    return {pk: (name, code) for pk, name, code in rows.values_list("id", "name", "code")}


@dataclass(frozen=True)
class Sketch:
    """A drawing of a grid: SVG path data in metres of the Web Mercator map, y downwards."""

    view_box: str
    outline: str
    neighbours: list[str]
    roads: list[tuple[str, str]]  # kind, path
    buildings: list[str]


_SKETCH = """
    WITH own AS (
        SELECT ST_Transform(outline, 3857) AS shape FROM territory_gridversion
        WHERE grid_id = %(grid)s AND during @> %(on)s::date),
    frame AS (
        SELECT ST_Expand(shape, 0.08 * greatest(ST_XMax(shape) - ST_XMin(shape),
            ST_YMax(shape) - ST_YMin(shape))) AS box FROM own),
    here AS (SELECT box, ST_Transform(box, 4326) AS degrees FROM frame),
    seen AS (
        SELECT 'frame' AS layer, '' AS kind, box AS shape FROM here
        UNION ALL SELECT 'own', '', shape FROM own
        UNION ALL SELECT 'near', '', ST_Transform(v.outline, 3857)
            FROM here, territory_gridversion v JOIN territory_grid g ON g.id = v.grid_id
            WHERE v.outline && degrees AND v.during @> %(on)s::date
                AND g.layer = 'responsibility' AND g.id <> %(grid)s
        UNION ALL (SELECT 'road', r.kind, ST_Transform(r.route, 3857)
            FROM here, territory_road r WHERE r.route && degrees
            ORDER BY ST_Length(r.route) DESC LIMIT 400)
        UNION ALL (SELECT 'building', '', ST_Transform(b.outline, 3857)
            FROM here, territory_building b WHERE b.outline && degrees
            ORDER BY ST_Area(b.outline) DESC LIMIT 800))
    SELECT layer, kind, CASE WHEN layer = 'frame'
        THEN concat_ws(' ', 0, 0, round(ST_XMax(box) - ST_XMin(box)),
            round(ST_YMax(box) - ST_YMin(box)))
        ELSE ST_AsSVG(ST_Translate(ST_Intersection(ST_MakeValid(shape), box),
            -ST_XMin(box), -ST_YMax(box)), 1, 1) END
    FROM seen, here"""


def sketch_of_grid(grid_id: int, *, on: date) -> Sketch | None:
    """A drawing that needs no map program and prints well; None without an outline. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SKETCH, {"grid": grid_id, "on": on})
        rows = [row for row in cursor.fetchall() if row[2]]
    if not rows:
        return None

    def of(layer: str) -> list[tuple[str, str]]:
        return [(kind, path) for name, kind, path in rows if name == layer]

    return Sketch(
        view_box=of("frame")[0][1],
        outline=of("own")[0][1] if of("own") else "",
        neighbours=[path for _kind, path in of("near")],
        roads=of("road"),
        buildings=[path for _kind, path in of("building")],
    )
