"""Devices that say nothing any more are problems too."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import LessThan

from linli.sensors.models import Alarm, Device, DeviceState, SensorRule
from linli.sensors.rules import judging
from linli.sensors.rules.kinds import RuleState, Sense
from linli.sensors.services import alarms

log = logging.getLogger(__name__)


def find_silent(*, now: datetime) -> int:
    """Raise the alarm for every device that has been silent for too long; how many.

    Where more than a fifth of a rule's devices (and more than twenty) fall silent together, none is
    raised: the network or the broker is at fault, the page of devices says so, and a case each
    would bury the real ones. Three queries a rule, and the alarms. Safe to run twice.
    """
    found = 0
    for rule in SensorRule.objects.filter(state=RuleState.LIVE, sense=Sense.SILENT):
        silent = silent_devices(rule, now=now)
        watched = _watched(rule).count()
        if judging.is_deaf(len(silent), of=watched):
            log.warning("sensors.deaf rule=%s silent=%s of=%s", rule.pk, len(silent), watched)
            continue
        for device in silent:
            found += _raise(device, rule, now=now)
    return found


def silent_devices(rule: SensorRule, *, now: datetime) -> list[Device]:
    """The devices of a rule that are silent for longer than it allows and have no alarm yet, and no
    others are read. One query."""
    open_alarms = Alarm.objects.filter(rule=rule, over_at=None, beyond=True)
    heard = Greatest("state__heard_at", "active_since")  # Device.heard_since
    expected = Coalesce("interval_s", "kind__interval_s")  # Device.expected_s
    allowed = ExpressionWrapper(
        Value(timedelta(seconds=rule.threshold)) * expected, output_field=DurationField()
    )
    rows = _watched(rule).exclude(pk__in=open_alarms.values("device_id"))
    silent = rows.filter(LessThan(heard, Value(now) - allowed))
    return list(silent.select_related("kind", "state").order_by("pk"))


def _watched(rule: SensorRule) -> QuerySet[Device]:
    whose = Q(kind_id=rule.kind_id) if rule.kind_id else Q(pk=rule.device_id)
    return Device.objects.filter(whose, active=True)


@transaction.atomic
def _raise(device: Device, rule: SensorRule, *, now: datetime) -> bool:
    """Whether it is still silent once its state is locked."""
    state = DeviceState.objects.select_for_update().get(device=device)
    if state.heard_at is not None and state.heard_at != device.state.heard_at:
        return False
    key = str(rule.pk)
    track = judging.unpacked(state.tracks.get(key))
    state.tracks[key] = judging.packed(judging.raised(track, int(now.timestamp() * 1000)))
    state.save(update_fields=["tracks"])
    alarms.open_silence(device=device, rule_id=rule.pk, since=device.heard_since, now=now)
    return True
