"""Cells drawn by the program, grids assembled from cells, a community divided anew."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry

from linli.kernel.errors import BadInput, Refused, Stale
from linli.territory import services
from linli.territory.models import Cell, CellVersion, Grid, GridVersion, Region, Road
from linli.territory.queries import topology_report
from linli.territory.rules.blocks import STREET_COSTS, Line, cells_by_streets
from tests.territory.factories import make_cells, make_grid, make_region

SQUARE = shapely.box(120.0, 30.0, 120.004, 30.004)  # 386 m by 443 m
DAY = date(2026, 3, 1)


def community(outline: shapely.Geometry = SQUARE) -> Region:
    street = make_region("310101013000", "street", None, outline)
    return make_region("310101013001", "community", street, outline)


def road(*points: tuple[float, float], kind: str = "residential") -> None:
    line = shapely.MultiLineString([shapely.LineString(points)])
    Road.objects.create(kind=kind, route=GEOSGeometry(memoryview(line.wkb), srid=4326))


def halves() -> list[shapely.MultiPolygon]:
    west = shapely.box(120.0, 30.0, 120.002, 30.004)
    east = shapely.box(120.002, 30.0, 120.004, 30.004)
    return [shapely.MultiPolygon([west]), shapely.MultiPolygon([east])]


def test_blocks_become_cells_of_about_the_size() -> None:
    ground = shapely.box(0, 0, 600, 400)
    streets = [Line(shapely.LineString([(x, -5), (x, 405)]), 2) for x in (90, 200, 330, 520)]
    streets += [Line(shapely.LineString([(-5, y), (605, y)]), 2) for y in (110, 240)]
    cells, inside = cells_by_streets([ground], streets)
    assert shapely.coverage_is_valid(cells)
    assert shapely.area(cells).sum() == pytest.approx(240_000, abs=1)
    assert set(inside.tolist()) == {0}
    areas = shapely.area(cells)
    assert areas.min() > 4_000
    assert areas.max() < 17_000
    assert 18 <= len(cells) <= 32


@pytest.mark.parametrize(("rail", "street"), [(90, 120), (120, 90)])
def test_a_small_block_joins_across_the_street_and_not_the_railway(rail: int, street: int) -> None:
    lines = [
        Line(shapely.LineString([(x, -5), (x, 105)]), STREET_COSTS[kind])
        for x, kind in ((rail, "rail"), (street, "residential"))
    ]
    cells, _inside = cells_by_streets([shapely.box(0, 0, 210, 100)], lines)
    edges = {x for cell in cells for x in shapely.bounds(cell)[[0, 2]].round().tolist()}
    assert edges == {0.0, float(rail), 210.0}


def test_cells_keep_to_their_grids() -> None:
    west, east = shapely.box(0, 0, 215, 300), shapely.box(215, 0, 400, 300)
    cells, inside = cells_by_streets([west, east], [])
    for cell, at in zip(cells, inside.tolist(), strict=True):
        assert cell.difference((west, east)[at]).area < 0.1
    assert shapely.area(cells).sum() == pytest.approx(120_000, abs=1)


def test_cells_are_numbered_from_the_north_west() -> None:
    streets = [Line(shapely.LineString([(x, -5), (x, 305)])) for x in (100, 200)]
    streets += [Line(shapely.LineString([(-5, y), (305, y)])) for y in (100, 200)]
    cells, _inside = cells_by_streets([shapely.box(0, 0, 300, 300)], streets)
    middles = shapely.get_coordinates(shapely.centroid(cells))
    rows = np.floor((300 - middles[:, 1]) / 100)
    assert (np.diff(rows) >= 0).all()
    assert all(
        middles[n, 0] < middles[n + 1, 0] for n in range(len(cells) - 1) if rows[n] == rows[n + 1]
    )


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["streets", "lattice"])
def test_a_community_gets_cells_with_codes(how: str) -> None:
    home = community()
    road((119.999, 30.0013), (120.005, 30.0013))
    drawn = services.draw_cells(community_id=home.pk, from_date=DAY, how=how)  # type: ignore[arg-type]
    codes = list(Cell.objects.order_by("code").values_list("code", flat=True))
    assert drawn == len(codes)
    assert codes[0] == "310101013001001"
    assert 12 <= drawn <= 24
    report = topology_report(home.pk, on=DAY)
    assert not [gap for gap in report.gaps if gap.layer == "cell"]
    assert not report.overlaps
    assert not report.strays


@pytest.mark.django_db
def test_cells_lie_in_the_grids_there_are() -> None:
    home = community()
    grids = [make_grid(home, n, half) for n, half in enumerate(halves(), start=1)]
    services.draw_cells(community_id=home.pk, from_date=DAY, how="streets")
    assert set(CellVersion.objects.values_list("grid_id", flat=True)) == {g.pk for g in grids}
    assert topology_report(home.pk, on=DAY).clean


@pytest.mark.django_db
def test_cells_are_drawn_again_only_if_asked_and_with_new_codes() -> None:
    home = community()
    first = services.draw_cells(community_id=home.pk, from_date=DAY, how="lattice")
    later = DAY + timedelta(days=30)
    with pytest.raises(Refused, match="already"):
        services.draw_cells(community_id=home.pk, from_date=later, how="lattice")
    again = services.draw_cells(
        community_id=home.pk, from_date=later, how="lattice", area_m2=20_000, again=True
    )
    assert Cell.objects.filter(valid_to=later).count() == first
    assert Cell.objects.filter(valid_to__isnull=True).count() == again
    assert len(set(Cell.objects.values_list("code", flat=True))) == first + again
    before = CellVersion.objects.filter(during__contains=later - timedelta(days=1)).count()
    assert before == first, "the past stays as it was"


@pytest.mark.django_db
def test_cells_of_a_silly_size_are_refused() -> None:
    home = community()
    with pytest.raises(BadInput, match="m²"):
        services.draw_cells(community_id=home.pk, from_date=DAY, how="lattice", area_m2=10)


@pytest.mark.django_db
def test_a_new_division_renews_begins_and_ends_grids() -> None:
    home = community()
    north = make_grid(home, 1, shapely.box(120.0, 30.002, 120.004, 30.004))
    south = make_grid(home, 2, shapely.box(120.0, 30.0, 120.004, 30.002))
    west, east = halves()
    done = services.redivide(
        community_id=home.pk,
        from_date=DAY,
        parts=[services.Part(north.pk, west, 300), services.Part(None, east, 310)],
    )
    assert done.new == ["310101013001Z003"]
    assert done.ended == [south.code]
    north.refresh_from_db()
    south.refresh_from_db()
    assert (north.households, south.valid_to) == (300, DAY)
    assert topology_report(home.pk, on=DAY).clean
    yesterday = DAY - timedelta(days=1)
    codes = GridVersion.objects.filter(during__contains=yesterday).values_list("grid__code")
    assert {code for (code,) in codes} == {north.code, south.code}
    assert topology_report(home.pk, on=yesterday).clean


@pytest.mark.django_db
def test_cells_follow_a_new_division() -> None:
    home = community()
    one = make_grid(home, 1, SQUARE)
    make_cells(home, one, SQUARE)
    parts = [services.Part(one.pk, halves()[0]), services.Part(None, halves()[1])]
    done = services.redivide(community_id=home.pk, from_date=DAY, parts=parts)
    present = CellVersion.objects.filter(during__contains=DAY)
    assert set(present.values_list("grid__code", flat=True)) == {one.code, *done.new}
    assert topology_report(home.pk, on=DAY).clean
    assert topology_report(home.pk, on=DAY - timedelta(days=1)).clean


@pytest.mark.django_db
def test_a_division_with_a_hole_is_refused() -> None:
    home = community()
    with pytest.raises(Refused, match="gaps"):
        services.redivide(
            community_id=home.pk, from_date=DAY, parts=[services.Part(None, halves()[0])]
        )


@pytest.mark.django_db
def test_a_division_of_grids_that_are_gone_is_stale() -> None:
    home = community()
    with pytest.raises(Stale):
        services.redivide(
            community_id=home.pk,
            from_date=DAY,
            parts=[services.Part(4711, halves()[0]), services.Part(None, halves()[1])],
        )


@pytest.mark.django_db
def test_cells_clicked_to_another_grid_take_its_outline_along() -> None:
    home = community()
    grids = [make_grid(home, n, half) for n, half in enumerate(halves(), start=1)]
    services.draw_cells(community_id=home.pk, from_date=DAY, how="lattice")
    later = DAY + timedelta(days=1)
    of_east = CellVersion.objects.filter(grid=grids[1]).order_by("cell__code")
    given = of_east[0].cell_id
    done = services.assemble(community_id=home.pk, from_date=later, cells={given: grids[0].code})
    assert (done.renewed, done.new, done.ended) == (2, [], [])
    assert topology_report(home.pk, on=later).clean
    assert topology_report(home.pk, on=DAY).clean
    assert GridVersion.objects.filter(grid=grids[0]).count() == 2


@pytest.mark.django_db
def test_a_grid_is_split_and_two_are_merged_by_cells() -> None:
    home = community()
    grids = [make_grid(home, n, half) for n, half in enumerate(halves(), start=1)]
    services.draw_cells(community_id=home.pk, from_date=DAY, how="lattice")
    east = CellVersion.objects.filter(grid=grids[1]).order_by("cell__code")
    half = list(east.values_list("cell_id", flat=True))[:3]
    later = DAY + timedelta(days=1)
    split = services.assemble(
        community_id=home.pk, from_date=later, cells=dict.fromkeys(half, "+1")
    )
    assert split.new == ["310101013001Z003"]
    rest = CellVersion.objects.filter(grid=grids[1], during__contains=later)
    merged = services.assemble(
        community_id=home.pk,
        from_date=later + timedelta(days=1),
        cells=dict.fromkeys(rest.values_list("cell_id", flat=True), grids[0].code),
    )
    assert merged.ended == [grids[1].code]
    assert topology_report(home.pk, on=later + timedelta(days=1)).clean
    assert Grid.objects.filter(valid_to__isnull=True).count() == 2


@pytest.mark.django_db
def test_cells_of_another_community_are_not_taken() -> None:
    home = community()
    make_grid(home, 1, SQUARE)
    with pytest.raises(Stale):
        services.assemble(community_id=home.pk, from_date=DAY, cells={99: "310101013001Z001"})
    with pytest.raises(BadInput):
        services.assemble(community_id=home.pk, from_date=DAY, cells={})


@pytest.mark.django_db
def test_a_grid_with_grids_inside_does_not_end() -> None:
    home = community()
    grids = [make_grid(home, n, half) for n, half in enumerate(halves(), start=1)]
    Grid.objects.create(
        code=f"{grids[1].code}01",
        name="inner",
        community=home,
        parent=grids[1],
        valid_from=DAY - timedelta(days=9),
    )
    whole = services.Part(grids[0].pk, shapely.MultiPolygon([SQUARE]))
    with pytest.raises(Refused, match="inside"):
        services.redivide(community_id=home.pk, from_date=DAY, parts=[whole])
