"""When a rule fits: every condition it names has to hold; one that names nothing always holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from linli.routing.rules.facts import Facts

DAY_MINUTES: Final = 24 * 60


@dataclass(frozen=True)
class Conditions:
    """Lists are “one of these”; all fields together are “and”.

    `classes` are codes or beginnings of codes: “C” all components, “E05” a major class, “E0502” a
    class. `regions` hold what lies in them too. `roads` are looked for in the address, `words` in
    what was said and in the address, both folded. `days` is "", “workday” or “dayoff”; `hours` is
    "", “working” or “closed”; `since` and `until` are minutes since midnight, over it if `until`
    is not later.
    """

    classes: tuple[str, ...] = ()
    regions: tuple[int, ...] = ()
    area: BaseGeometry | None = None
    owners: tuple[int, ...] = ()
    maintainers: tuple[int, ...] = ()
    roads: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    urgency: str = ""
    days: str = ""
    hours: str = ""
    since: int | None = None
    until: int | None = None

    @cached_property
    def tests(self) -> tuple[tuple[str, Callable[[Facts], bool]], ...]:
        """The named conditions, cheap ones first."""
        return tuple((name, test) for name, (named, test) in _tests_of(self).items() if named)

    def fits(self, facts: Facts) -> bool:
        """Whether every condition holds."""
        return all(test(facts) for _name, test in self.tests)

    @property
    def named(self) -> tuple[str, ...]:
        """The conditions the rule names; if it fits, these are the facts that matched."""
        return tuple(name for name, _test in self.tests)

    @cached_property
    def minutes(self) -> frozenset[int] | None:
        """The minutes of the day that fit; None: all of them."""
        if self.since is None or self.until is None:
            return None
        length = (self.until - self.since) % DAY_MINUTES or DAY_MINUTES
        return frozenset((self.since + step) % DAY_MINUTES for step in range(length))

    @cached_property
    def _bounds(self) -> tuple[float, float, float, float]:
        assert self.area is not None
        shapely.prepare(self.area)
        west, south, east, north = self.area.bounds
        return west, south, east, north

    def covers_place(self, facts: Facts) -> bool:
        """Whether the case lies in the drawn area, its border included."""
        if facts.lon is None or facts.lat is None:
            return False
        west, south, east, north = self._bounds
        if not (west <= facts.lon <= east and south <= facts.lat <= north):
            return False
        return bool(shapely.intersects_xy(self.area, facts.lon, facts.lat))

    def within_hours(self, facts: Facts) -> bool:
        """Whether the minute of the day lies from `since` up to, not including, `until`."""
        since, until = self.since or 0, self.until or 0
        if since < until:
            return since <= facts.minute < until
        return facts.minute >= since or facts.minute < until

    # -- kept as JSON ------------------------------------------------------------------------
    def packed(self) -> dict[str, Any]:
        """What is not empty, without the area, as JSON."""
        found = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "area"}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in found.items()
            if value not in ((), "", None)
        }

    @classmethod
    def unpack(cls, packed: Mapping[str, Any], area: BaseGeometry | None = None) -> Conditions:
        """`packed` read back."""
        known = {f.name for f in fields(cls)} - {"area"}
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in packed.items()
            if name in known
        }
        return cls(area=area, **values)

    def with_(self, **changes: object) -> Conditions:
        """The conditions with some changed."""
        return replace(self, **changes)  # type: ignore[arg-type]  # checked by the dataclass


def _tests_of(
    it: Conditions,
) -> dict[str, tuple[object, Callable[[Facts], bool]]]:
    regions, owners = frozenset(it.regions), frozenset(it.owners)
    maintainers, channels = frozenset(it.maintainers), frozenset(it.channels)
    return {
        "classes": (it.classes, lambda f: f.class_code.startswith(it.classes)),
        "urgency": (it.urgency, lambda f: f.urgency == it.urgency),
        "channels": (channels, lambda f: f.channel in channels),
        "days": (it.days, lambda f: f.workday == (it.days == "workday")),
        "hours": (it.hours, lambda f: f.works == (it.hours == "working")),
        "clock": (it.since is not None and it.until is not None, it.within_hours),
        "owners": (owners, lambda f: f.owner in owners),
        "maintainers": (maintainers, lambda f: f.maintainer in maintainers),
        "regions": (regions, lambda f: not regions.isdisjoint(f.regions)),
        "roads": (it.roads, lambda f: any(one in f.address for one in it.roads)),
        "words": (it.words, lambda f: any(w in f.words or w in f.address for w in it.words)),
        "area": (it.area is not None, it.covers_place),
    }
