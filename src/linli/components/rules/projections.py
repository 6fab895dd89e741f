"""Projected coordinates of CGCS2000 (Gauss–Krüger zones of 3° and 6°) in degrees and back.

EPSG 4491–4501 are zones of 6° with the zone's number before the easting, 4502–4512 the same without
it; 4513–4533 zones of 3° with it, 4534–4554 without. Krüger's series to the fourth order in n:
right to a tenth of a millimetre within a zone (Karney 2011). CGCS2000 counts as WGS84 (ADR 0004).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_A, _F = 6_378_137.0, 1 / 298.257222101
_N = _F / (2 - _F)
_RADIUS = _A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_FALSE_EAST = 500_000.0
_ALPHA = (
    _N / 2 - 2 / 3 * _N**2 + 5 / 16 * _N**3 + 41 / 180 * _N**4,
    13 / 48 * _N**2 - 3 / 5 * _N**3 + 557 / 1440 * _N**4,
    61 / 240 * _N**3 - 103 / 140 * _N**4,
    49561 / 161280 * _N**4,
)
_BETA = (
    _N / 2 - 2 / 3 * _N**2 + 37 / 96 * _N**3 - 1 / 360 * _N**4,
    1 / 48 * _N**2 + 1 / 15 * _N**3 - 437 / 1440 * _N**4,
    17 / 480 * _N**3 - 37 / 840 * _N**4,
    4397 / 161280 * _N**4,
)
_ECCENTRICITY = np.sqrt(_F * (2 - _F))


class Zone(NamedTuple):
    """A zone: its middle meridian in degrees, and the millions before its eastings (0: none)."""

    meridian: float
    prefix: int


def zone_of(epsg: int) -> Zone | None:
    """The zone behind an EPSG number, or None for what is no zone of CGCS2000."""
    if 4491 <= epsg <= 4501:
        return Zone((epsg - 4491 + 13) * 6.0 - 3.0, epsg - 4491 + 13)
    if 4502 <= epsg <= 4512:
        return Zone(75.0 + (epsg - 4502) * 6.0, 0)
    if 4513 <= epsg <= 4533:
        return Zone((epsg - 4513 + 25) * 3.0, epsg - 4513 + 25)
    if 4534 <= epsg <= 4554:
        return Zone(75.0 + (epsg - 4534) * 3.0, 0)
    return None


def zones() -> list[tuple[int, Zone]]:
    """Every zone with its EPSG number."""
    return [(epsg, zone) for epsg in range(4491, 4555) if (zone := zone_of(epsg)) is not None]


def degrees_from(
    zone: Zone, east: NDArray[Any], north: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """(lon, lat) in degrees of metres in a zone; nan where they cannot be of this zone."""
    x = np.asarray(east, np.float64) - zone.prefix * 1e6 - _FALSE_EAST
    x = np.where(np.abs(x) > _FALSE_EAST, np.nan, x)  # another zone's, or degrees
    xi = np.asarray(north, np.float64) / _RADIUS
    eta = x / _RADIUS
    xi_, eta_ = xi.copy(), eta.copy()
    for order, beta in enumerate(_BETA, start=1):
        xi_ -= beta * np.sin(2 * order * xi) * np.cosh(2 * order * eta)
        eta_ -= beta * np.cos(2 * order * xi) * np.sinh(2 * order * eta)
    tau_ = np.sin(xi_) / np.sqrt(np.sinh(eta_) ** 2 + np.cos(xi_) ** 2)
    lat = np.arctan(_geodetic(tau_))
    lon = np.arctan2(np.sinh(eta_), np.cos(xi_))
    return np.degrees(lon) + zone.meridian, np.degrees(lat)


def metres_from(
    zone: Zone, lon: NDArray[Any], lat: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """(east, north) in metres of degrees, with the zone's number before the east if it has one."""
    tau = np.tan(np.radians(np.asarray(lat, np.float64)))
    turn = np.radians(np.asarray(lon, np.float64) - zone.meridian)
    tau_ = _conformal(tau)
    xi_ = np.arctan2(tau_, np.cos(turn))
    eta_ = np.arcsinh(np.sin(turn) / np.hypot(tau_, np.cos(turn)))
    xi, eta = xi_.copy(), eta_.copy()
    for order, alpha in enumerate(_ALPHA, start=1):
        xi += alpha * np.sin(2 * order * xi_) * np.cosh(2 * order * eta_)
        eta += alpha * np.cos(2 * order * xi_) * np.sinh(2 * order * eta_)
    return eta * _RADIUS + _FALSE_EAST + zone.prefix * 1e6, xi * _RADIUS


def _conformal(tau: NDArray[Any]) -> NDArray[Any]:
    sigma = np.sinh(_ECCENTRICITY * np.arctanh(_ECCENTRICITY * tau / np.hypot(1.0, tau)))
    result: NDArray[Any] = tau * np.hypot(1.0, sigma) - sigma * np.hypot(1.0, tau)
    return result


def _geodetic(tau_: NDArray[Any]) -> NDArray[Any]:
    """The tangent of the latitude from that of the conformal one, by Newton's steps."""
    e2 = _ECCENTRICITY**2
    tau: NDArray[Any] = tau_ / (1 - e2)
    for _step in range(5):
        there = _conformal(tau)
        tau = tau + (tau_ - there) / np.hypot(1.0, there) * (1 + (1 - e2) * tau**2) / (
            (1 - e2) * np.hypot(1.0, tau)
        )
    return tau
