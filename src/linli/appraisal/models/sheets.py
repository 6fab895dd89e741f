"""A worker's sheet of a month, its inputs and its history. A signed sheet is never changed."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q

from linli.appraisal.models.schemes import Scheme, SchemeLine, stays
from linli.appraisal.rules.states import FROZEN, State

_FROZEN = ", ".join(f"'{state}'" for state in FROZEN)


def _with_sheet() -> pgtrigger.Trigger:
    """Rows of a signed sheet stay as they are."""
    return pgtrigger.Trigger(
        name="signed_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("whose", "bigint")],
        func=f"""
            IF TG_OP = 'INSERT' THEN whose := NEW.sheet_id; ELSE whose := OLD.sheet_id; END IF;
            IF EXISTS (SELECT FROM appraisal_sheet s
                       WHERE s.id = whose AND s.state IN ({_FROZEN})) THEN
                RAISE EXCEPTION 'a signed sheet is never changed'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'appraisal_signed_stays';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


class Sheet(models.Model):
    """The appraisal of one post in one month. `number` 2 and on: after one that was dropped, or a
    correction beside `corrects`. `result`: what was shown when it was signed, whole (queries.paper)
    so that it can be read without anything else."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="+")
    post = models.ForeignKey("staff.Post", models.PROTECT, related_name="+")
    user = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    unit = models.ForeignKey("staff.Unit", models.PROTECT, related_name="+")
    month = models.DateField()  # its first day
    number = models.PositiveSmallIntegerField(default=1)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    state = models.CharField(max_length=9, choices=State.choices, default=State.REPORTING)
    report_until = models.DateTimeField()
    own_words = models.TextField(default="")  # the self-report
    appeal_until = models.DateTimeField(null=True)
    appealed_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    total = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    factor = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # per cent of the pay
    result = models.JSONField(default=dict)
    event_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-month", "unit", "post", "-number"]
        indexes = [
            models.Index(fields=["user", "-month"], name="appraisal_sheet_own"),
            models.Index(fields=["unit", "-month"], name="appraisal_sheet_unit"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "month", "number"], name="appraisal_sheet_once"
            ),
            models.CheckConstraint(
                name="appraisal_sheet_known",
                condition=Q(state__in=State.values, month__day=1)
                & (Q(total=None) | Q(total__range=(0, 100)))
                & (Q(factor=None) | Q(factor__range=(0, 100))),
            ),
            models.CheckConstraint(  # no sheet is signed that no person has signed, nor by its own
                name="appraisal_sheet_signed_by_somebody",
                condition=~Q(state__in=[state.value for state in FROZEN])
                | (
                    Q(signed_by__isnull=False, signed_at__isnull=False)
                    & Q(total__isnull=False, factor__isnull=False)
                    & ~Q(signed_by=F("user"))
                ),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="signed_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state__in=[state.value for state in FROZEN]),
                func="""
                    IF TG_OP = 'DELETE' OR NEW.state NOT IN ('signed', 'archived')
                        OR (OLD.state = 'archived' AND NEW.state = 'signed')
                        OR (to_jsonb(NEW) - 'state' - 'event_count')
                            <> (to_jsonb(OLD) - 'state' - 'event_count') THEN
                        RAISE EXCEPTION 'a signed sheet is never changed'
                            USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'appraisal_signed_stays';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.user}"

    @property
    def is_frozen(self) -> bool:
        return self.state in FROZEN


class Input(models.Model):
    """The points of one line, with what they were made of: for a figure its counts and formula, for
    a survey how many were asked and said yes. Never who answered."""

    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="inputs")
    line = models.ForeignKey(SchemeLine, models.PROTECT, related_name="+")
    points = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    detail = models.JSONField(default=dict)
    entered_by = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "line"], name="appraisal_input_once"),
            models.CheckConstraint(
                name="appraisal_input_points",
                condition=Q(points=None) | Q(points__range=(0, 100)),
            ),
        ]
        triggers = [_with_sheet()]


class Adjustment(models.Model):
    """Points added (above 0) or deducted (below 0) by hand, with the reason the worker reads."""

    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="adjustments")
    number = models.PositiveSmallIntegerField()
    points = models.DecimalField(max_digits=5, decimal_places=2)
    reason = models.CharField(max_length=500)
    entered_by = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "number"], name="appraisal_adjustment_once"),
            models.CheckConstraint(
                name="appraisal_adjustment_points",
                condition=Q(points__range=(-100, 100)) & ~Q(points=0),
            ),
        ]
        triggers = [_with_sheet()]


class SheetEvent(models.Model):
    """What happened to a sheet, by whose hand. Written once."""

    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="events")
    number = models.PositiveSmallIntegerField()
    deed = models.CharField(max_length=9)
    at = models.DateTimeField()
    actor = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey("staff.Post", models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=9, choices=State.choices)  # afterwards
    words = models.TextField(default="")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "number"], name="appraisal_event_once")
        ]
        triggers = [stays("appraisal_event_stays")]
