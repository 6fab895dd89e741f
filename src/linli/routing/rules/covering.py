"""Which rules can never be reached: found by reading the rules, without a case.

`covers(a, b)` is sound, not complete: where it says yes, every case that fits `b` fits `a` too;
where it says no, nothing is promised. A test throws random facts at it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from linli.routing.rules.choosing import Rule
from linli.routing.rules.conditions import Conditions
from linli.routing.rules.targets import Target

T = TypeVar("T")
#: A region to itself and all above it; empty for one that is gone.
Upwards = Callable[[int], Iterable[int]]


@dataclass(frozen=True)
class Shadow:
    """`below` is never reached, because `above` fits whatever it fits.

    `clash`: they name different units, so that one of them is a mistake; otherwise it is merely
    superfluous.
    """

    below: Rule
    above: Rule
    clash: bool


def shadows(rules: Sequence[Rule], upwards: Upwards) -> list[Shadow]:
    """Every rule that an earlier one hides, with the first that does, in order."""
    found = []
    for index, below in enumerate(rules):
        above = next((one for one in rules[:index] if hides(one, below, upwards)), None)
        if above is not None:
            found.append(Shadow(below, above, clash=_says(above) != _says(below)))
    return found


def hides(above: Rule, below: Rule, upwards: Upwards) -> bool:
    """Whether `above` answers every case that `below` could answer."""
    return _always_serves(above, below) and covers(above.when, below.when, upwards)


def _always_serves(above: Rule, below: Rule) -> bool:
    """Whether `above` names somebody for whatever `below` names somebody for."""
    if above.target == Target.UNIT:
        return True
    if above.target == below.target:
        return True
    if above.target == Target.LISTED:
        return below.target == Target.LOCAL
    if above.target == Target.OWNER:
        return bool(below.when.owners)
    return above.target == Target.MAINTAINER and bool(below.when.maintainers)


def _says(rule: Rule) -> tuple[object, ...]:
    return (rule.target, rule.unit, rule.co_units, rule.urgency, rule.limit, rule.factor)


def covers(a: Conditions, b: Conditions, upwards: Upwards) -> bool:
    """Whether every case that fits `b` fits `a`: each condition of `a` is the same or wider."""
    return (
        _each(a.classes, b.classes, lambda wide, own: own.startswith(wide))
        and _each(a.regions, b.regions, lambda wide, own: wide in upwards(own))
        and _each(a.owners, b.owners, int.__eq__)
        and _each(a.maintainers, b.maintainers, int.__eq__)
        and _each(a.roads, b.roads, lambda wide, own: wide in own)
        and _each(a.words, b.words, lambda wide, own: wide in own)
        and _each(a.channels, b.channels, str.__eq__)
        and a.urgency in ("", b.urgency)
        and _days_cover(a, b)
        and a.hours in ("", b.hours)
        and _clock_covers(a, b)
        and (a.area is None or (b.area is not None and bool(a.area.covers(b.area))))
    )


def _each(wide: Sequence[T], own: Sequence[T], holds: Callable[[T, T], bool]) -> bool:
    """Whether each choice of `own` lies in a choice of `wide`; nothing named is everything."""
    if not wide:
        return True
    return bool(own) and all(any(holds(one, mine) for one in wide) for mine in own)


def _days_cover(a: Conditions, b: Conditions) -> bool:
    """Working time lies on working days."""
    return a.days in ("", b.days) or (a.days == "workday" and b.hours == "working")


def _clock_covers(a: Conditions, b: Conditions) -> bool:
    if a.minutes is None:
        return True
    return b.minutes is not None and b.minutes <= a.minutes


def impossible(when: Conditions) -> str:
    """Why no case can ever fit, by the name of a condition; empty where one may.

    Working time never lies on a day off.
    """
    if when.days == "dayoff" and when.hours == "working":
        return "hours"
    if when.area is not None and when.area.is_empty:
        return "area"
    return ""
