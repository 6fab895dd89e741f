"""What redrawn outlines change: areas, gaps, overlaps, and the cells that lie in them.

Everything in degrees, sizes in m²; nothing is asked of a database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import shapely

from linli.territory.rules.coverage import RASTER_DEGREES, areas_m2

LEAST_M2 = 1.0  # what is smaller comes of rounding, not of drawing
PIECE_M2 = 1_000.0  # a piece of a cut cell that is smaller joins its neighbour in the grid
_WHOLE = 0.999  # of a cell that lies in a grid
Outlines = Mapping[str, Any]


class AreaChange(NamedTuple):
    """One area that differs: None before it began, None after it ended."""

    key: str
    before_m2: float | None
    after_m2: float | None
    pieces: int  # of one piece it should be


class Hole(NamedTuple):
    """Ground that would belong to nobody, and a point in it."""

    area_m2: float
    lon: float
    lat: float


class Shared(NamedTuple):
    """Ground that would belong to two."""

    first: str
    second: str
    area_m2: float


@dataclass(frozen=True, slots=True)
class Redrawn:
    """What redrawing would do; gaps, overlaps and what reaches out only as far as they are new."""

    changes: list[AreaChange]
    gaps: list[Hole]
    overlaps: list[Shared]
    outside_m2: float

    @property
    def faults(self) -> bool:
        """Whether the ground would be divided worse than before."""
        return bool(self.gaps or self.overlaps or self.outside_m2 >= LEAST_M2)


def compare(before: Outlines, after: Outlines, changed: Outlines, frame: Any) -> Redrawn:
    """`before` and `after` are all areas by key, `changed` those that differ (see `rules.steps`),
    `frame` the ground they divide (None: unknown)."""
    return Redrawn(
        [
            AreaChange(
                key,
                _m2(before[key]) if key in before else None,
                _m2(shape) if shape is not None else None,
                len(shapely.get_parts(shape)) if shape is not None else 0,
            )
            for key, shape in changed.items()
        ],
        [] if frame is None else _gaps(before, after, frame),
        _overlaps(before, after, changed),
        0.0 if frame is None else max(0.0, _outside(after, frame) - _outside(before, frame)),
    )


def _m2(shape: Any) -> float:
    return 0.0 if shape.is_empty else float(areas_m2([shape])[0])


def _united(areas: Outlines) -> Any:
    return shapely.union_all(list(areas.values()), grid_size=RASTER_DEGREES)


def _gaps(before: Outlines, after: Outlines, frame: Any) -> list[Hole]:
    free = shapely.difference(frame, _united(after), grid_size=RASTER_DEGREES)
    if before:
        free = shapely.intersection(free, _united(before), grid_size=RASTER_DEGREES)
    found = []
    for part in shapely.get_parts(free):
        if part.geom_type == "Polygon" and (size := _m2(part)) >= LEAST_M2:
            middle = shapely.point_on_surface(part)
            found.append(Hole(size, middle.x, middle.y))
    return sorted(found, reverse=True)


def _overlaps(before: Outlines, after: Outlines, changed: Outlines) -> list[Shared]:
    found = []
    for one, other in combinations(sorted(after), 2):
        if one not in changed and other not in changed:
            continue
        size = _m2(shapely.intersection(after[one], after[other], grid_size=RASTER_DEGREES))
        if size < LEAST_M2:
            continue
        if one in before and other in before:
            size -= _m2(shapely.intersection(before[one], before[other], grid_size=RASTER_DEGREES))
        if size >= LEAST_M2:
            found.append(Shared(one, other, size))
    return sorted(found, key=lambda pair: -pair.area_m2)


def _outside(areas: Outlines, frame: Any) -> float:
    return (
        _m2(shapely.difference(_united(areas), frame, grid_size=RASTER_DEGREES)) if areas else 0.0
    )


# -- cells ---------------------------------------------------------------------------------------
class CellNow(NamedTuple):
    """A cell as it is: who it is, the key of its grid ("" for none), its shape."""

    id: int
    grid: str
    shape: Any


@dataclass(slots=True)
class CellsAfter:
    """What becomes of cells: another grid or another shape by id, and pieces that are new cells,
    each with its grid and the cell it was cut from."""

    kept: dict[int, tuple[str, Any]] = field(default_factory=dict)
    new: list[tuple[str, Any, int]] = field(default_factory=list)


def cells_touched(cells: Sequence[CellNow], changed: Outlines) -> list[CellNow]:
    """The cells that belong to areas that change, or lie in what they become."""
    new = shapely.union_all(
        [shape for shape in changed.values() if shape is not None], grid_size=RASTER_DEGREES
    )
    shapely.prepare(new)
    return [cell for cell in cells if cell.grid in changed or shapely.intersects(new, cell.shape)]


def cells_into(cells: Sequence[CellNow], grids: Outlines) -> CellsAfter:
    """Every cell into the grid it lies in; one that lies in several is cut at their border.

    The largest piece keeps the number. A piece under `PIECE_M2` joins the neighbour in its grid
    with the longest common border; ground in no grid is a cell of no grid.
    """
    keys = sorted(grids)
    outlines = np.array([grids[key] for key in keys], dtype=object)
    tree = shapely.STRtree(outlines)
    ground: dict[int, tuple[str, Any]] = {}
    pieces: list[tuple[str, Any, int]] = []
    for cell in cells:
        found = _pieces(cell, keys, outlines, tree)
        ground[cell.id] = found[0]
        pieces += [(key, shape, cell.id) for key, shape in found[1:]]
    after = CellsAfter()
    for key, shape, cut_from in sorted(pieces, key=lambda piece: -piece[1].area):
        home = _neighbour(key, shape, ground) if _m2(shape) < PIECE_M2 else None
        if home is None:
            after.new.append((key, shape, cut_from))
        else:
            ground[home] = (
                key,
                _multi(shapely.union(ground[home][1], shape, grid_size=RASTER_DEGREES)),
            )
    for cell in cells:
        key, shape = ground[cell.id]
        if key != cell.grid or shape is not cell.shape:
            after.kept[cell.id] = (key, shape)
    return after


def _pieces(cell: CellNow, keys: list[str], outlines: Any, tree: Any) -> list[tuple[str, Any]]:
    """The parts of a cell with the key of the grid each lies in, the largest first."""
    near = np.sort(tree.query(cell.shape, predicate="intersects"))
    shares = [_polygons(one) for one in _cut(outlines[near], cell.shape)]
    for at, share in zip(near.tolist(), shares, strict=True):
        if share.area >= _WHOLE * cell.shape.area:
            return [(keys[at], cell.shape)]
    if not shares:
        return [("", cell.shape)]
    rest = shapely.difference(
        cell.shape, shapely.union_all(shares, grid_size=RASTER_DEGREES), grid_size=RASTER_DEGREES
    )
    if rest.area >= _WHOLE * cell.shape.area:
        return [("", cell.shape)]
    found, taken = [("", _multi(rest))], shapely.MultiPolygon()
    for at, share in zip(near.tolist(), shares, strict=True):
        # Where grids overlap, the first one has the ground.
        own = _polygons(shapely.difference(share, taken, grid_size=RASTER_DEGREES))
        taken = _polygons(shapely.union(taken, own, grid_size=RASTER_DEGREES))
        found.append((keys[at], _multi(own)))
    found = [(key, shape) for key, shape in found if not shape.is_empty]
    return sorted(found, key=lambda piece: -piece[1].area) or [("", cell.shape)]


def _cut(outlines: Any, shape: Any) -> Any:
    return shapely.intersection(outlines, shape, grid_size=RASTER_DEGREES)


def _neighbour(key: str, shape: Any, ground: Mapping[int, tuple[str, Any]]) -> int | None:
    """The cell of the same grid with the longest common border."""
    edge = shapely.buffer(shape, 1e-7)
    common = {
        cell: shapely.intersection(shapely.boundary(other), edge, grid_size=RASTER_DEGREES).length
        for cell, (of, other) in ground.items()
        if of == key and shapely.intersects(other, edge)
    }
    best = max(sorted(common), key=lambda cell: common[cell], default=None)
    return best if best is not None and common[best] > 2e-7 else None


def _polygons(shape: Any) -> shapely.MultiPolygon:
    """The areas of a shape, without the points and lines in which others touch it."""
    parts = [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


def _multi(shape: Any) -> shapely.MultiPolygon:
    """The same without what comes of rounding."""
    parts = shapely.get_parts(_polygons(shape))
    return shapely.MultiPolygon([one for one in parts if _m2(one) >= LEAST_M2])
