"""The tables of the territory."""

from linli.territory.models.basemap import Address, Building, PlaceName, Road, Surface
from linli.territory.models.boundaries import (
    WGS84,
    Cell,
    CellVersion,
    Grid,
    GridVersion,
    Region,
    RegionVersion,
    TerritoryState,
)
from linli.territory.rules.kinds import Grade, GridKind, Layer, RoadKind, SurfaceKind, Tier

__all__ = [
    "WGS84",
    "Address",
    "Building",
    "Cell",
    "CellVersion",
    "Grade",
    "Grid",
    "GridKind",
    "GridVersion",
    "Layer",
    "PlaceName",
    "Region",
    "RegionVersion",
    "Road",
    "RoadKind",
    "Surface",
    "SurfaceKind",
    "TerritoryState",
    "Tier",
]
