"""Rules in force that break later, because the city changed under them: people are told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from linli.notices import services as notices
from linli.routing.models import RoutingState, RuleSet, SetState
from linli.routing.policy import EDIT
from linli.routing.queries.faults import Fault, faults_of
from linli.routing.queries.sets import rules_of
from linli.staff import queries as staff


@transaction.atomic
def check_rules(*, now: datetime) -> list[Fault]:
    """Tell those who write rules of each fault in force, once; returns the faults that are new.

    Safe to run twice. A fault that is mended and comes back is told again.
    """
    state, _made = RoutingState.objects.select_for_update().get_or_create(pk=1)
    on = timezone.localdate(now)
    in_force = RuleSet.objects.filter(state=SetState.PUBLISHED, valid_from__lte=on)
    rule_set = in_force.exclude(valid_to__lte=on).order_by("-valid_from").first()
    faults = faults_of(rules_of(rule_set), now=now) if rule_set is not None else []
    known = {(rule, code) for rule, code in state.told}
    fresh = [one for one in faults if (one.rule.pk, one.code) not in known]
    if fresh and rule_set is not None:
        tree = staff.unit_tree()
        people = {post.user_id for post in staff.holders_of(EDIT, unit_ids=tree.nodes, now=now)}
        for one in fresh:
            notices.tell(
                user_ids=sorted(people),
                kind="routing.broken",
                params={"rule": one.rule.label, "fault": one.sentence},
                url=f"/console/routing/{rule_set.pk}/",
                now=now,
            )
    told = sorted({(one.rule.pk, one.code) for one in faults})
    if [list(one) for one in told] != state.told:
        state.told = [list(one) for one in told]
        state.save(update_fields=["told"])
    return fresh
