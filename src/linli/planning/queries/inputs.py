"""What a plan stands on: the community, its buildings with their households, streets, banks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import shapely
from django.db import connection
from django.utils.translation import gettext as _

from linli.kernel.errors import Refused
from linli.planning.rules.estimate import estimated_homes
from linli.planning.rules.ground import Barrier, Building, Compound
from linli.territory.models import Region
from linli.territory.rules.blocks import STREET_COSTS
from linli.territory.rules.coverage import Plane

# What a street or a bank divides: a border along it costs 1 / (1 + cost) of one over open ground.
COSTS = {**STREET_COSTS, "service": 0.5, "path": 0.3}
BANK = 10.0
_COMPOUND_M2 = 100_000  # a named residential area up to here is a compound: its walls are not cut

_OUTLINE = """
    SELECT ST_AsBinary(outline) FROM territory_regionversion
    WHERE region_id = %s AND during @> %s::date AND outline IS NOT NULL"""
_BUILDINGS = """
    SELECT b.id, ST_AsBinary(b.outline), b.floors, b.height_m,
        (SELECT count(DISTINCT (a.unit, a.room)) FROM territory_address a
         WHERE a.room <> '' AND a.place && b.outline AND ST_Covers(b.outline, a.place))
    FROM territory_regionversion v JOIN territory_building b ON b.outline && v.outline
        AND ST_Covers(v.outline, ST_PointOnSurface(b.outline))
    WHERE v.region_id = %s AND v.during @> %s::date ORDER BY b.id"""
_ROADS = """
    SELECT r.kind, ST_AsBinary(r.route) FROM territory_regionversion v
    JOIN territory_road r ON r.route && v.outline AND ST_Intersects(r.route, v.outline)
    WHERE v.region_id = %s AND v.during @> %s::date ORDER BY r.id"""
_SURFACES = """
    SELECT s.id, s.kind, ST_AsBinary(s.outline) FROM territory_regionversion v
    JOIN territory_surface s ON s.outline && v.outline AND ST_Intersects(s.outline, v.outline)
    WHERE v.region_id = %s AND v.during @> %s::date
        AND (s.kind = 'water' OR s.kind = 'residential' AND s.name <> ''
            AND ST_Area(s.outline::geography) < %s)
    ORDER BY s.id"""
_GRIDS = """
    SELECT g.id, g.code, g.name, g.households, ST_AsBinary(v.outline)
    FROM territory_grid g JOIN territory_gridversion v ON v.grid_id = g.id
    WHERE g.community_id = %s AND v.during @> %s::date AND g.layer = 'responsibility'
        AND g.parent_id IS NULL ORDER BY g.code"""
_WORK = """
    SELECT near.id, count(*) FROM cases_case c
    CROSS JOIN LATERAL (
        SELECT b.id FROM territory_building b WHERE b.id = ANY(%(buildings)s)
            AND b.outline && ST_Expand(c.place, 0.001)
        ORDER BY b.outline <-> c.place LIMIT 1) AS near
    WHERE c.community_id = %(community)s AND c.filed_at >= %(since)s GROUP BY near.id"""


@dataclass(slots=True)
class Today:
    """One of today's grids."""

    id: int
    code: str
    name: str
    households: int | None
    outline: shapely.Geometry  # metres


@dataclass(slots=True)
class Inputs:
    """Everything in metres of `plane`; `ids` are the buildings' in the order of `buildings`."""

    plane: Plane
    outline: shapely.Geometry
    ids: list[int]
    buildings: list[Building]
    barriers: list[Barrier]
    compounds: list[Compound]
    today: list[Today]
    in_grid: list[int] = field(default_factory=list)  # number in `today` of each building, -1
    estimated: bool = True


def inputs_for(community: Region, *, on: date, since: Any = None) -> Inputs:
    """Read a community on a day; with `since` also the cases filed since then as past work.

    Six queries. Households are the doors known of a building or, where none are, follow from its
    floor space; they are brought to the households of today's grids where those are known.
    Raises Refused without an outline or buildings.
    """
    asked = [community.pk, on]
    found = _rows(_OUTLINE, asked)
    if not found:
        raise Refused(_("The community has no outline. Draw or import it first."))
    degrees = shapely.from_wkb(bytes(found[0][0]))
    plane = Plane.around(degrees)
    rows = _rows(_BUILDINGS, asked)
    if not rows:
        raise Refused(_("No building is known in this community. Import buildings first."))
    shapes = plane.metres(shapely.make_valid(shapely.from_wkb([bytes(row[1]) for row in rows])))
    today = [
        Today(row[0], row[1], row[2], row[3], plane.metres(shapely.from_wkb(bytes(row[4]))))
        for row in _rows(_GRIDS, asked)
    ]
    ids = [row[0] for row in rows]
    known = np.array([row[4] for row in rows], float)
    total = _total(today)
    homes = estimated_homes(
        shapely.area(shapes), [_floors(row[2], row[3]) for row in rows], known=known, total=total
    )
    work = dict(_rows(_WORK, {"buildings": ids, "community": community.pk, "since": since})
                if since is not None else [])  # fmt: skip
    buildings = [
        Building(shape, float(count), float(work.get(building, 0)))
        for building, shape, count in zip(ids, shapes, homes.tolist(), strict=True)
    ]
    barriers, compounds = _lines(plane, asked)
    return Inputs(
        plane=plane,
        outline=plane.metres(degrees),
        ids=ids,
        buildings=buildings,
        barriers=barriers,
        compounds=compounds,
        today=today,
        in_grid=_in_grid(shapes, [grid.outline for grid in today]),
        estimated=not bool((known > 0).all()),
    )


def _total(today: Sequence[Today]) -> int | None:
    """The households of a community, if every grid says its own."""
    if not today or any(grid.households is None for grid in today):
        return None
    return sum(grid.households or 0 for grid in today)


def _floors(floors: int | None, height_m: float | None) -> float:
    if floors:
        return float(floors)
    return max(1.0, round(height_m / 3)) if height_m else 3.0


def _lines(plane: Plane, asked: list[Any]) -> tuple[list[Barrier], list[Compound]]:
    barriers = [
        Barrier(plane.metres(shapely.from_wkb(bytes(route))), COSTS.get(kind, 1.0))
        for kind, route in _rows(_ROADS, asked)
    ]
    compounds = []
    for key, kind, outline in _rows(_SURFACES, [*asked, _COMPOUND_M2]):
        shape = plane.metres(shapely.make_valid(shapely.from_wkb(bytes(outline))))
        if kind == "water":
            barriers.append(Barrier(shape.boundary, BANK))
        else:
            compounds.append(Compound(key, shape))
    return barriers, compounds


def _in_grid(shapes: Any, grids: list[shapely.Geometry]) -> list[int]:
    """Today's grid of each building, by the point on it."""
    found = np.full(len(shapes), -1, np.int64)
    if grids:
        places = shapely.point_on_surface(shapes)
        at, grid = shapely.STRtree(grids).query(places, predicate="intersects")
        found[at[::-1]] = grid[::-1]
    answer: list[int] = found.tolist()
    return answer


def _rows(sql: str, asked: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
