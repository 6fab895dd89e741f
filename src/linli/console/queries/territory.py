"""Regions and grids as administrators read them: on any day, with their versions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, F, FloatField, Func, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.lookups import GreaterThan, LessThan
from django.utils.translation import gettext as _

from linli.console.rules.areas import DUTIES
from linli.kernel.errors import NotFound
from linli.planning.models import GridScheme, Population
from linli.staff.models import User
from linli.territory.models import (
    Cell,
    CellVersion,
    Grid,
    GridVersion,
    Region,
    RegionVersion,
)
from linli.territory.queries import tree
from linli.territory.rules.kinds import RURAL_KINDS


def _on(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def region_of(code: str) -> Region:
    """The region with this code, the present one before an ended one. One query. NotFound."""
    found = Region.objects.filter(code=code).select_related("parent").order_by("-valid_from")
    rows = sorted(found, key=lambda region: region.valid_to is not None)
    if not rows:
        raise NotFound(_("There is no region with the code %s.") % code)
    return rows[0]


def grid_of(code: str) -> Grid:
    """The grid with this code, ended or not. One query. Raises NotFound."""
    found = Grid.objects.filter(code=code).select_related("community", "parent").first()
    if found is None:
        raise NotFound(_("There is no grid with the code %s.") % code)
    return found


def regions_below(region: Region | None, *, on: date) -> QuerySet[Region]:
    """The regions right below one on a day (None: the roots), by code. One query."""
    return Region.objects.filter(_on(on), parent=region).order_by("code")


def regions_by_words(words: str, *, on: date) -> QuerySet[Region]:
    """Regions of a day by part of a name, or by the beginning of a code; by code. One query."""
    return Region.objects.filter(
        _on(on), Q(name__icontains=words) | Q(name_en__icontains=words) | Q(code__startswith=words)
    ).order_by("code")


def ended_below(region: Region, *, on: date) -> QuerySet[Region]:
    """The regions right below one that had ended by a day. One query."""
    return Region.objects.filter(parent=region, valid_to__lte=on).order_by("code")


class Holds(NamedTuple):
    """How much lies in a region on a day."""

    regions: int
    grids: int
    cells: int
    households: int


def holds(region: Region, *, on: date) -> Holds:
    """What lies in a region on a day, at any depth. Three queries."""
    inside = Q(path__startswith=region.path)
    below = Region.objects.filter(_on(on), inside).exclude(pk=region.pk).count()
    under = Q(community__path__startswith=region.path)
    of_grids = Grid.objects.filter(_on(on), under, layer="responsibility").aggregate(
        n=Count("id"), households=Sum("households")
    )
    cells = Cell.objects.filter(_on(on), under).count()
    return Holds(below, of_grids["n"], cells, of_grids["households"] or 0)


def grids(
    *,
    on: date,
    words: str = "",
    layer: str = "",
    region: Region | None = None,
    odd_by: GridScheme | None = None,
) -> QuerySet[Grid]:
    """Grids of a day with their communities; `odd_by` a scheme leaves those whose households lie
    outside its bands (R31)."""
    rows = Grid.objects.filter(_on(on)).select_related("community")
    if words:
        rows = rows.filter(
            Q(name__icontains=words)
            | Q(code__startswith=words)
            | Q(community__name__icontains=words)
        )
    if layer:
        rows = rows.filter(layer=layer)
    if region is not None:
        rows = rows.filter(community__path__startswith=region.path)
    if odd_by is not None:
        country = Q(kind__in=RURAL_KINDS)
        rows = rows.filter(layer="responsibility").filter(
            Q(households__isnull=False)
            & (
                (country & ~Q(households__range=odd_by.country_range))
                | (~country & ~Q(households__range=odd_by.town_range))
            )
            | (~country & _odd_people(odd_by, on))
        )
    return rows


def _odd_people(scheme: GridScheme, on: date) -> Q:
    """Grids whose residents, as last counted up to a day, lie outside the scheme's band (R31)."""
    band = scheme.residents
    if band is None:
        return Q(pk__in=[])
    last = Population.objects.filter(grid=OuterRef("pk"), on__lte=on).order_by("-on")
    people = Subquery(last.values("people")[:1])
    return Q(LessThan(people, band.least)) | Q(GreaterThan(people, band.most))


def grids_of_duty(user: User, *, on: date, words: str = "") -> QuerySet[Grid]:
    """The responsibility grids that `user` may give to workers, unordered.

    The security administrator gives all; others those in the regions of the posts that allow it.
    """
    rows = grids(on=on, words=words, layer="responsibility")
    if user.is_system or user.admin_kind == "security":
        return rows
    known = tree()
    inside: set[int] = set()
    for seat in user.seats:
        if DUTIES in seat.grants and seat.region_id is not None:
            inside |= known.regions_under(seat.region_id)
    return rows.filter(community_id__in=inside)


class VersionRow(NamedTuple):
    """Where something lay, from a day up to another."""

    begins: date | None
    ends: date | None
    crs: str
    area_m2: float | None
    drawn: bool


def _m2() -> Func:
    """The area of an outline in m², measured on the ellipsoid."""
    template = "ST_Area(%(expressions)s::geography)"
    return Func(F("outline"), template=template, output_field=FloatField())


def versions_of(kind: str, target_id: int) -> list[VersionRow]:
    """The versions of a region or grid, newest first. One query."""
    rows: QuerySet[Any]
    if kind == "region":
        rows = RegionVersion.objects.filter(region_id=target_id)
    else:
        rows = GridVersion.objects.filter(grid_id=target_id)
    rows = rows.annotate(m2=_m2())
    found = rows.defer("outline").order_by("-during")
    return [
        VersionRow(
            row.during.lower,
            row.during.upper,
            row.crs_source,
            row.m2,
            row.m2 is not None,
        )
        for row in found
    ]


def cell_of(code: str) -> CellVersion:
    """The newest version of a cell with its community and grid. One query. Raises NotFound."""
    rows = CellVersion.objects.filter(cell__code=code).select_related("cell__community", "grid")
    found = rows.defer("outline").order_by("-during").first()
    if found is None:
        raise NotFound(_("There is no cell with the code %s.") % code)
    return found


def cell_versions(cell_id: int) -> list[CellVersion]:
    """The versions of a cell, newest first. One query."""
    rows = CellVersion.objects.filter(cell_id=cell_id).select_related("grid").defer("outline")
    return list(rows.order_by("-during"))


def cells_of(grid: Grid, *, on: date) -> QuerySet[CellVersion]:
    """The cells of a grid on a day with their codes, by code. One query."""
    rows = CellVersion.objects.filter(grid=grid, during__contains=on).select_related("cell")
    return rows.defer("outline").order_by("cell__code")


def layer_counts() -> dict[str, int]:
    """How many grids there are of each layer today. One query."""
    found = Grid.objects.filter(valid_to__isnull=True).values_list("layer").annotate(n=Count("id"))
    return dict(found)


def communities(*, on: date, within: Region | None = None) -> QuerySet[Region]:
    """The communities of a day, by code. One query."""
    rows = Region.objects.filter(_on(on), tier="community")
    if within is not None:
        rows = rows.filter(path__startswith=within.path)
    return rows.order_by("code")


def regions_named(ids: Iterable[int]) -> dict[int, str]:
    """Names by id. One query."""
    return dict(Region.objects.filter(pk__in=set(ids)).values_list("id", "name"))


def found_region(words: str) -> Region:
    """The region somebody typed: a code, a whole name, or both. Raises NotFound. Two queries."""
    words = words.strip()
    code = words.split(" ")[0]
    if code.isdigit():
        return region_of(code.ljust(12, "0"))
    named = list(Region.objects.filter(Q(name=words) | Q(name_en=words), valid_to=None)[:2])
    if len(named) == 1:
        return named[0]
    if named:
        raise NotFound(_("Several regions have this name. Write the code."), field="region")
    raise NotFound(_("There is no region with this code or name."), field="region")
