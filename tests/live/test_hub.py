"""Who hears of what, without a server or a database."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict
from typing import Any

import pytest

from linli.cases.policy import Facts, Scope
from linli.live import queries
from linli.live.boards import LEAST_S, MOST_S
from linli.live.hub import MOST_WAITING, PING, Hub, Watcher
from linli.live.queries import Look, Person

HERE = Facts(1, 11, 111, 1111, None, (), None, 7)
THERE = Facts(2, 22, 222, 2222, None, (), None, 7)


def scope(district: int) -> Scope:
    none: frozenset[int] = frozenset()
    return Scope(False, "district", frozenset({district}), none, none, none, 5, None)


def staff(district: int = 1, user_id: int = 3) -> Person:
    return Person(user_id, (scope(district),))


def watch(hub: Hub, person: Person, last: int | None = None) -> Watcher:
    watcher = Watcher(person, lambda: person, time.monotonic())
    hub.join(watcher, last)
    return watcher


def happened(case: int, facts: Facts, was: Facts | None = None, event: int = 2) -> str:
    told: dict[str, Any] = {"topic": "case", "case": case, "stage": "filed", "event": event}
    told["facts"] = asdict(facts)
    if was is not None:
        told["was"] = asdict(was)
    return json.dumps(told)


def read(watcher: Watcher) -> list[tuple[str, dict[str, Any], int]]:
    """What waits for a watcher: event, data, number."""
    found = []
    for text in watcher.queue:
        lines = dict(line.split(": ", 1) for line in text.decode().strip().split("\n"))
        found.append((lines["event"], json.loads(lines["data"]), int(lines["id"])))
    watcher.queue.clear()
    return found


def test_an_event_reaches_those_who_may_see_the_case_and_nobody_else() -> None:
    hub = Hub()
    near, far, nobody = watch(hub, staff(1)), watch(hub, staff(2)), watch(hub, Person(9, ()))
    hub.hear(happened(41, HERE))
    assert [(e, d) for e, d, _n in read(near)] == [
        ("case", {"case": 41, "stage": "filed", "event": 2})
    ]
    assert read(far) == []
    assert read(nobody) == []


def test_facts_of_a_case_are_never_sent() -> None:
    hub = Hub()
    near = watch(hub, staff(1))
    hub.hear(happened(41, HERE))
    assert "facts" not in near.queue[0].decode()


def test_who_saw_a_case_until_now_hears_that_it_went_and_not_where() -> None:
    hub = Hub()
    former = watch(hub, staff(1))
    hub.hear(happened(41, THERE, was=HERE))
    assert [(e, d) for e, d, _n in read(former)] == [("case", {"case": 41})]


def test_a_resident_hears_of_the_case_they_follow_alone() -> None:
    hub = Hub()
    follower = watch(hub, Person(None, (), frozenset({41})))
    hub.hear(happened(40, HERE))
    hub.hear(happened(41, HERE))
    assert [d["case"] for _e, d, _n in read(follower)] == [41]


def test_a_notice_reaches_its_people() -> None:
    hub = Hub()
    mine, other, follower = (
        watch(hub, staff(user_id=3)), watch(hub, staff(user_id=4)),
        watch(hub, Person(None, (), frozenset({41}))),
    )  # fmt: skip
    hub.hear(json.dumps({"topic": "notice", "users": [3, 5]}))
    assert [e for e, _d, _n in read(mine)] == ["notice"]
    assert read(other) == []
    assert read(follower) == []


def test_a_browser_that_comes_back_gets_what_it_missed_and_may_see() -> None:
    hub = Hub()
    first = watch(hub, staff(1))
    hub.hear(happened(41, HERE))
    ((_e, _d, last),) = read(first)
    hub.leave(first)
    hub.hear(happened(42, HERE))
    hub.hear(happened(43, THERE))
    back = watch(hub, staff(1), last)
    assert [d["case"] for _e, d, _n in read(back)] == [42]


def test_a_browser_of_another_time_is_told_to_look_at_everything() -> None:
    hub = Hub()
    for number in (5, hub.number + 10**9):
        assert [e for e, _d, _n in read(watch(hub, staff(1), number))] == ["reset"]
    assert read(watch(hub, staff(1), hub.number)) == []
    for case in range(1100):  # more than are kept
        hub.hear(happened(case, THERE))
    assert [e for e, _d, _n in read(watch(hub, staff(1), hub.number - 1050))] == ["reset"]


def test_numbers_grow_also_over_a_restart() -> None:
    first = Hub()
    first.hear(happened(1, HERE))
    time.sleep(0.01)
    assert Hub().number > first.number


def test_a_browser_that_lags_is_told_once_and_costs_no_memory() -> None:
    hub = Hub()
    slow = watch(hub, staff(1))
    for case in range(MOST_WAITING + 1):
        hub.hear(happened(case, HERE))
    assert [e for e, _d, _n in read(slow)] == ["reset"]


def test_what_is_not_understood_stops_nothing() -> None:
    hub = Hub()
    near = watch(hub, staff(1))
    for payload in ("", "[]", "{}", '{"topic":"case"}', '{"topic":"x"}', "null"):
        hub.hear(payload)
    hub.hear(happened(41, HERE))
    assert len(read(near)) == 1


def test_badges_are_hinted_at_once_for_many_events() -> None:
    async def play() -> list[str]:
        hub = Hub()
        near = watch(hub, staff(1))
        task = asyncio.create_task(hub._count())
        for case in range(20):
            hub.hear(happened(case, HERE))
        await asyncio.sleep(1.2)
        task.cancel()
        return [e for e, _d, _n in read(near)]

    found = asyncio.run(play())
    assert found.count("badges") == 1
    assert found[-1] == "badges"


def test_a_session_that_has_ended_ends_its_stream() -> None:
    async def play() -> tuple[bool, Person]:
        hub = Hub()
        gone = Watcher(staff(1), lambda: None, 0.0)
        moved = Watcher(staff(1), lambda: staff(2), 0.0)
        hub.join(gone, None)
        hub.join(moved, None)
        await hub.recheck(list(hub.watchers))
        await hub.stop()
        return gone.ended, moved.person

    ended, person = asyncio.run(play())
    assert ended
    assert person == staff(2)


def test_a_stream_gives_what_waits_and_many_hold_the_same_bytes() -> None:
    async def play() -> tuple[bytes, bytes, bytes, bytes]:
        hub = Hub()
        first, second = watch(hub, staff(1)), watch(hub, staff(1))
        waits = asyncio.create_task(first.next())
        await asyncio.sleep(0)
        hub.hear(happened(41, HERE))
        one = await waits
        same = await second.next()
        first.ping()
        first.ping()  # something waits already
        pinged = await first.next()
        first.end()
        return one, same, pinged, await first.next()

    one, same, pinged, nothing = asyncio.run(play())
    assert one is same
    assert pinged == PING
    assert pinged.startswith(b"event: beat\ndata: "), "pages listen for it (web/silence.ts)"
    assert nothing == b""


def test_a_stream_holds_nothing_of_whoever_looks_on() -> None:
    """A thousand walls of one area: what each holds of its own is some hundred bytes."""
    hub = Hub()
    watcher = watch(hub, staff(1))
    assert not hasattr(watcher, "__dict__")
    held = [getattr(watcher, name) for name in Watcher.__slots__ if name not in {"person", "again"}]
    assert sum(map(sys.getsizeof, (watcher, *held))) < 400


def test_those_who_open_a_board_that_is_drawn_hold_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A thousand copies of a board were more than all else that a thousand watchers held."""
    monkeypatch.setattr(queries, "painter_of", lambda look: None)
    person = Person(0, (), look=Look("wall", "en", "an area", None))
    said = iter(("<b>1</b>", "<b>2</b>"))

    async def ask(question: Any) -> dict[str, str]:
        return {"today": next(said)}

    async def play() -> None:
        hub = Hub()
        monkeypatch.setattr(hub.boards, "_ask", ask)
        watch(hub, person)
        await hub.boards.draw_due(MOST_S)
        first, second = watch(hub, person), watch(hub, person)
        assert first.queue[0] is second.queue[0]
        hub.boards.doubt()
        await hub.boards.draw_due(MOST_S + LEAST_S)
        assert b"<b>2</b>" in watch(hub, person).queue[0]

    asyncio.run(play())
