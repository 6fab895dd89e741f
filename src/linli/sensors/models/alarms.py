"""Rules as data, and the alarms they have raised."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.sensors.models.devices import Device, DeviceKind
from linli.sensors.rules.judging import Condition
from linli.sensors.rules.kinds import RuleState, Sense


class SensorRule(models.Model):
    """When a device of a kind, or one device, has a problem, and when it is over.

    `threshold` is in the kind's unit of measure; for silence a number of expected intervals.
    `class_code` empty: the kind's. A case that ended while the value is still beyond is followed by
    another after `again_h` hours; 0: never.
    """

    name = models.CharField(_("name"), max_length=80)
    kind = models.ForeignKey(DeviceKind, models.PROTECT, null=True, related_name="rules")
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="rules")
    sense = models.CharField(max_length=8, choices=Sense.choices)
    threshold = models.FloatField()
    hysteresis = models.FloatField(default=0)
    trip_count = models.PositiveSmallIntegerField(default=1)
    trip_s = models.PositiveIntegerField(default=0)
    clear_count = models.PositiveSmallIntegerField(default=1)
    clear_s = models.PositiveIntegerField(default=0)
    hours_from = models.TimeField(null=True)
    hours_until = models.TimeField(null=True)
    days = ArrayField(models.PositiveSmallIntegerField(), default=list)
    class_code = models.CharField(max_length=5, blank=True, default="")
    again_h = models.PositiveSmallIntegerField(default=24)
    state = models.CharField(max_length=8, choices=RuleState.choices, default=RuleState.DRAFT)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="sensors_rule_whose",
                condition=Q(kind__isnull=True, device__isnull=False)
                | Q(kind__isnull=False, device__isnull=True),
            ),
            models.CheckConstraint(
                name="sensors_rule_counts",
                condition=Q(trip_count__gte=1, clear_count__gte=1, hysteresis__gte=0),
            ),
            models.CheckConstraint(
                name="sensors_rule_hours",
                condition=Q(hours_from__isnull=True, hours_until__isnull=True)
                | Q(hours_from__isnull=False, hours_until__isnull=False)
                & ~Q(hours_from=F("hours_until")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def condition(self) -> Condition:
        """The part that judges."""
        hours = None
        if self.hours_from is not None and self.hours_until is not None:
            begin, end = self.hours_from, self.hours_until
            hours = (begin.hour * 60 + begin.minute, end.hour * 60 + end.minute)
        return Condition(
            sense=self.sense,
            threshold=self.threshold,
            hysteresis=self.hysteresis,
            trip_count=self.trip_count,
            trip_s=self.trip_s,
            clear_count=self.clear_count,
            clear_s=self.clear_s,
            hours=hours,
            days=frozenset(self.days),
            zone=timezone.get_default_timezone(),
        )


class Alarm(models.Model):
    """A rule has found a problem on a device; at most one is not over for both together.

    `beyond`: the value has not come back. `told` is what the case has heard of last (beyond, back).
    `reports` counts our reports on the case. Ids of cases are no foreign keys: cases are big.
    """

    device = models.ForeignKey(Device, models.PROTECT, related_name="alarms")
    rule = models.ForeignKey(SensorRule, models.PROTECT, related_name="alarms")
    beyond = models.BooleanField(default=True)
    began_at = models.DateTimeField()
    changed_at = models.DateTimeField()  # when `beyond` last changed, by the device's clock
    over_at = models.DateTimeField(null=True)
    value = models.FloatField(null=True)  # at the last change; None for silence
    worst = models.FloatField(null=True)
    case_id = models.BigIntegerField(null=True)
    case_number = models.CharField(max_length=30, blank=True, default="")
    reports = models.PositiveSmallIntegerField(default=0)
    told = models.CharField(max_length=8, blank=True, default="")
    told_at = models.DateTimeField(null=True)
    told_worst = models.FloatField(null=True)
    case_ended_at = models.DateTimeField(null=True)  # when we saw that it had ended
    trouble = models.CharField(max_length=300, blank=True, default="")
    tried_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device", "rule"],
                name="sensors_alarm_one_open",
                condition=Q(over_at__isnull=True),
            )
        ]
        indexes = [
            models.Index(fields=["case_id"], name="sensors_alarm_case"),
            models.Index(
                fields=["id"], name="sensors_alarm_open", condition=Q(over_at__isnull=True)
            ),
        ]
