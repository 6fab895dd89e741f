"""Periods that somebody has closed: what counted, fact by fact, by which formulas."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from linli.evaluation.models.facts import _Placed
from linli.evaluation.models.indicators import Version
from linli.evaluation.rules.counts import Source


class FreezeState(models.TextChoices):
    MAKING = "making", pgettext_lazy("freeze", "Being made")
    FROZEN = "frozen", pgettext_lazy("freeze", "Frozen")
    FAILED = "failed", pgettext_lazy("freeze", "Failed")


class Freeze(models.Model):
    """A frozen period, or a later version of one. Never changed; a recount stands beside it."""

    span = models.CharField(max_length=8)
    first = models.DateField()
    last = models.DateField()
    number = models.PositiveSmallIntegerField()  # of this period, from 1
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=FreezeState.choices)
    reason = models.TextField(default="")
    frozen_by = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField()
    facts = models.BigIntegerField(default=0)  # rows that it holds
    #: Grids and regions whose ground is of the first class then: kind of region to ids.
    first_class = models.JSONField(default=dict)

    class Meta:
        ordering = ["-first", "span", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["span", "first", "number"], name="evaluation_freeze_once"
            )
        ]


class FrozenFact(_Placed):
    """In which counts one fact counted when the period was frozen: a bit each, in the order of
    `rules.counts.COUNTS`. So every figure of the period is the sum of these rows."""

    pk = models.CompositePrimaryKey("case_id", "freeze_id", "source", "number")
    case_id = models.BigIntegerField()
    freeze_id = models.BigIntegerField()
    source = models.CharField(max_length=4, choices=[(one.value, one.value) for one in Source])
    number = models.SmallIntegerField()
    holder_id = models.BigIntegerField(null=True)  # the unit of a task, the post of a step
    marks = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["freeze_id", "source"], name="frozen_fact_of")]
