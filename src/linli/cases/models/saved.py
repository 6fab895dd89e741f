from __future__ import annotations

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
