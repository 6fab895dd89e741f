"""From buildings and streets to atoms."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.planning.rules.ground import (
    Barrier,
    Building,
    CannotPlan,
    Compound,
    Ground,
    ground_of,
)
from tests.planning.towns import frame, houses, street


def assert_tiles(ground: Ground, outline: shapely.Geometry) -> None:
    """The atoms cover the outline once, to a square decimetre a hundred metres of border."""
    assert shapely.coverage_is_valid(ground.outlines)
    assert shapely.area(ground.outlines).sum() == pytest.approx(outline.area, abs=0.5)
    assert shapely.union_all(ground.outlines).symmetric_difference(outline).area < 0.5


def atom_of(ground: Ground) -> dict[int, int]:
    return {b: atom for atom, members in enumerate(ground.buildings) for b in members}


def test_every_house_gets_the_ground_nearest_to_it() -> None:
    ground = ground_of(frame(3, 2), houses(3, 2))
    assert ground.count == 6
    assert_tiles(ground, frame(3, 2))
    np.testing.assert_allclose(ground.areas_m2, 900, atol=5)
    assert sorted(ground.households) == [10.0] * 6
    assert len(ground.first) == 7, "corners join nobody"


def test_a_street_divides_and_the_border_along_it_is_cheap() -> None:
    # Between the second and the third column, nearer to the third.
    ground = ground_of(frame(4, 1), houses(4, 1), [street(57, -5, 57, 35, cost=4)])
    atoms = atom_of(ground)
    edge = {
        (a, b): (length, price, along)
        for a, b, length, price, along in zip(
            ground.first.tolist(),
            ground.second.tolist(),
            ground.length_m,
            ground.price_m,
            ground.along_m,
            strict=True,
        )
    }
    across = edge[min(atoms[1], atoms[2]), max(atoms[1], atoms[2])]
    assert across == pytest.approx((30, 6, 30), abs=0.2)
    beside = edge[min(atoms[0], atoms[1]), max(atoms[0], atoms[1])]
    assert beside == pytest.approx((30, 30, 0), abs=0.5)
    assert ground.areas_m2[atoms[1]] == pytest.approx(27 * 30, abs=5)


def test_a_street_that_ends_in_a_block_still_makes_the_border_beside_it_cheap() -> None:
    ground = ground_of(frame(2, 1), houses(2, 1), [street(30, -5, 30, 25, cost=4)])
    assert ground.count == 2
    assert ground.price_m[0] == pytest.approx(6, abs=0.5)


def test_a_park_is_an_atom_without_load() -> None:
    some = [house for n, house in enumerate(houses(4, 1)) if n != 3]
    ground = ground_of(frame(4, 1), some, [street(90, -5, 90, 35)])
    assert ground.count == 4
    assert ground.households.tolist().count(0.0) == 1
    assert_tiles(ground, frame(4, 1))


def test_a_building_across_a_street_keeps_its_ground_in_one_piece() -> None:
    bridge = Building(shapely.box(40, 5, 80, 25), 30)
    ground = ground_of(
        frame(4, 1), [houses(4, 1)[0], bridge, houses(4, 1)[3]], [street(60, -5, 60, 35)]
    )
    atoms = atom_of(ground)
    assert shapely.difference(bridge.shape, ground.outlines[atoms[1]]).area < 0.1
    assert ground.outlines[atoms[1]].geom_type == "Polygon"
    assert_tiles(ground, frame(4, 1))


def test_a_compound_is_one_atom_with_what_lies_between_its_houses() -> None:
    town = houses(5, 1)
    apart = [
        Building(one.shape, one.households, compound="gate" if n in (0, 2) else None)
        for n, one in enumerate(town)
    ]
    ground = ground_of(frame(5, 1), apart)
    assert sorted(map(len, ground.buildings)) == [1, 1, 3]
    assert_tiles(ground, frame(5, 1))


def test_the_walls_of_a_compound_are_not_cut() -> None:
    wall = shapely.box(0, 0, 60, 60)
    ground = ground_of(frame(4, 2), houses(4, 2), (), [Compound("garden", wall)])
    largest = int(np.argmax(ground.areas_m2))
    assert ground.outlines[largest].symmetric_difference(wall).area < 0.5
    assert len(ground.buildings[largest]) == 4


def test_a_tower_and_its_base_are_one() -> None:
    base, tower = shapely.box(5, 5, 55, 25), shapely.box(10, 10, 20, 20)
    ground = ground_of(frame(3, 1), [Building(base, 5), Building(tower, 50), houses(3, 1)[2]])
    assert sorted(map(sorted, ground.buildings)) == [[0, 1], [2]]
    assert sorted(ground.households) == [10.0, 55.0]


def test_points_will_do_where_no_walls_are_known() -> None:
    places = [Building(shapely.Point(x, 15), 4) for x in (10, 40, 80)]
    ground = ground_of(frame(3, 1), places)
    assert ground.count == 3
    assert_tiles(ground, frame(3, 1))


def test_touching_houses_are_parted_at_the_wall() -> None:
    row = [Building(shapely.box(x, 0, x + 10, 30), 3) for x in range(0, 90, 10)]
    ground = ground_of(frame(3, 1), row)
    assert ground.count == 9
    for atom, members in enumerate(ground.buildings):
        (house,) = members
        assert shapely.difference(row[house].shape, ground.outlines[atom]).area < 0.5


def test_houses_outside_are_left_out_and_named() -> None:
    far = Building(shapely.box(500, 0, 510, 10), 9)
    ground = ground_of(frame(2, 1), [*houses(2, 1), far])
    assert ground.left_out == [2]
    assert ground.households.sum() == 20


def test_no_building_is_no_plan() -> None:
    with pytest.raises(CannotPlan, match="no building"):
        ground_of(frame(2, 1), [])
    with pytest.raises(CannotPlan, match="no outline"):
        ground_of(shapely.Polygon(), houses(1, 1))


def test_a_community_in_two_pieces_is_divided_piece_by_piece() -> None:
    outline = shapely.MultiPolygon([shapely.box(0, 0, 60, 30), shapely.box(90, 0, 120, 30)])
    town = [house for n, house in enumerate(houses(4, 1)) if n != 2]
    ground = ground_of(outline, town)
    assert ground.count == 3
    assert_tiles(ground, outline)


@settings(max_examples=40, deadline=None)
@given(
    boxes=st.lists(
        st.tuples(
            st.floats(0, 190),
            st.floats(0, 90),
            st.floats(2, 40),
            st.floats(2, 40),
            st.integers(0, 60),
        ),
        min_size=1,
        max_size=25,
    ),
    lines=st.lists(
        st.tuples(
            st.floats(-20, 220), st.floats(-20, 120), st.floats(-20, 220), st.floats(-20, 120)
        ),
        max_size=6,
    ),
)
def test_whatever_stands_where_the_ground_is_divided_without_gap_and_no_building_is_cut(
    boxes: list[tuple[float, float, float, float, int]],
    lines: list[tuple[float, float, float, float]],
) -> None:
    outline = shapely.box(0, 0, 200, 100)
    town = [Building(shapely.box(x, y, x + w, y + h), homes) for x, y, w, h, homes in boxes]
    barriers = [Barrier(shapely.LineString([line[:2], line[2:]])) for line in lines]
    try:
        ground = ground_of(outline, town, barriers)
    except CannotPlan:
        assert not any(outline.covers(shapely.point_on_surface(one.shape)) for one in town)
        return
    assert_tiles(ground, outline)
    assert ground.households.sum() == sum(
        one.households for n, one in enumerate(town) if n not in ground.left_out
    )
    for atom, members in enumerate(ground.buildings):
        for building in members:
            here = town[building].shape.intersection(outline)
            assert here.difference(ground.outlines[atom]).area <= max(1.0, 0.01 * here.area)
