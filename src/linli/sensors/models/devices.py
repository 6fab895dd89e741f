"""Devices that measure one thing at one place, and who brings their readings (R155)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from linli.kernel.seal import SealedTextField


class DeviceKind(models.Model):
    """What devices of a kind measure, and the class of the cases they open.

    `unit_of_measure` is written behind values (mm, °C, %); values outside of `lowest` … `highest`
    are no readings but faults of the device, and are not taken.
    """

    name = models.CharField(_("name"), max_length=60, unique=True)
    name_en = models.CharField(max_length=60, blank=True, default="")
    unit_of_measure = models.CharField(max_length=16, blank=True, default="")
    lowest = models.FloatField(null=True, blank=True)
    highest = models.FloatField(null=True, blank=True)
    interval_s = models.PositiveIntegerField(default=600)  # expected between two readings
    class_code = models.CharField(max_length=5)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="sensors_kind_interval", condition=Q(interval_s__range=(1, 604_800))
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return self.name_en if self.name_en and get_language() == "en" else self.name


class Sender(models.Model):
    """Who brings readings over HTTP with a secret of its own: a gateway, or one device."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    secret = SealedTextField()
    active = models.BooleanField(default=True)
    heard_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Device(models.Model):
    """One measuring device. It stands at `place`, or where its component stands.

    `interval_s` None: its kind's. `sender` None: nobody brings its readings over HTTP (the broker
    of MQTT says who may publish them). Nothing here is about people (P1–P16): no pictures, no
    sound, no positions that move.
    """

    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.ForeignKey(DeviceKind, models.PROTECT, related_name="devices")
    place = models.PointField(srid=4326, null=True, spatial_index=False)  # lon, lat
    component_code = models.BigIntegerField(null=True)
    address = models.CharField(max_length=200, blank=True, default="")
    unit = models.ForeignKey("staff.Unit", models.PROTECT, null=True, related_name="+")
    sender = models.ForeignKey(Sender, models.PROTECT, null=True, related_name="devices")
    interval_s = models.PositiveIntegerField(null=True)
    active = models.BooleanField(default=True)
    active_since = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="sensors_device_stands",
                condition=Q(place__isnull=False) | Q(component_code__isnull=False),
            ),
            models.CheckConstraint(
                name="sensors_device_interval",
                condition=Q(interval_s__isnull=True) | Q(interval_s__range=(1, 604_800)),
            ),
        ]
        indexes = [models.Index(fields=["kind", "id"], name="sensors_device_kind")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def expected_s(self) -> int:
        """Seconds between two readings, as expected."""
        return self.interval_s or self.kind.interval_s

    @property
    def expected(self) -> timedelta:
        """The span between two readings, as expected."""
        return timedelta(seconds=self.expected_s)

    @property
    def heard_since(self) -> datetime:
        """When it was last heard of; one that never was is waited for since it is active."""
        heard = self.state.heard_at
        return self.active_since if heard is None else max(heard, self.active_since)


class DeviceState(models.Model):
    """How a device stands: its newest reading, and where each rule stands with it.

    The row is locked while readings of the device are taken, so they are judged one batch after the
    other. `tracks` is rule id → `rules.judging.packed`.
    """

    device = models.OneToOneField(Device, models.CASCADE, primary_key=True, related_name="state")
    last_at = models.DateTimeField(null=True)  # by the device's clock
    last_value = models.FloatField(null=True)
    heard_at = models.DateTimeField(null=True)  # by ours
    tracks = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["heard_at"], name="sensors_state_heard")]


class DeviceImport(models.Model):
    """A list of devices that was read in, with the lines that were not taken."""

    at = models.DateTimeField()
    by = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=120)
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    faults = models.TextField(blank=True, default="")  # CSV: line, what is wrong, the line itself
