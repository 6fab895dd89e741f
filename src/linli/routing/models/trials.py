"""Trials: a draft run over past cases before it is published."""

from __future__ import annotations

from django.db import models

from linli.routing.models.sets import RuleSet


class Trial(models.Model):
    """What a rule set would have done with the cases reported from `since` up to, not including,
    `until`, beside the set in force. `edits` is the state of the draft that was tried.

    `figures`: {"cases", "changed", "named_before", "named_after", "acted", "agree_before",
    "agree_after", "rules": {rule: cases}, "flows": [[before, after, cases], …],
    "overlaps": [[first rule, other rule, cases], …]}; unit 0 is nobody. `acted` are the cases a
    unit has had; `agree_…` those where the rules name that unit.
    """

    rule_set = models.ForeignKey(RuleSet, models.CASCADE, related_name="trials")
    edits = models.PositiveIntegerField()
    since = models.DateField()
    until = models.DateField()
    made_by = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    figures = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["rule_set", "-id"], name="routing_trial_newest")]


class TrialLine(models.Model):
    """A case that would go elsewhere. No foreign key to the case: cases lie above."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="lines")
    case_id = models.BigIntegerField()
    before = models.BigIntegerField(null=True)  # units
    after = models.BigIntegerField(null=True)
    acted = models.BigIntegerField(null=True)
    rule = models.BigIntegerField(null=True)  # of the draft; None: the list

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["trial", "id"], name="routing_line_of_trial")]
