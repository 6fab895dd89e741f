"""What lies in a community on a day: versions of the grids and cells that have not ended, and the
ground they divide."""

from __future__ import annotations

from datetime import date
from typing import Any

import shapely
from django.db.models import QuerySet

from linli.territory.models import CellVersion, GridVersion, RegionVersion
from linli.territory.rules.kinds import Layer


def grid_versions(
    community_id: int, *, on: date, layer: str = Layer.RESPONSIBILITY
) -> QuerySet[GridVersion]:
    """Those of the grids of a layer that lie in no other grid, with their grids, by code. One
    query."""
    rows = GridVersion.objects.filter(
        grid__community_id=community_id,
        grid__layer=layer,
        grid__parent__isnull=True,
        grid__valid_to__isnull=True,
        during__contains=on,
    )
    return rows.select_related("grid").order_by("grid__code")


def cell_versions(community_id: int, *, on: date) -> QuerySet[CellVersion]:
    """Those of the cells, with their cells, by code. One query."""
    rows = CellVersion.objects.filter(
        cell__community_id=community_id, cell__valid_to__isnull=True, during__contains=on
    )
    return rows.select_related("cell").order_by("cell__code")


def ground_of(region_id: int, *, on: date) -> shapely.MultiPolygon | None:
    """The outline of a region, in degrees; None where it has none. One query."""
    rows = RegionVersion.objects.filter(
        region_id=region_id, during__contains=on, outline__isnull=False
    )
    version = rows.first()
    return None if version is None else shape_of(version.outline)


def shape_of(outline: Any) -> shapely.MultiPolygon:
    """An outline as kept, as a shape to reckon with."""
    return shapely.from_wkb(bytes(outline.wkb))
