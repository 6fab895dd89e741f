"""What the console keeps between two steps."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class StagedFile(models.Model):
    """An uploaded file between its preview and its commit, and afterwards what came of it.

    `data` is emptied at the commit; rows that nobody committed are dropped after a day.
    """

    token = models.CharField(max_length=43, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)  # territory, catalogue
    name = models.CharField(max_length=200)
    data = models.BinaryField()
    options = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    rejected = models.BinaryField(default=b"")
    created_at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True, blank=True)
    # The long work on it that was asked for last: looking at it, or importing it.
    errand = models.ForeignKey("errands.Errand", models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["kind", "-created_at"], name="console_staged_kind")]


class TopologyCheck(models.Model):
    """The last topology report of a community in one number, and the boundaries it was made of."""

    region = models.OneToOneField("territory.Region", models.CASCADE, related_name="+")
    boundaries = models.BigIntegerField()
    checked_at = models.DateTimeField()
    faults = models.PositiveIntegerField()
