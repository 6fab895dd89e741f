"""The middle lines between buildings: whose ground ends where."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from linli.territory.rules.coverage import Ints, Shapes

_WALL_M = 0.4  # how far inside its walls a building is sampled: walls may touch the neighbour's
_SAMPLE_M = 4.0  # distance between two samples along a wall
_SMOOTH_M = 0.8  # how far a border between two buildings may leave the exact middle


def samples_by_block(blocks: Shapes, samples: Shapes) -> tuple[Ints, Ints]:
    """Which samples lie in which block, block by block."""
    at, sample = shapely.STRtree(samples).query(blocks, predicate="intersects")
    order = np.argsort(at, kind="stable")
    return at[order], sample[order]


def samples_of(shapes: Shapes, places: Shapes) -> tuple[Shapes, Ints]:
    """Points just inside the walls of every building, none twice; points as they are."""
    inner = shapely.buffer(shapes, -_WALL_M, join_style="mitre")
    inner = np.where(shapely.is_empty(inner), places, inner)
    walls = np.where(shapely.area(inner) > 0, shapely.boundary(inner), inner)
    walls = shapely.segmentize(shapely.simplify(walls, 0.3), _SAMPLE_M)
    points, building = shapely.get_coordinates(walls, return_index=True)
    points = np.round(points, 2)
    _unique, first = np.unique(points, axis=0, return_index=True)
    first.sort()
    return shapely.points(points[first]), building[first].astype(np.int64)


def middle_lines(block: shapely.Geometry, samples: Shapes, owners: Ints) -> list[Any]:
    """Where the nearest building changes, inside one block."""
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(samples), extend_to=block, ordered=True)
    )
    points, cell = shapely.get_coordinates(cells, return_index=True)
    joined = cell[1:] == cell[:-1]
    owner = owners[cell[:-1][joined]]
    start, end = np.round(points[:-1][joined], 4), np.round(points[1:][joined], 4)
    swapped = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    keys = np.where(swapped[:, None], np.hstack((end, start)), np.hstack((start, end)))
    order = np.lexsort((owner, *keys.T))
    keys, owner = keys[order], owner[order]
    twice = (keys[1:] == keys[:-1]).all(axis=1) & (owner[1:] != owner[:-1])
    rows = keys[1:][twice]
    rows = rows[(rows[:, :2] != rows[:, 2:]).any(axis=1)]
    if not len(rows):
        return []
    lines = shapely.line_merge(
        shapely.multilinestrings(shapely.linestrings(rows.reshape(-1, 2, 2)))
    )
    smooth = shapely.simplify(shapely.get_parts(lines), _SMOOTH_M)
    kept = shapely.intersection(smooth, block)
    return [line for line in kept if not line.is_empty]
