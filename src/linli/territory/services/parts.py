"""What every division of a community is made of: the community itself, grids and cells that begin
and end, inside the transaction of the service that asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import shapely
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound, Refused, Stale
from linli.territory.models import Cell, CellVersion, Grid, GridVersion, Region
from linli.territory.queries.present import ground_of
from linli.territory.rules.codes import cell_code, grid_code
from linli.territory.rules.coordinates import CRS
from linli.territory.rules.coverage import areas_m2
from linli.territory.rules.kinds import Grade, Layer
from linli.territory.rules.lattice import MOST_CELLS
from linli.territory.services.changes import end_version, geos, renew_version
from linli.territory.services.loading import copy_in


def community_of(community_id: int) -> Region:
    """A present community, locked. Raises NotFound, Stale."""
    found = Region.objects.select_for_update(of=("self",)).filter(pk=community_id).first()
    if found is None or found.tier != "community":
        raise NotFound(_("There is no such community."))
    if found.valid_to is not None:
        raise Stale(_("This community has ended already."))
    return found


def outline_of(community_id: int, on: date) -> shapely.MultiPolygon:
    """The ground that is divided. Raises Refused where there is no outline."""
    found = ground_of(community_id, on=on)
    if found is None:
        raise Refused(_("The community has no outline. Draw or import it first."))
    return found


def add_cells(
    community: Region,
    areas: Sequence[shapely.MultiPolygon],
    grid_ids: Sequence[int | None],
    from_date: date,
    *,
    grades: Sequence[str] | None = None,
) -> None:
    """Cells with the next free numbers, of grade B where no other is given. Raises Refused."""
    last = Cell.objects.filter(community=community).aggregate(last=Max("code"))["last"]
    first = int(last[12:]) + 1 if last else 1
    if first + len(areas) - 1 > MOST_CELLS:
        raise too_many()
    owners = [
        {
            "code": cell_code(community.code, first + n),
            "community_id": community.pk,
            "land_use": "",
            "valid_from": from_date,
            "valid_to": None,
        }
        for n in range(len(areas))
    ]
    ids = copy_in(Cell, owners)
    sizes = areas_m2(areas).tolist() if areas else []
    marks = grades or [Grade.B.value] * len(areas)
    copy_in(
        CellVersion,
        [
            {
                "cell_id": cell_id,
                "grid_id": grid_id,
                "grade": grade,
                "area_m2": size,
                "outline": area,
                "during": f"[{from_date.isoformat()},)",
                "crs_source": CRS.WGS84.value,
            }
            for cell_id, grid_id, grade, size, area in zip(
                ids, grid_ids, marks, sizes, areas, strict=True
            )
        ],
    )


def too_many() -> Refused:
    """There are no numbers left for cells."""
    return Refused(
        _("A community has 999 numbers for cells, used ones included. Ask for larger cells."),
        field="area_m2",
    )


def new_grid(community: Region, from_date: date, outline: shapely.MultiPolygon) -> Grid:
    """A responsibility grid with the next free number. Raises Refused."""
    codes = Grid.objects.filter(community=community, layer=Layer.RESPONSIBILITY, parent=None)
    last = max((int(code[13:16]) for code in codes.values_list("code", flat=True)), default=0)
    if last >= 999:
        raise Refused(_("The community has used all of its 999 numbers for grids."))
    grid = Grid.objects.create(
        code=grid_code(community.code, last + 1),
        name=_("%(community)s grid %(number)d") % {"community": community.name, "number": last + 1},
        community=community,
        valid_from=from_date,
    )
    version = GridVersion(grid=grid, during=DateRange(from_date, None))
    version.outline = geos(outline)  # type: ignore[assignment]  # an outline is never None here
    version.save()
    return grid


def count_households(grid_id: int, count: int) -> None:
    """Households are not kept by day: they change at once."""
    grid = Grid.objects.get(pk=grid_id)
    if grid.households != count:
        grid.households = count
        grid.save(update_fields=["households"])


def end_whole_grid(grid_id: int, code: str, from_date: date) -> None:
    """The grid ends. Raises Refused while grids lie inside it (R38)."""
    if Grid.objects.filter(parent_id=grid_id, valid_to__isnull=True).exists():
        raise Refused(_("Grids lie inside grid %s. End them first.") % code)
    end_version("grid", grid_id, from_date)


def outline_from(grid_id: int, from_date: date, outline: shapely.MultiPolygon) -> None:
    """The grid has this outline from a day on. Raises Stale."""
    changes: dict[str, Any] = {"outline": geos(outline), "crs_source": CRS.WGS84.value}
    renew_version(kind="grid", target_id=grid_id, from_date=from_date, changes=changes)
