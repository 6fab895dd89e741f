"""Questions that people keep, and to whom their answers are sent. Answers are never kept."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy


class Audience(models.TextChoices):
    OWN = "own", pgettext_lazy("audience", "Only me")
    UNIT = "unit", pgettext_lazy("audience", "My unit")
    CENTRE = "centre", pgettext_lazy("audience", "Everybody of the centre")


class Rhythm(models.TextChoices):
    DAY = "day", pgettext_lazy("rhythm", "every day")
    WEEK = "week", pgettext_lazy("rhythm", "every Monday")
    MONTH = "month", pgettext_lazy("rhythm", "on the first of every month")


class SavedQuery(models.Model):
    """A question with a name (rules.query.Query as its query string). `unit` and `centre` are where
    its owner sat when it was saved: with whom it can be shared."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    text = models.CharField(max_length=600)
    audience = models.CharField(max_length=6, choices=Audience.choices, default=Audience.OWN)
    unit = models.ForeignKey("staff.Unit", models.PROTECT, null=True, related_name="+")
    centre = models.ForeignKey("staff.Unit", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="analysis_name_once"),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="analysis_audience"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Posting(models.Model):
    """One person gets the answer by e-mail, counted with that person's own rights."""

    saved = models.ForeignKey(SavedQuery, models.CASCADE, related_name="postings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    rhythm = models.CharField(max_length=5, choices=Rhythm.choices)
    sent_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["saved", "user"], name="analysis_posting_once"),
            models.CheckConstraint(condition=Q(rhythm__in=Rhythm.values), name="analysis_rhythm"),
        ]
