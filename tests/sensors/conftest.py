"""A city with a water gauge, a rule for it and a gateway that brings its readings."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point

from linli.sensors.models import Alarm, Device, DeviceKind, DeviceState, Sender, SensorRule
from linli.sensors.rules.incoming import Item
from linli.sensors.services.alarms import tell_case
from linli.sensors.services.taking import Taken, take
from tests.cases.city import City, make_city
from tests.conftest import NOW

SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def kind(city: City) -> DeviceKind:
    return DeviceKind.objects.create(
        name="积水水位计", name_en="Water gauge", unit_of_measure="mm", lowest=-100, highest=5000,
        interval_s=60, class_code="E0102",
    )  # fmt: skip


@pytest.fixture
def sender(city: City) -> Sender:
    return Sender.objects.create(code="gw-1", name="网关一", secret=SECRET, issued_at=NOW)


def make_device(city: City, kind: DeviceKind, code: str = "W-001", **values: Any) -> Device:
    place = city.districts[0].place()
    given = {
        "name": f"下穿通道{code}", "kind": kind, "active_since": NOW - timedelta(days=1),
        "place": Point(place.lon, place.lat, srid=4326),
    }  # fmt: skip
    device = Device.objects.create(code=code, **given | values)
    DeviceState.objects.create(device=device)
    return device


@pytest.fixture
def device(city: City, kind: DeviceKind, sender: Sender) -> Device:
    return make_device(city, kind, sender=sender)


def make_rule(kind: DeviceKind, **values: Any) -> SensorRule:
    given = {
        "name": "积水", "kind": kind, "sense": "above", "threshold": 150, "hysteresis": 50,
        "state": "live", "changed_at": NOW,
    }  # fmt: skip
    return SensorRule.objects.create(**given | values)


@pytest.fixture
def rule(kind: DeviceKind) -> SensorRule:
    return make_rule(kind)


def at(minute: float) -> datetime:
    return NOW + timedelta(minutes=minute)


def send(*values: tuple[float, float], code: str = "W-001", now: datetime | None = None) -> Taken:
    """Readings (minute, value) of a device, taken at the last of their moments."""
    items = {
        n: Item(code, int(at(minute).timestamp() * 1000), value)
        for n, (minute, value) in enumerate(values)
    }
    return take(items, now=now or at(max(minute for minute, _value in values)))


def told(now: datetime) -> list[Alarm]:
    """The alarms, after each has told its case what it owes."""
    for alarm in Alarm.objects.filter(over_at=None):
        tell_case(alarm_id=alarm.pk, now=now)
    return list(Alarm.objects.order_by("pk"))


def body_of(*readings: dict[str, Any]) -> bytes:
    return json.dumps({"readings": list(readings)}).encode()
