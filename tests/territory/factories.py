"""Small territories to test with."""

from __future__ import annotations

from datetime import date

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db.backends.postgresql.psycopg_any import DateRange

from linli.territory.models import (
    Cell,
    CellVersion,
    Grid,
    GridVersion,
    Region,
    RegionVersion,
    Tier,
)
from linli.territory.rules.codes import cell_code, grid_code
from linli.territory.rules.lattice import cells_in

SINCE = date(2020, 1, 1)
ALWAYS = DateRange(SINCE, None)


def geos(shape: shapely.Geometry) -> GEOSGeometry:
    """`shape` as GeoDjango stores it."""
    if shape.geom_type == "Polygon":
        shape = shapely.MultiPolygon([shape])
    return GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=4326)


def make_region(
    code: str,
    tier: str,
    parent: Region | None = None,
    outline: shapely.Geometry | None = None,
    name: str = "",
) -> Region:
    region = Region.objects.create(
        code=code, tier=tier, parent=parent, name=name or f"{tier} {code}", valid_from=SINCE
    )
    if outline is not None:
        RegionVersion.objects.create(region=region, outline=geos(outline), during=ALWAYS)
    return region


def make_grid(community: Region, number: int, outline: shapely.Geometry) -> Grid:
    grid = Grid.objects.create(
        code=grid_code(community.code, number),
        name=f"Grid {number}",
        community=community,
        valid_from=SINCE,
    )
    GridVersion.objects.create(grid=grid, outline=geos(outline), during=ALWAYS)
    return grid


def make_cells(community: Region, grid: Grid | None, outline: shapely.Geometry) -> list[Cell]:
    cells = []
    for shape, number in cells_in(outline):
        cell = Cell.objects.create(
            code=cell_code(community.code, number), community=community, valid_from=SINCE
        )
        CellVersion.objects.create(
            cell=cell, grid=grid, grade="A", area_m2=10_000, outline=geos(shape), during=ALWAYS
        )
        cells.append(cell)
    return cells


class Town:
    """Two slanted communities side by side in a street with a margin around them.

    The left one has a grid full of cells, the right one a grid without cells; the street, the
    district and the city each reach a little farther.
    """

    def __init__(self) -> None:
        west, east = 111.28, 111.31
        left = shapely.Polygon([(west, 30.7), (111.293, 30.701), (111.297, 30.712), (west, 30.71)])
        right = shapely.Polygon(
            [(111.293, 30.701), (east, 30.703), (111.309, 30.711), (111.297, 30.712)]
        )
        both = shapely.union_all([left, right])
        self.left_outline, self.right_outline = left, right
        self.city = make_region("420500000000", Tier.CITY, None, both.buffer(0.01))
        self.district = make_region("420503000000", Tier.DISTRICT, self.city, both.buffer(0.006))
        self.street = make_region("420503001000", Tier.STREET, self.district, both.buffer(0.003))
        self.left = make_region("420503001001", Tier.COMMUNITY, self.street, left)
        self.right = make_region("420503001002", Tier.COMMUNITY, self.street, right)
        self.left_grid = make_grid(self.left, 1, left)
        self.right_grid = make_grid(self.right, 1, right)
        self.cells = make_cells(self.left, self.left_grid, left)
