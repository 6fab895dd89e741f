"""The bench of all doors: each of its senders is understood, and its ledger misses nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bench._doors import DOORS, Door
from bench._doors.sensors import Mqtt
from bench._ledger import Kept, Message, judge, letters, mark
from bench._wire import Answer, Lost, Sent
from django.test import Client
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from bench import _town
from linli.cases.models import Case, Report

JOBS = ("workorders.take_in", "wechat.act", "sensors.tell_case")


# -- the ledger ----------------------------------------------------------------------------------
def sent(number: int, **more: object) -> Message:
    return replace(Message("api", number, tries=1, answered=True, spans=[0.1]), **more)  # type: ignore[arg-type]


def kept(case: str, number: int, *marks: int) -> Kept:
    return Kept(case, number, "路灯不亮" + "".join(mark("api", one) for one in marks))


def test_the_ledger_finds_what_is_lost_and_what_is_doubled() -> None:
    messages = [sent(1), sent(2), sent(3, tries=4), sent(4, answered=False)]
    (tally,) = judge(messages, [kept("A", 1, 1), kept("B", 1, 1), kept("C", 1, 3), kept("D", 1, 4)])
    assert (tally.sent, tally.again, tally.reports) == (4, 3, 4)
    assert (tally.lost, tally.doubled) == (1, 1)
    assert any("000001" in fault and "2 reports" in fault for fault in tally.faults)
    assert any("000002" in fault and "0 reports" in fault for fault in tally.faults)
    assert any("000004" in fault and "never answered" in fault for fault in tally.faults)
    assert len(tally.faults) == 3


def test_the_ledger_finds_a_report_in_another_case_than_its_sender_was_told() -> None:
    messages = [
        sent(1, told={"A"}), sent(2, told={"B", "C"}), sent(3, joins="D"), sent(4, joins="D"),
        sent(5, joins="*"),
    ]  # fmt: skip
    (tally,) = judge(
        messages,
        [kept("A", 1, 1), kept("B", 1, 2), kept("D", 2, 3), kept("E", 2, 4), kept("F", 1, 5)],
    )
    assert [fault[:12] for fault in tally.faults] == [mark("api", n) for n in (2, 4, 5)]
    assert (tally.joined, tally.lost, tally.doubled) == (2, 0, 0)


def test_the_ledger_finds_reports_that_nobody_sent() -> None:
    (tally,) = judge([sent(1)], [kept("A", 1, 1), kept("B", 1, 2)])
    assert tally.faults == [f"{mark('api', 2)}: nobody sent it"]


def test_the_ledger_finds_letters_that_were_not_carried() -> None:
    messages = [sent(1, letter="a@example.cn"), sent(2, letter="b@example.cn"), sent(3)]
    assert letters(messages, ["a@example.cn\n", "a@example.cn\n"]) == (2, ["b@example.cn"], 1)


# -- the senders ---------------------------------------------------------------------------------
def wire(sent: Sent, *, hang_up_after: float | None = None) -> Answer:
    """The program without a server; who hangs up does not hear what it says."""
    client = Client(raise_request_exception=False)
    kind = sent.headers.get("Content-Type", "text/plain")
    headers = {k: v for k, v in sent.headers.items() if k not in ("Host", "Content-Type")}
    answer = client.generic(sent.method, sent.path, sent.body, kind, headers=headers)
    if hang_up_after is not None:
        raise Lost("hung up")
    cookies = {name: morsel.value for name, morsel in answer.cookies.items()}
    return Answer(answer.status_code, answer.content, answer.get("Location", ""), cookies)


@pytest.mark.django_db
def test_each_door_takes_its_messages_and_keeps_each_once() -> None:
    town = _town.here()
    doors: dict[str, Door] = {door.name: door(town, wire) for door in DOORS if door is not Mqtt}
    messages = [Message(name, number) for name in doors for number in (3, 4, 7)]
    try:
        for door in doors.values():
            door.prepare(8)
        for message in messages:
            doors[message.door].send(message)
    finally:
        for door in doors.values():
            door.end()
    for job in ProcrastinateJob.objects.filter(task_name__in=JOBS).order_by("id"):
        app.tasks[job.task_name].func(**job.args)
    numbers = {case.pk: case.number for case in Case.objects.all()}
    rows = Report.objects.values_list("case_id", "number", "description")
    tallies = judge(messages, [Kept(numbers[case], number, words) for case, number, words in rows])
    assert [fault for tally in tallies for fault in tally.faults] == []
    assert {tally.door: tally.reports for tally in tallies} == dict.fromkeys(doors, 3)
