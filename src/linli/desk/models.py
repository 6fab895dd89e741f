"""What a person has arranged on their own desk."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class ListColumns(models.Model):
    """The columns a person wants to see of a list, in order."""

    user = models.ForeignKey("staff.User", models.CASCADE, related_name="+")
    name = models.CharField(max_length=20)
    columns = ArrayField(models.CharField(max_length=20))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="desk_columns_once")]
