"""Importing regions, grids and cells: every row checked, a second import of the same file changes
nothing, and a changed outline opens a new version from `from_date` on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import shapely
from django.db import connection, transaction
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput
from linli.kernel.progress import counted
from linli.kernel.text import clean
from linli.territory.models import (
    Grade,
    Grid,
    GridKind,
    Layer,
    Tier,
)
from linli.territory.queries.watch import watch
from linli.territory.rules.areas import Areas
from linli.territory.rules.codes import (
    SIGNIFICANT,
    cell_code_faults,
    grid_code_faults,
    padded,
    parent_code_faults,
    region_code_faults,
)
from linli.territory.rules.coordinates import CRS, to_wgs84
from linli.territory.rules.coverage import areas_m2
from linli.territory.rules.sheets import Row
from linli.territory.services.loading import ImportReport, admitted
from linli.territory.services.storing import Import, Item, store

_Passed = tuple[Row, shapely.Geometry | None]
_OUTSIDE_DEGREES = 0.005  # how far (about 500 m) a part may reach beyond its parent's box


@dataclass(slots=True)
class _Known:
    """A region that rows may lie in."""

    id: int
    code: str
    tier: str
    ended: bool
    box: tuple[float, float, float, float] | None


@dataclass(slots=True)
class _Run(Import):
    """An import with what it has seen, and the regions there are."""

    seen: set[str] = field(default_factory=set)
    regions: dict[str, _Known] = field(default_factory=dict)

    def items(self, passed: Iterable[_Passed], check: Callable[[Row, Any], Item]) -> list[Item]:
        """What `check` makes of each row; the rows it refuses are rejected."""
        made = []
        for row, shape in counted(passed, says=_("Checking rows")):
            try:
                made.append(check(row, shape))
            except BadInput as fault:
                self.report.reject(row, fault.field or "", str(fault))
        return made

    def first_time(self, code: str) -> None:
        """Refuse a code that stands twice in the file."""
        if code in self.seen:
            raise BadInput(_("The code stands twice in this file."), field="code")
        self.seen.add(code)

    def community_of(self, row: Row, code: str, shape: shapely.Geometry) -> _Known:
        """The community a grid's or cell's row names, by its column or its first 12 digits."""
        community_code = row.values.get("community") or code[:12]
        community = self.regions.get(community_code)
        if community is None or community.ended or community.tier != Tier.COMMUNITY:
            raise BadInput(
                _("There is no community %(code)s today: import the communities first.")
                % {"code": community_code},
                field="community",
            )
        _require_within(shape, community)
        return community


def _require_within(shape: shapely.Geometry | None, parent: _Known) -> None:
    """Refuse a shape that reaches far beyond the box of its parent."""
    if shape is None or parent.box is None:
        return
    west, south, east, north = shape.bounds
    box, far = parent.box, _OUTSIDE_DEGREES
    if not (
        west >= box[0] - far
        and south >= box[1] - far
        and east <= box[2] + far
        and north <= box[3] + far
    ):
        raise BadInput(
            _("The outline reaches beyond %(parent)s: check the code and the coordinate system.")
            % {"parent": parent.code},
            field="geometry",
        )


def import_regions(
    *, rows: Iterable[Row], from_date: date, crs: CRS = CRS.WGS84, dry_run: bool = False
) -> ImportReport:
    """Regions from columns code, name, name_en, tier, parent (code), centre_lon and centre_lat
    (R106), and an optional outline.

    A tier not given follows from the code's zeros, a parent not given from its digits. Short
    codes (2, 4, 6, 9 digits) are filled up. One transaction; nothing stays after a dry run.
    """
    report = ImportReport(dry_run)
    with transaction.atomic():
        run = _begin(report, from_date, crs)
        by_tier: dict[str, list[tuple[Row, Any]]] = {tier: [] for tier in Tier.values}
        for row, shape in admitted(rows, report, crs=crs, wanted="area", needed=False):
            tier = row.values.get("tier") or _tier_by_zeros(padded(row.values.get("code", "")))
            if tier in by_tier:
                by_tier[tier].append((row, shape))
            else:
                report.reject(row, "tier", _("The tier must be one of: ") + ", ".join(by_tier))
        for tier, found in by_tier.items():  # from the top, so that parents are there
            store("region", run.items(found, partial(_region_item, run, tier)), run)
            if found:
                run.regions = _regions()
        transaction.set_rollback(dry_run)
    return report


def import_grids(
    *, rows: Iterable[Row], from_date: date, crs: CRS = CRS.WGS84, dry_run: bool = False
) -> ImportReport:
    """Grids from columns code, name, community, layer, kind, households, parent, and an outline."""
    report = ImportReport(dry_run)
    with transaction.atomic():
        run = _begin(report, from_date, crs)
        passed = admitted(rows, report, crs=crs, wanted="area")
        # A grid inside a grid (R38) has a longer code and comes after the grid it lies in.
        passed.sort(key=lambda pair: len(pair[0].values.get("code", "")))
        lengths = sorted({len(row.values.get("code", "")) for row, _shape in passed})
        for length in lengths:
            grids = dict(Grid.objects.values_list("code", "id"))
            level = [pair for pair in passed if len(pair[0].values.get("code", "")) == length]
            store("grid", run.items(level, partial(_grid_item, run, grids)), run)
        transaction.set_rollback(dry_run)
    return report


def import_cells(
    *, rows: Iterable[Row], from_date: date, crs: CRS = CRS.WGS84, dry_run: bool = False
) -> ImportReport:
    """Cells from columns code, community, grid, grade, land_use, and an outline.

    A cell without `grid` goes to the responsibility grid its middle lies in. The area is computed
    (R33). About 5,000 cells a second.
    """
    report = ImportReport(dry_run)
    with transaction.atomic():
        run = _begin(report, from_date, crs)
        grids = {
            grid.code: grid
            for grid in Grid.objects.filter(layer=Layer.RESPONSIBILITY, valid_to__isnull=True)
        }
        passed = admitted(rows, report, crs=crs, wanted="area")
        items = run.items(passed, partial(_cell_item, run, grids))
        _fill_cells(items, from_date)
        store("cell", items, run)
        transaction.set_rollback(dry_run)
    return report


def _begin(report: ImportReport, from_date: date, crs: CRS) -> _Run:
    watch.doubt()
    return _Run(report, from_date, crs, regions=_regions())


def _regions() -> dict[str, _Known]:
    """Regions by code, the present one before an ended one. Without an outline of its own, a
    region has the box of the next one above that has one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.id, r.code, r.tier, r.valid_to IS NOT NULL, r.parent_id,"
            " ST_XMin(v.outline), ST_YMin(v.outline), ST_XMax(v.outline), ST_YMax(v.outline)"
            " FROM territory_region r LEFT JOIN territory_regionversion v"
            " ON v.region_id = r.id AND upper_inf(v.during)"
            " ORDER BY r.valid_to NULLS LAST, length(r.path) - length(replace(r.path, '/', ''))"
        )
        rows = cursor.fetchall()
    boxes: dict[int, tuple[float, float, float, float] | None] = {}
    known: dict[str, _Known] = {}
    for region_id, code, tier, ended, parent_id, *box in rows:
        own = None if box[0] is None else (box[0], box[1], box[2], box[3])
        boxes[region_id] = own or boxes.get(parent_id)
        known.setdefault(code, _Known(region_id, code, tier, ended, boxes[region_id]))
    return known


def _tier_by_zeros(code: str) -> str:
    return next((tier for tier, depth in SIGNIFICANT.items() if not code[depth:].strip("0")), "")


def _region_item(run: _Run, tier: str, row: Row, shape: shapely.Geometry | None) -> Item:
    code = padded(row.values.get("code", ""))
    if faults := region_code_faults(code, tier):
        raise BadInput(" ".join(faults), field="code")
    run.first_time(code)
    parent = _parent_of(run, code, tier, row.values.get("parent", ""))
    if parent is None and tier not in (Tier.PROVINCE, Tier.CITY, Tier.DISTRICT):
        reason = _("There is no region above it: import the tier above first.")
        raise BadInput(reason, field="parent")
    if parent is not None:
        if faults := parent_code_faults(code, parent.code, parent.tier):
            raise BadInput(" ".join(faults), field="code")
        _require_within(shape, parent)
    owner = {
        "name": clean(row.values.get("name", ""), field="name", most=100, least=1),
        "name_en": clean(row.values.get("name_en", ""), field="name_en", most=150),
        "tier": tier,
        "parent_id": parent.id if parent else None,
    }
    centre = _centre(row, run.crs)
    if centre is not None and shape is None and code not in run.regions:
        reason = _("A centre is kept with the outline: give the region one too.")
        raise BadInput(reason, field="centre_lon")
    return Item(row, code, owner, {"outline": shape, "centre_place": centre})


def _centre(row: Row, crs: CRS) -> shapely.Point | None:
    """The region's centre (R106) from the columns centre_lon and centre_lat; None without them."""
    texts = [row.values.get(name, "").strip() for name in ("centre_lon", "centre_lat")]
    if not any(texts):
        return None
    try:
        lon, lat = (float(text) for text in texts)
    except ValueError:
        lon, lat = math.nan, math.nan
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        reason = _("A centre is two numbers of degrees, such as 121.473 and 31.230.")
        raise BadInput(reason, field="centre_lon")
    return shapely.Point(*to_wgs84(lon, lat, crs))


def _parent_of(run: _Run, code: str, tier: str, named: str) -> _Known | None:
    depths = [depth for depth in (9, 6, 4, 2) if depth < SIGNIFICANT[Tier(tier)]]
    codes = [padded(named)] if named else [code[:depth].ljust(12, "0") for depth in depths]
    found = (run.regions.get(one) for one in codes if one != code)
    return next((region for region in found if region and not region.ended), None)


def _grid_item(
    run: _Run, grids: Mapping[str, int], row: Row, shape: shapely.Geometry | None
) -> Item:
    values, code = row.values, row.values.get("code", "")
    layer = values.get("layer") or Layer.RESPONSIBILITY.value
    kind, households = values.get("kind", ""), values.get("households", "")
    if layer not in Layer.values:
        raise BadInput(_("One of: ") + ", ".join(Layer.values), field="layer")
    if kind and kind not in GridKind.values:
        raise BadInput(_("One of: ") + ", ".join(GridKind.values), field="kind")
    if households and not (households.isascii() and households.isdigit() and int(households) < 1e6):
        raise BadInput(_("A whole number from 0 on is needed."), field="households")
    if faults := grid_code_faults(code, layer, values.get("community") or None):
        raise BadInput(" ".join(faults), field="code")
    run.first_time(code)
    community = run.community_of(row, code, shape)
    parent_code = values.get("parent") or (code[:-2] if len(code) > 16 else "")
    if parent_code and parent_code not in grids:
        reason = _("There is no grid %(code)s: import it first.") % {"code": parent_code}
        raise BadInput(reason, field="parent")
    owner = {
        "name": clean(values.get("name", ""), field="name", most=100, least=1),
        "community_id": community.id,
        "layer": layer,
        "kind": kind,
        "households": int(households) if households else None,
        "parent_id": grids.get(parent_code),
    }
    return Item(row, code, owner, {"outline": shape})


def _cell_item(
    run: _Run, grids: Mapping[str, Grid], row: Row, shape: shapely.Geometry | None
) -> Item:
    values, code = row.values, row.values.get("code", "")
    if faults := cell_code_faults(code, values.get("community") or None):
        raise BadInput(" ".join(faults), field="code")
    run.first_time(code)
    community = run.community_of(row, code, shape)
    grade = values.get("grade") or Grade.B.value
    if grade not in Grade.values:
        raise BadInput(_("The grade must be A, B or C."), field="grade")
    grid_id = None
    if grid_code := values.get("grid"):
        grid = grids.get(grid_code)
        if grid is None or grid.community_id != community.id:
            reason = _("There is no responsibility grid %(code)s in this community.")
            raise BadInput(reason % {"code": grid_code}, field="grid")
        grid_id = grid.pk
    owner = {"community_id": community.id, "land_use": values.get("land_use", "")[:40]}
    return Item(row, code, owner, {"outline": shape, "grade": grade, "grid_id": grid_id})


def _fill_cells(items: list[Item], on: date) -> None:
    """Areas, and the grid of cells that name none."""
    if not items:
        return
    shapes = [item.version["outline"] for item in items]
    for item, area_m2 in zip(items, areas_m2(shapes).tolist(), strict=True):
        item.version["area_m2"] = area_m2
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.grid_id, g.community_id, ST_AsBinary(v.outline) FROM territory_gridversion v"
            " JOIN territory_grid g ON g.id = v.grid_id WHERE v.during @> %s::date"
            ' AND g.layer = %s ORDER BY g.code COLLATE "C"',
            [on, Layer.RESPONSIBILITY],
        )
        grids = list(cursor.fetchall())
    areas = Areas(shapely.from_wkb([bytes(grid[2]) for grid in grids]))
    middles = shapely.get_coordinates(shapely.point_on_surface(np.array(shapes, dtype=object)))
    under = areas.find_many(middles[:, 0], middles[:, 1])
    for item, at in zip(items, under.tolist(), strict=True):
        if item.version["grid_id"] is None and at >= 0:
            grid_id, community_id, _outline = grids[at]
            if community_id == item.owner["community_id"]:
                item.version["grid_id"] = grid_id
