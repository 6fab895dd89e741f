"""What counts of each case, kept by the event: derived, and made anew whenever the case changes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Touched(models.Model):
    """A case whose facts have to be made anew: written with the event itself, so none is lost."""

    pk = models.CompositePrimaryKey("case_id", "number")
    case_id = models.BigIntegerField()
    number = models.IntegerField()  # of the event; 0 for one that was touched otherwise


class _Placed(models.Model):
    """Where and of what kind: what figures are told apart by. Ids of small tables, without keys:
    the rows are derived of a case that has them."""

    district_id = models.BigIntegerField(null=True)
    street_id = models.BigIntegerField(null=True)
    community_id = models.BigIntegerField(null=True)
    grid_id = models.BigIntegerField(null=True)
    class_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=12)
    # What it is compared with (rules.fairness.stratum_of); empty in what was written before.
    stratum = models.CharField(max_length=12, default="", db_default="")

    class Meta:
        abstract = True


def _stamp(name: str, prefix: str, condition: Q | None = None) -> models.Index:
    return models.Index(
        fields=[name], name=f"{prefix}_{name}", condition=Q(**{f"{name}__isnull": False})
    )


def _owed(prefix: str, what: str, done: str, out: str) -> tuple[models.Index, ...]:
    """What is owed at a moment (rules.counts.Owed.overdue): what still is, and what was done late,
    by when that was. Neither grows with the years that a city has behind it."""
    return (
        models.Index(
            fields=["due_at"],
            name=f"{prefix}_owed_{what}",
            condition=Q(**{f"{done}__isnull": True, f"{out}__isnull": True}),
        ),
        models.Index(
            fields=[done],
            include=["due_at", out],
            name=f"{prefix}_late_{what}",
            condition=Q(**{f"{done}__gt": F("due_at")}),
        ),
    )


class CaseFact(_Placed):
    """The case itself (rules.facts.CaseFacts)."""

    case_id = models.BigIntegerField(primary_key=True)
    event_number = models.IntegerField()
    area_grade = models.CharField(max_length=1)
    is_public = models.BooleanField()
    on_time = models.BooleanField()
    reported_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)
    merged_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    self_handled_at = models.DateTimeField(null=True)
    out_at = models.DateTimeField(null=True)
    reworked_at = models.DateTimeField(null=True)
    misdispatched_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    extended_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["reported_at"], name="fact_reported_at"),
            *(
                _stamp(name, "fact")
                for name in (
                    "filed_at", "dismissed_at", "merged_at", "voided_at", "dispatched_at",
                    "handled_at", "closed_at", "self_handled_at", "reworked_at",
                    "misdispatched_at", "suspended_at", "extended_at", "reopened_at",
                )
            ),
            *_owed("fact", "work", "handled_at", "out_at"),
            *_owed("fact", "close", "closed_at", "out_at"),
            _stamp("out_at", "fact"),
        ]  # fmt: skip


class TaskFact(_Placed):
    """What one unit had to do in a case (rules.facts.TaskFacts)."""

    pk = models.CompositePrimaryKey("case_id", "number")
    case_id = models.BigIntegerField()
    number = models.SmallIntegerField()
    unit_id = models.BigIntegerField()
    is_lead = models.BooleanField()
    on_time = models.BooleanField()
    dispatched_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    disputed_at = models.DateTimeField(null=True)
    reworked_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    extended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["dispatched_at"], name="task_dispatched_at"),
            *(
                _stamp(name, "task")
                for name in (
                    "handled_at", "closed_at", "declined_at", "disputed_at", "reworked_at",
                    "suspended_at", "extended_at",
                )
            ),
            *_owed("task", "work", "handled_at", "left_at"),
            *_owed("task", "close", "closed_at", "left_at"),
            _stamp("left_at", "task"),
        ]  # fmt: skip


class StepFact(_Placed):
    """What one post did in a case, or has still to do (rules.facts.StepFacts)."""

    pk = models.CompositePrimaryKey("case_id", "number")
    case_id = models.BigIntegerField()
    number = models.SmallIntegerField()
    step = models.CharField(max_length=10)
    post_id = models.BigIntegerField()
    on_time = models.BooleanField()
    good = models.BooleanField()
    done_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    out_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # Seven rows a case: figures of posts read this alone, not the rows.
            models.Index(
                fields=["step", "done_at"],
                include=["post_id", "on_time", "good", "stratum"],
                name="step_done",
            ),
            models.Index(fields=["post_id", "done_at"], name="step_post"),
            *_owed("step", "work", "done_at", "out_at"),
            _stamp("out_at", "step"),
        ]
