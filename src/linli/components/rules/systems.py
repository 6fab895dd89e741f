"""Reference systems at the door: what a file says, in WGS84."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from linli.components.rules.columns import SYSTEMS
from linli.components.rules.projections import Zone, degrees_from, zone_of
from linli.kernel.errors import BadInput
from linli.territory.rules.coordinates import CRS, to_wgs84

_SAME_AS_WGS84 = {"wgs84", "cgcs2000", "epsg:4326", "epsg:4490", "ogc:crs84"}


def checked_system(name: str) -> str:
    """The name of a reference system as it is kept. Raises BadInput for one nobody converts."""
    plain = name.strip().casefold().replace(" ", "")
    if plain in _SAME_AS_WGS84:
        return "wgs84"
    if plain in (CRS.GCJ02.value, CRS.BD09.value):
        return plain
    number = re.fullmatch(r"(?:epsg:)?(\d{4,5})", plain)
    if number and zone_of(int(number[1])) is not None:
        return f"epsg:{number[1]}"
    raise BadInput(
        _(
            "crs: “%(name)s” is not known here. Give %(systems)s, or the EPSG number of a zone of"
            " CGCS2000 (4491 to 4554)."
        )
        % {"name": name[:40], "systems": ", ".join(SYSTEMS)},
        field="crs",
    )


def degrees_of(system: str, x: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """(lon, lat) in WGS84 of what arrived in `system`; nan where that cannot be.

    In a projected system a survey's X may be the northing: what lies between 1.8 and 6.2 million
    metres is the northing of a place in China, and no easting of a zone ever is.
    """
    zone = _zone(system)
    if zone is None:
        with np.errstate(all="ignore"):  # foreign coordinates are refused afterwards
            return to_wgs84(x, y, CRS(system))
    swapped = _northing(x) & ~_northing(y)
    east, north = np.where(swapped, y, x), np.where(swapped, x, y)
    with np.errstate(all="ignore"):
        return degrees_from(zone, east, north)


def _zone(system: str) -> Zone | None:
    return zone_of(int(system.removeprefix("epsg:"))) if system.startswith("epsg:") else None


def _northing(values: NDArray[Any]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (values > 1.8e6) & (values < 6.2e6)
    return found
