"""Changing one boundary at a time: the past stays as it was (docs/adr/0005)."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput, NotFound, Refused, Stale
from linli.kernel.text import clean
from linli.territory.models import (
    Cell,
    CellVersion,
    Grade,
    Grid,
    GridKind,
    GridVersion,
    Region,
    RegionVersion,
)
from linli.territory.queries.watch import watch
from linli.territory.rules.coordinates import CRS
from linli.territory.rules.coverage import areas_m2
from linli.territory.rules.sheets import Row
from linli.territory.services.loading import ImportReport, admitted

Kind = Literal["region", "grid", "cell"]
_OWNERS: dict[Kind, type[Region] | type[Grid] | type[Cell]] = {
    "region": Region,
    "grid": Grid,
    "cell": Cell,
}
_VERSIONS: dict[Kind, type[RegionVersion] | type[GridVersion] | type[CellVersion]] = {
    "region": RegionVersion,
    "grid": GridVersion,
    "cell": CellVersion,
}


@transaction.atomic
def change_outline(
    *,
    kind: Kind,
    target_id: int,
    outline: shapely.Geometry,
    from_date: date,
    crs: CRS = CRS.WGS84,
) -> None:
    """Give a region, grid or cell a new outline from a day on.

    Raises NotFound; BadInput for an outline that is not valid, empty or abroad; Stale if a later
    version exists already.
    """
    report = ImportReport(dry_run=True)
    taken = admitted([Row(1, {}, outline)], report, crs=crs, wanted="area")
    if report.rejected:
        raise BadInput(report.rejected[0].reason, field="outline")
    shape = taken[0][1]
    changes: dict[str, Any] = {"outline": geos(shape), "crs_source": crs.value}
    if kind == "cell":
        changes["area_m2"] = float(areas_m2([shape])[0])
    renew_version(kind=kind, target_id=target_id, from_date=from_date, changes=changes)


@transaction.atomic
def move_cell(
    *, cell_id: int, from_date: date, grid_id: int | None = None, grade: str | None = None
) -> None:
    """Give a cell to another grid of its community, or another grade, from a day on.

    Raises NotFound, Stale; Refused if the grid lies in another community.
    """
    cell = _owner("cell", cell_id)
    changes: dict[str, Any] = {}
    if grid_id is not None:
        grid = _owner("grid", grid_id)
        if grid.community_id != cell.community_id:
            raise Refused(_("The grid lies in another community than the cell."), field="grid")
        changes["grid_id"] = grid_id
    if grade is not None:
        if grade not in Grade.values:
            raise BadInput(_("The grade must be A, B or C."), field="grade")
        changes["grade"] = grade
    renew_version(kind="cell", target_id=cell_id, from_date=from_date, changes=changes)


@transaction.atomic
def end_grid(*, grid_id: int, on: date, successor_id: int | None = None) -> None:
    """A grid ends on a day; its cells go to its successor from that day on.

    Raises NotFound, Stale; Refused while cells belong to it and there is no successor.
    """
    grid = _owner("grid", grid_id)
    if grid.valid_to is not None:
        raise Stale(_("This grid has ended already."))
    cells = list(
        CellVersion.objects.filter(grid_id=grid_id, during__contains=on).values_list(
            "cell_id", flat=True
        )
    )
    if cells and successor_id is None:
        raise Refused(
            _("%(count)d cells belong to this grid. Name the grid that takes them over.")
            % {"count": len(cells)},
            field="successor",
        )
    for cell_id in cells:
        move_cell(cell_id=cell_id, from_date=on, grid_id=successor_id)
    end_version("grid", grid_id, on)


@transaction.atomic
def end_region(*, region_id: int, on: date) -> None:
    """A region ends on a day (已撤销). Its code is never used for another.

    Raises NotFound, Stale; Refused while regions, grids or cells of the present lie in it.
    """
    region = _owner("region", region_id)
    if region.valid_to is not None:
        raise Stale(_("This region has ended already."))
    for inside in (region.children, region.grids, region.cells):
        if inside.filter(valid_to__isnull=True).exists():
            raise Refused(_("There are regions, grids or cells in it. End or move them first."))
    end_version("region", region_id, on)


@transaction.atomic
def rename(
    *, kind: Literal["region", "grid"], target_id: int, name: str, name_en: str = ""
) -> None:
    """Another name for the same ground; history keeps the old one. Raises NotFound, BadInput."""
    owner = _owner(kind, target_id)
    owner.name = clean(name, field="name", most=100, least=1)
    if isinstance(owner, Region):
        owner.name_en = clean(name_en, field="name_en", most=150)
    watch.doubt()
    owner.save()


@transaction.atomic
def edit_grid(*, grid_id: int, name: str, kind: str, households: int | None) -> None:
    """Another name, kind or number of households; history keeps the old ones.

    Raises NotFound, BadInput.
    """
    grid = _owner("grid", grid_id)
    if kind and kind not in GridKind.values:
        raise BadInput(_("Choose a kind of grid from the list."), field="kind")
    if households is not None and not 0 <= households < 1_000_000:
        raise BadInput(_("A whole number from 0 on is needed."), field="households")
    grid.name = clean(name, field="name", most=100, least=1)
    grid.kind, grid.households = kind, households
    watch.doubt()
    grid.save()


def renew_version(*, kind: Kind, target_id: int, from_date: date, changes: dict[str, Any]) -> None:
    """Close the version of a day and open the next one with `changes`; inside a transaction.

    A version that began on that very day is corrected in place. Raises NotFound, Stale.
    """
    owner = _owner(kind, target_id)
    if owner.valid_to is not None:
        raise Stale(_("This has ended already and cannot change any more."))
    watch.doubt()
    versions = _VERSIONS[kind]._default_manager.filter(**{f"{kind}_id": target_id})
    if versions.filter(during__startswith__gt=from_date).exists():
        raise Stale(_("There is a later change already. Choose a later day."), field="from_date")
    last = versions.order_by("during").last()
    if last is None:
        if "outline" not in changes:
            raise Stale(_("It has no outline yet. Give it one first."), field="outline")
        last = _VERSIONS[kind](**{f"{kind}_id": target_id})
    elif last.during.lower != from_date:
        last.during = DateRange(last.during.lower, from_date)
        last.save(update_fields=["during"])
        last.pk = None
        last._state.adding = True
    last.during = DateRange(from_date, None)
    for name, value in changes.items():
        setattr(last, name, value)
    last.save()


def geos(shape: shapely.Geometry | None) -> GEOSGeometry | None:
    """`shape` as GeoDjango stores it."""
    return None if shape is None else GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=4326)


def _owner(kind: Kind, target_id: int) -> Any:
    found = _OWNERS[kind]._default_manager.select_for_update(of=("self",)).filter(pk=target_id)
    owner = found.first()
    if owner is None:
        raise NotFound(_("There is no such region, grid or cell."))
    return owner


def end_version(kind: Kind, target_id: int, on: date) -> None:
    """Something ends on a day, with what it was planned to be later; inside a transaction.

    Raises NotFound, BadInput.
    """
    owner = _owner(kind, target_id)
    if on < owner.valid_from:
        raise BadInput(_("It cannot end before it began."), field="on")
    watch.doubt()
    versions = _VERSIONS[kind]._default_manager.filter(**{f"{kind}_id": target_id})
    versions.filter(during__startswith__gte=on).delete()
    for version in versions.filter(during__contains=on):
        version.during = DateRange(version.during.lower, on)
        version.save(update_fields=["during"])
    owner.valid_to = on
    owner.save(update_fields=["valid_to"])
