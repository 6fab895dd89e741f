"""Rule sets and their rules, for the pages that show and change them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.routing.models import RoutingRule, RuleSet, SetState, Trial, TrialLine


def rule_sets() -> QuerySet[Any]:
    """All sets but the dropped ones, drafts first, then the newest versions; with `count` of rules
    and who published. One query."""
    return (
        RuleSet.objects.exclude(state=SetState.DROPPED)
        .annotate(count=Count("rules"))
        .select_related("published_by", "made_by")
        .order_by("state", "-number", "-id")
    )


def rule_set_for(set_id: int) -> RuleSet:
    """One set. One query. Raises NotFound."""
    found = RuleSet.objects.select_related("published_by", "made_by").filter(pk=set_id).first()
    if found is None or found.state == SetState.DROPPED:
        raise NotFound(_("There is no such version of the rules."))
    return found


def rules_of(rule_set: RuleSet) -> list[RoutingRule]:
    """Its rules in order. One query."""
    return list(RoutingRule.objects.filter(rule_set=rule_set).order_by("position", "id"))


def rule_for(set_id: int, rule_id: int) -> RoutingRule:
    """One rule of a set. One query. Raises NotFound."""
    found = (
        RoutingRule.objects.select_related("rule_set").filter(rule_set=set_id, pk=rule_id).first()
    )
    if found is None or found.rule_set.state == SetState.DROPPED:
        raise NotFound(_("There is no such rule. It may have been removed meanwhile."))
    return found


def latest_trial(rule_set: RuleSet) -> Trial | None:
    """The newest trial of a set. One query."""
    return Trial.objects.filter(rule_set=rule_set).order_by("-id").first()


def trial_for(trial_id: int) -> Trial:
    """One trial with its set. One query. Raises NotFound."""
    found = Trial.objects.select_related("rule_set", "made_by").filter(pk=trial_id).first()
    if found is None or found.rule_set.state == SetState.DROPPED:
        raise NotFound(_("There is no such trial."))
    return found


def lines_of(trial: Trial, *, most: int) -> list[TrialLine]:
    """The first cases of a trial that would go elsewhere. One query."""
    return list(TrialLine.objects.filter(trial=trial).order_by("id")[:most])
