"""Codes digit by digit, places as numbers, projected coordinates, columns and values."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from django.contrib.gis.gdal import AxisOrder, CoordTransform, OGRGeometry, SpatialReference
from hypothesis import given
from hypothesis import strategies as st

from linli.components import rules
from linli.components.rules import columns, quads, values
from linli.components.rules.projections import degrees_from, metres_from, zone_of
from linli.components.rules.states import State
from linli.components.rules.systems import checked_system, degrees_of
from linli.kernel.errors import BadInput

lons, lats = st.floats(73.5, 135.0), st.floats(18.0, 53.5)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("320508010100001", "16 digits, not 15"),
        ("32050801010000O1", "Character 15 (O)"),
        ("9905080101000001", "Digits 1–2 (99) name no province"),
        ("3205080101000001", "Digits 1–6 (320508) are not those of the district"),
        ("4205039901000001", "Digits 7–10 (9901) name no class"),
        ("4205030101000000", "Digits 11–16"),
    ],
)
def test_a_code_is_checked_digit_by_digit(code: str, said: str) -> None:
    faults = rules.code_faults(code, district="420503", classes={"C0101"})
    assert any(said in fault for fault in faults), faults


def test_a_sound_code_is_taken_apart_and_put_together() -> None:
    assert rules.code_faults("3205080101000001", district="320508", classes={"C0101"}) == []
    assert rules.parts_of(3205080101000001) == ("320508", "C0101", 1)
    assert rules.code_of("320508", "C0101", 1) == 3205080101000001
    assert rules.range_of("3205080101") == (3205080101000000, 3205080102000000)
    assert rules.parse_code(" 3205 0801 0100 0001 ") == 3205080101000001
    assert rules.parse_code("case 7") is None


@given(lons, lats, st.integers(0, 20))
def test_a_place_lies_in_the_tile_its_number_begins_with(lon: float, lat: float, z: int) -> None:
    x = math.floor((lon + 180) / 360 * 2**z)
    y = math.floor((1 - math.log(math.tan(math.radians(45 + lat / 2))) / math.pi) / 2 * 2**z)
    quad = quads.quad_of(lon, lat)
    low, high = quads.tile_range(z, x, y)
    assert low <= quad < high
    assert quads.tile_at(z, quads.tile_number(quad, z)) == (x, y)


@given(lons, lats, st.floats(1, 5_000), st.floats(0, 2 * math.pi), st.floats(0, 1))
def test_ranges_around_a_point_hold_everything_near_it(
    lon: float, lat: float, radius_m: float, angle: float, share: float
) -> None:
    north = radius_m * share * math.sin(angle) / 111_700
    east = radius_m * share * math.cos(angle) / (111_700 * math.cos(math.radians(lat)))
    near = quads.quad_of(lon + east, lat + north)
    ranges = quads.ranges_around(lon, lat, radius_m)
    assert len(ranges) <= 4
    assert any(low <= near < high for low, high in ranges)


@given(lons, lats, lons, lats, st.floats(0, 1), st.floats(0, 1))
def test_ranges_of_a_box_hold_everything_in_it(
    lon: float, lat: float, other_lon: float, other_lat: float, across: float, up: float
) -> None:
    (west, east), (south, north) = sorted((lon, other_lon)), sorted((lat, other_lat))
    inside = quads.quad_of(west + across * (east - west), south + up * (north - south))
    ranges = quads.ranges_of_box(west, south, east, north)
    assert len(ranges) <= 4
    assert any(low <= inside < high for low, high in ranges)


@pytest.mark.parametrize("box", [(180.0, 30.0, 180.0, 31.0), (-180.0, -90.0, 180.0, 90.0)])
def test_a_box_at_the_rim_of_the_world_has_ranges(box: tuple[float, float, float, float]) -> None:
    west, south, east, north = box
    ranges = quads.ranges_of_box(*box)
    for lon, lat in ((west, max(south, -85.0)), (east, min(north, 85.0))):
        place = quads.quad_of(lon, lat)
        assert any(low <= place < high for low, high in ranges)


@pytest.mark.parametrize("epsg", [4491, 4501, 4502, 4507, 4512, 4513, 4527, 4534, 4549, 4554])
def test_zones_agree_with_proj(epsg: int) -> None:
    zone = zone_of(epsg)
    assert zone is not None
    lon, lat = zone.meridian + 1.37, 31.2304
    point = OGRGeometry(f"POINT({lon} {lat})")
    point.transform(
        CoordTransform(
            SpatialReference(4490, axis_order=AxisOrder.TRADITIONAL),
            SpatialReference(epsg, axis_order=AxisOrder.TRADITIONAL),
        )
    )
    east, north = metres_from(zone, np.array([lon]), np.array([lat]))
    assert (east[0], north[0]) == pytest.approx((point.x, point.y), abs=1e-4)
    there = degrees_from(zone, np.array([point.x]), np.array([point.y]))
    assert (there[0][0], there[1][0]) == pytest.approx((lon, lat), abs=1e-9)


def test_a_surveys_x_may_be_the_northing() -> None:
    zone = zone_of(4527)
    assert zone is not None
    east, north = metres_from(zone, np.array([117.3]), np.array([31.8]))
    for x, y in ((east, north), (north, east)):
        lon, lat = degrees_of("epsg:4527", x, y)
        assert (lon[0], lat[0]) == pytest.approx((117.3, 31.8), abs=1e-8)


def test_another_zones_numbers_are_nowhere() -> None:
    lon, _lat = degrees_of("epsg:4527", np.array([40_500_000.0]), np.array([3_500_000.0]))
    assert math.isnan(lon[0])


@pytest.mark.parametrize("name", ["EPSG:4490", "CGCS2000", "epsg:4326"])
def test_cgcs2000_counts_as_wgs84(name: str) -> None:
    assert checked_system(name) == "wgs84"


def test_an_unknown_system_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match="EPSG number of a zone"):
        checked_system("EPSG:3857")


def test_columns_are_guessed_in_chinese_and_english() -> None:
    standard = ["ObjID", "ObjName", "DeptName1", "DeptName2", "DeptName3", "ObjState", "ORDate"]
    found = columns.guess([*standard, "CHDate", "Note", "经度（度）", "纬度"])
    assert found == {
        "code": "ObjID", "name": "ObjName", "responsible": "DeptName1", "owner": "DeptName2",
        "maintainer": "DeptName3", "state": "ObjState", "installed_on": "ORDate",
        "changed_on": "CHDate", "note": "Note", "x": "经度（度）", "y": "纬度",
    }  # fmt: skip
    assert columns.guess(["lamp_id", "road_address", "lon", "lat"]) == {
        "key": "lamp_id", "address": "road_address", "x": "lon", "y": "lat",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"code": "a"}, "hold the place"),
        ({"x": "a", "y": "b"}, "code of 16 digits"),
        ({"key": "a", "x": "a", "y": "b"}, "which class"),
        ({"code": "z", "x": "a", "y": "b"}, "no column “z”"),
        ({"colour": "a"}, "no field of a component"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(mapping: dict[str, str], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        columns.checked_mapping(mapping, ["a", "b"], class_given=False)


@pytest.mark.parametrize("text", ["2020-03-01", "2020/3/1", "20200301", "2020年3月1日"])
def test_days_are_read_as_people_write_them(text: str) -> None:
    assert values.date_of(text, today=date(2026, 1, 1)) == (date(2020, 3, 1), "")


@pytest.mark.parametrize("text", ["2020-02-30", "yesterday", "2030-01-01"])
def test_a_day_that_cannot_be_is_said_to_be_so(text: str) -> None:
    assert values.date_of(text, today=date(2026, 1, 1)).fault


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("井盖缺失、移位或破裂，人车有坠落或绊倒的危险", State.DAMAGED),
        ("果皮箱缺失", State.LOST),
        ("设施被占压、遮挡", State.OCCUPIED),
        ("路灯不亮", State.DAMAGED),
    ],
)
def test_a_filed_case_says_how_its_component_is(words: str, state: State) -> None:
    assert rules.state_of_case(words) == state
