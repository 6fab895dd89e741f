"""Outlines drawn by hand become versions from a day on; `locate` and PostGIS agree after each
kind of edit, and versions never overlap in time."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
import shapely
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from linli.kernel.errors import BadInput, Refused, Stale
from linli.territory import services
from linli.territory.models import Cell, CellVersion, Grid, GridVersion, Region, RegionVersion
from linli.territory.queries import topology_report
from linli.territory.queries.redrawing import sheet_of
from linli.territory.rules.edits import changed, done
from linli.territory.rules.steps import read_steps
from tests.territory.factories import Town, make_cells, make_grid, make_region
from tests.territory.test_locate import assert_agreement, border_points

SQUARE = shapely.box(120.0, 30.0, 120.004, 30.004)  # 386 m by 443 m
DAY = date(2026, 3, 1)


def community() -> Region:
    street = make_region("310101013000", "street", None, SQUARE)
    home = make_region("310101013001", "community", street, SQUARE)
    for number, (west, east) in enumerate([(120.0, 120.002), (120.002, 120.004)], start=1):
        half = shapely.box(west, 30.0, east, 30.004)
        grid = make_grid(home, number, half)
        grid.households = 400
        grid.save()
        if number == 1:
            make_cells(home, grid, half)
    return home


def redraw(home: Region, text: str, on: date = DAY, **more: Any) -> services.Divided:
    sheet = sheet_of(home, on=on)
    after = done(sheet.shapes, sheet.frame, read_steps(text))
    return services.redraw_grids(
        community_id=home.pk,
        from_date=on,
        outlines=changed(sheet.shapes, after),
        stamp=more.pop("stamp", sheet.stamp),
        **more,
    )


@pytest.mark.django_db
def test_a_split_is_a_new_version_and_a_new_grid_and_the_past_stays() -> None:
    home = community()
    report = redraw(
        home,
        "split 001 LINESTRING (119.999 30.0013, 120.002 30.0013)",
        households={"001": 300, "+1": 100},
    )
    assert report.new == ["310101013001Z003"]
    assert report.ended == []
    found = topology_report(home.pk, on=DAY)
    assert not [gap for gap in found.gaps if gap.layer == "responsibility"]
    assert not found.overlaps
    assert not [one for one in found.strays if one.area_m2 > 25], "cut cells lie in their grids"
    new = Grid.objects.get(code=report.new[0])
    assert new.households == 100
    assert Grid.objects.get(code__endswith="Z001").households == 300
    assert CellVersion.objects.filter(grid=new, during__contains=DAY).exists()
    yesterday = DAY - timedelta(days=1)
    assert not GridVersion.objects.filter(grid=new, during__contains=yesterday).exists()
    assert topology_report(home.pk, on=yesterday).overlaps == []
    past = CellVersion.objects.filter(during__contains=yesterday)
    assert {version.grid.code[-3:] for version in past if version.grid} == {"001"}


@pytest.mark.django_db
def test_a_cut_cell_keeps_its_grade_and_its_number_stays_with_the_larger_piece() -> None:
    home = community()
    cells = set(Cell.objects.values_list("code", flat=True))
    redraw(home, "split 001 LINESTRING (120.00045 29.999, 120.00055 30.005)")
    new = Cell.objects.exclude(code__in=cells)
    assert new.exists()
    assert set(CellVersion.objects.filter(cell__in=new).values_list("grade", flat=True)) == {"A"}
    outlines = [version.outline for version in CellVersion.objects.filter(during__contains=DAY)]
    assert sum(one.area for one in outlines if one) == pytest.approx(SQUARE.area / 2, rel=0.001)


@pytest.mark.django_db
def test_a_merged_grid_ends_and_its_cells_go_along() -> None:
    home = community()
    report = redraw(home, "merge 002 001")
    assert report.ended == ["310101013001Z001"]
    kept = Grid.objects.get(code__endswith="Z002")
    assert set(
        CellVersion.objects.filter(during__contains=DAY).values_list("grid_id", flat=True)
    ) == {kept.pk}
    assert topology_report(home.pk, on=DAY).overlaps == []


@pytest.mark.django_db
def test_what_changed_meanwhile_is_not_overwritten() -> None:
    home = community()
    stamp = sheet_of(home, on=DAY).stamp
    redraw(home, "move 120.002,30.004 120.0025,30.004")
    with pytest.raises(Stale, match="Load the page again"):
        redraw(home, "move 120.0025,30.004 120.003,30.004", stamp=stamp)
    with pytest.raises(BadInput, match="Nothing is changed"):
        redraw(home, "")


@pytest.mark.django_db
def test_a_later_change_stands_in_the_way_of_an_earlier_one() -> None:
    home = community()
    redraw(home, "move 120.002,30.004 120.0025,30.004", DAY + timedelta(days=9))
    with pytest.raises(Stale, match="later"):
        redraw(home, "move 120.002,30.004 120.001,30.004", DAY)


@pytest.mark.django_db
def test_neighbouring_regions_move_together_and_none_begins_or_ends() -> None:
    town = Town()
    on = timezone.localdate()
    sheet = sheet_of(town.street, on=on)
    assert sheet.areas.keys() == {"420503001001", "420503001002"}
    text = "move 111.293,30.701 111.292,30.7015"
    after = done(sheet.shapes, sheet.frame, read_steps(text), new=False)
    count = services.redraw_regions(
        parent_id=town.street.pk,
        from_date=on,
        outlines=changed(sheet.shapes, after),
        stamp=sheet.stamp,
    )
    assert count == 2
    again = sheet_of(town.street, on=on)
    assert shapely.intersection(*again.shapes.values()).area < 1e-12
    with pytest.raises(BadInput, match="neither begin nor end"):
        services.redraw_regions(
            parent_id=town.street.pk,
            from_date=on,
            outlines={"420503001001": None},
            stamp=again.stamp,
        )


EDITS = {
    "draw": "draw 001 POLYGON ((120 30, 120.0015 30, 120.0017 30.004, 120 30.004, 120 30))",
    "claim": "claim +1 POLYGON ((120.001 30.001, 120.003 30.0013, 120.002 30.003, 120.001 30.001))",
    "split": "split 001 LINESTRING (119.999 30.0011, 120.003 30.0029)",
    "merge": "merge 001 002",
    "move": "move 120.002,30.002 120.0027,30.0023",
}


@pytest.mark.django_db
@pytest.mark.parametrize("edit", sorted(EDITS))
def test_locate_agrees_with_postgis_after_every_drawn_edit(edit: str) -> None:
    home = community()
    redraw(home, EDITS[edit], timezone.localdate())
    _assert_agreement_in(SQUARE)


@pytest.mark.django_db
def test_locate_agrees_with_postgis_after_every_other_edit() -> None:
    home, on = community(), timezone.localdate()
    west = shapely.MultiPolygon([shapely.box(120.0, 30.0, 120.0013, 30.004)])
    east = shapely.MultiPolygon([shapely.box(120.0013, 30.0, 120.004, 30.004)])
    one, two = Grid.objects.order_by("code")
    services.redivide(  # as an adopted plan does
        community_id=home.pk,
        from_date=on,
        parts=[services.Part(one.pk, west), services.Part(None, east)],
    )
    _assert_agreement_in(SQUARE)
    bent = shapely.box(120.0, 30.0, 120.0009, 30.004)
    services.change_outline(kind="grid", target_id=one.pk, outline=bent, from_date=on)
    _assert_agreement_in(SQUARE)
    report = topology_report(home.pk, on=on)
    gap = next(gap for gap in report.gaps if gap.layer == "responsibility")
    services.fill_gap(
        community_id=home.pk, layer="responsibility", lon=gap.lon, lat=gap.lat, from_date=on
    )
    _assert_agreement_in(SQUARE)
    rows = [
        services.Row(
            1,
            {"code": "310101013001Z009", "name": "imported", "community": home.code,
             "layer": "responsibility"},
            shapely.box(120.001, 30.001, 120.002, 30.002),
        )
    ]  # fmt: skip
    assert services.import_grids(rows=rows, from_date=on).new == 1
    _assert_agreement_in(SQUARE)
    cells = Cell.objects.filter(valid_to__isnull=True)
    moved = cells.exclude(versions__grid=None).first()
    assert moved is not None
    services.move_cell(
        cell_id=moved.pk, from_date=on, grid_id=Grid.objects.get(code__endswith="Z009").pk
    )
    services.draw_cells(
        community_id=home.pk, from_date=on, how="lattice", area_m2=20_000, again=True
    )
    _assert_agreement_in(SQUARE)
    assert two.pk


def _assert_agreement_in(ground: shapely.Geometry) -> None:
    """Random points, and corners and borders of everything there is."""
    west, south, east, north = ground.buffer(0.0005).bounds
    dice = random.Random(7)
    points = [(dice.uniform(west, east), dice.uniform(south, north)) for _n in range(120)]
    borders = border_points(None, seed=8)  # type: ignore[arg-type]  # it reads the database
    assert_agreement(points + dice.sample(borders, min(len(borders), 220)))


class VersionsInTime(TestCase):
    """Any dated edits in any order: each thing has one version a day, and only the days from an
    edit on change."""

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["move", "split", "merge", "outline", "end", "cell"]),
                st.integers(-3, 6),
            ),
            min_size=1,
            max_size=7,
        )
    )
    def test_versions_never_overlap(self, edits: list[tuple[str, int]]) -> None:
        home = community()
        for kind, day in edits:
            on = DAY + timedelta(days=day)
            before = _days(on)
            with suppress(Refused):  # a refused edit leaves nothing behind either
                _edit(home, kind, on)
            assert _days(on) == before, "the past stays as it was"
            _assert_one_a_day()


def _edit(home: Region, kind: str, on: date) -> None:
    sheet = sheet_of(home, on=on)
    keys = sorted(sheet.areas)
    if not keys:
        return
    first = sheet.areas[keys[0]]
    if kind == "move":
        corner = shapely.get_coordinates(first.shape)[1]
        redraw(home, f"move {corner[0]},{corner[1]} {corner[0]},{corner[1] + 1e-5} {keys[0]}", on)
    elif kind == "split":
        redraw(home, f"split {keys[-1]} LINESTRING (119.9 30.0017, 120.1 30.0021)", on)
    elif kind == "merge" and len(keys) > 1:
        redraw(home, f"merge {keys[0]} {keys[1]}", on)
    elif kind == "outline":
        services.change_outline(
            kind="grid", target_id=first.id, outline=first.shape.buffer(1e-5), from_date=on
        )
    elif kind == "end" and len(keys) > 1:
        services.end_grid(grid_id=first.id, on=on, successor_id=sheet.areas[keys[1]].id)
    elif kind == "cell":
        cell = Cell.objects.filter(valid_to__isnull=True).order_by("code").first()
        if cell is not None:
            services.move_cell(cell_id=cell.pk, from_date=on, grid_id=first.id, grade="C")


def _days(on: date) -> list[Any]:
    """What held on the days before one, as text."""
    found = []
    for back in (1, 2, 30):
        day = on - timedelta(days=back)
        for model in (RegionVersion, GridVersion, CellVersion):
            rows = model.objects.filter(during__contains=day).order_by("pk")
            found += [(row.pk, row.outline.wkb.hex() if row.outline else "") for row in rows]
    return found


def _assert_one_a_day() -> None:
    for model, owner in (
        (RegionVersion, "region_id"),
        (GridVersion, "grid_id"),
        (CellVersion, "cell_id"),
    ):
        last: dict[int, Any] = {}
        for row in model.objects.order_by(owner, "during"):
            before = last.get(getattr(row, owner))
            assert before is None or (before is not None and before <= row.during.lower)
            assert row.during.upper is None or row.during.lower < row.during.upper
            last[getattr(row, owner)] = row.during.upper or date.max
