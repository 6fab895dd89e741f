"""The inside of a building as its addresses tell it: units (单元), floors, dwellings.

Nobody measured these plans. They follow from the numbers on the doors, and what a number does not
say is not guessed: it stands apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

TALLEST = 200  # floors
_BELOW = re.compile(r"^(?:B|-|负|地下)\s*(\d{1,4})(?:层|楼|室|号|户|F)?$", re.IGNORECASE)
_NAMED = re.compile(r"^(\d{1,3})\s*(?:层|楼|F(?![A-Z]))", re.IGNORECASE)
_PARTED = re.compile(r"^(\d{1,3})[-–—/](\d{1,3})(?:室|号|户)?$")  # floor and door
_JOINED = re.compile(r"^(\d{3,5})[A-Z]?(?:室|号|户)?$", re.IGNORECASE)  # 501 and 1203: floor, door


class Dwelling(NamedTuple):
    """An address with a room, in a building."""

    id: int
    text: str
    unit: str
    room: str


class Floor(NamedTuple):
    """A storey, 1 the lowest above ground, -1 right below it: its dwellings unit by unit."""

    number: int
    cells: list[list[Dwelling]]
    dwellings: int


@dataclass(frozen=True)
class FloorPlan:
    """Floors from the top; `loose` are dwellings whose number tells no floor."""

    units: list[str]
    floors: list[Floor]
    loose: list[Dwelling]
    most_floors: int | None  # as the building itself says

    @property
    def dwellings(self) -> int:
        return sum(floor.dwellings for floor in self.floors) + len(self.loose)

    @property
    def taller(self) -> int | None:
        """The highest floor of a door, where it is higher than the building is said to be."""
        top = max((one.number for one in self.floors if one.dwellings), default=0)
        return top if self.most_floors is not None and top > self.most_floors else None


def floor_of(room: str) -> int | None:
    """The floor that the number of a room tells; None where it tells none.

    501 is on the 5th, 1203室 on the 12th, 5-2 on the 5th, 3楼东 on the 3rd, B101 on the first below
    ground, B2 on the second; 12 alone may be a door of any floor.
    """
    text = room.strip()
    if below := _BELOW.match(text):
        digits = below[1]
        return -_within(int(digits if len(digits) < 3 else digits[:-2]))
    for pattern in (_NAMED, _PARTED):
        if found := pattern.match(text):
            return _within(int(found[1])) or None
    if joined := _JOINED.match(text):
        return _within(int(joined[1][:-2])) or None
    return None


def _within(number: int) -> int:
    return number if number <= TALLEST else 0


def _in_order(text: str) -> tuple[object, ...]:
    """2 before 10, and no unit before all."""
    parts = re.split(r"(\d+)", text)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part)


def floor_plan(dwellings: Iterable[Dwelling], *, floors: int | None) -> FloorPlan:
    """The plan of a building said to have so many floors (None: nobody knows)."""
    placed: dict[tuple[int, str], list[Dwelling]] = defaultdict(list)
    loose: list[Dwelling] = []
    for one in sorted(dwellings, key=lambda one: (_in_order(one.unit), _in_order(one.room))):
        number = floor_of(one.room)
        if number:
            placed[number, one.unit].append(one)
        else:
            loose.append(one)
    units = sorted({unit for _number, unit in placed}, key=_in_order)
    top = max([number for number, _unit in placed] + [min(floors or 0, TALLEST)], default=0)
    low = min([number for number, _unit in placed if number < 0], default=1)
    return FloorPlan(
        units=units,
        floors=[
            Floor(number, cells := [placed.get((number, unit), []) for unit in units],
                  sum(map(len, cells)))
            for number in range(top, low - 1, -1)
            if number
        ],
        loose=loose,
        most_floors=floors,
    )  # fmt: skip
