"""A made-up inventory of components as a CSV, the same for the same seed: what a survey hands over.

Rows come in no order, as teams bring them in; one in a thousand is wrong in one of five ways.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench._city import _NAMES, DEPARTMENTS, Size
from bench.load import ROADS

#: 34,619 cells in 1,200 km² (R34), in the districts, streets and communities of the other benches.
CITY = Size(joined=2_501, box=(111.0, 30.5, 111.3615, 30.8137))
HEADINGS = (
    "部件标识码", "部件名称", "主管部门", "权属单位", "养护单位", "状态", "初始日期", "变更日期",
    "位置描述", "经度", "纬度", "备注",
)  # fmt: skip
SEED = 2012
STATES = ("完好", "破损", "丢失", "占用", "废弃")
SHARES = (0.965, 0.02, 0.006, 0.006, 0.003)
_CHUNK = 100_000


def write(path: Path, *, rows: int, classes: list[tuple[str, str]], seed: int = SEED) -> None:
    """`rows` components of `classes` (code, name), common ones as common as they are."""
    chance = np.random.default_rng(seed)
    made = _Columns(rows, classes, chance)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(HEADINGS) + "\n")
        for begin in range(0, rows, _CHUNK):
            file.write("\n".join(made.lines(begin, min(rows, begin + _CHUNK))))
            file.write("\n")


class _Columns:
    """The numbers of every row; the text is made piece by piece."""

    def __init__(
        self, rows: int, classes: list[tuple[str, str]], chance: np.random.Generator
    ) -> None:
        # the nth most common class is 1/n as common as the first: lamps and covers, then the rest
        weights = 1 / np.arange(1, len(classes) + 1)
        self.classes = classes
        self.kind = chance.choice(len(classes), rows, p=weights / weights.sum()).astype(np.int16)
        west, south, east, north = CITY.box
        # more stands in the middle: half of it anywhere, half around the centre
        spread = chance.random((rows, 2))
        middle = np.clip(chance.normal(0.5, 0.18, (rows, 2)), 0.0001, 0.9999)
        share = np.where(chance.random((rows, 1)) < 0.5, spread, middle)
        self.lon, self.lat = (
            west + share[:, 0] * (east - west),
            south + share[:, 1] * (north - south),
        )
        columns, lines = CITY.districts
        self.district = self._district(share, columns, lines)
        self.number = self._numbers()
        self.state = chance.choice(len(STATES), rows, p=SHARES).astype(np.int8)
        self.age = chance.integers(0, 4_000, rows).astype(np.int16)
        # some ten things stand at one door
        self.door = (share[:, 0] * 400).astype(np.int32) * 400 + (share[:, 1] * 400).astype(
            np.int32
        )
        self.house = chance.integers(1, 7, rows).astype(np.int8)
        self.wrong = np.where(chance.random(rows) < 0.001, chance.integers(1, 6, rows), 0)

    @staticmethod
    def _district(share: NDArray[Any], columns: int, lines: int) -> NDArray[np.int8]:
        column = np.minimum((share[:, 0] * columns).astype(int), columns - 1)
        line = np.minimum(((1 - share[:, 1]) * lines).astype(int), lines - 1)
        found: NDArray[np.int8] = (line * columns + column + 1).astype(np.int8)
        return found

    def _numbers(self) -> NDArray[np.int32]:
        """A running number for each class of each district."""
        series = self.district.astype(np.int32) * 1_000 + self.kind
        order = np.argsort(series, kind="stable")
        ranked = series[order]
        begins = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
        lengths = np.diff(np.r_[begins, len(ranked)])
        running = np.arange(len(ranked)) - np.repeat(begins, lengths) + 1
        found = np.empty(len(ranked), np.int32)
        found[order] = running
        return found

    def lines(self, begin: int, end: int) -> Iterator[str]:
        part = slice(begin, end)
        columns = zip(
            *(
                one[part].tolist()
                for one in (
                    self.kind, self.lon, self.lat, self.district, self.number, self.state,
                    self.age, self.door, self.house, self.wrong,
                )
            ),
            strict=True,
        )  # fmt: skip
        for kind, lon, lat, district, number, state, age, door, house, wrong in columns:
            yield self._line(kind, lon, lat, district, number, state, age, door, house, wrong)

    def _line(
        self, kind: int, lon: float, lat: float, district: int, number: int, state: int,
        age: int, door: int, house: int, wrong: int,
    ) -> str:  # fmt: skip
        code, name = self.classes[kind]
        here = f"{_NAMES[district - 1]}区"  # units of the district, as bench._city names them
        department = here + DEPARTMENTS[kind % len(DEPARTMENTS)][1]
        keeper = here + DEPARTMENTS[3 + kind % 4][1]
        series, status = code.removeprefix("C"), STATES[state]
        installed = f"{2008 + age // 365}-{age % 12 + 1:02d}-{age % 28 + 1:02d}"
        if number > 999_999 or wrong == 1:
            series = "9999"
        elif wrong == 2:
            lon += 20
        elif wrong == 3:
            status = "不详"
        elif wrong == 4:
            installed = "2020-13-45"
        elif wrong == 5:
            number = 0
        road = ROADS[door % len(ROADS)]
        return (
            f"4201{district:02d}{series}{number:06d},{name},{department},{department},{keeper},"
            f"{status},{installed},,{road}路{door // len(ROADS) % 900 * 6 + house}号,"
            f"{lon:.7f},{lat:.7f},"
        )


def wrong_rows(rows: int, seed: int = SEED) -> int:
    """About how many rows are wrong."""
    return math.ceil(rows * 0.001)


def places(many: int, seed: int = SEED) -> list[tuple[float, float]]:
    """Places people look at: in the crowded middle as often as outside."""
    chance = random.Random(seed)
    west, south, east, north = CITY.box
    found = []
    for at in range(many):
        x, y = (
            (chance.random(), chance.random())
            if at % 2
            else (min(0.99, max(0.01, chance.gauss(0.5, 0.18))),
                  min(0.99, max(0.01, chance.gauss(0.5, 0.18))))
        )  # fmt: skip
        found.append((west + x * (east - west), south + y * (north - south)))
    return found
