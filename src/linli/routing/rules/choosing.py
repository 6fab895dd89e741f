"""Whose work a case is: the first rule that fits, else the responsibility list. Pure, and fast:
rules are sorted out by class once, and then asked in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from linli.routing.rules.conditions import Conditions
from linli.routing.rules.facts import Facts
from linli.routing.rules.listing import Listing, ListRow, rows_for
from linli.routing.rules.targets import OF_COMPONENT, Target

Listed = list[tuple[int, ListRow]]


@dataclass(frozen=True)
class Rule:
    """One line of a rule set. `limit` is (amount, unit of time), `factor` multiplies the limit of
    the catalogue; at most one of both."""

    id: int
    position: int
    when: Conditions
    target: str = Target.UNIT
    unit: int | None = None
    co_units: tuple[int, ...] = ()
    urgency: str = ""
    limit: tuple[Decimal, str] | None = None
    factor: Decimal | None = None


@dataclass(frozen=True)
class Route:
    """Whose work a case is and why. `unit` None: nobody is named, a person has to choose.

    `broken` is a rule that fitted but could not serve, so that the list did.
    """

    unit: int | None = None
    co_units: tuple[int, ...] = ()
    rule: Rule | None = None
    row: int | None = None  # of the responsibility list
    broken: int | None = None

    @property
    def matched(self) -> tuple[str, ...]:
        """The facts that decided."""
        if self.rule is None:
            return ()
        own = () if self.rule.target == Target.UNIT else (str(self.rule.target),)
        return (*self.rule.when.named, *own)


@dataclass
class RuleBook:
    """The rules of one set in order, with the list they fall back to. Answers without a query.
    `units` are those that can be given work.
    """

    number: int  # of the set; 0: none
    rules: tuple[Rule, ...]
    listing: Listing
    units: frozenset[int]
    _by_class: dict[str, tuple[Rule, ...]] = field(default_factory=dict)

    def route(self, facts: Facts, *, on: date) -> Route:
        """The first rule that fits and whom it names; else whom the list names."""
        listed = _Once(lambda: self._listed(facts, on))
        return next(self._fitting(facts, listed), None) or self._fall_back(listed())

    def fitting(self, facts: Facts, *, on: date) -> Iterator[Route]:
        """What every rule would say that fits, in order: the first is `route`, unless none fits."""
        return self._fitting(facts, _Once(lambda: self._listed(facts, on)))

    def _fitting(self, facts: Facts, listed: _Once) -> Iterator[Route]:
        for rule in self.candidates(facts.class_code):
            if rule.when.fits(facts):
                found = self._served(rule, facts, listed)
                if found is not None:
                    yield found

    def candidates(self, class_code: str) -> tuple[Rule, ...]:
        """The rules that may fit this class, in order."""
        found = self._by_class.get(class_code)
        if found is None:
            found = tuple(
                rule
                for rule in self.rules
                if not rule.when.classes or class_code.startswith(rule.when.classes)
            )
            self._by_class[class_code] = found
        return found

    @cached_property
    def asks_component(self) -> bool:
        """Whether a rule asks who cares for the component of a case."""
        return any(
            rule.target in OF_COMPONENT or rule.when.owners or rule.when.maintainers
            for rule in self.rules
        )

    def _served(self, rule: Rule, facts: Facts, listed: _Once) -> Route | None:
        """What a rule that fits says; None where it names nobody for this case."""
        row: ListRow | None = None
        unit = rule.unit
        if rule.target in OF_COMPONENT:
            unit = getattr(facts, rule.target)
        elif rule.target != Target.UNIT:
            row = _lead(listed(), only=facts.local if rule.target == Target.LOCAL else None)
            unit = row.unit if row is not None else None
        if unit is None:
            return None
        if unit not in self.units:  # ended: the list serves, and the route says so
            found = self._fall_back(listed())
            return Route(found.unit, found.co_units, None, found.row, rule.id)
        others = rule.co_units or (_helping(listed()) if row is not None else ())
        helping = tuple(one for one in others if one in self.units and one != unit)
        return Route(unit, helping, rule, row.id if row is not None else None)

    def _fall_back(self, listed: Listed) -> Route:
        row = _lead(listed)
        if row is None:
            return Route()
        helping = tuple(one for one in _helping(listed) if one != row.unit)
        return Route(row.unit, helping, None, row.id)

    def _listed(self, facts: Facts, on: date) -> Listed:
        found = rows_for(self.listing, facts, on=on)
        return [(region, row) for region, row in found if row.unit in self.units]


class _Once:
    """The rows of the list for a case, looked up when they are first asked for."""

    def __init__(self, look_up: Callable[[], Listed]) -> None:
        self._look_up = look_up
        self._found: Listed | None = None

    def __call__(self) -> Listed:
        if self._found is None:
            self._found = self._look_up()
        return self._found


def _lead(listed: Listed, *, only: tuple[int, ...] | None = None) -> ListRow | None:
    for region, row in listed:
        if row.role == "lead" and (only is None or region in only):
            return row
    return None


def _helping(listed: Listed) -> tuple[int, ...]:
    """Units listed as co-handling, each once."""
    return tuple(dict.fromkeys(row.unit for _region, row in listed if row.role == "co"))
