"""Alarms and their cases: one open case per device and rule, whatever arrives (ADR 0023).

Readings only turn alarms; what a case has to hear follows in a job, so that no reading waits for a
case and nothing that a case refuses loses a reading. The job may run twice: it asks what the alarm
owes its case and notes what it has done in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import override

from linli.cases import services as cases
from linli.cases.models import Case
from linli.cases.rules.inputs import Place
from linli.cases.rules.moves import MoveRefused
from linli.cases.rules.stages import Stage
from linli.components.rules import text_of
from linli.kernel.errors import Refused
from linli.kernel.jobs import later
from linli.sensors.models import Alarm, Device
from linli.sensors.rules import judging
from linli.sensors.rules.kinds import RuleState
from linli.sensors.rules.stepping import AGAIN_AFTER, Standing, Step, next_step
from linli.sensors.rules.words import Words

CHANNEL = "sensor"
AT_ONCE = 500  # alarms looked after in one run of the job


class Turn(NamedTuple):
    """What readings did to a rule on a device."""

    device_id: int
    rule_id: int
    sense: str
    was: bool
    beyond: bool
    since: datetime
    at: datetime
    value: float | None
    worst: float | None


def turn(turns: Iterable[Turn]) -> None:
    """Note what has turned, and have the cases told; part of the caller's transaction, which holds
    the devices' states. Two or three statements a turn, none without."""
    for one in turns:
        open_alarm = Alarm.objects.filter(
            device_id=one.device_id, rule_id=one.rule_id, over_at=None
        ).first()
        if open_alarm is None:
            if not one.beyond or one.was:
                continue
            open_alarm = Alarm(
                device_id=one.device_id, rule_id=one.rule_id, began_at=one.since, worst=one.worst
            )
        elif one.worst is not None:
            worst = open_alarm.worst
            open_alarm.worst = (
                one.worst if worst is None else judging.worse(one.sense, worst, one.worst)
            )
        turned = open_alarm.pk is None or open_alarm.beyond != one.beyond
        if turned:
            open_alarm.beyond, open_alarm.changed_at = one.beyond, one.at
            open_alarm.value = one.value
        open_alarm.save()
        if turned:
            later("sensors.tell_case", alarm_id=open_alarm.pk)


@transaction.atomic
def tell_case(*, alarm_id: int, now: datetime) -> Step:
    """Do what the alarm owes its case now: open it, tell it, withdraw it, or nothing.

    What is refused is noted on the alarm and tried again later. Safe to run twice.
    """
    alarm = (
        Alarm.objects.select_for_update(of=("self",))
        .select_related("rule", "device__kind", "device__unit")
        .filter(pk=alarm_id, over_at=None)
        .first()
    )
    if alarm is None:
        return Step.NOTHING
    case = _case_of(alarm)
    step = next_step(standing(alarm, case is not None and case.is_open), now=now)
    alarm.tried_at = now
    try:
        with transaction.atomic(), override(settings.LANGUAGE_CODE):
            _take(step, alarm, now=now)
        alarm.trouble = ""
    except Refused as reason:
        alarm.trouble = str(reason)[:300]
    alarm.save()
    return step


def standing(alarm: Alarm, case_open: bool) -> Standing:
    """What counts of an alarm for the next step."""
    rule = alarm.rule
    return Standing(
        sense=rule.sense,
        threshold=rule.threshold,
        beyond=alarm.beyond,
        case_open=case_open if alarm.case_id is not None else None,
        told=alarm.told,
        told_at=alarm.told_at,
        told_worst=alarm.told_worst,
        worst=alarm.worst,
        ended_at=alarm.case_ended_at,
        again_h=rule.again_h if rule.state == RuleState.LIVE else 0,
    )


def _case_of(alarm: Alarm) -> Case | None:
    """The alarm's case; the one it was merged into, which the alarm follows from then on."""
    for _hop in range(5):
        if alarm.case_id is None:
            return None
        # The program looks after its own case: nobody is shown anything here.
        case = Case.objects.filter(pk=alarm.case_id).first()
        if case is None or case.stage != Stage.MERGED or case.merged_into is None:
            return case
        target = Case.objects.filter(pk=case.merged_into).first()
        if target is None:
            return case
        alarm.case_id, alarm.case_number = target.pk, target.number
        alarm.reports = 0  # another's case: it is told, and never withdrawn
    return None


def _take(step: Step, alarm: Alarm, *, now: datetime) -> None:
    words = Words(alarm)
    match step:
        case Step.OPEN:
            _open(alarm, words.opened(), now=now)
        case Step.DROP | Step.END:
            alarm.over_at = now
        case Step.WORSE:
            _tell(alarm, words.worse(), now=now)
        case Step.AGAIN:
            _tell(alarm, words.again(), now=now)
        case Step.BACK:
            _go_back(alarm, words.back(), now=now)
        case Step.ENDED:
            alarm.case_ended_at = now
        case Step.RENEW:
            _renew(alarm, now=now)


def _open(alarm: Alarm, description: str, *, now: datetime) -> None:
    device = alarm.device
    component = text_of(device.component_code) if device.component_code else ""
    place = None
    if not component and device.place is not None:
        place = Place(device.place.x, device.place.y)
    filed = cases.report(
        description=description,
        now=now,
        channel=CHANNEL,
        place=place,
        address=device.address,
        case_class=alarm.rule.class_code or device.kind.class_code or None,
        component=component,
        submission_key=f"sensor-alarm-{alarm.pk}",
    )
    alarm.case_id, alarm.case_number = filed.case.pk, filed.case.number
    alarm.reports = 1
    _told(alarm, "beyond", now=now)


def _told(alarm: Alarm, what: str, *, now: datetime) -> None:
    alarm.told, alarm.told_at, alarm.told_worst = what, now, alarm.worst
    alarm.case_ended_at = None


def _tell(alarm: Alarm, description: str, *, now: datetime) -> None:
    """One more report of the device on its case."""
    assert alarm.case_id is not None
    cases.add_report(case_id=alarm.case_id, description=description, now=now, channel=CHANNEL)
    if alarm.reports:
        alarm.reports += 1
    _told(alarm, "beyond" if alarm.beyond else "back", now=now)


def _go_back(alarm: Alarm, description: str, *, now: datetime) -> None:
    assert alarm.case_id is not None
    if alarm.reports:
        try:
            with transaction.atomic():
                cases.withdraw(
                    case_id=alarm.case_id, opinion=description, reports=alarm.reports, now=now
                )
        except MoveRefused:
            pass
        else:
            alarm.over_at = now
            return
    _tell(alarm, description, now=now)


def _renew(alarm: Alarm, *, now: datetime) -> None:
    """Still beyond long after the case has ended: a new alarm with a case of its own."""
    alarm.over_at = now
    alarm.save()
    fresh = Alarm.objects.create(
        device=alarm.device, rule=alarm.rule, began_at=alarm.began_at, changed_at=now,
        value=alarm.value, worst=alarm.worst,
    )  # fmt: skip
    later("sensors.tell_case", alarm_id=fresh.pk)


def look_after(*, now: datetime) -> int:
    """Whatever no job has done: alarms whose cases have ended, whose values have become worse, that
    were refused a while ago. How many had something to do. One query, and what there is to do.

    Those looked at longest ago come first, so that none waits for ever. Safe to run twice.
    """
    due = Q(tried_at=None, changed_at__lt=now - timedelta(minutes=1)) | Q(
        tried_at__lt=now - timedelta(minutes=1), trouble=""
    )
    due |= Q(tried_at__lt=now - AGAIN_AFTER)
    open_ones = Alarm.objects.filter(due, over_at=None)
    ids = open_ones.order_by(F("tried_at").asc(nulls_first=True), "pk").values_list(
        "pk", flat=True
    )[:AT_ONCE]
    return sum(tell_case(alarm_id=pk, now=now) != Step.NOTHING for pk in list(ids))


def end_alarms(*, rule_id: int | None = None, device_id: int | None = None, now: datetime) -> None:
    """A rule has ended or a device was switched off: its alarms wait for nothing any more. Their
    cases go on, with people."""
    rows = Alarm.objects.filter(over_at=None)
    if rule_id is not None:
        rows = rows.filter(rule_id=rule_id)
    if device_id is not None:
        rows = rows.filter(device_id=device_id)
    rows.update(over_at=now)


def open_silence(*, device: Device, rule_id: int, since: datetime, now: datetime) -> None:
    """A device has been found silent: its alarm, part of the caller's transaction."""
    turn([
        Turn(device_id=device.pk, rule_id=rule_id, sense="silent", was=False, beyond=True,
             since=since, at=timezone.localtime(now), value=None, worst=None)
    ])  # fmt: skip
