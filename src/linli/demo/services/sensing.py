"""Sensors of the demo city: water gauges by the river, tilt meters on covers; one has an alarm, one
has fallen silent. All of it is made up."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from linli.components import queries as components
from linli.components.models import Component
from linli.components.rules import State
from linli.demo.services.replay import BUND
from linli.sensors import policy
from linli.sensors.models import Alarm, Device, DeviceKind, Sender
from linli.sensors.rules.incoming import Item
from linli.sensors.rules.kinds import RuleState, Sense
from linli.sensors.services import alarms, managing, watching
from linli.sensors.services.taking import take
from linli.staff.models import User

DAYS = 3
STEP_S = 1800
HEARTBEAT_S = 86_400  # they speak when something changes, and once a day
FAULT = "E0499"  # 其他突发问题: a device that says nothing
SILENT_FOR = timedelta(days=4)


class Kind(NamedTuple):
    """A kind of device, the kind of component it sits on, how much it shows in quiet times."""

    name: str
    name_en: str
    unit: str
    highest: float
    class_code: str
    sits_on: int
    quiet: tuple[float, float]
    alarm: tuple[str, float, float]  # rule: name, threshold, hysteresis


GAUGE = Kind("积水水位计", "Water gauge", "mm", 2000, "E0406", 103, (0, 12), ("道路积水", 150, 50))
TILT = Kind("井盖倾斜仪", "Tilt meter", "°", 90, "C0102", 102, (0, 1.5), ("井盖倾斜", 15, 5))
#: Code, kind; F: the water rises at the end, S: it says nothing any more.
DEVICES = (("W-001", GAUGE, "F"), ("W-002", GAUGE, ""), ("W-003", GAUGE, ""),
           ("T-101", TILT, ""), ("T-102", TILT, ""), ("T-103", TILT, "S"))  # fmt: skip


def enter(*, now: datetime, seed: int = 5) -> int:
    """Kinds, rules, a gateway and six devices with the readings of three days; once. How many
    devices. None where there are no components, or the administrator lacks the grant."""
    admin = User.objects.filter(username="sysadmin").first()
    if admin is None or not admin.has_grant(policy.GRANT_MANAGE) or Device.objects.exists():
        return 0
    places = {one: _covers(one.sits_on) for one in (GAUGE, TILT)}
    if any(len(found) < len(DEVICES) for found in places.values()):
        return 0
    since = now - timedelta(days=30)
    gateway = managing.save_sender(
        actor=admin, row=None, now=since, code="gw-1", name="示范物联网网关", active=True
    )
    kinds = {one: _kind(one, admin, since) for one in places}
    made = [
        _device(code, kinds[kind], gateway, places[kind], admin, since)
        for code, kind, _fate in DEVICES
    ]
    _measure(now, random.Random(seed))  # noqa: S311  made-up values
    watching.find_silent(now=now)
    for alarm_id in Alarm.objects.order_by("pk").values_list("pk", flat=True):
        alarms.tell_case(alarm_id=alarm_id, now=now)
    return len(made)


def send_one(*, now: datetime, pick: random.Random) -> str:
    """A quiet reading of one of the devices that still speak; its code, "" where there is none."""
    codes = {code: kind for code, kind, fate in DEVICES if not fate}
    code = pick.choice(sorted(codes))
    value = round(pick.uniform(*codes[code].quiet), 1)
    taken = take({0: Item(code, None, value)}, now=now) if Device.objects.exists() else None
    return code if taken and taken.new else ""


def _covers(kind: int) -> list[Component]:
    """Covers of the Bund, or of the whole city where it has too few, as many as the devices."""
    rows = components.components().filter(Q(kind=kind), state=State.IN_USE, wording__isnull=False)
    rows = rows.select_related("wording").order_by("code")
    found: list[Component] = []
    for where in (Q(grid__code__startswith=BUND), Q()):
        if len(found) < len(DEVICES):
            found = list(rows.filter(where)[: len(DEVICES)])
    return found


def _kind(one: Kind, admin: User, now: datetime) -> DeviceKind:
    """The kind, with a rule for its alarm and one for silence, both live."""
    kind = managing.save_kind(
        actor=admin, row=None, now=now, name=one.name, name_en=one.name_en,
        unit_of_measure=one.unit, lowest=0.0, highest=one.highest, interval_s=HEARTBEAT_S,
        class_code=one.class_code,
    )  # fmt: skip
    name, threshold, hysteresis = one.alarm
    given = {"kind": kind, "trip_s": 0, "clear_s": 0, "hours_from": None, "hours_until": None,
             "days": [], "again_h": 24}  # fmt: skip
    for values in (
        {"name": name, "sense": Sense.ABOVE, "threshold": threshold, "hysteresis": hysteresis,
         "trip_count": 2, "clear_count": 4, "class_code": ""},
        {"name": f"{one.name}失联", "sense": Sense.SILENT, "threshold": 3, "hysteresis": 0,
         "trip_count": 1, "clear_count": 1, "class_code": FAULT},
    ):  # fmt: skip
        rule = managing.save_rule(actor=admin, row=None, now=now, **given, **values)
        managing.steer_rule(actor=admin, row=rule, state=RuleState.LIVE, now=now)
    return kind


def _device(
    code: str,
    kind: DeviceKind,
    gateway: Sender,
    covers: list[Component],
    admin: User,
    now: datetime,
) -> Device:
    cover = covers.pop(0)
    assert cover.wording is not None  # as chosen
    address = cover.wording.text
    return managing.save_device(
        actor=admin, row=None, now=now, component=cover.number, code=code,
        name=f"{address}{kind.name}"[:80], kind=kind, address=address, unit=None, sender=gateway,
        interval_s=None, active=True,
    )  # fmt: skip


def _measure(now: datetime, pick: random.Random) -> None:
    """Three days of readings; the silent one's end days ago, and are heard of then."""
    for silent in (True, False):
        heard = now - SILENT_FOR if silent else now
        readings = [
            item
            for code, kind, fate in DEVICES
            if (fate == "S") == silent
            for item in _readings(code, kind, fate == "F", heard, pick)
        ]
        take(dict(enumerate(readings)), now=heard)


def _readings(
    code: str, kind: Kind, rises: bool, until: datetime, pick: random.Random
) -> list[Item]:
    count = DAYS * 86_400 // STEP_S
    found = []
    for left in range(count, -1, -1):
        value = pick.uniform(*kind.quiet)
        if rises:  # within the last four hours, to beyond the threshold
            value += max(0, 9 - left) * kind.alarm[1] / 6
        at = int(until.timestamp() - left * STEP_S) * 1000
        found.append(Item(code, at, round(value, 1)))
    return found
