"""Marks as vector tiles: shapes in the layer “marks”, their texts in “mark-names”.

A text stands once, at a point of its shape, so that no tile repeats its neighbour's. Where a tile
holds more than it can show, the newest show and one text says how many more there are.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.contrib.gis.geos import Polygon
from django.core.exceptions import EmptyResultSet
from django.db import connection

from linli.kernel.mvt import EXTENT
from linli.marks.models import Mark
from linli.marks.policy import visible_to
from linli.marks.queries.lists import holds_on

if TYPE_CHECKING:
    from linli.staff.models import User

MOST = 300  # marks in one tile
_BUFFER = 64  # units of a tile around it
_SQL = """
    WITH box AS (SELECT ST_TileEnvelope(%s, %s, %s) AS there),
    every AS MATERIALIZED (
        SELECT id, text, kind, shape, count(*) OVER () AS n FROM marks_mark
        WHERE id IN ({ids}) ORDER BY id DESC LIMIT %s),
    shapes AS (
        SELECT id, kind, ST_AsMVTGeom(ST_Transform(ST_Simplify(shape, %s, true), 3857), there,
            {extent}, {buffer}) AS shape
        FROM every, box),
    spots AS (
        SELECT id, kind, text, ST_Transform(CASE WHEN GeometryType(shape) = 'LINESTRING'
            THEN ST_LineInterpolatePoint(shape, 0.5) ELSE ST_PointOnSurface(shape) END, 3857) AS at
        FROM every),
    names AS (
        SELECT id, kind, text, ST_AsMVTGeom(at, there, {extent}, 0) AS shape
        FROM spots, box WHERE at && there
        UNION ALL
        SELECT 0, 'more', '+' || (max(n) - count(*)),
            ST_AsMVTGeom(ST_Centroid((SELECT there FROM box)), (SELECT there FROM box), {extent}, 0)
        FROM every HAVING max(n) > count(*))
    SELECT (SELECT ST_AsMVT(shapes, 'marks', {extent}, 'shape') FROM shapes
            WHERE shape IS NOT NULL)
        || (SELECT coalesce(ST_AsMVT(names, 'mark-names', {extent}, 'shape'), '') FROM names
            WHERE shape IS NOT NULL)"""


def mark_tile(user: User, z: int, x: int, y: int, *, on: date) -> bytes:
    """The marks of a day in a tile, as `user` may see them; empty where there are none. Two
    queries: one for the box, one by the index on shapes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b) FROM ST_Transform("
            "ST_TileEnvelope(%s, %s, %s, margin => %s), 4326) AS b",
            [z, x, y, _BUFFER / EXTENT],
        )
        box = Polygon.from_bbox(cursor.fetchone())
        box.srid = 4326
        rows = Mark.objects.filter(visible_to(user) & holds_on(on), shape__bboverlaps=box)
        try:
            sql, params = rows.values_list("id").query.sql_with_params()
        except EmptyResultSet:
            return b""
        pixel = 360.0 / 2**z / 512 / 2
        query = _SQL.format(ids=sql, extent=EXTENT, buffer=_BUFFER)
        cursor.execute(query, [z, x, y, *params, MOST, pixel])
        (body,) = cursor.fetchone()
    return bytes(body or b"")
