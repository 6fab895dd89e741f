"""What stands in an area drawn on the map or of a region or grid (R106, R108)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Literal, NamedTuple

from django.db import connection

from linli.territory.queries.features import Box
from linli.territory.queries.tree import tree


class Inside(NamedTuple):
    """What is known of an area. Households are those of the responsibility grids that lie wholly
    inside, without those inside such a grid (R38); whoever shows them hides small numbers."""

    area_m2: float
    grids: int
    households: int
    buildings: int
    floors: int
    addresses: int
    dwellings: int


_INSIDE = """
    WITH drawn AS (SELECT ST_SetSRID(%(shape)s::geometry, 4326) AS shape),
    homes AS (
        SELECT count(*) AS grids, coalesce(sum(g.households), 0) AS households
        FROM drawn, territory_gridversion v JOIN territory_grid g ON g.id = v.grid_id
        WHERE v.during @> %(on)s::date AND g.layer = 'responsibility'
            AND v.outline && shape AND ST_Covers(shape, v.outline)
            AND NOT EXISTS (
                SELECT FROM territory_gridversion above
                WHERE above.grid_id = g.parent_id AND above.during @> %(on)s::date
                    AND ST_Covers(shape, above.outline))),
    built AS (
        SELECT count(*) AS buildings, coalesce(sum(b.floors), 0) AS floors
        FROM drawn, territory_building b
        WHERE b.outline && shape AND ST_Intersects(ST_PointOnSurface(b.outline), shape)),
    doors AS (
        SELECT count(*) AS addresses, count(*) FILTER (WHERE a.room <> '') AS dwellings
        FROM drawn, territory_address a WHERE ST_Intersects(a.place, shape))
    SELECT ST_Area(shape::geography), grids, households, buildings, floors, addresses, dwellings
    FROM drawn, homes, built, doors"""


def inside(shape: str, *, on: date) -> Inside:
    """What stands in `shape` (hex WKB in degrees); grids as they lay on a day. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_INSIDE, {"shape": shape, "on": on})
        return Inside(*cursor.fetchone())


def boxes_of(kind: Literal["region", "grid"], ids: list[int], *, on: date) -> dict[int, Box]:
    """West, south, east, north of those that have an outline that day. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {kind}_id, ST_XMin(outline), ST_YMin(outline), ST_XMax(outline),"
            f" ST_YMax(outline) FROM territory_{kind}version"
            f" WHERE {kind}_id = ANY(%s) AND during @> %s::date AND outline IS NOT NULL",
            [ids, on],
        )
        return {row[0]: (row[1], row[2], row[3], row[4]) for row in cursor.fetchall()}


def box_around(boxes: Collection[Box]) -> Box | None:
    """West, south, east, north of all of them; None of none."""
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def whole_box(*, on: date) -> Box | None:
    """Around the highest regions that have outlines that day: the whole installation. One query
    for each tier down to them."""
    regions = tree()
    level = regions.children_of(None)
    while level:
        boxes = boxes_of("region", [region.id for region in level], on=on)
        if found := box_around(boxes.values()):
            return found
        level = [child for region in level for child in regions.children_of(region.id)]
    return None


def centres_of(ids: list[int], *, on: date) -> dict[int, tuple[float, float]]:
    """Where the centres of regions are, of those that have said so (R106). One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT region_id, ST_X(centre_place), ST_Y(centre_place)"
            " FROM territory_regionversion WHERE region_id = ANY(%s) AND during @> %s::date"
            " AND centre_place IS NOT NULL",
            [ids, on],
        )
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


def outline_of(kind: Literal["region", "grid"], code: str, *, on: date) -> tuple[str, str] | None:
    """Name and outline (hex WKB) of a region or grid as it lay on a day; None where it has none.
    One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT x.name, encode(ST_AsBinary(v.outline), 'hex') FROM territory_{kind} x"
            f" JOIN territory_{kind}version v ON v.{kind}_id = x.id"
            " WHERE x.code = %s AND v.during @> %s::date AND v.outline IS NOT NULL"
            " ORDER BY x.id DESC LIMIT 1",
            [code, on],
        )
        row = cursor.fetchone()
    return None if row is None else (row[0], row[1])
