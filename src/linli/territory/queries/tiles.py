"""Vector tiles of the ground: regions, grids, cells and the platform's own base map.

Every layer asks by `outline && box` in degrees, so that the spatial index answers; the tile is made
of what is left. Colours and names are for the map's style.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput, NotFound
from linli.kernel.mvt import EXTENT
from linli.territory.queries.versions import versions

DEEPEST = 22


class Tile(NamedTuple):
    """A tile's bytes (empty where there is nothing) and the tag that stands for its content."""

    body: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class _Layer:
    """One layer: its source, its columns, the zooms it is drawn at, and how many features most."""

    source: str
    geometry: str
    columns: str
    order: str
    lowest: int = 0
    most: int = 4_000
    buffer: int = 64


_TODAY = "{v}.during @> %(today)s::date"
_LAYERS: dict[str, _Layer] = {
    "regions": _Layer(
        "territory_regionversion v JOIN territory_region r ON r.id = v.region_id"
        f" AND {_TODAY.format(v='v')} AND r.tier = %(tier)s",
        "v.outline",
        "r.id AS region_id, r.code, r.name, r.name_en, r.tier",
        "r.code",
    ),
    "grids": _Layer(
        "territory_gridversion v JOIN territory_grid g ON g.id = v.grid_id"
        f" AND {_TODAY.format(v='v')} AND g.layer = 'responsibility'",
        "v.outline",
        "g.id AS grid_id, g.code, g.name, g.kind, g.households",
        "g.code",
        lowest=11,
    ),
    "cells": _Layer(
        "territory_cellversion v JOIN territory_cell c ON c.id = v.cell_id"
        f" AND {_TODAY.format(v='v')}",
        "v.outline",
        "c.id AS cell_id, c.code, v.grade, v.grid_id",
        "c.code",
        lowest=14,
    ),
    "roads": _Layer(
        "territory_road v JOIN unnest(%(kinds)s::text[]) WITH ORDINALITY AS rank(kind, nth)"
        " ON v.kind = rank.kind",
        "v.route",
        "v.name, v.kind",
        "rank.nth, ST_Length(v.route) DESC",
        lowest=8,
    ),
    "buildings": _Layer(
        "territory_building v",
        "v.outline",
        "v.id AS building_id, v.name, v.number, v.floors,"
        " coalesce(v.height_m, v.floors * 3.0) AS height_m",
        "ST_Area(v.outline) DESC",
        lowest=14,
        most=6_000,
    ),
    "surfaces": _Layer(
        "territory_surface v", "v.outline", "v.name, v.kind", "ST_Area(v.outline) DESC", lowest=8
    ),
    "labels": _Layer(
        "territory_placename v", "v.place", "v.name, v.kind", "v.kind, v.id", lowest=12, most=300
    ),
    # Where to write the names of areas: one point each, so that no tile repeats its neighbour's.
    "names": _Layer(
        f"""(SELECT ST_PointOnSurface(a.outline) AS place, r.name, r.name_en, r.tier AS kind, r.code
            FROM territory_regionversion a JOIN territory_region r ON r.id = a.region_id
            WHERE {_TODAY.format(v="a")} AND r.tier = %(tier)s
                AND a.outline && (SELECT here FROM box)
            UNION ALL
            SELECT ST_PointOnSurface(a.outline), g.name, '', 'grid', g.code
            FROM territory_gridversion a JOIN territory_grid g ON g.id = a.grid_id
            WHERE {_TODAY.format(v="a")} AND g.layer = 'responsibility' AND %(z)s >= 14
                AND a.outline && (SELECT here FROM box)) AS v""",
        "v.place",
        "v.name, v.name_en, v.kind, v.code",
        "v.kind, v.code",
        most=600,
    ),
}
_POINTS = frozenset({"labels", "names"})


def layers() -> list[str]:
    """The names `tile` knows."""
    return list(_LAYERS)


def etag(layer: str, z: int, x: int, y: int, *, today: date) -> str:
    """The tag of a tile without building it. One query."""
    made_of = f"{layer}/{z}/{x}/{y}/{today}/{versions().version}"
    return f'"{hashlib.sha256(made_of.encode()).hexdigest()[:20]}"'


def tile(layer: str, z: int, x: int, y: int, *, today: date) -> Tile:
    """One layer as a vector tile with its tag, as it lay on a day. Two queries.

    Raises NotFound for a layer or a tile that cannot be.
    """
    body = tile_body(layer, z, x, y, today=today)
    return Tile(body, etag(layer, z, x, y, today=today))


def tile_body(layer: str, z: int, x: int, y: int, *, today: date) -> bytes:
    """One layer as a vector tile, simplified to its zoom, as it lay on a day; empty where there is
    nothing. One query, some 1 to 30 ms.

    Raises NotFound for a layer or a tile that cannot be.
    """
    chosen = _LAYERS.get(layer)
    if chosen is None:
        raise NotFound(_("There is no such map layer."), field="layer")
    if not (0 <= z <= DEEPEST and 0 <= x < 2**z and 0 <= y < 2**z):
        raise BadInput(_("There is no such map tile."), field="tile")
    if z < chosen.lowest:
        return b""
    with connection.cursor() as cursor:
        cursor.execute(_sql(layer, chosen), _parameters(z, x, y, today))
        (body,) = cursor.fetchone()
    return bytes(body or b"")


def _sql(layer: str, chosen: _Layer) -> str:
    geometry = chosen.geometry
    # Below a pixel nothing is seen: smaller shapes go, and lines lose what a pixel hides.
    if layer in _POINTS:
        shape, big_enough = geometry, "true"
    else:
        shape = f"ST_Simplify({geometry}, %(pixel)s, true)"
        extent = f"greatest(ST_XMax({geometry}) - ST_XMin({geometry}),"
        extent += f" ST_YMax({geometry}) - ST_YMin({geometry}))"
        big_enough = f"{extent} >= %(pixel)s"
    return f"""
        WITH box AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS there,
            ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => %(margin)s), 4326) AS here),
        found AS (
            SELECT {chosen.columns}, ST_AsMVTGeom(ST_Transform({shape}, 3857),
                (SELECT there FROM box), {EXTENT}, {chosen.buffer}) AS shape
            FROM {chosen.source}
            WHERE {geometry} && (SELECT here FROM box) AND {big_enough}
            ORDER BY {chosen.order} LIMIT {chosen.most})
        SELECT ST_AsMVT(found, '{layer}', {EXTENT}, 'shape')
        FROM found WHERE shape IS NOT NULL"""


def _parameters(z: int, x: int, y: int, today: date) -> dict[str, Any]:
    return {
        "z": z,
        "x": x,
        "y": y,
        "today": today,
        "margin": 64 / EXTENT,
        "pixel": 360.0 / 2**z / 512 / 2,
        "tier": _tier_at(z),
        "kinds": _roads_at(z),
    }


def _tier_at(z: int) -> str:
    """The tier of regions drawn at a zoom: what is about a screen wide there."""
    for below, tier in ((7, "city"), (10, "district"), (13, "street")):
        if z < below:
            return tier
    return "community"


def _roads_at(z: int) -> list[str]:
    """The kinds of roads drawn at a zoom, the greatest first."""
    kinds = ["motorway", "trunk", "primary", "rail", "secondary"]
    if z >= 13:
        kinds += ["residential"]
    if z >= 15:
        kinds += ["service", "path"]
    return kinds if z >= 11 else kinds[:3]
