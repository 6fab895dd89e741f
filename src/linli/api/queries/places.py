"""Regions, grids, units and posts as rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from linli.api.queries.names import Row
from linli.kernel.errors import NotFound
from linli.staff import queries as staff
from linli.staff.models.units import UnitKind
from linli.territory import queries as territory
from linli.territory.models import Cell, Grid

if TYPE_CHECKING:
    from linli.staff.policy import Seat


UNIT_KINDS: tuple[str, ...] = tuple(UnitKind.values)


def grid_rows(community: str, *, on: date) -> list[Row]:
    """The grids of a community in force on a day, by code. One query. Raises NotFound."""
    region = territory.tree().by_code(community)
    if region is None:
        raise _no_region("community", community)
    present = Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    rows = Grid.objects.filter(present, community_id=region.id).order_by("code")
    return [row | {"community": region.code} for row in rows.values("code", "name", "layer")]


def region_rows(*, parent: str, tier: str) -> list[Row]:
    """Present regions by code: right below `parent`, of `tier`, or (neither) the roots. At most
    one query. Raises NotFound for an unknown parent."""
    tree = territory.tree()
    if parent:
        above = tree.by_code(parent)
        if above is None:
            raise _no_region("parent", parent)
        found: Iterable[Any] = tree.children_of(above.id)
        if tier:
            under = tree.regions_under(above.id) - {above.id}
            found = [r for r in tree.regions(tier) if r.id in under]
    else:
        found = tree.regions(tier) if tier else tree.children_of(None)
    return [_region(tree, region) for region in found]


def _no_region(field: str, code: str) -> NotFound:
    return NotFound(
        _("%(field)s: there is no region with the code %(code)s. GET /regions lists them.")
        % {"field": field, "code": code[:20]},
        field=field,
    )


def _region(tree: territory.Tree, region: territory.RegionFacts) -> Row:
    parent = None if region.parent_id is None else tree.region(region.parent_id).code
    return {
        "code": region.code,
        "name": region.name,
        "name_en": region.name_en,
        "tier": region.tier,
        "parent": parent,
    }


def location_row(lon: float, lat: float) -> Row:
    """Everything that lies under a WGS84 point. Two queries at most for the names."""
    found = territory.locate(lon, lat)
    tree = territory.tree()
    row: Row = {"place": {"lon": lon, "lat": lat}, "grade": found.grade}
    row["border_m"] = None if found.border_m is None else round(found.border_m, 1)
    grid = Grid.objects.filter(pk=found.grid_id or 0).values("code", "name").first()
    cell = Cell.objects.filter(pk=found.cell_id or 0).values_list("code", flat=True).first()
    row |= {"grid": grid, "cell": cell}
    for tier in ("community", "street", "district", "city"):
        region_id = getattr(found, f"{tier}_id")
        region = None if region_id is None else tree.region(region_id)
        row[tier] = None if region is None else {"code": region.code, "name": region.name}
    return row


def unit_rows(*, kind: str) -> list[Row]:
    """Active units, parents first. One query."""
    rows = staff.units(kind=kind).values(
        "id", "code", "name", "name_en", "kind", "parent_id", region_code=F("region__code")
    )
    return [
        {
            "id": row["id"],
            "code": row["code"],
            "name": row["name"],
            "name_en": row["name_en"],
            "kind": row["kind"],
            "parent": row["parent_id"],
            "region": row["region_code"],
        }
        for row in rows
    ]


def seat_row(seat: Seat) -> Row:
    """A post as `GET /me` shows it."""
    region = None if seat.region_id is None else territory.tree().region(seat.region_id).code
    return {
        "post": seat.post_id,
        "title": seat.title,
        "unit": seat.unit_id,
        "reach": seat.reach,
        "region": region,
        "grids": sorted(seat.grid_ids),
        "classes": list(seat.class_codes),
        "grants": sorted(seat.grants),
    }
