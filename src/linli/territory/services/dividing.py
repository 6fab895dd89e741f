"""Dividing a community: cells drawn by the program, grids assembled from cells, grids anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import shapely
from django.db import connection, transaction
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput, Refused, Stale
from linli.territory.models import Region
from linli.territory.queries.present import cell_versions, grid_versions, shape_of
from linli.territory.queries.watch import watch
from linli.territory.rules.blocks import STREET_COSTS, Line, cells_by_streets
from linli.territory.rules.coverage import Plane, areas_m2
from linli.territory.rules.lattice import cells_in
from linli.territory.services.changes import end_version, renew_version
from linli.territory.services.parts import (
    add_cells,
    community_of,
    count_households,
    end_whole_grid,
    new_grid,
    outline_from,
    outline_of,
    too_many,
)

How = Literal["streets", "lattice"]
LEAST_M2, MOST_M2 = 1_000, 200_000  # what a cell may be asked to measure
_INSIDE = 0.999  # of a cell that lies in a grid


@dataclass(frozen=True, slots=True)
class Part:
    """One grid of a new division: an old grid that goes on, or a new one (None)."""

    grid_id: int | None
    outline: shapely.MultiPolygon
    households: int | None = None


@dataclass(frozen=True, slots=True)
class Divided:
    """What a division did."""

    renewed: int
    new: list[str]  # codes
    ended: list[str]
    cells: int  # drawn anew


@transaction.atomic
def draw_cells(
    *, community_id: int, from_date: date, how: How, area_m2: float = 10_000, again: bool = False
) -> int:
    """Cells for a community, inside its grids where it has some; returns how many.

    `again` ends the cells there are; their codes are not used again. Raises NotFound, BadInput,
    Stale; Refused without an outline, with cells already, or beyond 999 numbers.
    """
    community = community_of(community_id)
    if not LEAST_M2 <= area_m2 <= MOST_M2:
        reason = _("A cell may have from %(least)d to %(most)d m².")
        raise BadInput(reason % {"least": LEAST_M2, "most": MOST_M2}, field="area_m2")
    present = cell_versions(community.pk, on=from_date)
    if present and not again:
        raise Refused(_("The community has %d cells already.") % len(present), field="again")
    outline = outline_of(community.pk, from_date)
    grids = _grids(community, from_date)
    watch.doubt()
    for version in present:
        end_version("cell", version.cell_id, from_date)
    plane = Plane.around(outline)
    areas, owners = _drawn(plane, outline, [grid.shape for grid in grids], how, area_m2)
    ids = [grid.id for grid in grids]
    add_cells(community, areas, [ids[n] if n >= 0 else None for n in owners], from_date)
    return len(areas)


@transaction.atomic
def redivide(*, community_id: int, from_date: date, parts: Sequence[Part]) -> Divided:
    """From a day on the responsibility grids of a community are these `parts`.

    Grids that no part continues end. Cells stay if each lies in one part, and go to its grid;
    otherwise all are drawn anew inside the parts. Households are not kept by day: they change at
    once. Raises NotFound, Stale, Refused.
    """
    community = community_of(community_id)
    present = _grids(community, from_date)
    by_id = {grid.id: grid for grid in present}
    wanted = [part.grid_id for part in parts if part.grid_id is not None]
    if len(set(wanted)) != len(wanted) or not set(wanted) <= by_id.keys():
        raise Stale(_("The grids of the community have changed meanwhile."))
    _require_whole(outline_of(community.pk, from_date), parts)
    watch.doubt()
    ids, new = [], []
    for part in parts:
        if part.grid_id is None:
            grid = new_grid(community, from_date, part.outline)
            new.append(grid.code)
            ids.append(grid.pk)
        else:
            outline_from(part.grid_id, from_date, part.outline)
            ids.append(part.grid_id)
        if part.households is not None:
            count_households(ids[-1], part.households)
    drawn = _cells_into(community, from_date, [part.outline for part in parts], ids)
    ended = [grid for grid in present if grid.id not in wanted]
    for gone in ended:
        end_whole_grid(gone.id, gone.code, from_date)
    return Divided(len(wanted), new, [gone.code for gone in ended], drawn)


@transaction.atomic
def assemble(*, community_id: int, from_date: date, cells: Mapping[int, str]) -> Divided:
    """Give cells (by id) to grids: a code, or "+1", "+2" … for new grids.

    Every grid that gains or loses a cell has the union of its cells as its outline from that day
    on; a grid without cells ends. Raises NotFound, BadInput, Stale.
    """
    community = community_of(community_id)
    versions = {version.cell_id: version for version in cell_versions(community.pk, on=from_date)}
    grids = {grid.code: grid for grid in _grids(community, from_date)}
    if not cells:
        raise BadInput(_("No cell was given to another grid."), field="cells")
    if not cells.keys() <= versions.keys():
        raise Stale(_("The cells of the community have changed meanwhile. Load the page again."))
    unknown = [code for code in cells.values() if code not in grids and not code.startswith("+")]
    if unknown:
        raise BadInput(_("There is no grid %s in this community.") % unknown[0], field="cells")
    watch.doubt()
    shapes = {one: shape_of(v.outline) for one, v in versions.items()}
    touched: dict[str, set[int]] = {code: set() for code in cells.values()}
    code_of = {grid.id: code for code, grid in grids.items()}
    for cell_id, version in versions.items():
        code = cells.get(cell_id, code_of.get(version.grid_id or 0, ""))
        if cell_id in cells and version.grid_id in code_of:
            touched.setdefault(code_of[version.grid_id], set())
        if code:
            touched.setdefault(code, set()).add(cell_id)
    changed = {code_of.get(versions[cell].grid_id or 0, "") for cell in cells} | set(cells.values())
    ids: dict[str, int] = {}
    new, ended = [], []
    for code in sorted(changed - {""}):
        members = sorted(touched.get(code, ()))
        if not members:
            ended.append(code)
            continue
        outline = _multi(shapely.union_all([shapes[one] for one in members]))
        if code in grids:
            ids[code] = grids[code].id
            outline_from(ids[code], from_date, outline)
        else:
            grid = new_grid(community, from_date, outline)
            ids[code] = grid.pk
            new.append(grid.code)
    for cell_id, code in sorted(cells.items()):
        if versions[cell_id].grid_id != ids[code]:
            renew_version(
                kind="cell", target_id=cell_id, from_date=from_date, changes={"grid_id": ids[code]}
            )
    for code in ended:
        end_whole_grid(grids[code].id, grids[code].code, from_date)
    return Divided(len(ids) - len(new), new, ended, 0)


@dataclass(frozen=True, slots=True)
class _GridShape:
    id: int
    code: str
    shape: shapely.Geometry


def _grids(community: Region, on: date) -> list[_GridShape]:
    """The responsibility grids that have not ended, by code."""
    return [
        _GridShape(row.grid_id, row.grid.code, shape_of(row.outline))
        for row in grid_versions(community.pk, on=on)
    ]


def _drawn(
    plane: Plane,
    outline: shapely.Geometry,
    grids: list[shapely.Geometry],
    how: How,
    area_m2: float,
) -> tuple[list[shapely.MultiPolygon], list[int]]:
    """Outlines of cells in degrees, and the grid (by position, -1 none) each lies in."""
    if how == "lattice":
        areas: list[shapely.MultiPolygon] = []
        owners: list[int] = []
        try:
            for at, ground in enumerate(grids or [outline]):
                found = cells_in(ground, area_m2)
                areas += [area for area, _number in found]
                owners += [at if grids else -1] * len(found)
        except ValueError:
            raise too_many() from None
        return areas, owners
    ground_m = [plane.metres(one) for one in grids or [outline]]
    made, inside = cells_by_streets(ground_m, _streets(plane, outline), area_m2)
    back = [_multi(one) for one in plane.degrees(made)]
    return back, inside.tolist() if grids else [-1] * len(back)


def _streets(plane: Plane, outline: shapely.Geometry) -> list[Line]:
    """Roads but paths, and banks, that meet the outline. One query."""
    box = shapely.to_wkb(outline)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, ST_AsBinary(route) FROM territory_road, "
            " (SELECT ST_GeomFromWKB(%(box)s, 4326) AS shape) AS asked"
            " WHERE route && shape AND ST_Intersects(route, shape) AND kind <> 'path'"
            " UNION ALL SELECT 'water', ST_AsBinary(ST_Boundary(outline)) FROM territory_surface,"
            " (SELECT ST_GeomFromWKB(%(box)s, 4326) AS shape) AS asked"
            " WHERE outline && shape AND ST_Intersects(outline, shape) AND kind = 'water'",
            {"box": box},
        )
        rows = cursor.fetchall()
    return [
        Line(plane.metres(shapely.from_wkb(bytes(route))), 8.0 if kind == "water" else
             STREET_COSTS.get(kind, 1.0))
        for kind, route in rows
    ]  # fmt: skip


def _cells_into(
    community: Region, from_date: date, outlines: list[shapely.MultiPolygon], ids: list[int]
) -> int:
    """Every cell into the grid it lies in; if one lies in two, all are drawn anew."""
    versions = cell_versions(community.pk, on=from_date)
    if not versions:
        return 0
    shapes = np.array([shape_of(v.outline) for v in versions], dtype=object)
    tree = shapely.STRtree(outlines)
    at = tree.nearest(shapely.point_on_surface(shapes))
    within = shapely.area(shapely.intersection(shapes, np.array(outlines, dtype=object)[at]))
    if bool((within >= _INSIDE * shapely.area(shapes)).all()):
        for version, grid in zip(versions, at.tolist(), strict=True):
            if version.grid_id != ids[grid]:
                renew_version(
                    kind="cell",
                    target_id=version.cell_id,
                    from_date=from_date,
                    changes={"grid_id": ids[grid]},
                )
        return 0
    size = float(np.median([version.area_m2 for version in versions]))
    for version in versions:
        end_version("cell", version.cell_id, from_date)
    whole = shapely.union_all(outlines)
    plane = Plane.around(whole)
    wanted = max(LEAST_M2, min(MOST_M2, size))
    areas, owners = _drawn(plane, whole, list(outlines), "streets", wanted)
    add_cells(community, areas, [ids[n] for n in owners], from_date)
    return len(areas)


def _require_whole(outline: shapely.Geometry, parts: Sequence[Part]) -> None:
    """Refuse parts that leave a gap in the community, overlap or reach out of it (R37)."""
    shapes = [part.outline for part in parts]
    sizes = areas_m2([outline, *shapes])
    together = shapely.union_all(shapes)
    off = outline.symmetric_difference(together).area * sizes[0] / outline.area
    if off > 1.0 + 1e-6 * sizes[0] or sizes[1:].sum() - areas_m2([together])[0] > 1.0:
        raise Refused(_("The new grids leave gaps or overlap. Have the community planned again."))


def _multi(shape: shapely.Geometry) -> shapely.MultiPolygon:
    polygons = [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon"]
    return shapely.MultiPolygon(polygons)
