"""Cutting a district into streets, communities and cells by squares of about a hundred metres.

No outline of a street or community is openly published, so the demo makes them up: every square of
a lattice belongs to the street whose middle is nearest, the squares of a street are halved again
and again into its communities. Areas are unions of squares, so nothing gaps or overlaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

SIDE_M = 100.0


@dataclass(frozen=True, slots=True)
class Square:
    """A cell to be: its shape in degrees and its middle in metres from the south-west corner."""

    shape: shapely.Geometry
    x: float
    y: float


def squares_of(outline: shapely.Geometry) -> list[Square]:
    """The squares of the lattice that fill `outline`, cut at its border; slivers are dropped into
    their neighbour to the west or east."""
    west, south, east, north = outline.bounds
    lon_m = 111_320 * float(np.cos(np.radians((south + north) / 2)))
    columns = max(1, round((east - west) * lon_m / SIDE_M))
    rows = max(1, round((north - south) * 110_950 / SIDE_M))
    xs, ys = np.linspace(west, east, columns + 1), np.linspace(south, north, rows + 1)
    shapely.prepare(outline)
    found: list[Square] = []
    for low, high in pairwise(ys):
        line: list[shapely.Geometry] = []
        for left, right in pairwise(xs):
            shape = shapely.intersection(outline, shapely.box(left, low, right, high))
            if shape.is_empty or shape.area == 0:
                continue
            small = shape.area < 0.3 * (right - left) * (high - low)
            if small and line and line[-1].distance(shape) < 1e-9:
                line[-1] = shapely.union(line[-1], shape)
            else:
                line.append(shape)
        for shape in line:
            middle = shape.centroid
            found.append(Square(shape, (middle.x - west) * lon_m, (middle.y - south) * 110_950))
    return found


def nearest_parts(
    squares: Sequence[Square], middles: Sequence[tuple[float, float]]
) -> list[list[Square]]:
    """The squares by the nearest of `middles` (lon, lat)."""
    lonlat = shapely.get_coordinates([s.shape.centroid for s in squares])
    at = np.asarray(middles)
    scale = np.array([0.857, 1.0])  # a degree of longitude at 31° north
    distance = np.linalg.norm((lonlat[:, None, :] - at[None, :, :]) * scale, axis=2)
    parts: list[list[Square]] = [[] for _middle in middles]
    for square, part in zip(squares, distance.argmin(axis=1).tolist(), strict=True):
        parts[part].append(square)
    return parts


def halves(squares: Sequence[Square], count: int) -> list[list[Square]]:
    """`squares` in `count` groups of about equal size, cut across the longer side each time."""
    if count <= 1 or len(squares) <= 1:
        return [list(squares)] + [[] for _rest in range(count - 1)]
    first = count // 2
    wide = np.ptp([s.x for s in squares]) >= np.ptp([s.y for s in squares])
    ordered = sorted(squares, key=lambda s: (s.x, s.y) if wide else (s.y, s.x))
    cut = max(1, min(len(ordered) - 1, round(len(ordered) * first / count)))
    return halves(ordered[:cut], first) + halves(ordered[cut:], count - first)


def outline_of(squares: Sequence[Square]) -> shapely.Geometry:
    """The union of the squares."""
    return shapely.union_all([s.shape for s in squares])


def in_reading_order(squares: Sequence[Square]) -> list[Square]:
    """From north to south, in each row from west to east: the order in which cells are numbered."""
    return sorted(squares, key=lambda s: (-round(s.y / SIDE_M), s.x))
