"""What a rule leaves on a case: why this unit, the urgency and the limit it sets."""

from __future__ import annotations

from datetime import datetime

from linli.cases.models import Case
from linli.cases.queries.routes import decide
from linli.cases.rules.limits import TERMS
from linli.cases.services.core import Act
from linli.routing.rules.evidence import terms


def note_route(act: Act, unit: int, *, now: datetime) -> None:
    """Note on the case and in the event how the case came to `unit`; where the suggestion of a
    rule was taken, its urgency and limit hold."""
    decision, case = decide(act.case, now=now), act.case
    note = decision.note(sent_to=unit)
    act.detail["route"] = note
    case.route = note
    rule = decision.route.rule
    if not note["taken"] or rule is None:
        return
    case.route = note | terms(decision.route)
    if rule.urgency and rule.urgency != case.urgency:
        act.detail["changed"] = {"urgency": [case.urgency, rule.urgency]}
        case.urgency = rule.urgency


def forget_terms(case: Case) -> None:
    """Class or urgency were corrected: the limit is the catalogue's again."""
    if case.route:
        case.route = {name: value for name, value in case.route.items() if name not in TERMS}
