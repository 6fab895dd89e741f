"""Plans: contiguous, balanced, whole, the same twice."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.planning.rules.ground import Barrier, Building, CannotPlan, Ground, ground_of
from linli.planning.rules.matching import best_matching
from linli.planning.rules.partition import Aim, divide
from linli.planning.rules.plan import Plan, Wish, make_plan
from linli.planning.rules.schemes import Band, parts_for
from linli.planning.rules.trees import Graph
from tests.planning.towns import frame, houses, street


def planned(
    town: list[Building], outline: shapely.Geometry, wish: Wish, *barriers: Barrier, **more: object
) -> tuple[Ground, Plan]:
    ground = ground_of(outline, town, barriers)
    shapes = [one.shape for one in town]
    homes = [one.households for one in town]
    return ground, make_plan(ground, wish, buildings=shapes, homes=homes, **more)  # type: ignore[arg-type]


def test_a_square_of_houses_falls_into_four_equal_grids() -> None:
    _ground, plan = planned(houses(8, 8), frame(8, 8), Wish(parts=4))
    assert plan.figures.spread == pytest.approx(1.0)
    assert plan.figures.pieces == [1, 1, 1, 1]
    assert sorted(plan.figures.households) == [160.0] * 4
    assert min(plan.figures.compactness) > 0.5


def test_grids_are_numbered_from_the_north_west() -> None:
    _ground, plan = planned(houses(8, 8), frame(8, 8), Wish(parts=4))
    middles = [shapely.get_coordinates(shapely.centroid(one))[0] for one in plan.outlines]
    assert middles[0][1] > middles[3][1] - 1
    assert middles[0][0] < middles[1][0] or middles[0][1] > middles[1][1]


def test_a_plan_tiles_the_community() -> None:
    outline = frame(9, 7)
    _ground, plan = planned(houses(9, 7), outline, Wish(parts=5))
    assert shapely.coverage_is_valid(plan.outlines)
    assert shapely.union_all(plan.outlines).symmetric_difference(outline).area < 0.1


def test_borders_follow_the_street() -> None:
    # A street a little off the middle: 9 against 11 columns would be 10 % out, so 10 to 10 is cut
    # along it when it lies in the middle.
    _ground, plan = planned(
        houses(10, 6), frame(10, 6), Wish(parts=2), street(150, -5, 150, 185, cost=4)
    )
    assert plan.figures.along == pytest.approx(1.0)
    assert plan.figures.spread == pytest.approx(1.0)


def test_nobody_crosses_a_hard_barrier() -> None:
    river = Barrier(shapely.LineString([(120, -5), (120, 185)]), cost=10, hard=True)
    _ground, plan = planned(houses(10, 6), frame(10, 6), Wish(parts=5), river)
    for outline in plan.outlines:
        west, _south, east, _north = outline.bounds
        assert east <= 120.1 or west >= 119.9


def test_a_few_houses_behind_a_hard_barrier_go_with_the_other_bank() -> None:
    river = Barrier(shapely.LineString([(30, -5), (30, 185)]), cost=10, hard=True)
    _ground, plan = planned(houses(10, 6), frame(10, 6), Wish(parts=2), river)
    assert plan.figures.pieces == [1, 1]
    assert plan.figures.spread < 1.1


def test_compounds_stay_whole() -> None:
    town = houses(12, 6, compound_every=4)
    _ground, plan = planned(town, frame(12, 6), Wish(parts=6))
    where = {}
    for number, outline in enumerate(plan.outlines):
        for building, one in enumerate(town):
            if shapely.covers(outline, shapely.point_on_surface(one.shape)):
                where.setdefault(one.compound, set()).add(number)
                assert one.shape.difference(outline).area < 0.5, building
    assert all(len(grids) == 1 for grids in where.values())


def test_a_compound_larger_than_a_grid_is_said() -> None:
    town = [*houses(6, 1), Building(shapely.box(185, 5, 205, 25), 100)]
    _ground, plan = planned(town, frame(7, 1), Wish(parts=4))
    assert plan.floor == pytest.approx(2.5)
    assert plan.figures.spread == pytest.approx(2.5)


def test_a_band_gives_the_number_of_grids() -> None:
    _ground, plan = planned(houses(10, 10, homes=10), frame(10, 10), Wish(band=Band(200, 300)))
    assert len(plan.outlines) == 4
    assert plan.fits


def test_a_large_compound_asks_for_larger_grids_within_the_band() -> None:
    town = [*houses(12, 5), Building(shapely.box(365, 5, 385, 145), 340)]
    outline = shapely.box(0, 0, 390, 150)
    _ground, plan = planned(town, outline, Wish(band=Band(150, 400)))
    assert len(plan.outlines) == 3, "four would be nearer to the middle of the band"
    assert plan.figures.spread <= 1.10


def test_past_work_counts_as_far_as_wished() -> None:
    town = [
        Building(one.shape, one.households, work=9.0 if n < 12 else 1.0)
        for n, one in enumerate(houses(24, 1))
    ]
    _ground, plan = planned(town, frame(24, 1), Wish(parts=2, work_share=1.0))
    assert plan.figures.spread < 1.1
    assert max(plan.figures.households) / min(plan.figures.households) > 2


def test_what_is_good_today_stays() -> None:
    town = houses(8, 8)
    today = [(0 if n % 8 < 4 else 1) + (0 if n < 32 else 2) for n in range(64)]
    _ground, plan = planned(town, frame(8, 8), Wish(parts=4, stay=1.0), today=today)
    assert plan.figures.moved == 0
    assert sorted(plan.continues) == [0, 1, 2, 3]


def test_more_grids_than_houses_is_refused() -> None:
    with pytest.raises(CannotPlan, match="fewer than"):
        planned(houses(2, 1), frame(2, 1), Wish(parts=3))
    with pytest.raises(CannotPlan, match="choose a scheme"):
        planned(houses(2, 1), frame(2, 1), Wish())


def test_the_same_seed_gives_the_same_plan() -> None:
    town = houses(9, 9, compound_every=2)
    plans = [planned(town, frame(9, 9), Wish(parts=6, seed=5))[1] for _twice in range(2)]
    assert plans[0].part.tolist() == plans[1].part.tolist()
    assert [one.wkb for one in plans[0].outlines] == [one.wkb for one in plans[1].outlines]


def test_a_plan_can_be_stopped_and_tells_how_far_it_is() -> None:
    told: list[float] = []

    class Stopped(Exception):
        pass

    def tell(share: float) -> None:
        told.append(share)
        if share > 0.3:
            raise Stopped

    with pytest.raises(Stopped):
        planned(houses(6, 6), frame(6, 6), Wish(parts=3), progress=tell)
    assert told == sorted(told)


@settings(max_examples=30, deadline=None)
@given(
    loads=st.lists(st.integers(0, 30), min_size=20, max_size=90),
    parts=st.integers(2, 7),
    seed=st.integers(0, 3),
)
def test_every_division_is_a_partition_into_connected_parts(
    loads: list[int], parts: int, seed: int
) -> None:
    columns = 5
    edges = [(n, n + 1) for n in range(len(loads) - 1) if (n + 1) % columns]
    edges += [(n, n + columns) for n in range(len(loads) - columns)]
    graph = Graph([float(x) for x in loads], edges, [30.0] * len(edges), [float(x) for x in loads])
    part = divide(graph, Aim(parts), seed=seed, effort=0.3)
    assert set(part) == set(range(parts))
    for number in range(parts):
        members = {n for n, one in enumerate(part) if one == number}
        reached, stack = set(), [min(members)]
        while stack:
            here = stack.pop()
            if here in reached:
                continue
            reached.add(here)
            stack += [other for other, _price in graph.near[here] if other in members]
        assert reached == members
    assert part == divide(graph, Aim(parts), seed=seed, effort=0.3)


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(-1, 3), st.integers(0, 50)),
        min_size=1,
        max_size=30,
    )
)
def test_the_matching_keeps_as_many_households_as_any_other(
    rows: list[tuple[int, int, int]],
) -> None:
    part, today, homes = zip(*rows, strict=True)
    chosen = best_matching(4, part, today, homes)

    def kept(matching: tuple[int, ...] | list[int]) -> int:
        return sum(h for p, t, h in rows if t >= 0 and matching[p] == t)

    best = max(
        kept(option)
        for option in product(range(-2, 4), repeat=4)
        if len({x for x in option if x >= 0}) == sum(x >= 0 for x in option)
    )
    assert kept(chosen) == best
    used = [one for one in chosen if one >= 0]
    assert len(used) == len(set(used))


@pytest.mark.parametrize(
    ("households", "number", "fits"),
    [(1_000, 3, True), (350, 1, True), (250, 1, False), (620, 2, True), (0, 1, False)],
)
def test_the_band_says_how_many_grids(households: int, number: int, fits: bool) -> None:
    parts = parts_for(households, Band(300, 500))
    assert (parts.number, parts.fits) == (number, fits)


def test_equal_loads_are_found_on_a_hard_street_plan() -> None:
    random = np.random.default_rng(3)
    town = [
        Building(one.shape, int(random.integers(1, 60)))
        for one in houses(20, 12, side_m=18, gap_m=12)
    ]
    streets = [street(x, -5, x, 365, cost=3) for x in range(90, 600, 90)]
    streets += [street(-5, y, 605, y, cost=3) for y in range(90, 360, 90)]
    _ground, plan = planned(town, frame(20, 12), Wish(band=Band(300, 600)), *streets)
    assert plan.figures.spread <= 1.10
    assert set(plan.figures.pieces) == {1}
    assert plan.fits
    assert plan.figures.along > 0.5
