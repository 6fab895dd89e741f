"""When figures deserve a question: how many finish right before the limit, beside how many would if
finishing had nothing to do with it. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

LAST_SHARE = 0.1  # of the limit
LAST_MINUTES = 15  # or this long before the end, if that is more
FEWEST = 20  # cases of a unit below which nothing is asked
SIGMAS = 3.0


@dataclass(frozen=True)
class Finish:
    """A case a unit finished in time: what the limit was, with extensions, and what was left."""

    unit_id: int
    total: timedelta
    left: timedelta

    @property
    def chance(self) -> float:
        """How likely it falls into the last part, were every moment of the limit as likely."""
        part = max(self.total * LAST_SHARE, timedelta(minutes=LAST_MINUTES))
        return min(1.0, part / self.total) if self.total else 1.0

    @property
    def is_last(self) -> bool:
        """Whether it was finished in the last part of its limit."""
        return self.left <= self.total * self.chance


@dataclass(frozen=True)
class Share:
    """A unit: how many it finished in time, how many of these at the last minute, and how many
    would be by an even spread over each limit."""

    unit_id: int
    finished: int
    last: int
    expected: float
    spread: float  # standard deviation of what an even spread would give

    @property
    def asks(self) -> bool:
        """Whether chance explains it badly: three standard deviations, of twenty cases or more."""
        return self.finished >= FEWEST and self.last - self.expected > SIGMAS * self.spread


def shares_of(finishes: Iterable[Finish]) -> list[Share]:
    """One line a unit: those that deserve a question first, then by the share at the end."""
    by_unit: dict[int, list[Finish]] = defaultdict(list)
    for one in finishes:
        by_unit[one.unit_id].append(one)
    shares = [
        Share(
            unit,
            len(own),
            sum(one.is_last for one in own),
            sum(one.chance for one in own),
            math.sqrt(sum(one.chance * (1 - one.chance) for one in own)),
        )
        for unit, own in by_unit.items()
    ]
    return sorted(shares, key=lambda one: (not one.asks, -one.last / one.finished, one.unit_id))
