"""From readings to cases: one open case per device and rule, which ends as people would have it."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from linli.cases import services as cases
from linli.cases.models import Case, Report
from linli.sensors.models import Alarm, Device, DeviceKind, DeviceState, Reading, SensorRule
from linli.sensors.services.alarms import look_after, tell_case
from linli.sensors.services.upkeep import prune
from linli.sensors.services.watching import find_silent, silent_devices
from tests.cases.city import City
from tests.conftest import NOW
from tests.sensors.conftest import at, make_device, make_rule, send, told

pytestmark = pytest.mark.django_db


def words(case_id: int | None) -> list[str]:
    reports = Report.objects.filter(case_id=case_id).order_by("number")
    return list(reports.values_list("description", flat=True))


def test_a_value_beyond_opens_one_case_with_class_place_and_words(
    city: City, device: Device, rule: SensorRule
) -> None:
    assert send((0, 20), (1, 180)).new == 2
    (alarm,) = told(at(1))
    case = Case.objects.get(pk=alarm.case_id)
    assert (case.channel, case.stage) == ("sensor", "reported")
    assert case.case_class == city.case_class
    assert case.grid == city.districts[0].grids[0]
    assert "180 mm" in case.description
    assert "高于 150 mm" in case.description
    send((2, 200), (3, 190))
    told(at(3))
    assert Case.objects.count() == 1
    assert Alarm.objects.count() == 1


def test_the_case_goes_away_by_itself_while_nobody_was_sent(
    device: Device, rule: SensorRule
) -> None:
    send((0, 180))
    told(at(0))
    send((5, 90))
    (alarm,) = told(at(5))
    case = Case.objects.get()
    assert case.stage == "dismissed"
    assert alarm.over_at == at(5)
    assert "恢复正常" in case.events.latest("number").opinion
    send((9, 300))
    assert len(told(at(9))) == 2
    assert Case.objects.count() == 2, "a new problem, a new case"


def test_within_the_hysteresis_the_case_stays(device: Device, rule: SensorRule) -> None:
    send((0, 180))
    told(at(0))
    send((5, 140), (6, 149), (7, 101))
    (alarm,) = told(at(7))
    assert alarm.beyond
    assert Case.objects.get().stage == "reported"


def test_a_filed_case_that_nobody_was_sent_to_is_voided(
    city: City, device: Device, rule: SensorRule
) -> None:
    send((0, 180))
    told(at(0))
    chief = city.districts[0].user("street_chief")
    cases.file_case(case_id=Case.objects.get().pk, actor=chief, now=at(1))
    send((5, 90))
    told(at(5))
    assert Case.objects.get().stage == "voided"


def dispatched(city: City) -> Case:
    case = Case.objects.get()
    home = city.districts[0]
    cases.file_case(case_id=case.pk, actor=home.user("street_chief"), now=at(1))
    return cases.dispatch(
        case_id=case.pk, actor=home.user("street_dispatcher"), unit=home.department.pk, now=at(2)
    )


def test_whoever_was_sent_is_told_and_goes_on(city: City, device: Device, rule: SensorRule) -> None:
    send((0, 180))
    told(at(0))
    dispatched(city)
    send((5, 90))
    told(at(5))
    (alarm,) = told(at(6))
    case = Case.objects.get()
    assert case.stage == "dispatched"
    assert alarm.over_at is None
    assert alarm.told == "back"
    assert len(words(case.pk)) == 2
    assert "恢复正常" in words(case.pk)[1]
    send((8, 220))
    told(at(8))
    assert "再次" in words(case.pk)[2]
    assert (Alarm.objects.count(), Case.objects.count()) == (1, 1)


def test_a_case_that_others_report_too_is_not_withdrawn(
    city: City, device: Device, rule: SensorRule
) -> None:
    send((0, 180))
    told(at(0))
    case = Case.objects.get()
    cases.add_report(case_id=case.pk, description="水很深", now=at(1), channel="portal")
    send((5, 90))
    (alarm,) = told(at(5))
    assert Case.objects.get().stage == "reported"
    assert alarm.told == "back"


def test_a_merged_case_is_followed_and_never_withdrawn(
    city: City, device: Device, rule: SensorRule
) -> None:
    home = city.districts[0]
    other = cases.report(description="积水", now=NOW, channel="portal", place=home.place()).case
    send((0, 180))
    (alarm,) = told(at(0))
    assert alarm.case_id is not None
    cases.merge(
        case_id=alarm.case_id, actor=home.user("street_operator"), now=at(1), into=other.number,
        opinion="同一处",
    )  # fmt: skip
    send((5, 90))
    (alarm,) = told(at(5))
    assert alarm.case_id == other.pk
    assert "恢复正常" in words(other.pk)[-1]
    assert Case.objects.get(pk=other.pk).stage == "reported"


def test_a_case_that_people_ended_while_the_value_is_beyond_comes_back_after_a_day(
    city: City, device: Device, rule: SensorRule
) -> None:
    send((0, 180))
    told(at(0))
    chief = city.districts[0].user("street_chief")
    cases.dismiss(case_id=Case.objects.get().pk, actor=chief, now=at(1), opinion="误报")
    send((5, 190))
    look_after(now=at(6))
    assert Case.objects.count() == 1
    look_after(now=at(6) + timedelta(hours=25))
    told(at(7) + timedelta(hours=25))
    assert Case.objects.count() == 2
    assert Alarm.objects.filter(over_at=None).count() == 1


def test_much_worse_is_told_once_an_hour(device: Device, rule: SensorRule) -> None:
    send((0, 200))
    told(at(0))
    send((5, 600))
    told(at(5))
    assert len(words(Case.objects.get().pk)) == 1
    look_after(now=at(61))
    assert "600 mm" in words(Case.objects.get().pk)[1]
    send((70, 601))
    look_after(now=at(190))
    assert len(words(Case.objects.get().pk)) == 2


def test_what_has_passed_before_the_job_ran_opens_no_case(device: Device, rule: SensorRule) -> None:
    send((0, 180))
    send((1, 10))
    (alarm,) = told(at(1))
    assert alarm.over_at == at(1)
    assert not Case.objects.exists()


def test_a_refused_case_is_noted_and_tried_again(
    city: City, device: Device, rule: SensorRule
) -> None:
    device.place.x = 10.0
    device.save()
    send((0, 180))
    (alarm,) = told(at(0))
    assert "服务范围" in alarm.trouble
    assert not Case.objects.exists()
    device.place.x = city.districts[0].place().lon
    device.save()
    assert look_after(now=at(5)) == 0, "not at once"
    look_after(now=at(11))
    assert Case.objects.count() == 1
    assert Alarm.objects.get().trouble == ""


def test_the_same_job_twice_opens_one_case(device: Device, rule: SensorRule) -> None:
    send((0, 180))
    alarm = Alarm.objects.get()
    for _time in range(2):
        tell_case(alarm_id=alarm.pk, now=at(1))
    assert Case.objects.count() == 1


def test_readings_in_any_order_lead_to_the_same_and_never_to_two_open_cases(
    city: City, kind: DeviceKind
) -> None:
    rule = make_rule(kind, trip_count=2, clear_count=2)
    dice = random.Random(7)
    values = [(minute, dice.choice([60.0, 120.0, 180.0])) for minute in range(40)]
    ends = set()
    for turn in range(3):
        device = make_device(city, kind, f"D-{turn}")
        arriving = list(values)
        if turn:
            dice.shuffle(arriving)
        for start in range(0, 40, 4 + turn):
            send(*arriving[start : start + 4 + turn], code=device.code, now=at(41))
            told(at(41))
            open_alarms = Alarm.objects.filter(device=device, rule=rule, over_at=None)
            assert open_alarms.count() <= 1
        state = DeviceState.objects.get(device=device)
        ends.add((tuple(state.tracks[str(rule.pk)][0]), state.last_value))
    assert len(ends) == 1


# -- silence --------------------------------------------------------------------------------------
def test_a_silent_device_is_a_case_that_ends_when_it_speaks(
    city: City, device: Device, kind: DeviceKind
) -> None:
    make_rule(kind, sense="silent", threshold=5, hysteresis=0, name="失联")
    send((0, 20))
    assert find_silent(now=at(5)) == 0
    assert find_silent(now=at(6)) == 1
    assert find_silent(now=at(7)) == 0, "once"
    told(at(7))
    assert "无数据" in Case.objects.get().description
    send((9, 20), now=at(9))
    told(at(9))
    assert Case.objects.get().stage == "dismissed"
    assert not Alarm.objects.filter(over_at=None)
    assert find_silent(now=at(20)) == 1, "silent once more"


def test_many_silent_at_once_are_one_fault_on_the_way_and_no_cases(
    city: City, kind: DeviceKind
) -> None:
    make_rule(kind, sense="silent", threshold=5, hysteresis=0)
    for n in range(21):
        make_device(city, kind, f"D-{n}", active_since=at(0))
    assert find_silent(now=at(9)) == 0
    assert not Alarm.objects.exists()
    Device.objects.filter(code="D-20").update(active=False)
    assert find_silent(now=at(9)) == 20


def test_only_devices_that_are_silent_are_read(
    city: City, kind: DeviceKind, django_assert_num_queries: Any
) -> None:
    """Asked of the database as the device says it itself, to the moment at which it is too long."""
    rule = make_rule(kind, sense="silent", threshold=2.5, hysteresis=0)
    dice = random.Random(8)
    for n in range(30):
        since = at(-dice.randrange(4))
        device = make_device(
            city, kind, f"D-{n}", active_since=since, interval_s=dice.choice((None, 30, 120))
        )
        heard = dice.choice((None, at(-dice.randrange(6))))
        DeviceState.objects.filter(device=device).update(heard_at=heard)
    everyone = list(Device.objects.select_related("kind", "state").order_by("pk"))
    counts = set()
    for seconds in (0, 30, 60, 75, 150, 300, 301, 1000):
        now = at(seconds / 60)
        with django_assert_num_queries(1):
            found = silent_devices(rule, now=now)
        counts.add(len(found))
        assert found == [one for one in everyone if now - one.heard_since > 2.5 * one.expected]
    assert 30 in counts
    assert len(counts) > 4


# -- upkeep ---------------------------------------------------------------------------------------
def test_old_readings_go(device: Device, rule: SensorRule) -> None:
    send((0, 20), (1, 21))
    assert prune(now=NOW + timedelta(days=90, seconds=30)) == 1
    assert Reading.objects.get().value == 21
