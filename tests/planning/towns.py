"""Small made-up ground to plan."""

from __future__ import annotations

import shapely

from linli.planning.rules.ground import Barrier, Building


def houses(
    columns: int,
    rows: int,
    *,
    side_m: float = 20.0,
    gap_m: float = 10.0,
    homes: int = 10,
    compound_every: int = 0,
) -> list[Building]:
    """Square houses in rows from the origin, `homes` households in each."""
    step = side_m + gap_m
    made = []
    for row in range(rows):
        for column in range(columns):
            x, y = column * step + gap_m / 2, row * step + gap_m / 2
            number = row * columns + column
            compound = number // compound_every if compound_every else None
            shape = shapely.box(x, y, x + side_m, y + side_m)
            made.append(Building(shape, homes, compound=compound))
    return made


def frame(columns: int, rows: int, step_m: float = 30.0) -> shapely.Polygon:
    """The ground of `houses`."""
    return shapely.box(0, 0, columns * step_m, rows * step_m)


def street(x0: float, y0: float, x1: float, y1: float, **facts: float) -> Barrier:
    """A straight barrier."""
    return Barrier(shapely.LineString([(x0, y0), (x1, y1)]), **facts)  # type: ignore[arg-type]
