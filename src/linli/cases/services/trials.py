"""A draft of routing rules, run over the cases of the past: what would change (R65, R72).

The program runs it over every case there is, whoever asks: the figures name units and counts. The
list of single cases is kept by id and shown only as far as the reader sees cases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.cases.models import Case
from linli.cases.queries.lists import midnight
from linli.cases.queries.routes import NOBODY, facts_of
from linli.components.queries.caring import Carers, carers_of
from linli.errands.rules import ErrandKind, Outcome
from linli.errands.services import start_errand
from linli.kernel.errors import BadInput
from linli.kernel.progress import counted
from linli.routing import queries as routing
from linli.routing import services as routing_services
from linli.routing.models import RuleSet, Trial, TrialLine
from linli.routing.policy import EDIT
from linli.routing.rules import Route
from linli.staff.policy import require
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.errands.models import Errand
    from linli.staff.models import User

MOST_DAYS = 366
MOST_LINES = 5_000
MOST_OVERLAPS = 50
_CHUNK = 2_000
_NEEDED = (
    "case_class_id", "component_code", "community_id", "street_id", "district_id", "place",
    "address", "description", "channel", "urgency", "lead_unit_id", "dispatched_at", "reported_at",
)  # fmt: skip


def ask_for_trial(
    *, actor: User, set_id: int, since: date, until: date, url: str, now: datetime
) -> Errand:
    """Have a set tried on the cases reported from `since` up to and including `until`.

    Raises NotYours, NotFound, BadInput naming the field, TooManyErrands.
    """
    require(actor, EDIT)
    rule_set = routing.rule_set_for(set_id)
    if since > until:
        raise BadInput(_("since: choose a day that is not after the last one."), field="since")
    if (until - since).days > MOST_DAYS:
        raise BadInput(_("At most a year of cases is tried at a time."), field="since")
    return start_errand(
        actor=actor,
        kind="routing.trial",
        name=rule_set.name,
        asks={"set": set_id, "since": since.isoformat(), "until": until.isoformat()},
        url=url,
        now=now,
    )


def _work(actor: User, asks: Mapping[str, Any], now: datetime) -> Outcome:
    trial = try_rules(
        actor=actor,
        rule_set=routing.rule_set_for(asks["set"]),
        since=date.fromisoformat(asks["since"]),
        until=date.fromisoformat(asks["until"]),
        now=now,
    )
    words = _("%(cases)d cases tried; %(changed)d would go elsewhere.") % trial.figures
    return Outcome(words)


TRIALS = ErrandKind(
    code="routing.trial",
    label=gettext_lazy("Trial of routing rules"),
    grant=EDIT,
    work=_work,
    icon="route",
    shared=True,
)


def try_rules(*, actor: User, rule_set: RuleSet, since: date, until: date, now: datetime) -> Trial:
    """Run a set over past cases beside the one in force, and keep what would change."""
    require(actor, EDIT)
    snapshot = routing.current()
    on = timezone.localdate(now)
    rules = tuple(routing.to_rule(row) for row in routing.rules_of(rule_set))
    before, after = snapshot.book(on=on), snapshot.book_of(rules)
    tally, tree = Tally(), territory.tree()
    for case, carers in _cases(since, until, asks=before.asks_component or after.asks_component):
        at = case.dispatched_at or case.reported_at
        facts = facts_of(case, snapshot, tree, at=at, carers=carers)
        fitting = list(after.fitting(facts, on=on))
        new = fitting[0] if fitting else after.route(facts, on=on)
        tally.add(case, before.route(facts, on=on), new, fitting)
    return routing_services.keep_trial(
        actor=actor,
        rule_set=rule_set,
        since=since,
        until=until + timedelta(days=1),
        figures=tally.figures(),
        lines=tally.lines,
        now=now,
    )


def _cases(since: date, until: date, *, asks: bool) -> Iterator[tuple[Case, Carers]]:
    """The cases with a class that were reported in these days, with the carers of their
    components. One query, and one a chunk where carers are asked for."""
    rows = Case.objects.filter(
        reported_at__gte=midnight(since),
        reported_at__lt=midnight(until + timedelta(days=1)),
        case_class__isnull=False,
    )
    total = rows.count()
    found = rows.only(*_NEEDED).order_by("-reported_at", "-id").iterator(chunk_size=_CHUNK)
    cases = counted(found, total=total, says=_("Trying the rules on past cases"))
    while chunk := list(islice(cases, _CHUNK)):
        codes = [one.component_code for one in chunk if one.component_code is not None]
        carers = carers_of(codes) if asks else {}
        for case in chunk:
            yield case, carers.get(case.component_code or 0, NOBODY)


@dataclass
class Tally:
    """Counts what two versions say of the same cases (`routing.models.Trial`)."""

    cases: int = 0
    changed: int = 0
    named: list[int] = field(default_factory=lambda: [0, 0])
    acted: int = 0
    agree: list[int] = field(default_factory=lambda: [0, 0])
    rules: Counter[int] = field(default_factory=Counter)
    flows: Counter[tuple[int, int]] = field(default_factory=Counter)
    overlaps: Counter[tuple[int, int]] = field(default_factory=Counter)
    lines: list[TrialLine] = field(default_factory=list)

    def add(self, case: Case, before: Route, after: Route, fitting: list[Route]) -> None:
        """One case: what is in force says `before`, the draft `after`; `fitting` are all its
        rules that fit."""
        self.cases += 1
        for index, route in enumerate((before, after)):
            self.named[index] += route.unit is not None
            self.agree[index] += route.unit is not None and route.unit == case.lead_unit_id
        self.acted += case.lead_unit_id is not None
        if after.rule is not None:
            self.rules[after.rule.id] += 1
            for other in fitting[1:]:
                if other.unit != after.unit and other.rule is not None:
                    self.overlaps[after.rule.id, other.rule.id] += 1
        self.flows[before.unit or 0, after.unit or 0] += 1
        if before.unit != after.unit:
            self.changed += 1
            if len(self.lines) < MOST_LINES:
                self.lines.append(
                    TrialLine(
                        case_id=case.pk,
                        before=before.unit,
                        after=after.unit,
                        acted=case.lead_unit_id,
                        rule=after.rule.id if after.rule else None,
                    )
                )

    def figures(self) -> dict[str, Any]:
        """As JSON, most frequent first."""
        return {
            "cases": self.cases,
            "changed": self.changed,
            "named_before": self.named[0],
            "named_after": self.named[1],
            "acted": self.acted,
            "agree_before": self.agree[0],
            "agree_after": self.agree[1],
            "rules": {str(rule): count for rule, count in self.rules.items()},
            "flows": [[*pair, count] for pair, count in self.flows.most_common()],
            "overlaps": [
                [*pair, count] for pair, count in self.overlaps.most_common(MOST_OVERLAPS)
            ],
        }
