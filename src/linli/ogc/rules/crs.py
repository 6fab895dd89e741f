"""The reference systems features are given in (OGC 18-058, part 2): names, order of axes, boxes."""

from __future__ import annotations

import math
from enum import Enum

Box = tuple[float, float, float, float]  # west, south, east, north in degrees
_EARTH_M = 6378137.0  # radius of the sphere of Web Mercator
_OGC, _EPSG = "http://www.opengis.net/def/crs/OGC/1.3", "http://www.opengis.net/def/crs/EPSG/0"


class Crs(Enum):
    """CGCS2000 (4490) counts as WGS84 (docs/adr/0004); EPSG has latitude first, OGC longitude."""

    CRS84 = f"{_OGC}/CRS84"
    WGS84 = f"{_EPSG}/4326"
    CGCS2000 = f"{_EPSG}/4490"
    MERCATOR = f"{_EPSG}/3857"

    @property
    def latitude_first(self) -> bool:
        return self in (Crs.WGS84, Crs.CGCS2000)

    def degrees(self, box: Box) -> Box:
        """A box of this system as west, south, east, north in degrees."""
        first, second, third, fourth = box
        if self.latitude_first:
            return second, first, fourth, third
        if self is Crs.MERCATOR:
            return _lon(first), _lat(second), _lon(third), _lat(fourth)
        return box

    def place(self, lon: float, lat: float) -> list[float]:
        """A point in degrees as the coordinates of this system."""
        if self.latitude_first:
            return [lat, lon]
        if self is Crs.MERCATOR:
            north = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
            return [round(math.radians(lon) * _EARTH_M, 3), round(north * _EARTH_M, 3)]
        return [lon, lat]


def _lon(x: float) -> float:
    return math.degrees(x / _EARTH_M)


def _lat(y: float) -> float:
    # beyond some 700 the exponential has no float; the pole is reached long before
    return math.degrees(2 * math.atan(math.exp(max(-50.0, min(50.0, y / _EARTH_M)))) - math.pi / 2)
