"""Unit cells from streets: blocks brought to about one size (standards §3.1, R33).

Streets cut the ground into blocks; blocks much larger than a cell are halved along their longer
side, blocks much smaller go along with the neighbour across the quietest street. Metres of a
`coverage.Plane`; nothing gaps or overlaps, because everything is divided together.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely import affinity

from linli.territory.rules.coverage import (
    Borders,
    Ints,
    Shapes,
    borders_of,
    faces_between,
    shared_lengths,
    sums,
    united,
)

_LARGE, _SMALL, _FULL = 1.5, 0.45, 1.6  # of the wanted size: halve, join, join no further
_ON_LINE_M = 0.05


#: What a street divides, by its kind: of two borders the one along the dearer street is kept.
STREET_COSTS = {
    "motorway": 12.0,
    "trunk": 10.0,
    "rail": 10.0,
    "primary": 6.0,
    "secondary": 4.0,
    "residential": 2.0,
}


class Line(NamedTuple):
    """A street, river or wall; across a high `cost` two blocks are joined last."""

    route: shapely.Geometry
    cost: float = 1.0


def cells_by_streets(
    outlines: Sequence[shapely.Geometry], lines: Sequence[Line], area_m2: float = 10_000
) -> tuple[Shapes, Ints]:
    """Cells that tile each of `outlines` (grids that tile a community, or the community alone), and
    the outline each lies in. Numbered as standards §3.1 says: from north to south in rows, from
    west to east within a row."""
    whole = shapely.union_all([*outlines], grid_size=1e-4)
    inner = [one.boundary for one in outlines]
    blocks = faces_between([*(line.route for line in lines), *inner], whole)
    cuts: list[Any] = []
    for block in blocks:
        if block.area > _LARGE * area_m2:
            cuts += _cuts(block, max(2, round(block.area / area_m2)))
    if cuts:
        blocks = faces_between([*shapely.boundary(blocks), *cuts], whole)
    owner = _owners(blocks, outlines)
    group = _joined(blocks, owner, lines, area_m2)
    cells = united(blocks, group, int(group.max()) + 1)
    in_outline = np.zeros(len(cells), np.int64)
    in_outline[group] = owner
    order = reading_order(cells, math.sqrt(area_m2))
    return cells[order], in_outline[order]


def reading_order(areas: Shapes, row_m: float) -> Ints:
    """Which area comes first, second, …: rows from the north, in a row from the west."""
    middles = shapely.get_coordinates(shapely.point_on_surface(areas))
    north = shapely.total_bounds(areas)[3]
    row = np.floor((north - middles[:, 1]) / row_m)
    return np.lexsort((middles[:, 0], row)).astype(np.int64)


def _owners(blocks: Shapes, outlines: Sequence[shapely.Geometry]) -> Ints:
    middles = shapely.point_on_surface(blocks)
    tree = shapely.STRtree(outlines)
    owner = np.asarray(tree.nearest(middles), np.int64)
    block, inside = tree.query(middles, predicate="intersects")
    owner[block[::-1]] = inside[::-1]
    return owner


def _cuts(block: shapely.Geometry, parts: int) -> list[Any]:
    """Lines that cut a block into `parts` of about equal size, each across its longer side."""
    if parts < 2:
        return []
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(block))
    sides = np.diff(corners[:3], axis=0)
    along = sides[int(np.argmax(np.hypot(*sides.T)))]
    angle = math.degrees(math.atan2(along[1], along[0]))
    flat = affinity.rotate(block, -angle, origin=(0, 0))
    west, south, east, north = flat.bounds
    first = parts // 2
    wanted, low, high = flat.area * first / parts, west, east
    for _step in range(30):
        middle = (low + high) / 2
        if flat.intersection(shapely.box(west, south, middle, north)).area < wanted:
            low = middle
        else:
            high = middle
    cut = (low + high) / 2
    line = shapely.LineString([(cut, south - 1), (cut, north + 1)]).intersection(flat)
    made = [affinity.rotate(line, angle, origin=(0, 0))]
    for box, share in (
        (shapely.box(west, south, cut, north), first),
        (shapely.box(cut, south, east, north), parts - first),
    ):
        half = affinity.rotate(flat.intersection(box), angle, origin=(0, 0))
        for piece in shapely.get_parts(half):
            if piece.geom_type == "Polygon" and piece.area > 0:
                made += _cuts(piece, round(share * piece.area / half.area))
    return made


def _joined(blocks: Shapes, owner: Ints, lines: Sequence[Line], area_m2: float) -> Ints:
    """The cell of each block: small ones joined with a neighbour in the same outline."""
    borders = borders_of(blocks)
    every: Ints = np.arange(len(blocks))
    first, second, metres, pair = shared_lengths(every, borders)
    ease = sums(pair[pair >= 0], (borders.length_m / (1 + _costs(borders, lines)))[pair >= 0],
                len(first))  # fmt: skip
    near: list[dict[int, float]] = [{} for _ in blocks]
    for a, b, quiet, length in zip(
        first.tolist(), second.tolist(), ease.tolist(), metres.tolist(), strict=True
    ):
        if owner[a] == owner[b] and length > 0.5:
            near[a][b] = near[b][a] = quiet
    size = shapely.area(blocks).tolist()
    into = list(range(len(blocks)))
    heap = [(area, n) for n, area in enumerate(size) if area < _SMALL * area_m2]
    heapq.heapify(heap)
    while heap:
        area, one = heapq.heappop(heap)
        if into[one] != one or area != size[one] or not near[one]:
            continue
        fits = {n: q for n, q in near[one].items() if size[n] + area <= _FULL * area_m2}
        if not fits and area >= 0.1 * area_m2:
            continue
        best = max(fits or near[one], key=lambda n: (near[one][n], -n))
        _put(one, best, near, size, into)
        if size[best] < _SMALL * area_m2:
            heapq.heappush(heap, (size[best], best))
    for n in range(len(into)):
        while into[into[n]] != into[n]:
            into[n] = into[into[n]]
    _roots, groups = np.unique(into, return_inverse=True)
    return groups.reshape(-1).astype(np.int64)


def _put(
    one: int, best: int, near: list[dict[int, float]], size: list[float], into: list[int]
) -> None:
    """`one` becomes part of `best`, with its neighbours."""
    into[one] = best
    size[best] += size[one]
    for other, quiet in near[one].items():
        del near[other][one]
        if other != best:
            near[best][other] = near[other][best] = near[best].get(other, 0.0) + quiet
    near[one] = {}


def _costs(borders: Borders, lines: Sequence[Line]) -> Any:
    cost = np.zeros(len(borders.left))
    if lines:
        tree = shapely.STRtree([line.route for line in lines])
        at, line = tree.query(
            shapely.points(borders.middle), predicate="dwithin", distance=_ON_LINE_M
        )
        np.maximum.at(cost, at, np.array([one.cost for one in lines])[line])
    return cost
