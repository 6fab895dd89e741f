from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class SavedFilter(models.Model):
    """A list a person comes back to: a name for a query string."""

    user = models.ForeignKey("staff.User", models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000)
    position = models.SmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_filter_once")]


class KeptCases(models.Model):
    """Cases that a number counted, kept for a day for one person who goes on with them in a list;
    what of them is shown is still what that person may see. `words` say which number it was."""

    user = models.ForeignKey("staff.User", models.CASCADE, related_name="+")
    words = models.CharField(max_length=200)
    case_ids = ArrayField(models.BigIntegerField())
    kept_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kept_at"], name="cases_kept_old")]
