"""What goes into the outbox arrives: in order, at least once, under one id, or is seen not to."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.audit.models import AccessLog
from linli.deliveries import queries, rules, services, tasks
from linli.deliveries.models import Delivery, Target
from linli.deliveries.rules import Later, Never, Postponed, Sent, State
from linli.deliveries.services import sending
from linli.kernel.errors import BadInput, NotFound, Stale
from tests.conftest import NOW
from tests.deliveries.kinds import Receiver
from tests.factories import make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def put(number: int = 1, **more: Any) -> Delivery:
    values = {
        "kind": "tests.parcel",
        "target": "tests:a",
        "payload": {"number": number},
        "now": NOW,
    }
    return services.queue_delivery(**values | more)


def send(now: datetime = NOW) -> int:
    return services.send_due(clock=lambda: now)


def lease(now: datetime, most: int) -> list[Delivery]:
    """What a worker takes that dies before it says what came of it."""
    sending.note_targets()
    return sending.lease_due(now=now, most=most)


def state_of(row: Delivery) -> str:
    row.refresh_from_db()
    return row.state


def numbers(receiver: Receiver) -> list[int]:
    return [parcel.payload["number"] for parcel in receiver.got]


def test_it_arrives_once_and_says_so(receiver: Receiver) -> None:
    row = put()
    assert send() == 1
    assert send() == 0
    (parcel,) = receiver.got
    assert (parcel.id, parcel.attempt, parcel.payload) == (row.uid, 1, {"number": 1})
    assert (state_of(row), row.outcome, row.ended_at) == (State.DONE, "200", NOW)
    assert receiver.settled == [(parcel, State.DONE)]
    assert Target.objects.get().last_ok_at == NOW


def test_nobody_there_is_tried_again_later_under_the_same_id_and_at_last_given_up(
    receiver: Receiver,
) -> None:
    receiver.answer = lambda parcel: Later("busy")
    row = put()
    moment = NOW
    for attempt in (1, 2):
        send(moment)
        assert state_of(row) == State.WAITING
        assert rules.FIRST_PAUSE * 0.8 <= row.due_at - moment <= rules.FIRST_PAUSE * 2.4
        assert send(moment) == 0, f"try {attempt} is followed by a pause"
        moment = row.due_at
    send(moment)
    assert (state_of(row), row.attempts, row.outcome) == (State.DEAD, 3, "busy")
    assert [words for _at, words in row.tries] == ["busy"] * 3
    assert {parcel.id for parcel in receiver.got} == {row.uid}
    assert [parcel.attempt for parcel in receiver.got] == [1, 2, 3]
    assert Target.objects.get().failing_since == NOW


def test_a_refusal_for_good_is_not_tried_again(receiver: Receiver) -> None:
    receiver.answer = lambda parcel: Never("no such thing")
    row = put()
    send()
    assert state_of(row) == State.DEAD
    assert send(NOW + HOUR) == 0


def test_a_receiver_who_says_when_is_left_alone_until_then(receiver: Receiver) -> None:
    receiver.answer = lambda parcel: Later("429", after=HOUR)
    first, second = put(1), put(2, lane="x")
    send()
    assert state_of(first) == State.WAITING
    assert first.due_at == NOW + HOUR
    assert send(NOW + HOUR / 2) == 0
    assert second.pk
    receiver.answer = lambda parcel: Sent()
    assert send(NOW + HOUR * 2) == 2


def test_a_bug_of_a_sender_is_a_try_that_failed(receiver: Receiver) -> None:
    def fail(_parcel: rules.Parcel) -> rules.Outcome:
        raise ValueError("resident@example.cn")

    receiver.answer = fail
    row = put()
    send()
    assert state_of(row) == State.WAITING
    assert "example" not in row.outcome


def test_an_unknown_kind_is_refused_at_once_and_one_of_an_old_version_given_up() -> None:
    with pytest.raises(KeyError):
        put(kind="tests.unknown")
    row = put()
    Delivery.objects.update(kind="tests.gone")
    send()
    assert state_of(row) == State.DEAD


def test_a_personal_payload_is_sealed(receiver: Receiver) -> None:
    put(kind="tests.sealed", payload={"number": 7, "name": "王小明"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(d)::text FROM deliveries_delivery d")
        (text,) = cursor.fetchone()
    assert "王小明" not in text
    assert "王小明".encode().hex() not in text
    send()
    assert receiver.got[0].payload == {"number": 7, "name": "王小明"}


def test_one_of_a_lane_waits_for_the_one_before_it(receiver: Receiver) -> None:
    receiver.answer = lambda p: Later("busy") if p.payload["number"] == 1 else Sent()
    put(1, lane="case:1")
    put(2, lane="case:1")
    put(3, lane="case:2")
    send()
    assert numbers(receiver) == [1, 3]
    receiver.answer = lambda p: Sent()
    send(NOW + HOUR)
    assert numbers(receiver) == [1, 3, 1, 2]


def test_what_was_given_up_lets_the_next_go_on_unless_the_kind_is_strict(
    receiver: Receiver,
) -> None:
    receiver.answer = lambda p: Never("no") if p.payload["number"] == 1 else Sent()
    for kind in ("tests.parcel", "tests.strict"):
        put(1, lane=kind, kind=kind)
        put(2, lane=kind, kind=kind)
    send()
    assert [(p.kind, p.payload["number"]) for p in receiver.got] == [
        ("tests.parcel", 1), ("tests.strict", 1), ("tests.parcel", 2),
    ]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whatever_happens_each_lane_arrives_in_its_order_and_nothing_is_lost(
    data: st.DataObject,
) -> None:
    """Any mix of lanes, failures, dying workers and moments: order within a lane, all arrive."""
    from tests.deliveries.kinds import RECEIVER as receiver

    receiver.__init__()  # type: ignore[misc]
    Delivery.objects.all().delete()
    Target.objects.all().delete()
    lanes = data.draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=12), label="lanes")
    for number, lane in enumerate(lanes):
        put(number, lane=lane, target=f"tests:{lane if lane == 'c' else 'a'}", kind="tests.sealed")
    chance = random.Random(data.draw(st.integers(0, 1000), label="chance"))
    arrived: list[rules.Parcel] = []

    def answer(parcel: rules.Parcel) -> rules.Outcome:
        if chance.random() < 0.4:
            return Later("busy")
        arrived.append(parcel)
        return Sent()

    receiver.answer = answer
    moment = NOW
    for _round in range(12):
        send(moment)
        moment += rules.LEASE + HOUR
        for row in lease(now=moment, most=chance.randrange(3)):
            if chance.random() < 0.5:  # it arrived, and the worker died before it could say so
                arrived += [sending.parcel_of(row)]
        moment += rules.LEASE + HOUR
    chance.random = lambda: 1.0  # type: ignore[method-assign]  # from now on everybody is there
    for _round in range(20):
        moment += rules.LONGEST_PAUSE * 2
        send(moment)
    assert not Delivery.objects.exclude(state=State.DONE).exists()
    seen: dict[uuid.UUID, None] = {}
    for parcel in arrived:
        seen.setdefault(parcel.id)  # a repetition has the same id
    order = {row.uid: row.payload for row in Delivery.objects.all()}
    assert set(seen) == set(order)
    for lane in set(lanes):
        once = list(dict.fromkeys(p.payload["number"] for p in arrived if p.lane == lane))
        assert once == sorted(once)


def test_a_worker_that_died_leaves_a_lease_that_runs_out(receiver: Receiver) -> None:
    row = put()
    (leased,) = lease(now=NOW, most=9)
    assert not lease(now=NOW, most=9)
    assert send(NOW + rules.LEASE / 2) == 0
    assert send(NOW + rules.LEASE) == 1
    assert state_of(row) == State.DONE
    sending.settle(leased, Never("the late word of the first worker"), now=NOW)
    assert state_of(row) == State.DONE, "its lease had run out"


def test_dying_at_every_try_ends_too(receiver: Receiver) -> None:
    row = put()
    moment = NOW
    for _try in range(3):
        assert lease(now=moment, most=9)
        moment += rules.LEASE
    send(moment)
    assert state_of(row) == State.DEAD
    assert not receiver.got


def test_at_most_so_many_are_on_the_way_to_one_target() -> None:
    for number in range(10):
        put(number)
        put(number, target="tests:b")
    leased = lease(now=NOW, most=100)
    assert sorted(row.target for row in leased) == ["tests:a"] * 4 + ["tests:b"] * 4
    assert not lease(now=NOW, most=100)


def test_a_target_that_is_away_is_left_alone_and_probed_by_one(receiver: Receiver) -> None:
    receiver.answer = lambda p: Later("away") if p.target == "tests:a" else Sent()
    for number in range(20):
        put(number)
    put(99, target="tests:b")
    send()
    assert 99 in numbers(receiver)
    tried = len(receiver.got) - 1
    assert rules.BREAKS_AT <= tried < 20, "the circuit opened before all had been tried"
    target = Target.objects.get(key="tests:a")
    assert target.open_until > NOW
    later = target.open_until + timedelta(seconds=1)
    receiver.got.clear()
    send(later)
    assert len(receiver.got) == 1, "one probe"
    receiver.answer = lambda p: Sent()
    send(NOW + HOUR)
    target.refresh_from_db()
    assert (target.failures, target.open_until, target.failing_since) == (0, None, None)
    assert not Delivery.objects.exclude(state=State.DONE).exists()


def test_people_are_told_once_an_hour_of_what_was_given_up(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(rules, "_given_up", [lambda target, now: told.append(target)])
    receiver.answer = lambda p: Never("no")
    put(1)
    put(2)
    send()
    assert told == ["tests:a"]
    put(3, now=NOW + HOUR * 2)
    send(NOW + HOUR * 2)
    assert told == ["tests:a"] * 2


def test_what_was_given_up_is_sent_again_by_hand_and_noted(receiver: Receiver) -> None:
    receiver.answer = lambda p: Never("no")
    row, other = put(1), put(2, target="tests:b")
    send()
    receiver.answer = lambda p: Sent("200")
    actor = make_user()
    assert services.replay_deliveries(actor=actor, ids=[row.pk, other.pk], now=NOW) == 2
    send()
    assert (state_of(row), state_of(other), row.attempts) == (State.DONE, State.DONE, 1)
    assert AccessLog.objects.filter(action="deliveries.replayed").count() == 2
    assert services.replay_deliveries(actor=actor, ids=[row.pk], now=NOW) == 1, "arrived: again"
    (leased,) = lease(now=NOW, most=1)
    with pytest.raises(Stale):
        services.replay_deliveries(actor=actor, ids=[leased.pk], now=NOW)
    with pytest.raises(NotFound):
        services.replay_deliveries(actor=actor, ids=[0], now=NOW)


def test_a_kind_that_must_not_be_sent_twice_is_not(receiver: Receiver) -> None:
    row = put(kind="tests.sealed")
    send()
    with pytest.raises(Stale):
        services.replay_deliveries(actor=make_user(), ids=[row.pk], now=NOW)


def test_dropping_needs_a_reason_and_frees_the_lane(receiver: Receiver) -> None:
    receiver.answer = lambda p: Later("busy") if p.payload["number"] == 1 else Sent()
    stuck, behind = put(1, lane="x"), put(2, lane="x")
    send()
    with pytest.raises(BadInput) as refusal:
        services.drop_deliveries(actor=make_user(), ids=[stuck.pk], reason=" ", now=NOW)
    assert refusal.value.field == "reason"
    services.drop_deliveries(actor=make_user(), ids=[stuck.pk], reason="obsolete", now=NOW)
    send()
    assert (state_of(stuck), stuck.outcome) == (State.DROPPED, "obsolete")
    assert state_of(behind) == State.DONE
    assert receiver.settled[-2][1] == State.DROPPED
    with pytest.raises(Stale):
        services.drop_deliveries(actor=make_user(), ids=[behind.pk], reason="late", now=NOW)


def test_a_closed_target_gives_up_what_waits_and_may_have_it_back(receiver: Receiver) -> None:
    row = put()
    assert services.give_up_target(target="tests:a", reason="switched off", now=NOW) == 1
    assert (state_of(row), row.outcome) == (State.DEAD, "switched off")
    assert queries.ids_of(state="dead", target="tests:a") == [row.pk]
    assert queries.dead_count() == 1
    (shown,) = queries.targets()
    assert (shown.key, shown.waiting, shown.dead) == ("tests:a", 0, 1)


def test_a_target_can_be_tried_at_once(receiver: Receiver) -> None:
    receiver.answer = lambda p: Later("away")
    put()
    send()
    receiver.answer = lambda p: Sent()
    assert send(NOW + timedelta(seconds=1)) == 0
    assert services.try_target_now(actor=make_user(), target="tests:a", now=NOW) == 1
    assert send() == 1


def test_what_is_postponed_costs_no_try_and_blames_nobody(receiver: Receiver) -> None:
    receiver.answer = lambda p: Postponed("at night", NOW + HOUR)
    row = put()
    assert send() == 1
    assert (state_of(row), row.attempts, row.due_at) == (State.WAITING, 0, NOW + HOUR)
    assert not Target.objects.exclude(failures=0).exists()
    receiver.answer = lambda p: Sent()
    assert send() == 0
    assert send(NOW + HOUR) == 1


def test_what_is_old_is_forgotten_and_what_waits_never(receiver: Receiver) -> None:
    receiver.answer = lambda p: Never("no") if p.payload["number"] == 2 else Sent()
    put(1)
    dead = put(2)
    send()
    late = NOW + timedelta(days=8)
    waiting = put(3, now=late)
    assert services.prune(now=late) == 1
    assert set(Delivery.objects.values_list("pk", flat=True)) == {dead.pk, waiting.pk}
    assert services.prune(now=NOW + timedelta(days=91)) == 1
    assert Delivery.objects.get() == waiting


@given(st.integers(1, 40), st.floats(0, 1))
def test_pauses_grow_and_stay_bounded(attempt: int, chance: float) -> None:
    assert rules.pause(attempt, 0.5) <= rules.pause(attempt + 1, 0.5)
    assert rules.FIRST_PAUSE * 0.8 <= rules.pause(attempt, chance) <= rules.LONGEST_PAUSE * 1.2
    rest = rules.break_of(attempt, chance)
    assert (rest is None) == (attempt < rules.BREAKS_AT)
    assert rest is None or rest <= rules.LONGEST_BREAK * 1.2


def test_a_day_of_tries() -> None:
    tries = rules.DeliveryKind(code="x", label="", send=lambda p: Sent()).most_tries
    whole = sum((rules.pause(n, 0.5) for n in range(1, tries)), timedelta())
    assert timedelta(hours=20) < whole < timedelta(hours=30)


def test_a_database_that_is_away_for_a_moment_fails_no_job(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away() -> int:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(services, "send_due", away)
    tasks.send()
    assert "cut off" in caplog.text
