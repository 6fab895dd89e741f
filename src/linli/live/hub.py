"""What happened, brought to everybody who may know: one LISTEN a process, a queue a browser."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg
from django.db import connection, connections

from linli.cases.policy import Facts
from linli.kernel.live import CHANNEL
from linli.live import queries
from linli.live.boards import Boards
from linli.live.queries import Person

log = logging.getLogger(__name__)
T = TypeVar("T")
MOST_WAITING = 100  # events a slow browser may lag behind before it is told to look at everything
RING = 1000  # events kept for browsers that come back
BADGES_S = 1.0  # at most one hint at counts in this time
RECHECK_S = 60.0  # how long a session or a permission that ended may go on watching
PING_S = 20.0  # the longest silence on a stream
PING = b"event: beat\ndata: 1\n\n"  # no comment: a page hears events alone
_SWEEP_S = 5.0
_RETRY_S = 1.0
_THREADS = 2


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. Either a case's (with facts) or a notice's (with users)."""

    number: int
    case_id: int = 0
    facts: Facts | None = None
    was: Facts | None = None  # before the move, where that differs
    users: frozenset[int] = frozenset()
    full: bytes = b""
    short: bytes = b""  # for those who saw the case until now

    def text_for(self, person: Person) -> bytes:
        """What this person reads of it; nothing if it is not for them."""
        if self.facts is None:
            return self.full if person.user_id in self.users else b""
        if person.sees(self.case_id, self.facts):
            return self.full
        if self.was is not None and person.sees(self.case_id, self.was):
            return self.short
        return b""


@dataclass(eq=False, slots=True)
class Watcher:
    """One open stream. Thousands are open at once, so each holds little: what waits to be sent
    (bytes that all share), and one future while nothing does."""

    person: Person
    again: Callable[[], Person | None]  # reads the person anew, in a thread
    checked_at: float
    queue: list[bytes] = field(default_factory=list)
    ended: bool = False
    spoke_at: float = field(default_factory=time.monotonic)  # when something was last sent
    _idle: asyncio.Future[None] | None = None

    def put(self, text: bytes, number: int) -> None:
        """Queue one message; a browser that lags too far behind looks at everything instead."""
        if len(self.queue) >= MOST_WAITING:
            self.queue.clear()
            text = message("reset", {}, number)
        self.queue.append(text)
        self._rouse()

    def ping(self) -> None:
        """Say that the connection lives, unless something waits to be sent anyway."""
        if not self.queue:
            self.queue.append(PING)
            self._rouse()

    def end(self) -> None:
        """The stream ends after what is queued."""
        self.ended = True
        self._rouse()

    async def next(self) -> bytes:
        """All that waits to be sent, once there is something; nothing when the stream ends."""
        while not self.queue and not self.ended:
            self._idle = asyncio.get_running_loop().create_future()
            await self._idle
        self._idle = None
        text = self.queue[0] if len(self.queue) == 1 else b"".join(self.queue)
        self.queue.clear()
        self.spoke_at = time.monotonic()
        return text

    def _rouse(self) -> None:
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)


def message(event: str, data: dict[str, Any], number: int) -> bytes:
    """One server-sent event."""
    body = json.dumps(data, separators=(",", ":"))
    return f"id: {number}\nevent: {event}\ndata: {body}\n\n".encode()


class Hub:
    """All streams of this process."""

    def __init__(self) -> None:
        self.watchers: set[Watcher] = set()
        self._ring: deque[Event] = deque(maxlen=RING)
        # Greater than any number of a process before: browsers may come back with an old one.
        self._number = time.time_ns() // 1000
        self._began = self._number
        self._counting: set[Watcher] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="live")
        self._stamp = ""
        self.boards = Boards(self.ask)

    # -- life ------------------------------------------------------------------------------------
    def start(self) -> None:
        """Begin to listen; in the running loop. A second call does nothing."""
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(work)
                for work in (
                    self._listen(), self._count(), self._sweep(), self._ping(), self.boards.run(),
                )
            ]  # fmt: skip

    async def stop(self) -> None:
        """End every stream and stop listening."""
        for watcher in list(self.watchers):
            watcher.end()
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks = []
        both = threading.Barrier(_THREADS, timeout=5)

        def close() -> None:
            both.wait()  # so that each thread closes its own
            connections.close_all()

        await asyncio.gather(*(self.ask(close) for _i in range(_THREADS)))
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def ask(self, question: Callable[[], T]) -> T:
        """The answer of a synchronous question, from a thread that keeps its connection."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, question)

    # -- watchers --------------------------------------------------------------------------------
    def join(self, watcher: Watcher, last: int | None) -> None:
        """Begin to watch; `last` is the number of the last event the browser has."""
        self.watchers.add(watcher)
        if watcher.person.look is not None:
            self.boards.join(watcher)
            return
        if last is None or last == self._number:
            return
        first_kept = self._ring[0].number - 1 if self._ring else self._number
        if not first_kept <= last <= self._number:
            watcher.put(message("reset", {}, self._number), self._number)
            return
        for event in self._ring:
            if event.number > last:
                self._hand(watcher, event)

    def leave(self, watcher: Watcher) -> None:
        """The stream is over."""
        self.watchers.discard(watcher)
        self._counting.discard(watcher)
        self.boards.leave(watcher)

    @property
    def number(self) -> int:
        """The number of the newest event."""
        return self._number

    def _hand(self, watcher: Watcher, event: Event) -> None:
        if watcher.person.look is not None:
            return  # is told by the board
        text = event.text_for(watcher.person)
        if text:
            watcher.put(text, event.number)
            if watcher.person.user_id is not None:
                self._counting.add(watcher)

    # -- events ----------------------------------------------------------------------------------
    def hear(self, payload: str) -> None:
        """One notification of the database."""
        event = self._read(payload)
        if event is None:
            return
        self._ring.append(event)
        self.boards.hear(event)
        for watcher in self.watchers:
            self._hand(watcher, event)

    def _read(self, payload: str) -> Event | None:
        try:
            told = json.loads(payload)
            topic = told.pop("topic")
            self._number += 1
            number = self._number
            if topic == "notice":
                text = message("notice", {}, number)
                return Event(number, users=frozenset(told["users"]), full=text)
            if topic == "case":
                facts, was = told.pop("facts"), told.pop("was", None)
                return Event(
                    number,
                    case_id=told["case"],
                    facts=_facts(facts),
                    was=None if was is None else _facts(was),
                    full=message("case", told, number),
                    short=message("case", {"case": told["case"]}, number),
                )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("live: a notification not understood", extra={"reason": repr(error)})
        return None

    def _reset_all(self) -> None:
        self._number += 1
        self._ring.clear()
        self.boards.doubt()
        text = message("reset", {}, self._number)
        for watcher in self.watchers:
            if watcher.person.look is None:
                watcher.put(text, self._number)

    async def _listen(self) -> None:
        lost = False
        while True:
            try:
                conninfo = _own_connection()
                async with await psycopg.AsyncConnection.connect(
                    **conninfo, autocommit=True
                ) as ears:
                    await ears.execute(f"LISTEN {CHANNEL}")
                    if lost:  # nobody knows what happened meanwhile
                        self._reset_all()
                        lost = False
                    async for notice in ears.notifies():
                        self.hear(notice.payload)
            except (psycopg.Error, OSError) as error:
                log.warning("live: the database is out of reach", extra={"reason": str(error)})
            lost = True
            await asyncio.sleep(_RETRY_S)

    async def _count(self) -> None:
        """Hint at counts, at most once in a while a watcher."""
        while True:
            await asyncio.sleep(BADGES_S)
            counting, self._counting = self._counting, set()
            for watcher in counting:
                watcher.put(message("badges", {}, self._number), self._number)

    async def _ping(self) -> None:
        """Break the silence of streams on which nothing happens."""
        while True:
            await asyncio.sleep(PING_S / 4)
            silent = time.monotonic() - PING_S * 3 / 4
            for watcher in self.watchers:
                if watcher.spoke_at < silent:
                    watcher.ping()

    # -- permission ------------------------------------------------------------------------------
    async def _sweep(self) -> None:
        """Ask again who may watch: everybody once a minute, all at once when units change."""
        while True:
            await asyncio.sleep(_SWEEP_S)
            try:
                stamp = await self.ask(queries.staff_stamp)
                changed = bool(self._stamp) and stamp != self._stamp
                self._stamp = stamp
                old = time.monotonic() - RECHECK_S + _SWEEP_S
                due = [w for w in self.watchers if changed or w.checked_at < old]
                await self.recheck(due)
            except Exception as error:
                log.warning("live: sessions could not be checked", extra={"reason": repr(error)})

    async def recheck(self, watchers: Iterable[Watcher]) -> None:
        """Read these watchers' persons anew; those whose session has ended stop watching."""
        for watcher in watchers:
            person = await self.ask(watcher.again)
            watcher.checked_at = time.monotonic()
            if person is None:
                watcher.end()
            else:
                watcher.person = person
                self.boards.moved(watcher)


def _facts(told: dict[str, Any]) -> Facts:
    return Facts(**{**told, "shared_with": tuple(told["shared_with"])})


def _own_connection() -> dict[str, Any]:
    given = connection.get_connection_params()
    dropped = {"context", "cursor_factory", "prepare_threshold", "server_side_binding"}
    kept = {name: value for name, value in given.items() if name not in dropped}
    return {**kept, "application_name": "linli-events"}
