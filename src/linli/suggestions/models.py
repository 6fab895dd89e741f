"""Versions of what was learned, and how suggestions are shown."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy


class Purpose(models.TextChoices):
    """What a model suggests."""

    CLASS = "class", pgettext_lazy("suggestion", "Class")
    UNIT = "unit", pgettext_lazy("suggestion", "Unit")


class Source(models.TextChoices):
    """What a model learned from."""

    CATALOGUE = "catalogue", pgettext_lazy("learned from", "Words of the catalogue")
    TEXTS = "texts", pgettext_lazy("learned from", "Labelled texts")
    CASES = "cases", pgettext_lazy("learned from", "Closed cases")


class State(models.TextChoices):
    """`kept`: was in force, or may be; `refused`: was worse than the one in force."""

    IN_FORCE = "in_force", pgettext_lazy("model", "In force")
    KEPT = "kept", pgettext_lazy("model", "Kept")
    REFUSED = "refused", pgettext_lazy("model", "Refused")


class Reason(models.TextChoices):
    """Why a version is in its state."""

    FIRST = "first", pgettext_lazy("model", "the first one")
    NOT_WORSE = "not_worse", pgettext_lazy("model", "not worse than the one before")
    WORSE = "worse", pgettext_lazy("model", "worse than the one in force on the same cases")
    STEPPED_BACK = "stepped_back", pgettext_lazy("model", "its successor turned out worse")
    TURNED_WORSE = "turned_worse", pgettext_lazy("model", "turned out worse than its predecessor")
    BY_HAND = "by_hand", pgettext_lazy("model", "by hand")
    FOLLOWED = "followed", pgettext_lazy("model", "followed by a newer one")


class ModelVersion(models.Model):
    """A model that was trained: its file by hash, what it learned from, how good it was.

    Figures are of held-out texts it never saw; null where there were none. `per_label`: rows of
    label, texts, found, said. `compared`: the version it was measured against, and its macro-F1.
    """

    purpose = models.CharField(max_length=5, choices=Purpose.choices)
    number = models.IntegerField()
    source = models.CharField(max_length=10, choices=Source.choices)
    state = models.CharField(max_length=8, choices=State.choices)
    reason = models.CharField(max_length=12, choices=Reason.choices)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    in_force_since = models.DateTimeField(null=True)
    examples = models.IntegerField()
    labels = models.IntegerField()
    held_out = models.IntegerField()
    macro_f1 = models.FloatField(null=True)
    accuracy = models.FloatField(null=True)
    top3 = models.FloatField(null=True)
    calibration_error = models.FloatField(null=True)
    per_label = models.JSONField(default=list)
    compared = models.JSONField(default=dict)
    key = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()

    class Meta:
        ordering = ["purpose", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "number"], name="suggestions_version_number"
            ),
            models.UniqueConstraint(
                fields=["purpose"],
                condition=Q(state="in_force"),
                name="suggestions_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.number}"


class SuggestionSettings(models.Model):
    """How suggestions are shown; one row. What is off is neither shown nor asked for."""

    classes_on = models.BooleanField(default=True)
    units_on = models.BooleanField(default=True)
    portal_on = models.BooleanField(default=True)
    learning_on = models.BooleanField(default=True)
    least_percent = models.IntegerField(default=10)

    class Meta:
        constraints = [
            models.CheckConstraint(name="suggestion_settings_one", condition=Q(pk=1)),
            models.CheckConstraint(
                name="suggestion_settings_percent", condition=Q(least_percent__range=(1, 99))
            ),
        ]
