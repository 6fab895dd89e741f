"""What the residents' face keeps of its own: how many contact cards were handed out."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from linli.territory.models import Grid


class CardIssue(models.Model):
    """Cards of one grid in one printing (R40); append-only in use, counted per grid."""

    batch = models.UUIDField(default=uuid.uuid4)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    copies = models.PositiveIntegerField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(copies__gte=1) & models.Q(copies__lte=500),
                name="portal_cardissue_copies",
            ),
            models.UniqueConstraint(fields=["batch", "grid"], name="portal_cardissue_once"),
        ]
