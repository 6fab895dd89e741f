"""What the rules of cards find in a case: facts in, the gravest level out. Pure.

A rule looks at nothing from before its first day: rules do not reach into the past.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from linli.cards.rules.levels import What, rank


class Rule(Protocol):
    """What of a rule decides."""

    @property
    def what(self) -> str: ...
    @property
    def least(self) -> int: ...
    @property
    def level(self) -> str: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def last_on(self) -> date | None: ...


R = TypeVar("R", bound=Rule)


@dataclass(frozen=True)
class Fact:
    """What one unit did, or failed to do, in one case. `days` are those on which it happened;
    `hours` the whole working hours past the limit that ran out on the one day of `days`."""

    case_id: int
    unit_id: int
    what: str
    days: tuple[date, ...]
    hours: int = 0

    def count_since(self, first: date) -> int:
        """What a rule in force since `first` counts: working hours, or times."""
        counted = sum(day >= first for day in self.days)
        return self.hours * bool(counted) if self.what == What.OVERDUE else counted


def in_force(rules: Iterable[R], on: date) -> list[R]:
    """The rules of a day: from the first to the last, both included."""
    return [
        rule
        for rule in rules
        if rule.valid_from <= on and (rule.last_on is None or on <= rule.last_on)
    ]


def gravest(rules: Iterable[R], fact: Fact) -> R | None:
    """The rule of the gravest level that `fact` meets; of equals the one that asks for most."""
    met = [
        rule
        for rule in rules
        if rule.what == fact.what and fact.count_since(rule.valid_from) >= rule.least
    ]
    return max(met, key=lambda rule: (rank(rule.level), rule.least), default=None)
