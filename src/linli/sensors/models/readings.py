"""What came in."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from linli.sensors.rules.kinds import Reason


class Reading(models.Model):
    """One value. A device has one at one moment: the same again is not taken twice.

    No foreign keys: it is written a thousand at a time; devices are never deleted.
    """

    pk = models.CompositePrimaryKey("device_id", "at")
    device_id = models.BigIntegerField()
    at = models.DateTimeField()  # by the device's clock, whole milliseconds
    value = models.FloatField()

    class Meta:
        indexes = [BrinIndex(fields=["at"], name="sensors_reading_at", pages_per_range=32)]


class Nonce(models.Model):
    """A signed message that was taken; the same again within the hour is a replay."""

    digest = models.BinaryField(primary_key=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="sensors_nonce_at")]


class Refusal(models.Model):
    """Readings that were not taken, counted by the name they came under and the reason."""

    code = models.CharField(max_length=60)
    reason = models.CharField(max_length=12, choices=Reason.choices)
    count = models.BigIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    said = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "reason"], name="sensors_refusal_once")
        ]
