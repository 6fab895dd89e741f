"""What is wrong with rules: what blocks publication, what is never reached, what can never fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.catalogue import queries as catalogue
from linli.kernel.errors import NotFound
from linli.routing.models import RoutingRule
from linli.routing.queries.snapshot import conditions_of, to_rule
from linli.routing.queries.words import label_of
from linli.routing.rules import Conditions, Shadow, Target, impossible, shadows
from linli.staff import queries as staff
from linli.staff.models import Unit
from linli.territory import queries as territory

HANDLES = "cases.handle"  # a grant of the cases, which lie above


@dataclass(frozen=True)
class Fault:
    """Why a rule cannot serve: `code` for programs, the sentence with its remedy for people."""

    rule: RoutingRule
    code: str
    sentence: str


def faults_of(rules: Sequence[RoutingRule], *, now: datetime) -> list[Fault]:
    """Everything that keeps these rules from serving, in their order. Three queries."""
    finder = _Finder(rules, now)
    return [Fault(rule, code, words) for rule in rules for code, words in finder.of(rule)]


def shadows_of(rules: Sequence[RoutingRule]) -> list[Shadow]:
    """Rules that an earlier one hides. No query."""
    return shadows([to_rule(row) for row in rules], _upwards)


def _upwards(region_id: int) -> Iterable[int]:
    try:
        return territory.tree().ancestors_of(region_id)
    except NotFound:
        return (region_id,)


class _Finder:
    """The city of a day, read once for all rules."""

    def __init__(self, rules: Sequence[RoutingRule], now: datetime) -> None:
        on = timezone.localdate(now)
        wanted = {unit for rule in rules for unit in _units_of(rule)}
        rows = Unit.objects.filter(pk__in=wanted)
        self._units = {unit.pk: unit for unit in rows}
        self._classes = [one.code for one in catalogue.classes(on=on)]
        self._on = on
        tree = staff.unit_tree()
        peopled = {post.unit_id for post in staff.holders_of(HANDLES, unit_ids=tree.nodes, now=now)}
        self._peopled = {
            unit
            for unit in wanted
            if unit in tree.nodes and not peopled.isdisjoint(tree.below(unit))
        }

    def of(self, rule: RoutingRule) -> Iterable[tuple[str, str]]:
        when = conditions_of(rule)
        for unit in _units_of(rule):
            yield from self._unit(unit)
        if rule.unit_id in self._units and rule.unit_id not in self._peopled:
            yield (
                "unit_without_people",
                _("“%(unit)s” has nobody who handles cases. Give somebody a post there.")
                % {"unit": self._units[rule.unit_id].label},
            )
        yield from self._ground(when)
        if never := impossible(when):
            yield (
                "impossible",
                _("%(condition)s: no case can ever fit. Take one of the conditions away.")
                % {"condition": label_of(never)},
            )

    def _unit(self, unit_id: int) -> Iterable[tuple[str, str]]:
        unit = self._units.get(unit_id)
        if unit is None or not unit.is_active or _ended(unit.valid_to, self._on):
            name = unit.label if unit is not None else f"#{unit_id}"
            yield (
                "unit_ended",
                _("“%(unit)s” has ended. Choose the unit that does its work now.") % {"unit": name},
            )

    def _ground(self, when: Conditions) -> Iterable[tuple[str, str]]:
        for code in when.classes:
            if not any(one.startswith(code) for one in self._classes):
                yield (
                    "class_withdrawn",
                    _("The class %(class)s is not in use any more. Choose another.")
                    % {"class": code},
                )
        for region_id in when.regions:
            if _gone(region_id):
                yield (
                    "region_gone",
                    _("A region of the rule has ended. Choose the one that took its place."),
                )
        if when.area is not None and (when.area.is_empty or not when.area.is_valid):
            yield "area_invalid", _("The drawn area crosses itself. Draw it again.")


def _units_of(rule: RoutingRule) -> list[int]:
    when = rule.conditions
    named = [rule.unit_id] if rule.target == Target.UNIT and rule.unit_id else []
    others = (*rule.co_units, *when.get("owners", ()), *when.get("maintainers", ()))
    return list(dict.fromkeys((*named, *others)))


def _ended(valid_to: date | None, on: date) -> bool:
    return valid_to is not None and valid_to <= on


def _gone(region_id: int) -> bool:
    try:
        return territory.tree().region(region_id).ended
    except NotFound:
        return True
