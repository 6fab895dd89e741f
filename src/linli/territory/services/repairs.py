"""Repairing what the topology report finds: each fault has one fix, a new version from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import shapely
from django.db import transaction
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound, Refused, Stale
from linli.territory.models import Building, CellVersion
from linli.territory.queries.present import cell_versions, grid_versions, shape_of
from linli.territory.queries.watch import watch
from linli.territory.rules.coverage import RASTER_DEGREES, Plane, areas_m2
from linli.territory.rules.kinds import Layer
from linli.territory.services.changes import geos, renew_version
from linli.territory.services.parts import outline_of

Kind = Literal["grid", "cell"]
_NEAR_DEGREES = 1e-7  # a centimetre: what lies this near touches
_LEAST_M2 = 1.0


@dataclass(frozen=True, slots=True)
class Repair:
    """What a repair did: the codes of what changed, and the ground that changed hands."""

    codes: tuple[str, ...]
    area_m2: float


@dataclass(slots=True)
class _Area:
    id: int
    code: str
    shape: shapely.Geometry
    grid_id: int | None


@transaction.atomic
def fill_gap(*, community_id: int, layer: str, lon: float, lat: float, from_date: date) -> Repair:
    """Ground that belongs to nobody goes to the neighbour with the longest common border.

    `lon` and `lat` are a point in the gap. Raises NotFound; Stale if there is no gap (any more);
    Refused if nothing borders on it.
    """
    kind, areas = _areas(community_id, layer, from_date)
    outline = outline_of(community_id, from_date)
    covered = _union(*(one.shape for one in areas))
    point = shapely.Point(lon, lat)
    gap = next(
        (
            part
            for part in shapely.get_parts(_minus(outline, covered))
            if part.geom_type == "Polygon" and part.distance(point) < _NEAR_DEGREES
        ),
        None,
    )
    if gap is None:
        raise Stale(_("There is no gap here any more."))
    edge = shapely.buffer(gap, _NEAR_DEGREES)
    plane = Plane.around(gap)
    best = max(areas, key=lambda one: _common_m(plane, edge, one.shape), default=None)
    if best is None or not _common_m(plane, edge, best.shape):
        raise Refused(_("Nothing borders on this gap. Draw a grid there, or import one."))
    _redraw(kind, best, _union(best.shape, gap), from_date)
    return Repair((best.code,), _m2(gap))


@transaction.atomic
def part_overlap(
    *, community_id: int, layer: str, first: str, second: str, from_date: date
) -> Repair:
    """Ground that belongs to two (by code) stays with the one that would lose more of itself.

    Raises NotFound; Stale if they do not overlap (any more).
    """
    kind, areas = _areas(community_id, layer, from_date)
    one, other = _by_code(areas, first), _by_code(areas, second)
    common = _common(one.shape, other.shape)
    if _m2(common) < _LEAST_M2:
        raise Stale(_("They do not overlap any more."))
    loser = max((one, other), key=lambda area: (area.shape.area, area.code))
    keeper = other if loser is one else one
    _redraw(kind, loser, _minus(loser.shape, keeper.shape), from_date)
    return Repair((loser.code,), _m2(common))


@transaction.atomic
def bring_in(*, community_id: int, layer: str, code: str, from_date: date) -> Repair:
    """What reaches out of the community is cut at its border; a cell that lies for the most part
    in another grid than its own goes to that grid.

    Raises NotFound; Stale if it does not reach out (any more); Refused if nothing would be left.
    """
    kind, areas = _areas(community_id, layer, from_date)
    area = _by_code(areas, code)
    outline = outline_of(community_id, from_date)
    outside = _minus(area.shape, outline)
    if _m2(outside) >= _LEAST_M2:
        _redraw(kind, area, _common(area.shape, outline), from_date)
        return Repair((area.code,), _m2(outside))
    if kind == "grid":
        raise Stale(_("It does not reach out any more."))
    _kind, grids = _areas(community_id, Layer.RESPONSIBILITY, from_date)
    share = {grid.id: _common(area.shape, grid.shape).area for grid in grids}
    home = max(grids, key=lambda grid: share[grid.id], default=None)
    if home is None or share[home.id] < area.shape.area / 2:
        raise Refused(_("This cell lies in no grid. Close the gap under it first."))
    if home.id != area.grid_id:
        changes = {"grid_id": home.id}
        renew_version(kind="cell", target_id=area.id, from_date=from_date, changes=changes)
        return Repair((area.code, home.code), _m2(area.shape))
    beyond = _minus(area.shape, home.shape)
    if _m2(beyond) < _LEAST_M2:
        raise Stale(_("It does not reach out any more."))
    _redraw("cell", area, _common(area.shape, home.shape), from_date)
    return Repair((area.code,), _m2(beyond))


@transaction.atomic
def keep_building_whole(*, community_id: int, building_id: int, from_date: date) -> Repair:
    """A building in several grids goes whole to the one with most of its ground.

    Raises NotFound; Stale if it lies in one grid only; Refused if it lies in none, or if a cell
    would be cut: then cells are what must move.
    """
    building = Building.objects.filter(pk=building_id).first()
    if building is None:
        raise NotFound(_("There is no such building."))
    ground = shapely.make_valid(shapely.from_wkb(bytes(building.outline.wkb)))
    _kind, grids = _areas(community_id, Layer.RESPONSIBILITY, from_date)
    shares = [(_common(ground, grid.shape).area, grid) for grid in grids]
    held = sorted(
        ((area, grid) for area, grid in shares if area > 0),
        key=lambda pair: (-pair[0], pair[1].code),
    )
    if not held:
        raise Refused(_("The building lies in no grid. Close the gap under it first."))
    if len(held) == 1:
        raise Stale(_("The building lies in one grid only."))
    if CellVersion.objects.filter(
        cell__community_id=community_id, during__contains=from_date
    ).exists():
        raise Refused(_("Grids are made of cells here. Give a cell to the other grid instead."))
    keeper = held[0][1]
    whole = _common(ground, outline_of(community_id, from_date))
    _redraw("grid", keeper, _union(keeper.shape, whole), from_date)
    for _share, grid in held[1:]:
        _redraw("grid", grid, _minus(grid.shape, whole), from_date)
    moved = sum(area for area, _grid in held[1:]) / ground.area * _m2(ground)
    return Repair(tuple(grid.code for _share, grid in held), moved)


def _areas(community_id: int, layer: str, on: date) -> tuple[Kind, list[_Area]]:
    """The areas of a layer that have not ended, by code. One query."""
    if layer == "cell":
        return "cell", [
            _Area(row.cell_id, row.cell.code, shape_of(row.outline), row.grid_id)
            for row in cell_versions(community_id, on=on)
        ]
    if layer not in Layer.values:
        raise NotFound(_("There is no such layer."))
    return "grid", [
        _Area(row.grid_id, row.grid.code, shape_of(row.outline), None)
        for row in grid_versions(community_id, on=on, layer=layer)
    ]


def _by_code(areas: list[_Area], code: str) -> _Area:
    found = next((one for one in areas if one.code == code), None)
    if found is None:
        raise NotFound(_("There is no %s in this community.") % code)
    return found


def _union(*shapes: shapely.Geometry) -> shapely.Geometry:
    return shapely.union_all(shapes, grid_size=RASTER_DEGREES)


def _minus(shape: shapely.Geometry, other: shapely.Geometry) -> shapely.Geometry:
    return shapely.difference(shape, other, grid_size=RASTER_DEGREES)


def _common(shape: shapely.Geometry, other: shapely.Geometry) -> shapely.Geometry:
    return shapely.intersection(shape, other, grid_size=RASTER_DEGREES)


def _common_m(plane: Plane, edge: shapely.Geometry, shape: shapely.Geometry) -> float:
    """Metres of a neighbour's border that run along the gap."""
    return float(plane.metres(_common(shapely.boundary(shape), edge)).length)


def _m2(shape: shapely.Geometry) -> float:
    return 0.0 if shape.is_empty else float(areas_m2([shape])[0])


def _redraw(kind: Kind, area: _Area, shape: shapely.Geometry, from_date: date) -> None:
    polygons = [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon"]
    polygons = [one for one in polygons if _m2(one) >= _LEAST_M2]
    if not polygons:
        raise Refused(_("Nothing of %s would be left. End it instead.") % area.code)
    whole = shapely.MultiPolygon(polygons)
    changes: dict[str, Any] = {"outline": geos(whole)}
    if kind == "cell":
        changes["area_m2"] = _m2(whole)
    watch.doubt()
    renew_version(kind=kind, target_id=area.id, from_date=from_date, changes=changes)
