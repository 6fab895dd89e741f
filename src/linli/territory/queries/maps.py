"""Outlines for a map that has no tiles: a few at a time, as GeoJSON text."""

from __future__ import annotations

from datetime import date
from typing import Literal

from django.db import connection

_REGIONS = """
    SELECT jsonb_build_object('type', 'FeatureCollection', 'features',
        coalesce(jsonb_agg(feature), '[]'))::text
    FROM (
        SELECT jsonb_build_object('type', 'Feature', 'id', r.id,
            'properties', jsonb_build_object('id', r.id, 'code', r.code, 'name', r.name,
                'name_en', r.name_en, 'tier', r.tier,
                'centre', ST_AsGeoJSON(v.centre_place)::jsonb),
            'geometry', ST_AsGeoJSON(ST_SimplifyPreserveTopology(v.outline, %s), 6)::jsonb)
            AS feature
        FROM territory_regionversion v JOIN territory_region r ON r.id = v.region_id
        WHERE v.during @> %s::date AND r.id = ANY(%s) AND v.outline IS NOT NULL
        ORDER BY r.code
    ) AS features"""
_GRIDS = """
    SELECT jsonb_build_object('type', 'FeatureCollection', 'features',
        coalesce(jsonb_agg(feature), '[]'))::text
    FROM (
        SELECT jsonb_build_object('type', 'Feature', 'id', g.id,
            'properties', jsonb_build_object('id', g.id, 'code', g.code, 'name', g.name,
                'kind', g.kind, 'households', g.households),
            'geometry', ST_AsGeoJSON(ST_SimplifyPreserveTopology(v.outline, %s), 6)::jsonb)
            AS feature
        FROM territory_gridversion v JOIN territory_grid g ON g.id = v.grid_id
        WHERE v.during @> %s::date AND g.id = ANY(%s)
        ORDER BY g.code
    ) AS features"""


def regions_for_map(ids: list[int], *, on: date, tolerance: float = 0.0) -> str:
    """Regions as GeoJSON text, by code; `tolerance` in degrees simplifies. One query."""
    return _one(_REGIONS, tolerance, on, ids)


def grids_for_map(ids: list[int], *, on: date, tolerance: float = 0.0) -> str:
    """Grids as GeoJSON text, by code; `tolerance` in degrees simplifies. One query."""
    return _one(_GRIDS, tolerance, on, ids)


def _one(sql: str, tolerance: float, on: date, ids: list[int]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql, [tolerance, on, ids])
        return str(cursor.fetchone()[0])


def bounds_of(
    kind: Literal["region", "grid", "cell"], target_id: int, *, on: date
) -> tuple[float, float, float, float] | None:
    """West, south, east, north of what has an outline that day. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_XMin(outline), ST_YMin(outline), ST_XMax(outline), ST_YMax(outline)"
            f" FROM territory_{kind}version WHERE {kind}_id = %s AND during @> %s::date"
            " AND outline IS NOT NULL",
            [target_id, on],
        )
        row = cursor.fetchone()
    return None if row is None else (row[0], row[1], row[2], row[3])
