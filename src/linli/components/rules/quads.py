"""A place on the map as one number, so that a map tile is one range of an ordinary index.

The number interleaves the bits of the place's column and row in the Web Mercator world, 31 each
(1.9 cm at the equator): its first 2·z bits are the tile of zoom z. A B-tree over it is half the
size of a spatial index, quicker to fill, and counts by tile with a shift (docs/adr/0012).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

BITS = 31
_WORLD = 1 << BITS
_MASKS = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)
EQUATOR_M = 40_075_016.7


def quads_of(lons: NDArray[Any], lats: NDArray[Any]) -> NDArray[np.int64]:
    """The numbers of many places (degrees, WGS84)."""
    up = np.log(np.tan(np.radians(45 + np.asarray(lats, np.float64) / 2)))
    columns = _axis((np.asarray(lons, np.float64) + 180) / 360)
    rows = _axis((1 - up / np.pi) / 2)
    both = _spread(columns) | (_spread(rows) << np.uint64(1))
    return both.astype(np.int64)


def quad_of(lon: float, lat: float) -> int:
    """The number of one place."""
    return int(quads_of(np.array([lon]), np.array([lat]))[0])


def tile_range(z: int, x: int, y: int) -> tuple[int, int]:
    """The numbers in a tile: from the first, up to and without the second."""
    size = 1 << (2 * (BITS - z))
    first = _interleaved(x, y) * size
    return first, first + size


def tile_at(z: int, quad: int) -> tuple[int, int]:
    """Column and row of the tile of zoom `z` around a place, or of a tile's own number at it."""
    return _gathered(quad), _gathered(quad >> 1)


def tile_number(quad: int, z: int) -> int:
    """The number of the tile of zoom `z` that holds a place."""
    return quad >> (2 * (BITS - z))


def ranges_around(lon: float, lat: float, radius_m: float) -> list[tuple[int, int]]:
    """Ranges that hold every place within `radius_m` (and some beyond): four tiles at most."""
    scale = max(0.01, math.cos(math.radians(lat)))
    width = min(0.5, 2 * radius_m * 1.02 / (EQUATOR_M * scale))  # of the world
    x, y = _fractions(lon, lat)
    half = width / 2
    return _ranges(x - half, y - half, x + half, y + half)


def ranges_of_box(west: float, south: float, east: float, north: float) -> list[tuple[int, int]]:
    """Ranges that hold every place of a box of degrees (and some beyond): four tiles at most. What
    lies beyond 85° has no tiles."""
    south, north = max(-85.0, min(85.0, south)), max(-85.0, min(85.0, north))
    (left, top), (right, bottom) = _fractions(west, north), _fractions(east, south)
    return _ranges(left, top, right, bottom)


def _fractions(lon: float, lat: float) -> tuple[float, float]:
    up = math.log(math.tan(math.radians(45 + lat / 2)))
    return (lon + 180) / 360, (1 - up / math.pi) / 2


def _ranges(left: float, top: float, right: float, bottom: float) -> list[tuple[int, int]]:
    """The tiles that a box of the world (fractions from the north-west) touches, at the zoom at
    which they are no smaller than it."""
    width = max(right - left, bottom - top, 2.0**-BITS)
    z = max(0, min(BITS, math.floor(-math.log2(width))))
    last = (1 << z) - 1

    def tiles(low: float, high: float) -> range:
        first, end = math.floor(low * (1 << z)), math.floor(high * (1 << z))
        return range(max(0, min(last, first)), min(last, end) + 1)

    found = sorted(tile_range(z, x, y) for x in tiles(left, right) for y in tiles(top, bottom))
    joined: list[tuple[int, int]] = []
    for low, high in found:
        if joined and joined[-1][1] == low:
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return joined


def fractions_of(quads: NDArray[np.int64], z: int = BITS) -> tuple[NDArray[Any], NDArray[Any]]:
    """Web Mercator fractions (0 … 1 from the north-west) of the middles of tiles of zoom `z`."""
    given = quads.astype(np.uint64)
    size = float(1 << z)
    return (_gather(given) + 0.5) / size, (_gather(given >> np.uint64(1)) + 0.5) / size


def _axis(fractions: NDArray[Any]) -> NDArray[np.uint64]:
    found: NDArray[np.uint64] = np.clip(np.floor(fractions * _WORLD), 0, _WORLD - 1).astype(
        np.uint64
    )
    return found


def _spread(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    for shift, mask in _MASKS:
        values = (values | (values << np.uint64(shift))) & np.uint64(mask)
    return values


def _gather(values: NDArray[np.uint64]) -> NDArray[np.float64]:
    values = values & np.uint64(_MASKS[-1][1])
    masks = (*(mask for _shift, mask in _MASKS[-2::-1]), 0x00000000FFFFFFFF)
    for shift, mask in zip((1, 2, 4, 8, 16), masks, strict=True):
        values = (values | (values >> np.uint64(shift))) & np.uint64(mask)
    return values.astype(np.float64)


def _interleaved(x: int, y: int) -> int:
    both = _spread(np.array([x, y], np.uint64))
    return int(both[0]) | (int(both[1]) << 1)


def _gathered(value: int) -> int:
    return int(_gather(np.array([value], np.uint64))[0])
