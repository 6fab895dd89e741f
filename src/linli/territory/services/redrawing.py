"""Outlines as somebody has drawn them: a new version of each from a day on, cells included."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import shapely
from django.db import transaction
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput, NotFound, Stale
from linli.territory.models import CellVersion, Region
from linli.territory.queries.redrawing import Sheet, cells_now, sheet_of
from linli.territory.queries.watch import watch
from linli.territory.rules.coverage import areas_m2
from linli.territory.rules.redrawn import cells_into, cells_touched
from linli.territory.services.changes import end_version, geos, renew_version
from linli.territory.services.dividing import Divided
from linli.territory.services.parts import (
    add_cells,
    community_of,
    count_households,
    end_whole_grid,
    new_grid,
    outline_from,
)

Wanted = Mapping[str, shapely.MultiPolygon | None]


@transaction.atomic
def redraw_grids(
    *,
    community_id: int,
    from_date: date,
    outlines: Wanted,
    stamp: str,
    households: Mapping[str, int] | None = None,
) -> Divided:
    """From a day on grids (by their last three digits) have these outlines.

    "+1", "+2" … are new grids, None ends one. Cells follow: whole ones change their grid, those
    that a border cuts are cut. `stamp` is that of the sheet that was drawn on; households are not
    kept by day and change at once. Raises NotFound, BadInput, Stale, Refused.
    """
    community = community_of(community_id)
    sheet = _unchanged(community, from_date, stamp, outlines, new=True)
    watch.doubt()
    ids: dict[str, int] = {key: area.id for key, area in sheet.areas.items()}
    after: dict[str, Any] = sheet.shapes
    new, ended = [], []
    for key, outline in sorted(outlines.items()):
        if outline is None:
            ended.append(key)
            del after[key]
            continue
        after[key] = outline
        if key in sheet.areas:
            outline_from(ids[key], from_date, outline)
        else:
            grid = new_grid(community, from_date, outline)
            ids[key] = grid.pk
            new.append(grid.code)
    cells = _cells_follow(sheet, after, outlines, ids, from_date)
    for key, count in (households or {}).items():
        if key in after:
            count_households(ids[key], count)
    for key in ended:
        end_whole_grid(ids[key], sheet.areas[key].code, from_date)
    renewed = len(outlines) - len(new) - len(ended)
    return Divided(renewed, new, [sheet.areas[key].code for key in ended], cells)


@transaction.atomic
def redraw_regions(*, parent_id: int, from_date: date, outlines: Wanted, stamp: str) -> int:
    """From a day on regions right below one (by code) have these outlines; how many changed.

    Regions neither begin nor end here. Raises NotFound, BadInput, Stale.
    """
    parent = Region.objects.select_for_update(of=("self",)).filter(pk=parent_id).first()
    if parent is None:
        raise NotFound(_("There is no such region."))
    sheet = _unchanged(parent, from_date, stamp, outlines, new=False)
    for key, outline in sorted(outlines.items()):
        changes: dict[str, Any] = {"outline": geos(outline), "crs_source": "wgs84"}
        area = sheet.areas[key]
        renew_version(kind="region", target_id=area.id, from_date=from_date, changes=changes)
    return len(outlines)


def _unchanged(
    region: Region, from_date: date, stamp: str, outlines: Wanted, *, new: bool
) -> Sheet:
    """The sheet of the day, which must be the one that was drawn on."""
    if not outlines:
        raise BadInput(_("Nothing is changed yet: draw on the map first."), field="steps")
    sheet = sheet_of(region, on=from_date)
    if sheet.stamp != stamp:
        raise Stale(
            _("The outlines are others on that day, or have changed meanwhile. Load the page "
              "again for that day."),
            field="from_date",
        )  # fmt: skip
    unknown = outlines.keys() - sheet.areas.keys()
    ends = [key for key, outline in outlines.items() if outline is None]
    if any(not (new and key.startswith("+")) for key in unknown) or (ends and not new):
        raise BadInput(_("Areas neither begin nor end here."), field="steps")
    return sheet


def _cells_follow(
    sheet: Sheet,
    after: Mapping[str, Any],
    changed: Wanted,
    ids: Mapping[str, int],
    from_date: date,
) -> int:
    """Cells of the ground that changes go into the grids they lie in now; how many new ones came
    of cutting."""
    cells = cells_touched(cells_now(sheet, on=from_date), changed)
    if not cells:
        return 0
    plan = cells_into(cells, after)
    shapes = {cell.id: cell.shape for cell in cells}
    for cell_id, (key, shape) in sorted(plan.kept.items()):
        if shape.is_empty:
            end_version("cell", cell_id, from_date)
            continue
        changes: dict[str, Any] = {"grid_id": ids.get(key)}
        if shape is not shapes[cell_id]:
            changes |= {"outline": geos(shape), "area_m2": float(areas_m2([shape])[0])}
        renew_version(kind="cell", target_id=cell_id, from_date=from_date, changes=changes)
    if plan.new:
        grades = dict(
            CellVersion.objects.filter(
                cell_id__in={cut for _key, _shape, cut in plan.new}, during__contains=from_date
            ).values_list("cell_id", "grade")
        )
        add_cells(
            sheet.region,
            [shape for _key, shape, _cut in plan.new],
            [ids.get(key) for key, _shape, _cut in plan.new],
            from_date,
            grades=[grades[cut] for _key, _shape, cut in plan.new],
        )
    return len(plan.new)
