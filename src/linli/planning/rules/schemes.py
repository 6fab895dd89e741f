"""How many households a grid has, and how many people a community needs (R30 to R33, R42, R43).

Pure arithmetic on the numbers of a scheme; the schemes themselves are rows that a city changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """From `least` to `most` households a grid."""

    least: int
    most: int

    def holds(self, households: float) -> bool:
        """Whether a grid of this size is inside."""
        return self.least <= households <= self.most


@dataclass(frozen=True, slots=True)
class Parts:
    """How many grids a community is cut into, and whether that keeps every mean in the band."""

    number: int
    fits: bool
    mean: float


def parts_for(households: float, band: Band) -> Parts:
    """The number of grids whose mean lies in the band, nearest to its middle.

    Where no number does (250 households in a band of 300 to 500), the one that misses least.
    """
    middle = (band.least + band.most) / 2
    about = max(1, round(households / middle))
    near = range(max(1, about - 1), about + 2)

    def miss(number: int) -> tuple[float, float]:
        mean = households / number
        outside = max(0.0, band.least - mean, mean - band.most)
        return outside, abs(mean - middle)

    number = min(near, key=miss)
    mean = households / number
    return Parts(number, band.holds(mean), mean)


@dataclass(frozen=True, slots=True)
class Staffing:
    """A formula for the people of a community.

    `base` people up to `base_households`, one more for each whole `step` beyond, `mixed` more where
    the community is mixed (杂居型). With base 0 and base_households 0 it is one for each begun
    `step` (R43: one for 100 households).
    """

    base: int
    base_households: int
    step: int
    mixed: int = 0

    def people(self, households: int, *, mixed: bool = False) -> int:
        """How many people: R42 gives 1,999 → 5, 2,400 → 6, 2,800 mixed → 8."""
        if households <= 0:
            return 0
        if not self.base:
            return math.ceil(households / self.step) + (self.mixed if mixed else 0)
        more = max(0, households - self.base_households) // self.step
        return self.base + more + (self.mixed if mixed else 0)


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A scheme of the source documents."""

    code: str
    name: str
    source: str
    town: Band
    country: Band
    staffing: Staffing
    residents: Band | None = None  # of a grid in town


BUILT_IN = (
    BuiltIn(
        "district", "城区标准（200—500户）", "R30、R42",
        Band(200, 500), Band(100, 300), Staffing(5, 2_000, 400, 1),
    ),
    BuiltIn(
        "nangang", "南岗模式（300—500户）", "R31、R43",
        Band(300, 500), Band(100, 300), Staffing(0, 0, 100), Band(1_000, 1_500),
    ),
    BuiltIn(
        "yichang", "宜昌模式（200—300户）", "R31、R42",
        Band(200, 300), Band(100, 300), Staffing(5, 2_000, 400, 1),
    ),
    BuiltIn(
        "hundred", "三化模式（每100户1人）", "R43",
        Band(200, 500), Band(100, 300), Staffing(0, 0, 100),
    ),
)  # fmt: skip
