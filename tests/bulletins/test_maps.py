"""The map of a special report: every case is on it, none by its address."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.bulletins.rules.labels import Box, Named, labels
from linli.bulletins.rules.maps import case_map, nice_metres, snapped, together

DEGREES = st.tuples(st.integers(-180_000, 180_000), st.integers(-80_000, 80_000))
PIXELS = st.tuples(st.integers(0, 640), st.integers(0, 560), st.integers(1, 50))
SVG = "{http://www.w3.org/2000/svg}"


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(DEGREES, max_size=20), st.lists(PIXELS, max_size=20))
def test_grouping_loses_no_case(
    places: list[tuple[int, int]], points: list[tuple[int, int, int]]
) -> None:
    kept = snapped((lon / 1999, lat / 1999) for lon, lat in places)
    assert sum(count for _lon, _lat, count in kept) == len(places)
    assert len({(lon, lat) for lon, lat, _count in kept}) == len(kept)
    assert sum(one.cases for one in together(points)) == sum(count for _x, _y, count in points)


def test_places_are_told_to_about_a_hundred_metres() -> None:
    assert snapped([(121.48691, 31.23812), (121.48652, 31.23841)]) == [[121.487, 31.238, 2]]


@pytest.mark.parametrize(
    ("most", "metres"), [(0.2, 1), (1, 1), (3, 2), (99, 50), (100, 100), (4999, 2000), (7e6, 5e6)]
)
def test_a_scale_is_a_round_number(most: float, metres: int) -> None:
    assert nice_metres(most) == metres


def test_the_map_has_outlines_circles_legend_and_a_true_scale() -> None:
    square = [[121.48, 31.23], [121.5, 31.23], [121.5, 31.25], [121.48, 31.25], [121.48, 31.23]]
    drawn = {
        "points": [[121.485, 31.235, 3], [121.495, 31.245, 1]],
        "areas": [{"name": "外滩街道 <b>", "rings": [square]}],
    }
    root = ElementTree.fromstring(case_map("案件位置分布", drawn, ("A",), "%(n)d件"))  # noqa: S314  own
    said = [one.text for one in root.iter(f"{SVG}text")]
    assert said[0] == "案件位置分布"
    assert "外滩街道 <b>" in said
    assert said[1:5] == ["3", "外滩街道 <b>", "1件", "3件"]
    circles = list(root.iter(f"{SVG}circle"))
    assert len(circles) == 4  # two of cases, two of the legend
    (x1, y1), (x2, y2) = ((float(c.get("cx", "")), float(c.get("cy", ""))) for c in circles[:2])
    metres = math.hypot(0.01 * math.cos(math.radians(31.24)), 0.01) * 111_320
    bar = [one.get("d", "") for one in root.iter(f"{SVG}path")][-1]
    left, right = float(bar[1:].split(" ")[0]), float(bar.split("H")[1].split("V")[0])
    assert said[-2] == "200 m"
    assert math.hypot(x2 - x1, y2 - y1) / metres == pytest.approx((right - left) / 200, rel=0.01)


PICTURE = Box(0, 0, 640, 560)
LEFT = Named("外滩街道", [[(-300, 0), (320, 0), (320, 560), (-300, 560)]])
RIGHT = Named("南京东路街道", [[(320, 0), (640, 0), (640, 560), (320, 560)]])
CIRCLES = st.tuples(st.integers(0, 600), st.integers(0, 520), st.integers(10, 40))


@settings(max_examples=30)
@given(st.lists(CIRCLES, max_size=8))
def test_names_stand_in_their_area_and_on_no_circle(circles: list[tuple[int, int, int]]) -> None:
    taken = [Box(x, y, x + size, y + size) for x, y, size in circles]
    found = labels([LEFT, RIGHT], taken, PICTURE)
    assert [one.area for one in found] == [LEFT, RIGHT]
    assert found[0].x < 320 < found[1].x
    for one in found:
        assert PICTURE.holds(one.box)
        assert not any(one.box.meets(each) for each in taken)


def test_a_neighbour_without_room_has_no_name() -> None:
    full = [Box(330, 0, 640, 560)]
    assert [one.area for one in labels([RIGHT], full, PICTURE)] == [RIGHT]
    assert labels([RIGHT._replace(yields=True)], full, PICTURE) == []
    assert labels([Named("远", [[(900, 0), (950, 0), (950, 50)]])], [], PICTURE) == []


def test_a_map_of_nothing_is_still_a_picture() -> None:
    assert case_map("", {"points": [], "areas": []}, ("A",), "%(n)d").endswith("</svg>")
