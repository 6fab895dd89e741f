"""The demo's sensors: one has an alarm with a case, one is silent, the others are calm."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from linli.cases.models import Case
from linli.catalogue.models import CaseClass
from linli.demo.services import inventory, sensing
from linli.sensors.models import Alarm, Device, DeviceState, Reading
from linli.sensors.queries.devices import counts, is_silent
from tests.cases.city import City
from tests.factories import make_post, make_user


def test_six_devices_one_alarm_one_silence_entered_once(city: City, now: datetime) -> None:
    for code in (sensing.GAUGE.class_code, sensing.FAULT):
        CaseClass.objects.create(
            edition=city.case_class.edition, kind="event", code=code, major_code=code[1:3],
            major_name="突发事件", minor_code=code[3:], name=code,
        )  # fmt: skip
    admin = make_user("sysadmin")
    inventory.enter(now=now)
    assert sensing.enter(now=now) == 0, "the grant is the security administrator's to give"
    make_post("sensors.manage", user=admin, unit=city.centre)
    assert sensing.enter(now=now) == len(sensing.DEVICES)
    assert sensing.enter(now=now) == 0
    said = {alarm.device.code: alarm for alarm in Alarm.objects.select_related("device", "rule")}
    assert {code: alarm.rule.sense for code, alarm in said.items()} == {
        "W-001": "above",
        "T-103": "silent",
    }
    cases = {one.number: one for one in Case.objects.all()}
    assert {alarm.trouble for alarm in said.values()} == {""}
    assert {one.channel for one in cases.values()} == {"sensor"}
    assert sorted(cases) == sorted(alarm.case_number for alarm in said.values())
    assert counts(now=now) == (6, 2, 1)
    assert Reading.objects.count() == 6 * 145

    day = now + timedelta(days=2, hours=1)
    silent = {one.code for one in Device.objects.select_related("state", "kind")
              if is_silent(one, now=day)}  # fmt: skip
    assert len(silent) == 6
    code = sensing.send_one(now=day, pick=random.Random(1))
    assert DeviceState.objects.get(device__code=code).heard_at == day
    assert Alarm.objects.filter(over_at=None).count() == 2, "a quiet reading raises nothing"
