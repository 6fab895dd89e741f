"""Coordinates: WGS84 inside; GCJ-02 and BD-09 are converted at the door (docs/adr/0004).

All functions take and give (lon, lat) in degrees, as floats or as numpy arrays.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import Any, TypeVar

import numpy as np

Number = TypeVar("Number", float, Any)
# The ellipsoid of the GCJ-02 shift (standards §3.1).
_A, _EE = 6378245.0, 0.00669342162296594323
_BD = np.pi * 3000.0 / 180.0
CHINA = (73.4, 17.9, 135.1, 53.6)  # west, south, east, north: where the platform admits points


class CRS(Enum):
    """How coordinates arrive. CGCS2000 counts as WGS84."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def in_china(lon: float, lat: float) -> bool:
    """Whether a point may lie in China (a rectangle, islands of the far south left out)."""
    west, south, east, north = CHINA
    return west <= lon <= east and south <= lat <= north


def place_of(text: str) -> tuple[float, float] | None:
    """A place as an address has it, “121.48,31.23”; None for what is none or lies off the map."""
    numbers = text.split(",")
    try:
        lon, lat = (float(number) for number in numbers if "_" not in number)
    except ValueError:
        return None
    return (lon, lat) if len(numbers) == 2 and abs(lon) <= 180 and abs(lat) <= 85 else None


def gcj02_from_wgs84(lon: Number, lat: Number) -> tuple[Number, Number]:
    """The shifted place of a true one."""
    x, y = lon - 105.0, lat - 35.0
    waves = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north += (waves + 20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east += (waves + 20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - _EE * np.sin(phi) ** 2
    metre_lat = 180.0 / np.pi * magic**1.5 / (_A * (1.0 - _EE))
    metre_lon = 180.0 / np.pi * magic**0.5 / (_A * np.cos(phi))
    return lon + east * metre_lon, lat + north * metre_lat


def wgs84_from_gcj02(lon: Number, lat: Number) -> tuple[Number, Number]:
    """The true place of a shifted one, by iteration; exact to 1e-9 degrees."""
    true_lon, true_lat = lon, lat
    for _step in range(6):
        there_lon, there_lat = gcj02_from_wgs84(true_lon, true_lat)
        true_lon, true_lat = true_lon - (there_lon - lon), true_lat - (there_lat - lat)
    return true_lon, true_lat


def bd09_from_gcj02(lon: Number, lat: Number) -> tuple[Number, Number]:
    """Baidu's second shift."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def gcj02_from_bd09(lon: Number, lat: Number) -> tuple[Number, Number]:
    """Baidu's second shift undone, by iteration."""
    there_lon, there_lat = lon - 0.0065, lat - 0.006
    for _step in range(6):
        again_lon, again_lat = bd09_from_gcj02(there_lon, there_lat)
        there_lon, there_lat = there_lon - (again_lon - lon), there_lat - (again_lat - lat)
    return there_lon, there_lat


def to_wgs84(lon: Number, lat: Number, crs: CRS) -> tuple[Number, Number]:
    """(lon, lat) that arrived in `crs`, in WGS84."""
    if crs is CRS.BD09:
        lon, lat = gcj02_from_bd09(lon, lat)
    if crs is not CRS.WGS84:
        lon, lat = wgs84_from_gcj02(lon, lat)
    return lon, lat


def from_wgs84(lon: Number, lat: Number, crs: CRS) -> tuple[Number, Number]:
    """(lon, lat) in WGS84 as `crs` has it, for maps and systems that expect a shift."""
    if crs is not CRS.WGS84:
        lon, lat = gcj02_from_wgs84(lon, lat)
    if crs is CRS.BD09:
        lon, lat = bd09_from_gcj02(lon, lat)
    return lon, lat


def metres_per_degree(lat: Number) -> tuple[Number, Number]:
    """Metres of one degree of (lon, lat) at `lat` on the WGS84 ellipsoid."""
    phi = np.radians(lat)
    east = 111412.84 * np.cos(phi) - 93.5 * np.cos(3 * phi) + 0.118 * np.cos(5 * phi)
    north = 111132.92 - 559.82 * np.cos(2 * phi) + 1.175 * np.cos(4 * phi)
    return east, north


def metres_between(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres between two WGS84 places, lon before lat (flat earth: right to 0.1 % in a city)."""
    east, north = metres_per_degree((a[1] + b[1]) / 2)
    return math.hypot((a[0] - b[0]) * float(east), (a[1] - b[1]) * float(north))
