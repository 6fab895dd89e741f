"""Which grids touch which."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db import connection

#: Outlines drawn by hand miss each other by a little: nearer than this counts as touching.
TOUCHING_DEGREES = 0.00005  # about 5 m

_SQL = """
    SELECT v.grid_id, ST_Area(v.outline::geography),
           coalesce(array_agg(o.grid_id ORDER BY g.code) FILTER (WHERE g.id IS NOT NULL), '{}')
    FROM territory_gridversion v
    JOIN territory_grid own ON own.id = v.grid_id
    LEFT JOIN territory_gridversion o
           ON o.grid_id <> v.grid_id AND o.during @> %(on)s::date
          AND ST_DWithin(o.outline, v.outline, %(near)s)
    LEFT JOIN territory_grid g ON g.id = o.grid_id AND g.layer = own.layer
    WHERE v.grid_id = ANY(%(ids)s) AND v.during @> %(on)s::date
    GROUP BY v.grid_id, v.outline"""


class Around(NamedTuple):
    """The size of a grid and the grids of its layer that touch it, by code."""

    area_m2: float
    touching: tuple[int, ...]


def neighbours_of(grid_ids: list[int], *, on: date) -> dict[int, Around]:
    """Size and neighbours of grids that have an outline on that day. One query by the index."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"ids": grid_ids, "on": on, "near": TOUCHING_DEGREES})
        return {row[0]: Around(row[1], tuple(n for n in row[2] if n)) for row in cursor.fetchall()}
