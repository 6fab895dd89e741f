"""Importing a territory: what is taken, what is refused and why, and doing it twice."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from django.core.management import CommandError, call_command

from linli.kernel.errors import BadInput, Refused, Stale
from linli.territory import services
from linli.territory.models import Address, Cell, CellVersion, Grid, Region, Road, TerritoryState
from linli.territory.queries import locate, locate_on, topology_report
from linli.territory.queries.inside import inside
from linli.territory.rules.codes import cell_code
from linli.territory.rules.coordinates import CRS, from_wgs84
from linli.territory.rules.lattice import cells_in
from linli.territory.services import Row
from tests.territory.factories import Town

DAY = date(2026, 1, 1)
LATER = date(2026, 6, 1)
LEFT = shapely.box(111.28, 30.70, 111.29, 30.71)
FAR_AWAY = shapely.box(120, 30, 121, 31)
ABROAD = shapely.box(-74, 40, -73, 41)


def region_rows() -> list[Row]:
    return [
        Row(1, {"code": "420503001001", "name": "大公桥社区"}, LEFT),
        Row(2, {"code": "4205", "name": "宜昌市"}, LEFT.buffer(0.02)),
        Row(3, {"code": "420503", "name": "伍家岗区", "name_en": "Wujiagang"}, LEFT.buffer(0.01)),
        Row(4, {"code": "420503001", "name": "大公桥街道"}),
    ]


@pytest.fixture
def community(db: None) -> Region:
    assert services.import_regions(rows=region_rows(), from_date=DAY).rejected == []
    return Region.objects.get(code="420503001001")


def cell_rows(grid: str = "") -> list[Row]:
    return [
        Row(number, {"code": cell_code("420503001001", number), "grade": "A", "grid": grid}, shape)
        for shape, number in cells_in(LEFT)
    ]


def test_regions_find_their_parents_in_any_order(community: Region) -> None:
    assert community.tier == "community"
    assert community.parent is not None
    assert community.parent.name == "大公桥街道"
    chain = community.path.strip("/").split("/")
    assert len(chain) == 4
    assert locate(111.285, 30.705).community_id == community.pk


def test_a_second_import_changes_nothing(community: Region) -> None:
    again = services.import_regions(rows=region_rows(), from_date=LATER)
    assert (again.new, again.changed, again.same, again.rejected) == (0, 0, 4, [])


def test_a_dry_run_counts_and_leaves_nothing(db: None) -> None:
    report = services.import_regions(rows=region_rows(), from_date=DAY, dry_run=True)
    assert (report.new, report.rejected) == (4, [])
    assert not Region.objects.exists()


@pytest.mark.parametrize(
    ("values", "shape", "field", "says"),
    [
        ({"code": "990503001002", "name": "x"}, LEFT, "code", "Digits 1–2"),
        ({"code": "42050300100", "name": "x"}, LEFT, "code", "12 digits, not 11"),
        ({"code": "42050300100二", "name": "x"}, LEFT, "code", "Character 12"),
        ({"code": "420503002001", "name": "x"}, None, "code", "differ from those"),
        ({"code": "420503001002", "name": ""}, LEFT, "name", "missing"),
        ({"code": "420503001002", "name": "x", "tier": "county"}, LEFT, "tier", "one of"),
        ({"code": "420503001001", "name": "x"}, LEFT, "code", "twice"),
        ({"code": "420503001002", "name": "x"}, ABROAD, "geometry", "China"),
        (
            {"code": "420503001002", "name": "x"},
            shapely.box(120, 30, 121, 31),
            "geometry",
            "beyond",
        ),
        ({"code": "420503001002", "name": "x"}, shapely.Point(111, 30), "geometry", "Polygon"),
        ({"code": "420503001002", "name": "x"}, shapely.Polygon(), "geometry", "empty"),
        (
            {"code": "420503001002", "name": "x"},
            shapely.Polygon([(111.28, 30.7), (111.29, 30.71), (111.29, 30.7), (111.28, 30.71)]),
            "geometry",
            "not valid",
        ),
    ],
)
def test_a_bad_region_is_rejected_with_field_and_reason(
    db: None, values: dict[str, str], shape: shapely.Geometry, field: str, says: str
) -> None:
    values = {**values, "parent": "420503001"} if "differ" in says else values
    report = services.import_regions(rows=[*region_rows(), Row(9, values, shape)], from_date=DAY)
    assert report.new == 4
    assert [(one.number, one.field) for one in report.rejected] == [(9, field)]
    assert says in report.rejected[0].reason


def test_a_region_without_the_tier_above_is_rejected(db: None) -> None:
    report = services.import_regions(rows=region_rows()[:1], from_date=DAY)
    assert "tier above" in report.rejected[0].reason


def test_coordinates_from_another_system_are_converted_at_the_door(db: None) -> None:
    def shifted(points: np.ndarray) -> np.ndarray:
        return np.column_stack(from_wgs84(points[:, 0], points[:, 1], CRS.GCJ02))

    rows = [
        Row(
            row.number,
            row.values,
            None if row.shape is None else shapely.transform(row.shape, shifted),
        )
        for row in region_rows()
    ]
    services.import_regions(rows=rows, from_date=DAY, crs=CRS.GCJ02)
    version = Region.objects.get(code="420503001001").versions.get()
    assert version.crs_source == "gcj02"
    assert version.outline.extent == pytest.approx(LEFT.bounds, abs=1e-8)


def test_a_region_keeps_its_centre_and_a_moved_one_opens_a_new_version(db: None) -> None:
    def rows(lon: str, lat: str) -> list[Row]:
        return [
            Row(row.number, row.values | {"centre_lon": lon, "centre_lat": lat}, row.shape)
            if row.values["code"].startswith("420503001001")
            else row
            for row in region_rows()
        ]

    assert services.import_regions(rows=rows("111.285", "30.705"), from_date=DAY).rejected == []
    versions = Region.objects.get(code="420503001001").versions.order_by("during")
    assert versions.get().centre_place.coords == (111.285, 30.705)
    again = services.import_regions(rows=rows("111.285", "30.705"), from_date=LATER)
    assert (again.changed, again.same) == (0, 4)
    assert services.import_regions(rows=region_rows(), from_date=LATER).same == 4  # left as it is
    assert services.import_regions(rows=rows("111.286", "30.705"), from_date=LATER).changed == 1
    assert [one.centre_place.x for one in versions] == [111.285, 111.286]
    wrong = services.import_regions(rows=rows("north", ""), from_date=LATER).rejected
    assert [one.field for one in wrong] == ["centre_lon"]


def test_grids_and_cells_belong_to_their_community(community: Region) -> None:
    rows = [
        Row(1, {"code": "420503001001Z001", "name": "第一网格", "kind": "lane"}, LEFT),
        Row(2, {"code": "420503001001Z00101", "name": "小网格"}, LEFT),
        Row(3, {"code": "420503001002Z001", "name": "x"}, LEFT),
        Row(4, {"code": "420503001001X002", "name": "x"}, LEFT),
        Row(5, {"code": "420503001001Z003", "name": "x", "kind": "castle"}, LEFT),
        Row(6, {"code": "420503001001Z004", "name": "x", "households": "many"}, LEFT),
    ]
    report = services.import_grids(rows=rows, from_date=DAY)
    assert report.new == 2
    assert {one.number: one.field for one in report.rejected} == {
        3: "community",
        4: "code",
        5: "kind",
        6: "households",
    }
    big = Grid.objects.get(code="420503001001Z001")
    assert Grid.objects.get(parent=big).name == "小网格"
    cells = services.import_cells(rows=cell_rows(), from_date=DAY)
    assert cells.rejected == []
    version = CellVersion.objects.filter(grid=big).first()
    assert version is not None
    assert version.area_m2 == pytest.approx(10_000, rel=0.1)
    again = services.import_cells(rows=cell_rows(), from_date=LATER)
    assert (again.new, again.changed, again.same) == (0, 0, cells.new)


def test_grids_lie_inside_grids_three_levels_deep_and_no_deeper(community: Region) -> None:
    """R38: big, middle and small grids; each knows the one it lies in, and nothing counts twice."""
    west, _south, _east, north = LEFT.bounds
    middle = shapely.box(west, 30.70, 111.285, north)
    small = shapely.box(west, 30.70, 111.285, 30.705)
    rows = [
        Row(1, {"code": "420503001001Z0010101", "name": "小", "households": "100"}, small),
        Row(2, {"code": "420503001001Z00101", "name": "中", "households": "200"}, middle),
        Row(3, {"code": "420503001001Z001", "name": "大", "households": "400"}, LEFT),
        Row(4, {"code": "420503001001Z001010101", "name": "x"}, small),
        Row(5, {"code": "420503001001Z00201", "name": "x"}, small),
    ]
    report = services.import_grids(rows=rows, from_date=DAY)
    assert report.new == 3
    assert {one.number: one.field for one in report.rejected} == {4: "code", 5: "parent"}
    grid = Grid.objects.select_related("parent__parent").get(name="小")
    assert grid.parent is not None
    assert grid.parent.parent is not None
    assert (grid.parent.name, grid.parent.parent.name) == ("中", "大")
    assert topology_report(community.pk, on=DAY).clean, "a grid inside a grid is no overlap"
    assert locate(111.281, 30.701).grid_id == grid.parent.parent.pk
    for ground, held in ((LEFT, (1, 400)), (middle, (1, 200)), (small, (1, 100))):
        found = inside(shapely.to_wkb(ground, hex=True), on=DAY)
        assert (found.grids, found.households) == held, "households count once"


def test_a_cell_with_a_wrong_code_grid_or_grade_is_rejected(community: Region) -> None:
    shape = cell_rows()[0].shape
    rows = [
        Row(1, {"code": "420503001001000"}, shape),
        Row(2, {"code": "420503001001001", "grid": "420503001001Z009"}, shape),
        Row(3, {"code": "420503001001002", "grade": "D"}, shape),
        Row(4, {"code": "420503001001003", "community": "420503001009"}, shape),
    ]
    report = services.import_cells(rows=rows, from_date=DAY)
    assert {one.number: one.field for one in report.rejected} == {
        1: "code",
        2: "grid",
        3: "grade",
        4: "code",
    }
    assert not Cell.objects.exists()


def test_a_changed_outline_opens_a_new_version(community: Region) -> None:
    moved = [Row(1, region_rows()[0].values, shapely.box(111.281, 30.70, 111.29, 30.71))]
    report = services.import_regions(rows=moved, from_date=LATER)
    assert report.changed == 1
    assert locate_on(111.2805, 30.705, date(2026, 5, 31)).community_id == community.pk
    assert locate_on(111.2805, 30.705, LATER).community_id is None
    assert community.versions.count() == 2


def test_a_changed_boundary_does_not_rewrite_the_past(db: None) -> None:
    town = Town()
    inside = town.right_outline.representative_point()
    before = TerritoryState.objects.get().boundaries
    services.change_outline(
        kind="grid", target_id=town.right_grid.pk, outline=town.left_outline, from_date=LATER
    )
    assert TerritoryState.objects.get().boundaries > before
    assert locate_on(inside.x, inside.y, date(2026, 5, 31)).grid_id == town.right_grid.pk
    assert locate_on(inside.x, inside.y, LATER).grid_id is None
    with pytest.raises(Stale):
        services.change_outline(
            kind="grid", target_id=town.right_grid.pk, outline=town.left_outline, from_date=DAY
        )
    with pytest.raises(BadInput):
        services.change_outline(
            kind="grid", target_id=town.right_grid.pk, outline=shapely.Point(1, 1), from_date=LATER
        )


def test_a_grid_with_cells_ends_only_into_another(db: None) -> None:
    town = Town()
    with pytest.raises(Refused, match="cells belong"):
        services.end_grid(grid_id=town.left_grid.pk, on=LATER)
    with pytest.raises(Refused, match="another community"):
        services.end_grid(grid_id=town.left_grid.pk, on=LATER, successor_id=town.right_grid.pk)
    services.end_grid(grid_id=town.right_grid.pk, on=LATER)
    inside = town.right_outline.representative_point()
    assert locate_on(inside.x, inside.y, date(2026, 5, 31)).grid_id == town.right_grid.pk
    assert locate_on(inside.x, inside.y, LATER).grid_id is None
    with pytest.raises(Stale):
        services.end_grid(grid_id=town.right_grid.pk, on=LATER)


def test_an_ended_code_is_never_used_again(community: Region) -> None:
    services.end_region(region_id=community.pk, on=LATER)
    report = services.import_regions(rows=region_rows()[:1], from_date=date(2026, 7, 1))
    assert "never used again" in report.rejected[0].reason


def test_a_new_name_is_in_the_history(community: Region) -> None:
    services.rename(kind="region", target_id=community.pk, name="新社区", name_en="New")
    events = Region.pgh_event_model.objects.filter(pgh_obj_id=community.pk).order_by("pgh_id")
    assert [event.name for event in events] == ["大公桥社区", "新社区"]


def test_base_map_rows_are_replaced_by_their_key(db: None) -> None:
    line = shapely.LineString([(111.28, 30.7), (111.29, 30.7)])
    rows = [Row(1, {"source_key": "r1", "name": "沿江大道", "kind": "primary"}, line)]
    assert services.import_roads(rows=rows, crs=CRS.WGS84).new == 1
    rows[0] = Row(1, {"source_key": "r1", "name": "沿江路"}, line)
    report = services.import_roads(rows=rows)
    assert (report.new, report.changed) == (0, 1)
    assert Road.objects.get().bigrams == ["江路", "沿江"]


def test_an_address_is_put_together_and_finds_its_community(community: Region) -> None:
    values = {
        "street": "沿江大道",
        "number": "12号",
        "building": "3幢",
        "unit": "1单元",
        "room": "502室",
    }
    report = services.import_addresses(rows=[Row(1, values, shapely.Point(111.285, 30.705))])
    assert report.rejected == []
    address = Address.objects.get()
    assert address.text == "沿江大道12号3幢1单元502室"
    assert address.community_id == community.pk


def test_files_are_read_and_rejected_rows_written(db: None, tmp_path: Path) -> None:
    regions = tmp_path / "regions.csv"
    lines = ["code,name,wkt", f'420500000000,宜昌市,"{LEFT.buffer(0.02).wkt}"', "=1,x,POINT(1"]
    regions.write_bytes("\r\n".join(lines).encode("gb18030"))
    errors = tmp_path / "errors.csv"
    call_command("import_territory", regions, "--layer", "regions", "--errors", errors)
    assert Region.objects.get().name == "宜昌市"
    written = errors.read_text("utf-8-sig").splitlines()
    assert written[0] == "row,key,field,reason"
    assert written[1].startswith("2,'=1,geometry,")
    feature = {"type": "Feature", "properties": {"kind": "water", "name": "长江"}}
    document = {
        "type": "FeatureCollection",
        "features": [{**feature, "geometry": json.loads(shapely.to_geojson(LEFT))}, {}, 7],
    }
    water = tmp_path / "water.geojson.gz"
    water.write_bytes(gzip.compress(json.dumps(document).encode()))
    call_command("import_territory", water, "--layer", "surfaces", "--errors", errors)
    assert len(errors.read_text("utf-8-sig").splitlines()) == 3


@pytest.mark.parametrize("text", ["[]", "{", '{"features": 7}', ""])
def test_what_is_no_geojson_is_refused(db: None, tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.geojson"
    path.write_text(text)
    with pytest.raises(CommandError):
        call_command("import_territory", path, "--layer", "roads")


def test_a_missing_file_is_named(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nothing\.csv"):
        call_command("import_territory", tmp_path / "nothing.csv", "--layer", "roads")
