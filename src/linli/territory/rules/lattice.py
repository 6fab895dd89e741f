"""Unit cells made by a lattice: for demonstrations, benchmarks and the first draft of a division.

Standards §3.1: about 10,000 m², numbered from west to east and from north to south inside a
community, no gap, no overlap.
"""

from __future__ import annotations

import math

import numpy as np
import shapely

from linli.territory.rules.coordinates import metres_per_degree

MOST_CELLS = 999  # a cell's number has three digits


def cells_in(
    outline: shapely.Geometry, area_m2: float = 10_000
) -> list[tuple[shapely.MultiPolygon, int]]:
    """Cells that tile `outline` (degrees), with their numbers 1, 2, … row by row from the north.

    Slivers below a quarter of `area_m2` go to the neighbour they share the longest border with.
    Raises ValueError if there would be more than 999: the community is too large for the size.
    """
    west, south, east, north = outline.bounds
    east_m, north_m = metres_per_degree((south + north) / 2)
    side_m = math.sqrt(area_m2)
    columns = max(1, round((east - west) * east_m / side_m))
    rows = max(1, round((north - south) * north_m / side_m))
    xs = np.linspace(west, east, columns + 1)
    ys = np.linspace(north, south, rows + 1)
    pieces: list[shapely.Geometry] = []
    shapely.prepare(outline)
    for row in range(rows):
        cut = np.asarray(shapely.box(xs[:-1], ys[row + 1], xs[1:], ys[row]), dtype=object)
        crossed = ~shapely.contains_properly(outline, cut)
        cut[crossed] = shapely.intersection(outline, cut[crossed])
        pieces += [piece for piece in map(_polygonal, cut) if not piece.is_empty]
    cells = _join_slivers(pieces, least_m2=area_m2 / 4, m2_a_degree2=east_m * north_m)
    if len(cells) > MOST_CELLS:
        raise ValueError(f"{len(cells)} cells of {area_m2:.0f} m²; a community holds {MOST_CELLS}.")
    return [(_multi(cell), number) for number, cell in enumerate(cells, start=1)]


def split_in(outline: shapely.Geometry, parts: int) -> list[shapely.MultiPolygon]:
    """`outline` cut into `parts` areas of about equal size, west to east, north to south."""
    if parts <= 1:
        return [_multi(outline)]
    west, south, east, north = outline.bounds
    east_m, north_m = metres_per_degree((south + north) / 2)
    first = parts // 2
    across = (east - west) * east_m >= (north - south) * north_m
    low, high = (west, east) if across else (south, north)
    wanted = outline.area * (first / parts if across else 1 - first / parts)
    for _step in range(40):
        middle = (low + high) / 2
        half = (west, south, middle, north) if across else (west, south, east, middle)
        if outline.intersection(shapely.box(*half)).area < wanted:
            low = middle
        else:
            high = middle
    cut = (low + high) / 2
    lower = (west, south, cut, north) if across else (west, south, east, cut)
    upper = (cut, south, east, north) if across else (west, cut, east, north)
    boxes = (lower, upper) if across else (upper, lower)
    halves = [_polygonal(outline.intersection(shapely.box(*box))) for box in boxes]
    sizes = (first, parts - first)
    return [
        part
        for half, size in zip(halves, sizes, strict=True)
        if not half.is_empty
        for part in split_in(half, size)
    ]


def _polygonal(piece: shapely.Geometry) -> shapely.Geometry:
    """The polygons of an intersection, without the points and lines where borders only touch."""
    kept = [part for part in shapely.get_parts(piece) if part.geom_type == "Polygon"]
    kept = [part for part in kept if part.area > 0]
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)


def _multi(piece: shapely.Geometry) -> shapely.MultiPolygon:
    return piece if piece.geom_type == "MultiPolygon" else shapely.MultiPolygon([piece])


def _join_slivers(
    pieces: list[shapely.Geometry], *, least_m2: float, m2_a_degree2: float
) -> list[shapely.Geometry]:
    """Give every sliver to its best neighbour, smallest first; the order of the rest stays."""
    whole: list[shapely.Geometry | None] = list(pieces)
    order = sorted(range(len(pieces)), key=lambda n: pieces[n].area)
    for at in order:
        sliver = whole[at]
        if sliver is None or sliver.area * m2_a_degree2 >= least_m2:
            continue
        best, shared = None, 0.0
        for other, piece in enumerate(whole):
            if piece is None or other == at or not piece.intersects(sliver):
                continue
            length = piece.intersection(sliver).length
            if length > shared:
                best, shared = other, length
        if best is not None:
            whole[best] = _polygonal(shapely.union_all([whole[best], sliver]))
            whole[at] = None
    return [piece for piece in whole if piece is not None]
