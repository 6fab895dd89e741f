"""Where the things of a street stand: at even distances along its line, beside it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

#: Metres of a degree of longitude and of latitude at 31.24° north, near enough for a few metres.
METRES = np.array([95_180.0, 110_880.0])


class Series(NamedTuple):
    """One kind of thing: every `step_m` metres, `beside_m` to the right of the middle of the line
    (negative: to the left), with `turns` on one side after the other."""

    class_code: str
    step_m: float
    beside_m: float
    turns: bool = False


def along(
    line: shapely.LineString, series: Series, *, begin: float, thin: float = 1.0
) -> NDArray[Any]:
    """Points (n rows of lon, lat) of a series along a line in degrees.

    `begin` (0 … 1) shifts the first of them within the first step, so that short lines have their
    share too; `thin` times as far apart as the series says.
    """
    flat = shapely.transform(line, lambda points: points * METRES)
    step = series.step_m * thin
    at = np.arange(begin * step, flat.length, step)
    if not len(at):
        return np.empty((0, 2))
    here = shapely.get_coordinates(shapely.line_interpolate_point(flat, at))
    ahead = shapely.get_coordinates(
        shapely.line_interpolate_point(flat, np.minimum(at + 1, flat.length))
    )
    back = shapely.get_coordinates(shapely.line_interpolate_point(flat, np.maximum(at - 1, 0)))
    along_x, along_y = (ahead - back).T
    length = np.maximum(np.hypot(along_x, along_y), 1e-9)
    side = np.full(len(at), series.beside_m)
    if series.turns:
        side[1::2] *= -1
    beside = np.column_stack([along_y / length * side, -along_x / length * side])
    found: NDArray[Any] = (here + beside) / METRES
    return found
