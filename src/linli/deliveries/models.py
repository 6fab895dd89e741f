"""The outbox: what is to be handed to other systems, and how each of them is doing."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q

from linli.deliveries import rules
from linli.deliveries.rules import State
from linli.kernel.seal import SealedTextField


class Delivery(models.Model):
    """One thing to hand over: written with the change it tells of, kept until it is settled.

    Deliveries of one lane to one target go one after the other, by id. `leased_until` is set while
    a worker is at it.
    """

    uid = models.UUIDField(default=uuid.uuid4)
    kind = models.CharField(max_length=40)
    target = models.CharField(max_length=120)
    lane = models.CharField(max_length=120, default="")
    payload = models.JSONField(default=dict)  # ids, numbers and codes; no personal data
    sealed_payload = SealedTextField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=rules.MOST_WORDS, default="")
    tries = models.JSONField(default=list)  # [moment, words], the newest last
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="deliveries_delivery_state"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(ended_at__isnull=False, leased_until__isnull=True),
                name="deliveries_delivery_ended",
            ),
        ]
        indexes = [
            models.Index(
                fields=["target", "due_at", "id"],
                name="deliveries_waiting",
                condition=Q(state="waiting"),
            ),
            models.Index(
                fields=["target", "lane", "id"],
                name="deliveries_lane",
                condition=Q(state__in=("waiting", "dead")) & ~Q(lane=""),
            ),
            models.Index(
                fields=["target"],
                name="deliveries_leased",
                condition=Q(leased_until__isnull=False),
            ),
            models.Index(
                fields=["state", "kind", "target", "-id"],
                name="deliveries_open",
                condition=~Q(state="done"),
            ),
            models.Index(
                fields=["ended_at"], name="deliveries_ended", condition=Q(ended_at__isnull=False)
            ),
            models.Index(fields=["uid"], name="deliveries_uid"),
        ]

    @property
    def contents(self) -> Mapping[str, Any]:
        """The payload, opened if it is sealed."""
        if self.sealed_payload:
            found: Mapping[str, Any] = json.loads(self.sealed_payload)
            return found
        return self.payload  # type: ignore[no-any-return]  # a JSON object by construction

    @property
    def label(self) -> str:
        """Its kind's name on screen."""
        return rules.label_of(self.kind)


class Target(models.Model):
    """A receiver: whether it answers, and until when it is left alone."""

    key = models.CharField(max_length=120, primary_key=True)
    failures = models.IntegerField(default=0, db_default=0)  # tries in a row that found nobody
    open_until = models.DateTimeField(null=True)  # the circuit is open: no tries until then
    failing_since = models.DateTimeField(null=True)  # nothing has arrived since, though tried
    last_ok_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)  # when people were last told of what was given up
