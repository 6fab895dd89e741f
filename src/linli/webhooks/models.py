"""Who outside is told of what happens to cases."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from linli.kernel.seal import SealedTextField
from linli.staff.models import Post, User
from linli.territory.models import Region
from linli.webhooks.rules import State


class Subscription(models.Model):
    """One receiver. It is told of events that it wants, of cases that its post may see.

    An empty list of moves or classes, and no region, mean all of them.
    """

    name = models.CharField(max_length=80)
    url = models.CharField(max_length=500)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    moves = ArrayField(models.CharField(max_length=40), default=list)
    class_codes = ArrayField(models.CharField(max_length=20), default=list)  # prefixes
    region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True, related_name="+")
    region_ids = ArrayField(models.BigIntegerField(), default=list)  # as cases carry them
    secret = SealedTextField()
    old_secret = SealedTextField()
    old_secret_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=6, choices=State, default=State.ON)
    state_since = models.DateTimeField()
    reason = models.CharField(max_length=300, default="")  # why it is not on
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="webhooks_subscription_state"
            ),
        ]
