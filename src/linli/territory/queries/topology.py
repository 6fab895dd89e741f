"""Does the ground have holes? The proof that grids and cells neither gap nor overlap (R37)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

LEAST_M2 = 1.0  # what is smaller comes of rounding, not of drawing


@dataclass(frozen=True, slots=True)
class Gap:
    """Ground of the community that no area of `layer` covers, and a point in it."""

    layer: str
    area_m2: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two areas of one layer that share ground."""

    layer: str
    first: str  # codes
    second: str
    area_m2: float


@dataclass(frozen=True, slots=True)
class Stray:
    """An area that reaches out of the community (or, for a cell, out of its grid)."""

    layer: str
    code: str
    outside: str
    area_m2: float


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A building whose ground lies in no responsibility grid, or in several."""

    building_id: int
    name: str
    grids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopologyReport:
    """Everything that is wrong in one community; areas in m², largest first."""

    community_m2: float
    gaps: list[Gap]
    overlaps: list[Overlap]
    strays: list[Stray]
    buildings: list[Misplaced]
    has_cells: bool = False  # grids are made of cells: a building moves with its cell

    @property
    def clean(self) -> bool:
        """Nothing to repair."""
        return not (self.gaps or self.overlaps or self.strays or self.buildings)


_AREAS = """
    WITH community AS (
        SELECT outline FROM territory_regionversion
        WHERE region_id = %(community)s AND during @> %(on)s::date AND outline IS NOT NULL),
    area AS (
        SELECT g.layer, g.code, v.outline, NULL::bigint AS grid_id
        FROM territory_gridversion v JOIN territory_grid g ON g.id = v.grid_id
        WHERE g.community_id = %(community)s AND v.during @> %(on)s::date AND g.parent_id IS NULL
        UNION ALL
        SELECT 'cell', c.code, v.outline, v.grid_id
        FROM territory_cellversion v JOIN territory_cell c ON c.id = v.cell_id
        WHERE c.community_id = %(community)s AND v.during @> %(on)s::date)
"""
_COMMUNITY = (
    _AREAS
    + """
    SELECT ST_Area(outline::geography), EXISTS (SELECT 1 FROM area WHERE layer = 'cell')
    FROM community"""
)
_GAPS = (
    _AREAS
    + """
    , hole AS (
        SELECT layer, (ST_Dump(CASE WHEN covered IS NULL THEN outline
            ELSE ST_Difference(outline, covered) END)).geom
        FROM community, (
            SELECT 'responsibility' AS layer, ST_Union(outline) FILTER (
                WHERE layer = 'responsibility') AS covered FROM area
            UNION ALL
            SELECT 'cell', ST_Union(outline) FROM area WHERE layer = 'cell' HAVING count(*) > 0
        ) AS of_layer)
    SELECT layer, ST_Area(geom::geography) AS m2,
        ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom))
    FROM hole WHERE ST_Area(geom::geography) >= %(least)s ORDER BY m2 DESC, layer LIMIT 500"""
)
_OVERLAPS = (
    _AREAS
    + """
    SELECT * FROM (
        SELECT a.layer, a.code, b.code,
            ST_Area(ST_CollectionExtract(ST_Intersection(a.outline, b.outline), 3)::geography) m2
        FROM area a JOIN area b ON a.layer = b.layer AND a.code < b.code
            AND a.outline && b.outline AND ST_Intersects(a.outline, b.outline)
            AND NOT ST_Touches(a.outline, b.outline)
    ) AS pair WHERE m2 >= %(least)s ORDER BY m2 DESC LIMIT 500"""
)
_STRAYS = (
    _AREAS
    + """
    SELECT * FROM (
        SELECT layer, code, 'community' AS outside,
            ST_Area(ST_Difference(area.outline, community.outline)::geography) AS m2
        FROM area, community
        WHERE NOT ST_CoveredBy(area.outline, community.outline)
        UNION ALL
        SELECT 'cell', area.code, g.code,
            ST_Area(ST_Difference(area.outline, v.outline)::geography)
        FROM area JOIN territory_grid g ON g.id = area.grid_id
        JOIN territory_gridversion v ON v.grid_id = g.id AND v.during @> %(on)s::date
        WHERE NOT ST_CoveredBy(area.outline, v.outline)
    ) AS stray WHERE m2 >= %(least)s ORDER BY m2 DESC LIMIT 500"""
)
_BUILDINGS = """
    WITH community AS (
        SELECT outline FROM territory_regionversion
        WHERE region_id = %(community)s AND during @> %(on)s::date AND outline IS NOT NULL)
    SELECT b.id, b.name, array_remove(array_agg(g.code ORDER BY g.code), NULL)
    FROM community JOIN territory_building b ON b.outline && community.outline
        AND ST_Covers(community.outline, ST_PointOnSurface(b.outline))
    LEFT JOIN (territory_gridversion v JOIN territory_grid g ON g.id = v.grid_id
            AND g.layer = 'responsibility' AND g.parent_id IS NULL)
        ON v.during @> %(on)s::date AND v.outline && b.outline
        AND ST_Area(ST_CollectionExtract(ST_Intersection(v.outline, b.outline), 3)::geography)
            >= greatest(%(least)s, 0.05 * ST_Area(b.outline::geography))
    GROUP BY b.id, b.name HAVING count(g.id) <> 1 ORDER BY b.id LIMIT 500"""


def topology_report(community_id: int, *, on: date, least_m2: float = LEAST_M2) -> TopologyReport:
    """Gaps, overlaps, strays and misplaced buildings of a community on a day.

    Five queries; a community of 100 cells takes some 100 ms. At most 500 of each fault.
    """
    asked = {"community": community_id, "on": on, "least": least_m2}
    area = _rows(_COMMUNITY, asked)
    return TopologyReport(
        community_m2=area[0][0] if area else 0.0,
        gaps=[Gap(*row) for row in _rows(_GAPS, asked)],
        overlaps=[Overlap(*row) for row in _rows(_OVERLAPS, asked)],
        strays=[Stray(*row) for row in _rows(_STRAYS, asked)],
        buildings=[
            Misplaced(building_id, name, tuple(grids))
            for building_id, name, grids in _rows(_BUILDINGS, asked)
        ],
        has_cells=bool(area and area[0][1]),
    )


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
