"""The inside of a building as the numbers on its doors tell it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.territory.rules.rooms import Dwelling, floor_of, floor_plan


@pytest.mark.parametrize(
    ("room", "floor"),
    [
        ("501", 5), ("501室", 5), ("1203", 12), ("1203A", 12), ("10501", 105), ("5-2", 5),
        ("12—3室", 12), ("3楼东", 3), ("3F", 3), ("18层", 18), ("B101", -1), ("B2", -2),
        ("地下1层", -1), ("负201", -2), ("-1", -1),
        ("12", None), ("1", None), ("东厢房", None), ("", None), ("000", None), ("99999", None),
    ],
)  # fmt: skip
def test_a_number_tells_its_floor_or_none(room: str, floor: int | None) -> None:
    assert floor_of(room) == floor


def home(id_: int, unit: str, room: str) -> Dwelling:
    return Dwelling(id_, f"{unit}{room}", unit, room)


def test_a_plan_has_every_floor_and_units_in_their_order() -> None:
    rooms = [("10单元", "201")]
    rooms += [("2单元", room) for room in ("101", "102", "B101", "东厢房")]
    plan = floor_plan([home(n, *one) for n, one in enumerate(rooms)], floors=4)
    assert plan.units == ["2单元", "10单元"]
    assert [(one.number, one.dwellings) for one in plan.floors] == [
        (4, 0), (3, 0), (2, 1), (1, 2), (-1, 1),
    ]  # fmt: skip
    assert [one.room for one in plan.floors[3].cells[0]] == ["101", "102"]
    assert [one.room for one in plan.loose] == ["东厢房"]
    assert plan.taller is None
    assert plan.dwellings == 5


def test_a_plan_says_where_doors_and_building_disagree() -> None:
    plan = floor_plan([home(1, "", "1201")], floors=6)
    assert plan.taller == 12
    assert plan.floors[0].number == 12


def test_without_doors_only_floors_are_known_and_without_those_nothing() -> None:
    assert [one.number for one in floor_plan([], floors=3).floors] == [3, 2, 1]
    assert floor_plan([], floors=None).floors == []


@given(st.lists(st.tuples(st.sampled_from(["", "1单元", "2单元", "A"]), st.text(max_size=8))))
def test_no_dwelling_is_lost_or_shown_twice(doors: list[tuple[str, str]]) -> None:
    homes = [home(n, *one) for n, one in enumerate(doors)]
    plan = floor_plan(homes, floors=7)
    seen = [one.id for floor in plan.floors for cell in floor.cells for one in cell]
    assert sorted(seen + [one.id for one in plan.loose]) == list(range(len(doors)))
    numbers = [floor.number for floor in plan.floors]
    assert numbers == sorted(numbers, reverse=True)
    assert 0 not in numbers
