"""Ground divided without gap or overlap: faces between lines, who borders on whom, unions of faces.

Everything here but `areas_m2` is in metres of a `Plane`. Lines are brought to a raster of a tenth
of a millimetre before they are cut at their crossings, so that neighbours share every vertex: what
was divided together fits together again to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from linli.territory.rules.coordinates import metres_per_degree

RASTER_M = 1e-4
RASTER_DEGREES = 1e-9  # the same for shapes in degrees: where borders lie within rounding of each
# other, GEOS errs without a raster
_PER_M = round(1 / RASTER_M)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[Any]


class Plane:
    """Degrees as metres around a place; within 0.1 % over 20 km, and there and back exact to 1e-9
    degrees."""

    def __init__(self, lon: float, lat: float) -> None:
        self._origin = np.array([lon, lat])
        east_m, north_m = metres_per_degree(lat)
        self._scale = np.array([float(east_m), float(north_m)])

    @classmethod
    def around(cls, outline: shapely.Geometry) -> Plane:
        """The plane of an outline in degrees."""
        west, south, east, north = outline.bounds
        return cls((west + east) / 2, (south + north) / 2)

    def metres(self, shapes: Any) -> Any:
        """Geometry (one or an array) from degrees."""
        return shapely.transform(shapes, lambda points: (points - self._origin) * self._scale)

    def degrees(self, shapes: Any) -> Any:
        """Geometry from metres, to nine decimals."""

        def back(points: Floats) -> Floats:
            rounded: Floats = np.round(points / self._scale + self._origin, 9)
            return rounded

        return shapely.transform(shapes, back)


def areas_m2(shapes: Sequence[shapely.Geometry]) -> Any:
    """Areas in m², by the scale at each centroid: within 0.01 % for what a city divides."""
    array = np.array(shapes, dtype=object)
    east_m, north_m = metres_per_degree(shapely.get_y(shapely.centroid(array)))
    return shapely.area(array) * east_m * north_m


class Borders(NamedTuple):
    """The straight pieces of all borders: `left` and `right` are numbers of faces, `right` is -1
    along the outside."""

    left: Ints
    right: Ints
    length_m: Floats
    middle: Floats  # (n, 2)


def faces_between(lines: Iterable[shapely.Geometry], within: shapely.Geometry) -> Shapes:
    """The faces that `lines` cut `within` into; loose ends of lines cut nothing."""
    near = np.array([line for line in lines if line is not None], dtype=object)
    if len(near):
        shapely.prepare(within)
        near = near[shapely.intersects(within, near)]
    noded = shapely.union_all([within.boundary, *near], grid_size=RASTER_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    if not len(faces):
        return np.array([], dtype=object)
    return np.asarray(faces[shapely.contains(within, shapely.point_on_surface(faces))])


def borders_of(faces: Shapes) -> Borders:
    """Every piece of border once, with the one or two faces along it."""
    rings, owner = shapely.get_rings(faces, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    face = owner[ring[:-1][joined]]
    start, end = points[:-1][joined], points[1:][joined]
    keys = np.sort(np.column_stack((_keys(start), _keys(end))), axis=1)
    order = np.lexsort((face, keys[:, 1], keys[:, 0]))
    keys, face = keys[order], face[order]
    new = np.ones(len(keys), bool)
    new[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    first = np.flatnonzero(new)
    double = np.diff(np.append(first, len(keys))) > 1
    right = np.full(len(first), -1, np.int64)
    right[double] = face[first[double] + 1]
    at = order[first]
    return Borders(
        left=face[first].astype(np.int64),
        right=right,
        length_m=np.hypot(*(end[at] - start[at]).T),
        middle=(start[at] + end[at]) / 2,
    )


def _keys(points: Floats) -> Ints:
    """One whole number for each place of the raster (to 200 km from the origin)."""
    raster = np.rint(points * _PER_M).astype(np.int64) + (1 << 31)
    packed: Ints = (raster[:, 0] << 32) | raster[:, 1]
    return packed


def sums(keys: Ints, values: Any, count: int) -> Floats:
    """The sum of `values` for each key 0 … count - 1."""
    return np.bincount(keys, weights=values, minlength=count).astype(np.float64)


def shared_lengths(owners: Ints, borders: Borders) -> tuple[Ints, Ints, Floats, Ints]:
    """Pairs of owners of faces that share border: smaller, larger, metres, and for every piece of
    border the number of its pair (-1 where one owner, or none, lies on both sides)."""
    left = owners[borders.left]
    right = np.where(borders.right >= 0, owners[borders.right], -1)
    between = (left != right) & (left >= 0) & (right >= 0)
    low, high = np.minimum(left, right)[between], np.maximum(left, right)[between]
    pairs, which = np.unique(np.column_stack((low, high)), axis=0, return_inverse=True)
    which = which.reshape(-1)
    metres = sums(which, borders.length_m[between], len(pairs))
    pair_of = np.full(len(left), -1, np.int64)
    pair_of[between] = which
    return pairs[:, 0], pairs[:, 1], metres, pair_of


def united(faces: Shapes, owners: Ints, count: int) -> Shapes:
    """The union of the faces of each owner 0 … count - 1; an owner without faces has an empty
    polygon."""
    order = np.argsort(owners, kind="stable")
    ordered = owners[order]
    starts = np.searchsorted(ordered, np.arange(count + 1))
    unions = [
        shapely.coverage_union_all(faces[order[starts[n] : starts[n + 1]]])
        if starts[n + 1] > starts[n]
        else shapely.Polygon()
        for n in range(count)
    ]
    made = np.empty(count, dtype=object)
    made[:] = [_area(union) for union in unions]
    return made


def _area(union: shapely.Geometry) -> shapely.Geometry:
    if union.geom_type != "GeometryCollection":
        return union
    polygons = [part for part in shapely.get_parts(union) if part.area > 0]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def groups_of(count: int, first: Sequence[int] | Ints, second: Sequence[int] | Ints) -> Ints:
    """Connected groups of `count` things joined pairwise: each one's group, numbered from 0."""
    above = list(range(count))

    def root(one: int) -> int:
        while above[one] != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    for one, other in zip(np.asarray(first).tolist(), np.asarray(second).tolist(), strict=True):
        a, b = root(one), root(other)
        if a != b:
            above[max(a, b)] = min(a, b)
    _roots, groups = np.unique([root(one) for one in range(count)], return_inverse=True)
    return groups.reshape(-1).astype(np.int64)
