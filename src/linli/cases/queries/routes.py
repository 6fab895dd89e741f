"""Whose work a case is: its facts, what the rules in force say, and why its unit has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from linli.components.queries.caring import Carers, carers_of
from linli.kernel.errors import NotFound
from linli.routing import queries as routing
from linli.routing.queries import Snapshot, Why
from linli.routing.rules import Facts, Route, RuleBook, folded
from linli.routing.rules.evidence import noted
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.cases.models import Case

NOBODY = Carers()


@dataclass(frozen=True)
class Decision:
    """What the rules in force say of a case, and the facts they said it of."""

    route: Route
    book: RuleBook
    facts: Facts

    def note(self, *, sent_to: int | None) -> dict[str, Any]:
        """For the event of a dispatch (`routing.rules.evidence`)."""
        return noted(self.route, self.book, self.facts, sent_to=sent_to)


def decide(case: Case, *, now: datetime) -> Decision:
    """Whose work the case is by what is in force. One query (routing's version), and one more
    where a rule asks about the component the case is on."""
    snapshot = routing.current()
    book = snapshot.book(on=timezone.localdate(now))
    code = case.component_code
    carers = NOBODY
    if code is not None and book.asks_component:
        carers = carers_of([code]).get(code, NOBODY)
    facts = facts_of(case, snapshot, territory.tree(), at=now, carers=carers)
    return Decision(book.route(facts, on=timezone.localdate(now)), book, facts)


@dataclass(frozen=True)
class Suggestion:
    """Whom the rules in force name: the unit, why, units that help, what else the rule sets."""

    why: Why
    unit: int | None
    label: str
    co_units: dict[int, str]
    effects: list[str]


def suggestion_for(case: Case, *, now: datetime) -> Suggestion:
    """Whom the rules in force name for a case, in words. Six queries at most."""
    decision = decide(case, now=now)
    route = decision.route
    (why,) = routing.told([decision.note(sent_to=route.unit)])
    names = routing.unit_names((route.unit, *route.co_units))
    return Suggestion(
        why=why,
        unit=route.unit,
        label=names.get(route.unit or 0, ""),
        co_units={one: names[one] for one in route.co_units if one in names},
        effects=routing.effect_words(route.rule) if route.rule else [],
    )


def facts_of(
    case: Case, snapshot: Snapshot, tree: territory.Tree, *, at: datetime, carers: Carers
) -> Facts:
    """The case as the rules see it at that moment. No query."""
    local, workday, works = snapshot.times(at)
    own = tuple(one for one in (case.community_id, case.street_id) if one is not None)
    return Facts(
        class_code=snapshot.class_code(case.case_class_id),
        class_id=case.case_class_id,
        regions=_regions(case, tree),
        local=own,
        lon=case.place.x if case.place is not None else None,
        lat=case.place.y if case.place is not None else None,
        owner=carers.owner,
        responsible=carers.responsible,
        maintainer=carers.maintainer,
        address=folded(case.address),
        words=folded(case.description),
        channel=case.channel,
        urgency=case.urgency,
        at=local,
        workday=workday,
        works=works,
    )


def _regions(case: Case, tree: territory.Tree) -> tuple[int, ...]:
    """The regions of a case, deepest first, up to the root."""
    deepest = case.community_id or case.street_id or case.district_id
    if deepest is None:
        return ()
    try:
        return tuple(tree.ancestors_of(deepest))
    except NotFound:  # a region that came after the tree of this request
        return (deepest,)


def why_of(case: Case) -> Why | None:
    """Why the unit that has the case has it; None before a dispatch. Three queries at most."""
    return routing.told([case.route])[0] if case.route and case.lead_unit_id else None


def whys_of(notes: Iterable[Mapping[str, Any]]) -> list[Why]:
    """The notes of events in words. Three queries at most, none for nothing."""
    found = list(notes)
    return routing.told(found) if found else []
