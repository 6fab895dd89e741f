"""Made-up dwellings in some real buildings of the demo: units, floors and doors to look into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import shapely

from linli.territory.rules.sheets import Row

MOST_BUILDINGS = 80
FLOORS = (4, 12)
SIZE_M2 = (180, 1_200)
A_UNIT_M2 = 260  # of ground a staircase serves
DOORS = ("01", "02")
_M2 = 111_320**2 * 0.855  # a square degree at the demo's latitude


def dwellings(
    buildings: Iterable[Row], streets: list[tuple[str, shapely.Geometry]]
) -> Iterator[Row]:
    """Addresses with unit and room in the first suitable buildings, in lanes of the nearest street.

    A building is suitable where its floors are known, no name says that it is something else, and
    its ground is that of a block of flats. Made up, the same at each call.
    """
    ways = shapely.STRtree([way for _name, way in streets])
    taken = dict.fromkeys((name for name, _way in streets), 0)
    number = 0
    suitable = ((one, shape) for one in buildings if (shape := _block(one)) is not None)
    for building, shape in islice(suitable, MOST_BUILDINGS):
        place = shape.representative_point()
        street = streets[int(ways.nearest(place))][0]
        taken[street] += 1
        lane, block = 100 + 20 * ((taken[street] - 1) // 6), (taken[street] - 1) % 6 + 1
        units = max(1, min(4, round(shape.area * _M2 / A_UNIT_M2)))
        for unit in range(1, units + 1):
            for floor in range(1, int(building.values["floors"]) + 1):
                for door in DOORS:
                    number += 1
                    yield Row(
                        number, _values(number, street, lane, block, unit, floor, door), place
                    )


def _values(
    number: int, street: str, lane: int, block: int, unit: int, floor: int, door: str
) -> dict[str, str]:
    parts = {
        "street": street,
        "number": f"{lane}弄",
        "building": f"{block}号楼",
        "unit": f"{unit}单元",
        "room": f"{floor}{door}室",
    }
    return {"source_key": f"home-{number}", "text": "".join(parts.values()), **parts}


def _block(building: Row) -> shapely.Geometry | None:
    """The outline of what may be a block of flats."""
    floors, shape = int(building.values["floors"] or 0), building.shape
    if shape is None or building.values["name"] or not FLOORS[0] <= floors <= FLOORS[1]:
        return None
    return shape if SIZE_M2[0] <= shape.area * _M2 <= SIZE_M2[1] else None
