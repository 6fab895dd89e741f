"""Outlines edited step by step: what each step does, and what it refuses."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.kernel.errors import BadInput
from linli.territory.rules.edits import changed, done
from linli.territory.rules.redrawn import CellNow, cells_into, compare
from linli.territory.rules.steps import read_steps

FRAME = shapely.box(120.0, 30.0, 120.004, 30.004)
WEST = shapely.MultiPolygon([shapely.box(120.0, 30.0, 120.002, 30.004)])
EAST = shapely.MultiPolygon([shapely.box(120.002, 30.0, 120.004, 30.004)])
HALVES = {"001": WEST, "002": EAST}


def after(
    text: str, areas: dict[str, shapely.MultiPolygon] = HALVES
) -> dict[str, shapely.MultiPolygon]:
    return done(areas, FRAME, read_steps(text))


def whole(areas: dict[str, shapely.MultiPolygon]) -> bool:
    """Neither gap nor overlap, to a square metre."""
    found = compare(HALVES, areas, areas, FRAME)
    return not found.faults


def test_an_area_is_split_along_a_line_and_the_largest_piece_keeps_its_number() -> None:
    areas = after("split 001 LINESTRING (119.999 30.001, 120.0025 30.001)")
    assert areas.keys() == {"001", "002", "+1"}
    assert areas["001"].area == pytest.approx(0.002 * 0.003)
    assert areas["+1"].area == pytest.approx(0.002 * 0.001)
    assert areas["002"].equals(EAST)
    assert whole(areas)


def test_a_line_from_border_to_border_is_long_enough() -> None:
    areas = after("split 001 LINESTRING (120 30.001, 120.002 30.001)")
    assert areas.keys() == {"001", "002", "+1"}


def test_neighbours_are_merged_and_one_ends() -> None:
    areas = after("merge 002 001")
    assert areas.keys() == {"002"}
    assert areas["002"].equals(FRAME)
    assert changed(HALVES, areas).keys() == {"001", "002"}
    assert changed(HALVES, areas)["001"] is None


def test_a_common_corner_moves_for_both() -> None:
    areas = after("move 120.002,30.004 120.001,30.004")
    assert whole(areas)
    assert areas["001"].area < WEST.area
    assert areas["002"].area > EAST.area


def test_a_corner_moves_for_one_alone_where_that_is_wished() -> None:
    areas = after("move 120.002,30.004 120.001,30.004 001")
    assert areas["002"].equals_exact(EAST, 0)
    assert compare(HALVES, areas, changed(HALVES, areas), FRAME).gaps


def test_a_point_of_a_common_edge_becomes_a_corner_of_both() -> None:
    areas = after("move 120.002,30.002 120.003,30.002")
    assert whole(areas)
    assert shapely.get_num_coordinates(areas["002"]) == 6
    back = after("move 120.002,30.002 120.003,30.002\ndrop 120.003,30.002")
    assert back["001"].equals(WEST)
    assert back["002"].equals(EAST)


def test_a_claim_takes_the_ground_from_the_neighbours_and_ends_at_the_frame() -> None:
    ring = (
        "POLYGON ((120.001 30.001, 120.003 30.001, 120.003 30.009, 120.001 30.009, 120.001 30.001))"
    )
    areas = after(f"claim +1 {ring}")
    assert whole(areas)
    assert areas["+1"].area == pytest.approx(0.002 * 0.003)


def test_a_drawn_outline_leaves_the_neighbours_alone_and_the_overlap_is_said() -> None:
    areas = after("draw 001 POLYGON ((120 30, 120.003 30, 120.003 30.004, 120 30.004, 120 30))")
    found = compare(HALVES, areas, changed(HALVES, areas), FRAME)
    assert [(pair.first, pair.second) for pair in found.overlaps] == [("001", "002")]
    assert found.overlaps[0].area_m2 == pytest.approx(0.001 * 0.004 * 96_500 * 110_860, rel=0.01)


def test_what_is_claimed_whole_ends() -> None:
    areas = after(
        "claim +1 POLYGON ((119.9 29.9, 120.002 29.9, 120.002 30.1, 119.9 30.1, 119.9 29.9))"
    )
    assert areas.keys() == {"+1", "002"}


def test_a_gap_goes_to_the_neighbour_with_the_longest_border() -> None:
    text = "draw 001 POLYGON ((120 30, 120.001 30, 120.001 30.004, 120 30.004, 120 30))\nfill"
    areas = after(text)
    assert whole(areas)


def test_geojson_will_do_as_well() -> None:
    text = (
        '{"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": '
        "[[[120, 30], [120.001, 30], [120.001, 30.001], [120, 30]]]}}"
    )
    assert "+1" in after(f"draw +1 {text}")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("bend 001", "is no step"),
        ("merge 001", "is no step"),
        ("merge 001 001", "not merged with itself"),
        ("merge 001 009", "no area “009”"),
        ("split 001 LINESTRING (120.0005 30.001, 120.001 30.001)", "does not cut through"),
        ("split 001 POINT (1 2)", "a LineString is needed"),
        ("split 001 POLYGON EMPTY", "a LineString is needed"),
        ("draw +1 LINESTRING (120 30, 120.1 30)", "a Polygon is needed"),
        ("draw 0 POLYGON ((120 30, 120.1 30, 120.1 30.1, 120 30))", "names no area"),
        ("draw 007 POLYGON ((120 30, 120.1 30, 120.1 30.1, 120 30))", "no area “007”"),
        ("draw +1 POLYGON ((30 120, 30.1 120, 30.1 120.1, 30 120))", "outside China"),
        ("draw +1 POLYGON ((120 30, 120.1 30.1, 120.1 30, 120 30.1, 120 30))", "cross or touch"),
        ("draw +1 {}", "a Polygon is needed"),
        ("draw +1 [[[", "a Polygon is needed"),
        ("claim +1 POLYGON ((121 31, 121.1 31, 121.1 31.1, 121 31))", "lies outside the ground"),
        ("move 120.001,30.002 120.003,30.002", "no outline has a corner"),
        ("move 999,30.002 120.003,30.002", "is no place in China"),
        ("move nan,nan 120.003,30.002", "is no place in China"),
        ("drop 120.0021,30.002", "no outline has a corner"),
        ("move 120,30 120.001,30.005", "cross or touch"),
    ],
)  # fmt: skip
def test_nonsense_is_told_with_its_line(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why) as refusal:
        after(f"\nfill\n{text}")
    assert refusal.value.field == "steps"
    assert str(refusal.value).startswith("Line 3: ")


def test_regions_neither_begin_nor_end() -> None:
    areas = {"310101013001": WEST, "310101013002": EAST}
    for text in (
        "merge 310101013001 310101013002",
        "draw +1 POLYGON ((120 30, 120.1 30, 120.1 30.1, 120 30))",
    ):
        with pytest.raises(BadInput):
            done(areas, FRAME, read_steps(text), new=False)


def test_more_steps_than_anybody_draws_are_refused() -> None:
    with pytest.raises(BadInput, match="At most 500"):
        read_steps("fill\n" * 501)


_TENTH = st.integers(1, 39).map(lambda n: n / 10_000)


@st.composite
def _edits(draw: st.DrawFn) -> str:
    lines = []
    for _n in range(draw(st.integers(1, 5))):
        x, y = 120 + draw(_TENTH), 30 + draw(_TENTH)
        kind = draw(st.sampled_from(["across", "up", "claim", "corner"]))
        key = draw(st.sampled_from(["001", "002", "+1", "+2"]))
        if kind == "across":
            lines.append(f"split {key} LINESTRING (119.9 {y}, 120.1 {y + 0.0005})")
        elif kind == "up":
            lines.append(f"split {key} LINESTRING ({x} 29.9, {x + 0.0005} 30.1)")
        elif kind == "claim":
            ring = f"{x} {y}, {x + 0.001} {y}, {x + 0.0005} {y + 0.0015}, {x} {y}"
            lines += [f"claim {key} POLYGON (({ring}))", "fill"]
        else:
            lines.append(f"move 120.002,30.004 {x},30.004")
    return "\n".join(lines)


@settings(max_examples=60, deadline=None)
@given(_edits())
def test_whatever_is_edited_with_the_neighbours_the_ground_stays_divided_whole(text: str) -> None:
    """A step that cannot be done refuses; those that are done leave neither gap nor overlap."""
    areas = dict(HALVES)
    for line in text.splitlines():
        try:
            areas = done(areas, FRAME, read_steps(line))
        except BadInput:
            continue
    assert whole(areas)
    for area in areas.values():
        assert area.is_valid
        assert not area.is_empty


@settings(max_examples=40, deadline=None)
@given(_edits())
def test_cells_follow_wherever_the_border_runs(text: str) -> None:
    """Every cell lies in one grid afterwards, and together they cover what they covered."""
    side = 0.0005
    cells = [
        CellNow(8 * x + y, "001" if x < 4 else "002",
                shapely.MultiPolygon([shapely.box(120 + x * side, 30 + y * side,
                                                  120 + (x + 1) * side, 30 + (y + 1) * side)]))
        for x in range(8) for y in range(8)
    ]  # fmt: skip
    areas = dict(HALVES)
    for line in text.splitlines():
        try:
            areas = done(areas, FRAME, read_steps(line))
        except BadInput:
            continue
    follow = cells_into(cells, areas)
    now = {cell.id: (cell.grid, cell.shape) for cell in cells} | follow.kept
    pieces = [*now.values(), *((key, shape) for key, shape, _cut in follow.new)]
    for key, shape in pieces:
        assert shape.is_empty or key in areas
        assert shape.is_empty or shape.difference(areas[key]).area <= 0.002 * shape.area + 1e-10
    covered = sum(shape.area for _key, shape in pieces)
    assert covered == pytest.approx(FRAME.area, rel=1e-3)
