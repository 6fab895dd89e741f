"""Regions, grids and cells as features of a day: pages of GeoJSON, written by PostGIS.

A page ends at its size or at `MOST_CORNERS` corners, whichever comes first, so that a page of
provinces needs no more memory than one of cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

from django.db import connection

Kind = Literal["region", "grid", "cell"]
Box = tuple[float, float, float, float]
Axes = Literal["lonlat", "latlon", "mercator"]
MOST_CORNERS = 200_000  # some 6 MB of text

#: How a shape is written: seven digits of a degree are a centimetre, as are two of a metre.
_SHAPES: dict[Axes, str] = {
    "lonlat": "ST_AsGeoJSON(ST_ForcePolygonCCW(v.outline), 7)",
    "latlon": "ST_AsGeoJSON(ST_FlipCoordinates(ST_ForcePolygonCCW(v.outline)), 7)",
    "mercator": "ST_AsGeoJSON(ST_Transform(ST_ForcePolygonCCW(v.outline), 3857), 2)",
}
_FACTS: dict[Kind, str] = {
    "region": """'code', o.code, 'name', o.name, 'name_en', o.name_en, 'tier', o.tier,
        'parent', (SELECT code FROM territory_region up WHERE up.id = o.parent_id),
        'centre_lon', ST_X(v.centre_place), 'centre_lat', ST_Y(v.centre_place)""",
    "grid": """'code', o.code, 'name', o.name, 'layer', o.layer, 'kind', o.kind,
        'community', (SELECT code FROM territory_region up WHERE up.id = o.community_id),
        'households', o.households""",
    "cell": """'code', o.code,
        'community', (SELECT code FROM territory_region up WHERE up.id = o.community_id),
        'grid', (SELECT code FROM territory_grid g WHERE g.id = v.grid_id),
        'grade', v.grade, 'area_m2', round(v.area_m2::numeric, 1), 'land_use', o.land_use""",
}
_REGION_OF = "(SELECT id FROM territory_region WHERE code = %s)"
#: The conditions that a fact may stand for; never more than these reach the statement.
_CONDITIONS: dict[Kind, dict[str, str]] = {
    "region": {
        "code": "o.code = %s",
        "tier": "o.tier = %s",
        "parent": f"o.parent_id IN {_REGION_OF}",
    },
    "grid": {
        "code": "o.code = %s",
        "community": f"o.community_id IN {_REGION_OF}",
        "layer": "o.layer = %s",
        "kind": "o.kind = %s",
    },
    "cell": {
        "code": "o.code = %s",
        "community": f"o.community_id IN {_REGION_OF}",
        "grid": "v.grid_id IN (SELECT id FROM territory_grid WHERE code = %s)",
        "grade": "v.grade = %s",
    },
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which features: in force on some day from `since` to `until` (None: no end), touching `box`
    (degrees; west may lie east of east, across the 180th meridian), with these `facts`."""

    since: date | None
    until: date | None
    box: Box | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


class Features(NamedTuple):
    """Features as GeoJSON texts, and the id after which the next page begins, if there is one."""

    texts: list[str]
    next: int | None


def features(
    kind: Kind, wanted: Wanted, *, after: int = 0, size: int, axes: Axes = "lonlat"
) -> Features:
    """A page in the order of ids. Of several versions within the days the newest stands for the
    feature. One query; it reads `size` shapes, finding them by the index on place or on id."""
    where, given = _where(kind, wanted)
    sql = f"""
        WITH found AS MATERIALIZED (
            SELECT DISTINCT ON (o.id) o.id, v.id AS version
            FROM territory_{kind}version v JOIN territory_{kind} o ON o.id = v.{kind}_id
            WHERE {where} AND o.id > %s
            ORDER BY o.id, lower(v.during) DESC LIMIT %s),
        weighed AS (
            SELECT found.*, row_number() OVER (ORDER BY found.id) AS nth,
                sum(coalesce(ST_NPoints(v.outline), 0)) OVER (ORDER BY found.id) AS corners
            FROM found JOIN territory_{kind}version v ON v.id = found.version)
        SELECT o.id, (SELECT count(*) FROM found), json_build_object('type', 'Feature',
            'id', o.code, 'geometry', {_SHAPES[axes]}::json,
            'properties', json_build_object({_FACTS[kind]},
                'valid_from', lower(v.during), 'valid_to', upper(v.during)))::text
        FROM weighed JOIN territory_{kind}version v ON v.id = weighed.version
            JOIN territory_{kind} o ON o.id = weighed.id
        WHERE nth = 1 OR (nth <= %s AND corners <= %s)
        ORDER BY o.id"""  # of `size` + 1 found the last says that there is more
    with connection.cursor() as cursor:
        cursor.execute(sql, [*given, after, size + 1, size, MOST_CORNERS])
        rows: list[tuple[int, int, str]] = cursor.fetchall()
    more = bool(rows) and rows[0][1] > len(rows)
    return Features([text for _id, _found, text in rows], rows[-1][0] if more else None)


def count_features(kind: Kind, wanted: Wanted) -> int:
    """How many features there are on all pages. One query."""
    where, given = _where(kind, wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(DISTINCT o.id) FROM territory_{kind}version v"
            f" JOIN territory_{kind} o ON o.id = v.{kind}_id WHERE {where}",
            given,
        )
        return int(cursor.fetchone()[0])


class Extent(NamedTuple):
    """Where the outlines of a day lie, in degrees, and the first day of any outline."""

    box: Box | None
    since: date | None


def extent(*, on: date) -> Extent:
    """What is covered by regions. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e), since FROM ("
            " SELECT ST_Extent(outline) FILTER (WHERE during @> %s::date) AS e,"
            " min(lower(during)) AS since FROM territory_regionversion) AS all_of_them",
            [on],
        )
        *box, since = cursor.fetchone()
    return Extent(None if box[0] is None else (box[0], box[1], box[2], box[3]), since)


def _where(kind: Kind, wanted: Wanted) -> tuple[str, list[Any]]:
    """The conditions on `v` (versions) and `o` (owners), and their values."""
    parts = ["v.during && daterange(%s, %s, '[]')"]
    given: list[Any] = [wanted.since, wanted.until]
    if wanted.box is not None:
        west, south, east, north = wanted.box
        halves = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
        touches = "ST_Intersects(v.outline, ST_MakeEnvelope(%s, %s, %s, %s, 4326))"
        parts.append("(" + " OR ".join([touches] * len(halves)) + ")")
        for left, right in halves:
            given += [left, south, right, north]
    for name, value in wanted.facts.items():
        parts.append(_CONDITIONS[kind][name])
        given.append(value)
    return " AND ".join(parts), given
