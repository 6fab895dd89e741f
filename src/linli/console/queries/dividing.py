"""Cells and grids of a community as the page that assembles them reads them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from linli.territory.models import Cell, Grid, Region

_CELLS = """
    SELECT coalesce(jsonb_agg(jsonb_build_object('type', 'Feature', 'id', c.id,
        'properties', jsonb_build_object('key', right(c.code, 3), 'grid', v.grid_id,
            'weight', round(v.area_m2)),
        'geometry', ST_AsGeoJSON(v.outline, 7)::jsonb) ORDER BY c.code), '[]')::text
    FROM territory_cellversion v JOIN territory_cell c ON c.id = v.cell_id
    WHERE c.community_id = %s AND v.during @> %s::date AND c.valid_to IS NULL"""
_EDGES = """
    SELECT a.cell_id, b.cell_id FROM territory_cellversion a
    JOIN territory_cell x ON x.id = a.cell_id AND x.community_id = %(community)s
        AND x.valid_to IS NULL
    JOIN territory_cellversion b ON b.outline && a.outline AND a.cell_id < b.cell_id
        AND b.during @> %(on)s::date
    JOIN territory_cell y ON y.id = b.cell_id AND y.community_id = %(community)s
        AND y.valid_to IS NULL
    WHERE a.during @> %(on)s::date
        AND ST_Length(ST_CollectionExtract(ST_Intersection(a.outline, b.outline), 2)) > 0.000005"""


def _present(community: Region, on: date) -> Q:
    return Q(community=community, valid_to__isnull=True, valid_from__lte=on)


def cell_codes(community: Region, *, on: date) -> dict[str, int]:
    """Ids of present cells by the last three digits of their codes. One query."""
    rows = Cell.objects.filter(_present(community, on)).values_list("code", "id")
    return {code[-3:]: cell_id for code, cell_id in rows}


def grid_codes(community: Region, *, on: date) -> dict[str, str]:
    """Codes of present responsibility grids by their last three digits. One query."""
    rows = Grid.objects.filter(_present(community, on), layer="responsibility", parent=None)
    return {code[-3:]: code for code in rows.values_list("code", flat=True)}


@dataclass(frozen=True, slots=True)
class CellGroup:
    """A grid, or a place for a new one, as a row of the page: its key, name, cells, ground."""

    key: str
    name: str
    pieces: int
    weight: int


def cell_groups(community: Region, *, on: date, new: int = 3) -> list[CellGroup]:
    """The grids of a community with their cells, then places for new grids. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT right(g.code, 3), g.name, count(c.id), coalesce(round(sum(v.area_m2)), 0)"
            " FROM territory_grid g"
            " LEFT JOIN (territory_cellversion v JOIN territory_cell c ON c.id = v.cell_id"
            "  AND c.valid_to IS NULL) ON v.grid_id = g.id AND v.during @> %s::date"
            " WHERE g.community_id = %s AND g.layer = 'responsibility' AND g.parent_id IS NULL"
            " AND g.valid_to IS NULL AND g.valid_from <= %s GROUP BY g.id ORDER BY g.code",
            [on, community.pk, on],
        )
        rows = [CellGroup(row[0], row[1], row[2], int(row[3])) for row in cursor.fetchall()]
    return rows + [CellGroup(f"+{n}", "", 0, 0) for n in range(1, new + 1)]


def cells_geojson(community: Region, groups: Sequence[CellGroup], *, on: date) -> str:
    """The cells as GeoJSON, with who borders on whom. Three queries."""
    grids = Grid.objects.filter(_present(community, on), layer="responsibility", parent=None)
    key_of = {grid_id: code[-3:] for grid_id, code in grids.values_list("id", "code")}
    at = {group.key: n for n, group in enumerate(groups)}
    with connection.cursor() as cursor:
        cursor.execute(_CELLS, [community.pk, on])
        features: list[Any] = json.loads(cursor.fetchone()[0])
        cursor.execute(_EDGES, {"community": community.pk, "on": on})
        edges = [list(row) for row in cursor.fetchall()]
    for feature in features:
        facts = feature["properties"]
        facts["part"] = at.get(key_of.get(facts.pop("grid"), ""), -1)
    plan = {"keys": [group.key for group in groups], "edges": edges, "moved": False}
    document = {"type": "FeatureCollection", "plan": plan, "features": features}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
