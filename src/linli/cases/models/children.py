from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import BrinIndex
from django.db.models import Q

from linli.cases.models.case import Case
from linli.cases.rules import Stage
from linli.kernel.seal import SealedTextField


class CaseEvent(models.Model):
    """One thing that happened to a case. Never updated, never deleted: a trigger refuses.

    `digest` covers every other column and the digest of the event before (rules.chain).
    """

    pk = models.CompositePrimaryKey("case_id", "number")
    case = models.ForeignKey(Case, models.CASCADE, related_name="events", db_index=False)
    number = models.IntegerField()
    move = models.CharField(max_length=24)
    stage_from = models.CharField(max_length=10, choices=Stage.choices)
    stage_to = models.CharField(max_length=10, choices=Stage.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        "staff.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    post = models.ForeignKey(
        "staff.Post", models.PROTECT, null=True, related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        "staff.Unit", models.PROTECT, null=True, related_name="+", db_index=False
    )
    opinion = models.TextField(default="")
    detail = models.JSONField(default=dict)  # what changed: due times, units, places, file numbers
    digest = models.CharField(max_length=64)

    class Meta:
        # Events lie in the order in which they happened: a few kilobytes find those of a time.
        indexes = [
            BrinIndex(fields=["at"], name="case_event_at", pages_per_range=32, autosummarize=True)
        ]


class CaseClock(models.Model):
    """How long one stage of a case may take and took, at one tier (rules of `catalogue`)."""

    pk = models.CompositePrimaryKey("case_id", "number")
    case = models.ForeignKey(Case, models.CASCADE, related_name="clocks", db_index=False)
    number = models.SmallIntegerField()
    stage = models.CharField(max_length=10, choices=Stage.choices)
    centre = models.ForeignKey("staff.Unit", models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(
        "staff.Unit", models.PROTECT, null=True, related_name="+", db_index=False
    )
    limit_amount = models.DecimalField(max_digits=8, decimal_places=2)
    limit_unit = models.CharField(max_length=12)
    started_at = models.DateTimeField()
    stops = models.JSONField(default=list)  # [[from, to or null], …]
    granted = models.JSONField(default=list)  # [[amount, unit], …] approved extensions
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    late = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="case_clock_positive", condition=Q(limit_amount__gt=0))
        ]


class CaseFile(models.Model):
    """A photo, recording or document of a case: the clean copy; the original stays sealed."""

    class Purpose(models.TextChoices):
        REPORT = "report", "report"
        VERIFY = "verify", "verify"
        BEFORE = "before", "before"
        AFTER = "after", "after"
        CHECK = "check", "check"
        OTHER = "other", "other"

    pk = models.CompositePrimaryKey("case_id", "number")
    case = models.ForeignKey(Case, models.CASCADE, related_name="files", db_index=False)
    number = models.SmallIntegerField()
    event_number = models.IntegerField()
    report_number = models.SmallIntegerField(null=True)
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    kind = models.CharField(max_length=10)  # photo, audio, video, document
    mime = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    thumb_key = models.CharField(max_length=200, default="")
    sealed_key = models.CharField(max_length=200, default="")
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    taken_at = models.DateTimeField(null=True)
    fingerprint = models.BigIntegerField(null=True)  # of a photo (files.rules.fingerprints)
    sealed_place = SealedTextField()  # "lon,lat" the camera wrote
    added_at = models.DateTimeField()
