"""What a trial found is kept with the draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from linli.audit.services import record
from linli.routing.models import RuleSet, Trial, TrialLine

if TYPE_CHECKING:
    from linli.staff.models import User


@transaction.atomic
def keep_trial(
    *,
    actor: User,
    rule_set: RuleSet,
    since: date,
    until: date,
    figures: Mapping[str, Any],
    lines: Iterable[TrialLine],
    now: datetime,
) -> Trial:
    """Keep the figures of a run (`models.Trial`) and the cases that would go elsewhere."""
    trial = Trial.objects.create(
        rule_set=rule_set,
        edits=rule_set.edits,
        since=since,
        until=until,
        made_by=actor,
        made_at=now,
        figures=dict(figures),
    )
    rows = []
    for line in lines:
        line.trial = trial
        rows.append(line)
    TrialLine.objects.bulk_create(rows, batch_size=2000)
    record(
        actor=actor,
        action="routing.tried",
        object_type="rule_set",
        object_id=rule_set.pk,
        now=now,
        detail={
            "trial": trial.pk,
            "cases": figures.get("cases"),
            "changed": figures.get("changed"),
        },
    )
    return trial
