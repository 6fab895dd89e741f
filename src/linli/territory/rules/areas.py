"""Which of many areas covers a point, answered from arrays in memory.

The arithmetic is that of PostGIS `ST_Covers` for a point and a polygon, term by term, so that both
give the same answer on borders too: winding by the sign of
(x2 - x1)(y - y1) - (x - x1)(y2 - y1), and a zero of it within the segment's box is "on the border".
A lattice of buckets finds the candidates; inside an area its edges lie in slabs of latitude, so
that a point meets only the edges at its height.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from linli.territory.rules.coordinates import metres_per_degree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_EDGES_A_SLAB = 8
_BIG = 256  # edges from which on an area's border is searched through a tree
_AT_ONCE = 2_000_000  # edges looked at in one step: bounds the memory of bulk questions


class Areas:
    """Areas in the order of their codes: where several cover a point, the first one wins."""

    def __init__(self, outlines: Sequence[shapely.Geometry] | NDArray[Any]) -> None:
        """`outlines` are valid polygons or multipolygons in degrees, lon before lat."""
        self.count = len(outlines)
        owner, edges = _edges(np.asarray(outlines, dtype=object))
        self._border = edges  # each edge once, area by area
        self._border_at = _starts(owner, self.count)
        self._boxes = _boxes(owner, edges, self.count)
        mid_lat = (self._boxes[:, 1] + self._boxes[:, 3]) / 2
        self._east_m, self._north_m = metres_per_degree(mid_lat)
        self._lay_slabs(owner)
        self._lay_buckets()
        self._big_borders: dict[int, shapely.Geometry] = {}

    def _lay_slabs(self, owner: Ints) -> None:
        edge_counts = np.diff(self._border_at)
        slabs = np.maximum(1, edge_counts // _EDGES_A_SLAB)
        self._slab_first = np.concatenate(([0], np.cumsum(slabs)[:-1])) if self.count else slabs
        self._slab_last = slabs - 1
        height = self._boxes[:, 3] - self._boxes[:, 1]
        with np.errstate(divide="ignore"):
            self._slabs_a_degree = np.where(height > 0, slabs / height, 0.0)
        low = np.minimum(self._border[:, 1], self._border[:, 3])
        high = np.maximum(self._border[:, 1], self._border[:, 3])
        first, last = self._slab(owner, low), self._slab(owner, high)
        edge, slab = _expand(first, last - first + 1)
        order = np.argsort(slab, kind="stable")
        self._edges = np.ascontiguousarray(self._border[edge[order]])
        self._edges_at = _starts(slab[order], int(slabs.sum()))

    def _slab(self, area: Ints, lat: Floats) -> Ints:
        step = ((lat - self._boxes[area, 1]) * self._slabs_a_degree[area]).astype(np.int64)
        slab: Ints = self._slab_first[area] + np.minimum(step, self._slab_last[area])
        return slab

    def _lay_buckets(self) -> None:
        if not self.count:
            self._box = (0.0, 0.0, -1.0, -1.0)
            return
        west, south = self._boxes[:, :2].min(axis=0).tolist()
        east, north = self._boxes[:, 2:].max(axis=0).tolist()
        wanted = float(np.clip(4 * self.count, 64, 1 << 18))
        ratio = max((east - west) / max(north - south, 1e-12), 1e-6)
        self._columns = max(1, min(4096, round((wanted * ratio) ** 0.5)))
        self._rows = max(1, min(4096, round((wanted / ratio) ** 0.5)))
        self._a_degree = (
            self._columns / max(east - west, 1e-12),
            self._rows / max(north - south, 1e-12),
        )
        self._box = (west, south, east, north)
        column, row = self._column(self._boxes[:, 0]), self._row(self._boxes[:, 1])
        wide = self._column(self._boxes[:, 2]) - column + 1
        tall = self._row(self._boxes[:, 3]) - row + 1
        area, nth = _expand(np.zeros(self.count, np.int64), wide * tall)
        bucket = (row[area] + nth // wide[area]) * self._columns + column[area] + nth % wide[area]
        order = np.argsort(bucket, kind="stable")  # within a bucket the areas keep their order
        self._candidates = area[order]
        self._candidates_at = _starts(bucket[order], self._columns * self._rows)

    def _column(self, lon: Floats) -> Ints:
        step = ((lon - self._box[0]) * self._a_degree[0]).astype(np.int64)
        column: Ints = np.minimum(step, self._columns - 1)
        return column

    def _row(self, lat: Floats) -> Ints:
        step = ((lat - self._box[1]) * self._a_degree[1]).astype(np.int64)
        row: Ints = np.minimum(step, self._rows - 1)
        return row

    def find(self, lon: float, lat: float) -> int:
        """The first area that covers the point, or -1."""
        west, south, east, north = self._box
        if not (west <= lon <= east and south <= lat <= north):
            return -1
        column = min(int((lon - west) * self._a_degree[0]), self._columns - 1)
        row = min(int((lat - south) * self._a_degree[1]), self._rows - 1)
        bucket = row * self._columns + column
        start, end = self._candidates_at[bucket : bucket + 2].tolist()
        for area in self._candidates[start:end].tolist():
            if self._covers(area, lon, lat):
                return int(area)
        return -1

    def _covers(self, area: int, lon: float, lat: float) -> bool:
        west, south, east, north = self._boxes[area].tolist()
        if not (west <= lon <= east and south <= lat <= north):
            return False
        step = int((lat - south) * self._slabs_a_degree[area])
        slab = int(self._slab_first[area] + min(step, self._slab_last[area]))
        start, end = self._edges_at[slab : slab + 2].tolist()
        inside = False
        for x1, y1, x2, y2 in self._edges[start:end].tolist():
            if (lat < y1 and lat < y2) or (lat > y1 and lat > y2):
                continue
            side = (x2 - x1) * (lat - y1) - (lon - x1) * (y2 - y1)
            if side == 0.0 and (x1 <= lon <= x2 or x2 <= lon <= x1):
                return True
            if (y1 <= lat < y2 and side > 0) or (y2 <= lat < y1 and side < 0):
                inside = not inside
        return inside

    def find_many(self, lons: Floats, lats: Floats) -> Ints:
        """`find` for each point."""
        found = np.full(len(lons), -1, np.int64)
        if not self.count:
            return found
        west, south, east, north = self._box
        near = (lons >= west) & (lons <= east) & (lats >= south) & (lats <= north)
        (points,) = np.nonzero(near)
        for chunk in np.array_split(points, max(1, len(points) // 100_000)):
            self._find_chunk(chunk, lons, lats, found)
        return found

    def _find_chunk(self, points: Ints, lons: Floats, lats: Floats, found: Ints) -> None:
        bucket = self._row(lats[points]) * self._columns + self._column(lons[points])
        start = self._candidates_at[bucket]
        nth, at = _expand(start, self._candidates_at[bucket + 1] - start)
        point, area = points[nth], self._candidates[at]
        lon, lat, box = lons[point], lats[point], self._boxes[area]
        kept = (box[:, 0] <= lon) & (lon <= box[:, 2]) & (box[:, 1] <= lat) & (lat <= box[:, 3])
        point, area = point[kept], area[kept]
        covered = self._covers_many(area, lons[point], lats[point])
        # Pairs stand in the order of points and, for one point, of areas: the first one wins.
        hit, first = np.unique(point[covered], return_index=True)
        found[hit] = area[covered][first]

    def _covers_many(self, area: Ints, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        slab = self._slab(area, lat)
        start = self._edges_at[slab]
        counts = self._edges_at[slab + 1] - start
        covered = np.zeros(len(area), np.bool_)
        for part in _in_parts(counts):
            pair, at = _expand(start[part], counts[part])
            x1, y1, x2, y2 = self._edges[at].T
            x, y = lon[part][pair], lat[part][pair]
            side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
            on_edge = (side == 0.0) & (np.minimum(x1, x2) <= x) & (x <= np.maximum(x1, x2))
            on_edge &= (np.minimum(y1, y2) <= y) & (y <= np.maximum(y1, y2))
            crossed = ((y1 <= y) & (y < y2) & (side > 0)) | ((y2 <= y) & (y < y1) & (side < 0))
            size = part.stop - part.start
            odd = np.bincount(pair, weights=crossed, minlength=size).astype(np.int64) % 2 == 1
            touched = np.bincount(pair, weights=on_edge, minlength=size) > 0
            covered[part] = odd | touched
        return covered

    def border_m(self, area: int, lon: float, lat: float) -> float:
        """Metres from the point to the nearest border of `area`, exact close to it."""
        start, end = self._border_at[area : area + 2].tolist()
        edges = self._border[start:end]
        east_m, north_m = float(self._east_m[area]), float(self._north_m[area])
        if end - start > 24:
            return math.sqrt(_distances(edges, lon, lat, east_m, north_m).min())
        nearest: float = math.inf
        for x1, y1, x2, y2 in edges.tolist():
            ax, ay = (lon - x1) * east_m, (lat - y1) * north_m
            bx, by = (x2 - x1) * east_m, (y2 - y1) * north_m
            along = (ax * bx + ay * by) / (bx * bx + by * by)
            along = 0.0 if along < 0.0 else 1.0 if along > 1.0 else along
            dx, dy = ax - along * bx, ay - along * by
            nearest = min(nearest, dx * dx + dy * dy)
        return math.sqrt(nearest)

    def border_m_many(self, area: Ints, lons: Floats, lats: Floats) -> Floats:
        """`border_m` for pairs of areas and points."""
        metres = np.empty(len(area), np.float64)
        start = self._border_at[area]
        counts = self._border_at[area + 1] - start
        big = counts > _BIG
        for one in np.unique(area[big]).tolist():
            of_one = big & (area == one)
            metres[of_one] = self._big_border_m(one, lons[of_one], lats[of_one])
        (small,) = np.nonzero(~big)
        for part in _in_parts(counts[small]):
            rows = small[part]
            pair, at = _expand(start[rows], counts[rows])
            row = rows[pair]
            squared = _distances(
                self._border[at],
                lons[row],
                lats[row],
                self._east_m[area[row]],
                self._north_m[area[row]],
            )
            firsts = np.concatenate(([0], np.cumsum(counts[rows])[:-1]))
            metres[rows] = np.sqrt(np.minimum.reduceat(squared, firsts))
        return metres

    def _big_border_m(self, area: int, lons: Floats, lats: Floats) -> Floats:
        scale = np.array([self._east_m[area], self._north_m[area]])
        if area not in self._big_borders:
            start, end = self._border_at[area : area + 2].tolist()
            lines = self._border[start:end].reshape(-1, 2, 2) * scale
            border = shapely.multilinestrings(shapely.linestrings(lines))
            shapely.prepare(border)
            self._big_borders[area] = border
        places = shapely.points(np.column_stack((lons, lats)) * scale)
        return np.asarray(shapely.distance(self._big_borders[area], places), np.float64)


def _distances(edges: Floats, lon: Any, lat: Any, east_m: Any, north_m: Any) -> Floats:
    """Squared metres from points to segments, pair by pair."""
    x1, y1, x2, y2 = edges.T
    ax, ay = (lon - x1) * east_m, (lat - y1) * north_m
    bx, by = (x2 - x1) * east_m, (y2 - y1) * north_m
    along = np.clip((ax * bx + ay * by) / (bx * bx + by * by), 0.0, 1.0)
    squared: Floats = (ax - along * bx) ** 2 + (ay - along * by) ** 2
    return squared


def _edges(outlines: NDArray[Any]) -> tuple[Ints, Floats]:
    """Owner and (x1, y1, x2, y2) of every edge of every ring, owner by owner."""
    parts, owner_of_part = shapely.get_parts(outlines, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    points, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    same_ring = ring_of_point[1:] == ring_of_point[:-1]
    edges = np.hstack((points[:-1], points[1:]))[same_ring]
    owner = owner_of_part[part_of_ring[ring_of_point[:-1][same_ring]]].astype(np.int64)
    real = (edges[:, :2] != edges[:, 2:]).any(axis=1)  # a point repeated makes no edge
    return owner[real], edges[real]


def _boxes(owner: Ints, edges: Floats, count: int) -> Floats:
    """West, south, east, north of each area."""
    if not count:
        return np.empty((0, 4))
    starts = _starts(owner, count)
    if (np.diff(starts) == 0).any():
        raise ValueError("An outline is empty; the index takes polygons only.")
    low = np.minimum.reduceat(edges[:, :2], starts[:-1])
    high = np.maximum.reduceat(edges[:, :2], starts[:-1])
    return np.hstack((low, high))


def _starts(sorted_keys: Ints, count: int) -> Ints:
    """Where each of `count` keys begins in a sorted array, and its length at the end."""
    return np.searchsorted(sorted_keys, np.arange(count + 1)).astype(np.int64)


def _expand(first: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """For each range first … first + count - 1: the range's number and each of its values."""
    owner = np.repeat(np.arange(len(counts)), counts)
    offset = np.cumsum(counts) - counts
    return owner, np.arange(len(owner)) - np.repeat(offset - first, counts)


def _in_parts(counts: Ints) -> Iterator[slice]:
    """Slices of `counts` whose sums stay near `_AT_ONCE`."""
    if not len(counts):
        return
    total = np.cumsum(counts)
    cuts = np.searchsorted(total, np.arange(_AT_ONCE, int(total[-1]), _AT_ONCE))
    ends = sorted({0, len(counts), *(cuts + 1).tolist()})
    for start, end in pairwise(min(end, len(counts)) for end in ends):
        if end > start:
            yield slice(start, end)
