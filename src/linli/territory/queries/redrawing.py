"""Outlines laid out to be redrawn: the areas of one layer on a day, and the ground they divide."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from django.db import connection

from linli.territory.models import Region, RegionVersion
from linli.territory.queries.present import cell_versions, grid_versions, ground_of, shape_of
from linli.territory.rules.redrawn import CellNow


@dataclass(frozen=True, slots=True)
class SheetArea:
    """One area: a responsibility grid of a community, or a region right below another."""

    id: int
    code: str
    name: str
    kind: str
    households: int | None
    shape: shapely.MultiPolygon


@dataclass(frozen=True, slots=True)
class Sheet:
    """Areas by key (a grid's last three digits, a region's code), what they divide, and a stamp
    that changes with any of the outlines."""

    region: Region
    areas: dict[str, SheetArea]
    frame: shapely.Geometry | None
    stamp: str

    @property
    def of_grids(self) -> bool:
        """Grids of a community; regions otherwise."""
        return self.region.tier == "community"

    @property
    def shapes(self) -> dict[str, Any]:
        """The outlines by key."""
        return {key: area.shape for key, area in self.areas.items()}


def sheet_of(region: Region, *, on: date) -> Sheet:
    """What lies right in a region on a day: the grids of a community, else the regions below.

    Areas without an outline that day are not on it. Two queries.
    """
    frame = ground_of(region.pk, on=on)
    areas = _grids(region, on) if region.tier == "community" else _regions(region, on)
    return Sheet(region, areas, frame, _stamp(areas, frame))


def _grids(community: Region, on: date) -> dict[str, SheetArea]:
    return {
        row.grid.code[13:]: SheetArea(
            row.grid_id, row.grid.code, row.grid.name, row.grid.kind, row.grid.households,
            shape_of(row.outline),
        )
        for row in grid_versions(community.pk, on=on)
    }  # fmt: skip


def _regions(parent: Region, on: date) -> dict[str, SheetArea]:
    rows = RegionVersion.objects.filter(
        region__parent=parent,
        region__valid_to__isnull=True,
        during__contains=on,
        outline__isnull=False,
    ).select_related("region")
    return {
        row.region.code: SheetArea(
            row.region_id, row.region.code, row.region.name, "", None, shape_of(row.outline)
        )
        for row in rows.order_by("region__code")
    }


def _stamp(areas: Mapping[str, SheetArea], frame: Any) -> str:
    mark = hashlib.blake2b(digest_size=12)
    if frame is not None:
        mark.update(frame.wkb)
    for key, area in areas.items():
        mark.update(f"{key}:{area.id}:".encode() + area.shape.wkb)
    return mark.hexdigest()


def cells_now(sheet: Sheet, *, on: date) -> list[CellNow]:
    """The cells of a sheet of grids, by code. One query."""
    keys = {area.id: key for key, area in sheet.areas.items()}
    return [
        CellNow(row.cell_id, keys.get(row.grid_id or 0, ""), shape_of(row.outline))
        for row in cell_versions(sheet.region.pk, on=on)
    ]


def streets_geojson(sheet: Sheet) -> list[dict[str, Any]]:
    """Streets and banks in the ground of a sheet, as features to snap to. One query."""
    ground = sheet.frame or shapely.union_all(list(sheet.shapes.values()))
    if ground.is_empty:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH asked AS (SELECT ST_GeomFromWKB(%s, 4326) AS shape)"
            " SELECT ST_AsGeoJSON(route, 8) FROM territory_road, asked"
            " WHERE route && shape AND ST_Intersects(route, shape) AND kind <> 'path'"
            " UNION ALL SELECT ST_AsGeoJSON(ST_Boundary(outline), 8) FROM territory_surface, asked"
            " WHERE outline && shape AND ST_Intersects(outline, shape) AND kind = 'water'"
            " LIMIT 3000",
            [shapely.to_wkb(ground)],
        )
        return [_feature("street", json.loads(text)) for (text,) in cursor.fetchall()]


def outlines_geojson(
    shapes: Mapping[str, Any], *, frame: Any = None, more: Iterable[dict[str, Any]] = ()
) -> str:
    """Outlines by key with every digit they have, so that common corners stay common."""
    features = [_feature(key, shapely.geometry.mapping(shape)) for key, shape in shapes.items()]
    if frame is not None:
        features.append(_feature("frame", shapely.geometry.mapping(frame)))
    document = {"type": "FeatureCollection", "features": [*features, *more]}
    return json.dumps(document, separators=(",", ":"))


def _feature(key: str, geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"key": key}, "geometry": geometry}
