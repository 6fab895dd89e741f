"""What of a case decided, kept with the case so that it can be told years later."""

from __future__ import annotations

from typing import Any

from linli.routing.rules.choosing import Route, RuleBook
from linli.routing.rules.conditions import Conditions
from linli.routing.rules.facts import Facts
from linli.routing.rules.targets import Target

Evidence = list[list[Any]]  # [[condition, the value of the case that fitted], …]


def evidence(when: Conditions, facts: Facts) -> Evidence:
    """For each condition the rule names, what of the case fitted it."""
    return [[name, _value(name, when, facts)] for name in when.named]


def _value(name: str, when: Conditions, facts: Facts) -> Any:
    match name:
        case "classes":
            return facts.class_code
        case "regions":
            return next(one for one in facts.regions if one in when.regions)
        case "owners":
            return facts.owner
        case "maintainers":
            return facts.maintainer
        case "roads":
            return next(one for one in when.roads if one in facts.address)
        case "words":
            return next(one for one in when.words if one in facts.words or one in facts.address)
        case "channels":
            return facts.channel
        case "clock":
            return facts.at.strftime("%H:%M")
        case "area":
            return True
    return getattr(when, name)  # urgency, days, hours: the one value there is


def noted(route: Route, book: RuleBook, facts: Facts, *, sent_to: int | None) -> dict[str, Any]:
    """How a case came to its unit, as JSON for its event: the suggestion and whether it was taken.

    {"unit": suggested, "taken": bool} with {"rule", "set", "facts"} or {"list"}, and {"broken"}.
    """
    said: dict[str, Any] = {"unit": route.unit, "taken": sent_to == route.unit is not None}
    if route.rule is not None:
        found = evidence(route.rule.when, facts)
        if route.rule.target != Target.UNIT:
            found.append([str(route.rule.target), route.unit])
        said |= {"rule": route.rule.id, "set": book.number, "facts": found}
    if route.row is not None:
        said["list"] = route.row
    if route.broken is not None:
        said["broken"] = route.broken
    return said


def terms(route: Route) -> dict[str, Any]:
    """The limit a rule sets, as JSON for the case: {"limit": [amount, unit]} or {"factor": …}."""
    if route.rule is None:
        return {}
    if route.rule.limit is not None:
        amount, unit = route.rule.limit
        return {"limit": [str(amount), unit]}
    return {"factor": str(route.rule.factor)} if route.rule.factor is not None else {}
