"""Rule sets as the console shows them: rules in words, what is wrong with them, their trials."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext as _

from linli.cases import queries as cases
from linli.routing import queries as routing
from linli.routing.models import RoutingRule, RuleSet, Trial
from linli.routing.rules import Rule
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_LINES_SHOWN = 200


@dataclass
class Line:
    """A rule in words. `count` is how many cases of the newest trial it would have served; None:
    not tried as it is now."""

    rule: RoutingRule
    when: list[tuple[str, str]]
    whom: str
    effects: list[str]
    faults: list[str] = field(default_factory=list)
    shadow: str = ""
    clash: bool = False
    count: int | None = None


@dataclass(frozen=True)
class SetPage:
    """A set with everything that is to be said of it."""

    lines: list[Line]
    trial: Trial | None
    fresh: bool  # the trial is of the set as it is now

    @property
    def faulty(self) -> int:
        """How many rules could not serve."""
        return sum(bool(line.faults) for line in self.lines)

    @property
    def hidden(self) -> list[Line]:
        """Rules that are never reached."""
        return [line for line in self.lines if line.shadow]

    @property
    def idle(self) -> list[Line]:
        """Rules that no case of the trial fitted."""
        return [line for line in self.lines if line.count == 0 and not line.shadow]


def set_page(rule_set: RuleSet, *, now: datetime) -> SetPage:
    """The rules of a set in order. Seven queries, whatever their number."""
    rules = routing.rules_of(rule_set)
    names = routing.unit_names(_units(rules))
    trial = routing.latest_trial(rule_set)
    fresh = trial is not None and trial.edits == rule_set.edits
    counts = trial.figures.get("rules", {}) if trial is not None and fresh else None
    lines = [
        Line(
            rule=row,
            when=routing.condition_words(routing.conditions_of(row), names),
            whom=routing.target_words(row, names),
            effects=_effects(routing.to_rule(row), names),
            count=None if counts is None else counts.get(str(row.pk), 0),
        )
        for row in rules
    ]
    by_id = {line.rule.pk: line for line in lines}
    for fault in routing.faults_of(rules, now=now):
        by_id[fault.rule.pk].faults.append(fault.sentence)
    for one in routing.shadows_of(rules):
        line = by_id[one.below.id]
        line.clash = one.clash
        words = (
            _("Never reached: rule %(position)d fits whatever fits it, and says something else.")
            if one.clash
            else _("Superfluous: rule %(position)d fits whatever fits it, and says the same.")
        )
        line.shadow = words % {"position": one.above.position}
    return SetPage(lines, trial, fresh)


def _effects(rule: Rule, names: Mapping[int, str]) -> list[str]:
    return [*routing.helper_words(rule, names), *routing.effect_words(rule)]


def _units(rules: Sequence[RoutingRule]) -> list[int | None]:
    found: list[int | None] = []
    for row in rules:
        when = row.conditions
        found += [row.unit_id, *row.co_units, *when.get("owners", ()), *when.get("maintainers", ())]
    return found


class Flow(NamedTuple):
    """How many cases would go from one unit to another."""

    before: str
    after: str
    cases: int


class Overlap(NamedTuple):
    """Two rules that fitted the same cases and name different units."""

    first: RoutingRule | None
    other: RoutingRule | None
    cases: int


class TrialCase(NamedTuple):
    """A case that would go elsewhere."""

    number: str
    label: str
    before: str
    after: str
    acted: str
    agrees: bool
    rule: RoutingRule | None


@dataclass(frozen=True)
class TrialPage:
    """A trial in words. `rows` are only the cases that the reader sees."""

    trial: Trial
    flows: list[Flow]
    overlaps: list[Overlap]
    idle: list[RoutingRule]
    rows: list[TrialCase]
    until: date

    def share(self, name: str) -> str:
        """A count of the figures as per cent of the cases that a unit has had."""
        figures = self.trial.figures
        acted = figures["acted"]
        return f"{100 * figures[name] / acted:.1f} %" if acted else "—"

    @property
    def agree_before(self) -> str:
        return self.share("agree_before")

    @property
    def agree_after(self) -> str:
        return self.share("agree_after")


def trial_page(user: User, trial: Trial) -> TrialPage:
    """What a trial found. Five queries."""
    figures = trial.figures
    rules = {row.pk: row for row in routing.rules_of(trial.rule_set)}
    lines = routing.lines_of(trial, most=MOST_LINES_SHOWN)
    seen = cases.cases_for(user).filter(pk__in=[line.case_id for line in lines])
    by_id = {case.pk: case for case in seen.select_related("case_class")}
    ids = [unit for before, after, _count in figures["flows"] for unit in (before, after)]
    ids += [unit for line in lines for unit in (line.before, line.after, line.acted) if unit]
    names = routing.unit_names(ids) | {0: _("nobody")}
    tried = figures.get("rules", {})
    return TrialPage(
        trial=trial,
        flows=[
            Flow(names.get(before, "?"), names.get(after, "?"), count)
            for before, after, count in figures["flows"]
            if before != after
        ][:50],
        overlaps=[
            Overlap(rules.get(first), rules.get(other), count)
            for first, other, count in figures["overlaps"]
        ][:20],
        idle=[row for pk, row in rules.items() if str(pk) not in tried],
        rows=[
            TrialCase(
                number=by_id[line.case_id].number,
                label=getattr(by_id[line.case_id].case_class, "label", ""),
                before=names.get(line.before or 0, "?"),
                after=names.get(line.after or 0, "?"),
                acted=names.get(line.acted, "?") if line.acted else "",
                agrees=line.acted is not None and line.acted == line.after,
                rule=rules.get(line.rule or 0),
            )
            for line in lines
            if line.case_id in by_id
        ],
        until=trial.until - timedelta(days=1),
    )


def initial_of(row: RoutingRule) -> dict[str, Any]:
    """A rule as its form shows it."""
    when = row.conditions
    values = {name: "，".join(when.get(name, ())) for name in ("classes", "words", "roads")}
    codes = [_region_text(one) for one in when.get("regions", ())]
    return {
        **values,
        "regions": "，".join(codes),
        "channels": when.get("channels", []),
        "urgency_is": when.get("urgency", ""),
        "days": when.get("days", ""),
        "hours": when.get("hours", ""),
        "since": _clock(when.get("since")),
        "until": _clock(when.get("until")),
        "owners": when.get("owners", []),
        "maintainers": when.get("maintainers", []),
        "area": _area_text(row),
        **{
            name: getattr(row, name)
            for name in (
                "name", "name_en", "note", "position", "target", "unit", "co_units", "urgency",
                "limit_amount", "limit_unit", "limit_factor",
            )
        },
    }  # fmt: skip


def _region_text(region_id: int) -> str:
    return territory.tree().region(region_id).code


def _clock(minute: int | None) -> str:
    return "" if minute is None else routing.clock_words(minute)


def _area_text(row: RoutingRule) -> str:
    if row.area is None:
        return ""
    return json.dumps(json.loads(row.area.geojson), separators=(",", ":"))
