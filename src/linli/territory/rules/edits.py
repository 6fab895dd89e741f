"""Outlines changed by steps (`rules.steps`): cut, drawn, merged and bent with all their neighbours.

Everything is in degrees. Neighbours share every corner afterwards, and all shapes are cut on a
raster of a tenth of a millimetre: where borders lie within rounding of each other, GEOS errs
without one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _

from linli.territory.rules.coverage import RASTER_DEGREES
from linli.territory.rules.steps import LEAST, Step, area_of, fault_of

Shapes = dict[str, shapely.MultiPolygon]
NEAR_DEGREES = 1e-7  # a centimetre: a corner this near is the same corner
_REACH = 5e-7  # a line that ends on a border is made so much longer, that it cuts through


def done(areas: Mapping[str, Any], frame: Any, steps: list[Step], *, new: bool = True) -> Shapes:
    """The areas after the steps, by key; `frame` is the ground they divide (None: unknown), `new`
    whether areas may begin and end. Raises BadInput naming `steps`."""
    after: Shapes = dict(areas)
    before = dict(areas)
    for step in steps:
        if step.verb in ("split", "merge") and not new:
            raise fault_of(
                step, _("Regions are neither split nor merged here: import the new ones.")
            )
        for key in step.keys:
            if key not in after and not (new and key[0] == "+" and step.verb in ("draw", "claim")):
                raise fault_of(step, _("there is no area “%s” here.") % key)
        _DO[step.verb](after, frame, step)
        after = _shared(before, after, frame, step)
        before = dict(after)
    return after


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What is different: the new shape by key, None for what is gone."""
    keys = sorted(before.keys() | after.keys())
    return {
        key: after.get(key)
        for key in keys
        if key not in before
        or key not in after
        or not shapely.equals_exact(before[key], after[key], 0.0)
    }


def _keep(after: Shapes, step: Step, key: str, shape: shapely.Geometry) -> None:
    """`shape` is the ground of `key` from now on; without ground it is gone."""
    area = area_of(step.line, shape)
    if area.is_empty:
        after.pop(key, None)
    else:
        after[key] = area


def _draw(after: Shapes, frame: Any, step: Step) -> None:
    (key,) = step.keys
    _keep(after, step, key, step.shape)
    if key not in after:
        raise fault_of(step, _("the outline is smaller than 1 m²."))


def _claim(after: Shapes, frame: Any, step: Step) -> None:
    (key,) = step.keys
    shape = (
        step.shape
        if frame is None
        else shapely.intersection(step.shape, frame, grid_size=RASTER_DEGREES)
    )
    _keep(after, step, key, shape)
    if key not in after:
        raise fault_of(step, _("the outline lies outside the ground that is divided here."))
    for other in [one for one in after if one != key]:
        if shapely.intersection(after[other], after[key], grid_size=RASTER_DEGREES).area > 0:
            _keep(
                after,
                step,
                other,
                shapely.difference(after[other], after[key], grid_size=RASTER_DEGREES),
            )


def _split(after: Shapes, frame: Any, step: Step) -> None:
    (key,) = step.keys
    line = shapely.multilinestrings([_longer(one) for one in shapely.get_parts(step.shape)])
    whole = after[key]
    pieces: list[list[shapely.Geometry]] = []
    for part in shapely.get_parts(whole):
        noded = shapely.union_all([shapely.boundary(part), line], grid_size=RASTER_DEGREES)
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        inside = faces[shapely.contains(part, shapely.point_on_surface(faces))]
        pieces.append([one for one in inside if one.area >= LEAST])
    if all(len(piece) < 2 for piece in pieces):
        raise fault_of(step, _("the line does not cut through %s: begin and end it outside.") % key)
    stays = [piece[0] for piece in pieces if len(piece) == 1]
    cut = sorted((one for piece in pieces if len(piece) > 1 for one in piece),
                 key=lambda one: -one.area)  # fmt: skip
    after[key] = shapely.MultiPolygon([cut[0], *stays])
    for piece in cut[1:]:
        after[_free(after)] = shapely.MultiPolygon([piece])


def _longer(line: shapely.LineString) -> shapely.LineString:
    """The line a few centimetres longer at both ends."""
    points = shapely.get_coordinates(line)
    for end, before in ((0, 1), (-1, -2)):
        way = points[end] - points[before]
        points[end] += way / (float(np.hypot(*way)) or 1.0) * _REACH
    return shapely.LineString(points)


def _free(after: Shapes) -> str:
    return next(f"+{n}" for n in range(1, 1_000) if f"+{n}" not in after)


def _merge(after: Shapes, frame: Any, step: Step) -> None:
    key, other = step.keys
    if after[key].distance(after[other]) > NEAR_DEGREES:
        raise fault_of(step, _("%(one)s and %(other)s share no border.")
                     % {"one": key, "other": other})  # fmt: skip
    _keep(after, step, key, shapely.union(after[key], after.pop(other), grid_size=RASTER_DEGREES))


def _move(after: Shapes, frame: Any, step: Step) -> None:
    start, end = (np.array(place) for place in step.places)

    def moved(ring: Any) -> Any:
        near = _corners(ring, start)
        if near.any():
            ring = ring.copy()
            ring[near] = end
            return ring
        at = _edge(ring, start)
        return ring if at is None else np.insert(ring, at + 1, end, axis=0)

    _bend(after, step, moved)


def _drop(after: Shapes, frame: Any, step: Step) -> None:
    place = np.array(step.places[0])
    _bend(after, step, lambda ring: ring[~_corners(ring, place)])


def _bend(after: Shapes, step: Step, change: Callable[[Any], Any]) -> None:
    """`change` every ring (open, n × 2) of the areas that have the first place on their border.

    Raises BadInput where nothing changes.
    """
    place, point = np.array(step.places[0]), shapely.Point(step.places[0])
    keys = [key for key in step.keys or after if after[key].distance(point) <= NEAR_DEGREES]
    ends = shapely.get_coordinates([after[key] for key in after])
    hit = False
    for key in keys:
        polygons = []
        for part in shapely.get_parts(after[key]):
            rings = [shapely.get_coordinates(ring)[:-1] for ring in shapely.get_rings(part)]
            bent = [change(_noded(ring, place, ends)) for ring in rings]
            if any(len(ring) < 3 for ring in bent):
                raise fault_of(step, _("an outline needs three corners at least."))
            hit = hit or any(
                not np.array_equal(old, ring) for old, ring in zip(rings, bent, strict=True)
            )
            polygons.append(shapely.Polygon(bent[0], bent[1:]))
        _keep(after, step, key, shapely.MultiPolygon(polygons))
        if key not in after:
            raise fault_of(step, _("nothing of %s would be left.") % key)
    if not hit:
        raise fault_of(step, _("no outline has a corner or an edge here."))


def _noded(ring: Any, place: Any, ends: Any) -> Any:
    """The ring with a corner wherever a neighbour has one on the edges at `place`: what lies
    beyond that corner must not move along."""
    at = np.flatnonzero(_corners(ring, place)).tolist()
    edges = {(n + step) % len(ring) for n in at for step in (-1, 0)}
    if not at and (edge := _edge(ring, place)) is not None:
        edges = {edge}
    for edge in sorted(edges, reverse=True):
        start, end = ring[edge], ring[(edge + 1) % len(ring)]
        along, away = _foot(start, end, ends)
        length = float(np.hypot(*(end - start))) or 1.0
        inside = (along * length > NEAR_DEGREES) & ((1 - along) * length > NEAR_DEGREES)
        found = np.flatnonzero(inside & (away <= NEAR_DEGREES))
        if len(found):
            _along, first = np.unique(along[found], return_index=True)
            ring = np.insert(ring, [edge + 1] * len(first), ends[found[first]], axis=0)
    return ring


def _foot(start: Any, end: Any, places: Any) -> tuple[Any, Any]:
    """How far along an edge (0 to 1) the foot of each place lies, and how far away it is."""
    way = end - start
    along = ((places - start) * way).sum(axis=1) / (float((way**2).sum()) or 1.0)
    along = np.clip(along, 0.0, 1.0)
    return along, np.hypot(*(start + along[:, None] * way - places).T)


def _corners(ring: Any, place: Any) -> Any:
    return (np.abs(ring - place) <= NEAR_DEGREES).all(axis=1)


def _edge(ring: Any, place: Any) -> int | None:
    """The number of the edge that the place lies on, if there is one."""
    ways = np.roll(ring, -1, axis=0) - ring
    lengths = (ways**2).sum(axis=1)
    along = ((place - ring) * ways).sum(axis=1) / np.where(lengths > 0, lengths, 1.0)
    foot = ring + np.clip(along, 0.0, 1.0)[:, None] * ways
    away = np.hypot(*(foot - place).T)
    at = int(away.argmin())
    return at if away[at] <= NEAR_DEGREES else None


def _shared(before: Shapes, after: Shapes, frame: Any, step: Step) -> Shapes:
    """The areas with every corner in common: what a step made falls on the corners there were, and
    neighbours have a corner wherever a new one lies on their border."""
    old = shapely.get_coordinates([*before.values(), frame])
    tree = shapely.STRtree(shapely.points(old))
    made = {key for key, shape in after.items() if shape is not before.get(key)}
    for key in made:
        after[key] = area_of(
            step.line, shapely.transform(after[key], lambda ends: _fallen(ends, old, tree))
        )
    known = {tuple(end) for end in old.tolist()}
    ends = shapely.get_coordinates([after[key] for key in sorted(made)]).tolist()
    for end in dict.fromkeys(map(tuple, ends)):
        if end in known:
            continue
        for key, shape in after.items():
            if shapely.distance(shape, shapely.Point(end)) <= NEAR_DEGREES:
                after[key] = _with_corner(step, shape, np.array(end))
    return after


def _fallen(ends: Any, old: Any, tree: Any) -> Any:
    """Places, each on the old corner nearest to it within a centimetre, else on the raster."""
    fallen = np.round(ends, 9)
    at, nearest = tree.query_nearest(
        shapely.points(ends), max_distance=NEAR_DEGREES, all_matches=False
    )
    fallen[at] = old[nearest]
    return fallen


def _with_corner(step: Step, shape: shapely.MultiPolygon, place: Any) -> shapely.MultiPolygon:
    """The same area with a corner at a place of its border, if it has none there."""

    def cornered(ring: Any) -> Any:
        if _corners(ring, place).any():
            return ring
        at = _edge(ring, place)
        return ring if at is None else np.insert(ring, at + 1, place, axis=0)

    parts = []
    for part in shapely.get_parts(shape):
        rings = [cornered(shapely.get_coordinates(ring)[:-1]) for ring in shapely.get_rings(part)]
        parts.append(shapely.Polygon(rings[0], rings[1:]))
    return area_of(step.line, shapely.MultiPolygon(parts))


def _fill(after: Shapes, frame: Any, step: Step) -> None:
    if frame is None:
        raise fault_of(step, _("the ground has no outline to be filled."))
    free = shapely.difference(
        frame, shapely.union_all(list(after.values()), grid_size=RASTER_DEGREES)
    )
    for gap in shapely.get_parts(free):
        if gap.geom_type != "Polygon" or gap.area < LEAST:
            continue
        edge = shapely.buffer(gap, NEAR_DEGREES)
        common = {
            key: shapely.intersection(
                shapely.boundary(shape), edge, grid_size=RASTER_DEGREES
            ).length
            for key, shape in after.items()
        }
        best = max(sorted(common), key=lambda key: common[key], default=None)
        if best is not None and common[best] > 0:
            _keep(after, step, best, shapely.union(after[best], gap, grid_size=RASTER_DEGREES))


_DO: dict[str, Callable[[Shapes, Any, Step], None]] = {
    "draw": _draw,
    "claim": _claim,
    "split": _split,
    "merge": _merge,
    "move": _move,
    "drop": _drop,
    "fill": _fill,
}
