"""Boards: pages that many have before them and that are drawn once for all who see the same.

A watcher costs a queue and the bytes of a message that all share; a drawing costs its queries once,
whoever looks on. What has not changed since the last drawing is not sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from django.utils import timezone

from linli.cases.policy import Facts
from linli.kernel.live import Painter
from linli.live import queries
from linli.live.queries import Look, Person

log = logging.getLogger(__name__)
Pieces = dict[str, str]
Ask = Callable[[Callable[[], Pieces]], Awaitable[Pieces]]
LEAST_S = 2.0  # between two drawings of a board, whatever happens
MOST_S = 60.0  # after which one is drawn though nothing happened: lights change by themselves
_KNOWN_S = 30.0  # how long the person of a board is taken for fresh


class Happened(Protocol):
    """What a board has to know of an event."""

    @property
    def case_id(self) -> int: ...
    @property
    def facts(self) -> Facts | None: ...
    @property
    def was(self) -> Facts | None: ...


class Watching(Protocol):
    """Whoever has the board before them."""

    person: Person

    def put(self, text: bytes, number: int) -> None: ...


@dataclass(eq=False, slots=True)
class Drawn:
    """One board, and who looks on. All share one `person`: what they see is the same, and a
    thousand copies of it would be most of what a thousand watchers cost."""

    painter: Painter
    person: Person
    known_at: float  # when the person was read
    watchers: set[Watching] = field(default_factory=set)
    pieces: Pieces = field(default_factory=dict)
    at: str = ""  # when it was drawn, as the site writes it
    drawn_at: float = float("-inf")
    old: bool = True
    whole: bytes = b""  # all pieces as one message, for those who join until the next drawing

    def share(self, watcher: Watching) -> None:
        """Give the watcher the person of all, or all the watcher's where that is fresher."""
        present = time.monotonic()
        if present - self.known_at < _KNOWN_S:
            watcher.person = self.person
            return
        self.person, self.known_at = watcher.person, present
        for each in self.watchers:
            each.person = self.person

    @property
    def look(self) -> Look:
        assert self.person.look is not None
        return self.person.look

    def concerns(self, event: Happened) -> bool:
        """Whether the event is of a case that these onlookers see, or saw until now."""
        return any(
            facts is not None and self.person.sees(event.case_id, facts)
            for facts in (event.facts, event.was)
        )

    @property
    def due_at(self) -> float:
        """When it is to be drawn next."""
        return self.drawn_at + (LEAST_S if self.old else MOST_S)


class Boards:
    """All boards somebody looks at in this process."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._drawn: dict[Look, Drawn] = {}
        self._of: dict[Watching, Look] = {}
        # Greater than any number of a process before.
        self._number = time.time_ns() // 1000
        self._changed = asyncio.Event()  # a board may have to be drawn earlier than thought

    def __len__(self) -> int:
        return len(self._drawn)

    def join(self, watcher: Watching) -> None:
        """Begin to look; what is drawn already is shown at once. No query."""
        look = watcher.person.look
        assert look is not None
        drawn = self._drawn.get(look)
        if drawn is None:
            painter, now = queries.painter_of(look), time.monotonic()
            drawn = self._drawn[look] = Drawn(painter, watcher.person, now)
            self._changed.set()
        drawn.watchers.add(watcher)
        drawn.share(watcher)
        self._of[watcher] = drawn.look
        if drawn.pieces:
            drawn.whole = drawn.whole or self._message(drawn.pieces, drawn.at)
            watcher.put(drawn.whole, self._number)

    def leave(self, watcher: Watching) -> None:
        """Look no more; what nobody looks at is forgotten."""
        look = self._of.pop(watcher, None)
        if look is None:
            return
        drawn = self._drawn[look]
        drawn.watchers.discard(watcher)
        if not drawn.watchers:
            del self._drawn[look]

    def moved(self, watcher: Watching) -> None:
        """The person was read anew: who sees something else now has another board."""
        look = self._of.get(watcher)
        if look is None:
            return
        if look == watcher.person.look:
            self._drawn[look].share(watcher)
            return
        self.leave(watcher)
        self.join(watcher)

    def hear(self, event: Happened) -> None:
        """Something happened: whoever sees it has an old board before them."""
        for drawn in self._drawn.values():
            if not drawn.old and drawn.concerns(event):
                drawn.old = True
                self._changed.set()

    def doubt(self) -> None:
        """Nobody knows what happened meanwhile."""
        for drawn in self._drawn.values():
            drawn.old = True
        self._changed.set()

    async def run(self) -> None:
        """Draw each board as soon as it is due, for as long as the process lives."""
        while True:
            await self.draw_due(time.monotonic())
            soonest = min((one.due_at for one in self._drawn.values()), default=float("inf"))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(max(soonest - time.monotonic(), 0.0), MOST_S)):
                    await self._changed.wait()
            self._changed.clear()

    async def draw_due(self, present: float) -> None:
        """Draw the boards that are due and send what has changed."""
        for drawn in [one for one in self._drawn.values() if one.due_at <= present]:
            if not drawn.watchers:
                continue  # the last one left while another was drawn
            drawn.old, drawn.drawn_at = False, present
            try:
                pieces = await self._ask(partial(queries.painted, drawn.painter, drawn.look))
            except Exception as error:
                drawn.old = True
                log.warning("live: a board could not be drawn", extra={"reason": repr(error)})
                continue
            changed = {
                name: text for name, text in pieces.items() if drawn.pieces.get(name) != text
            }
            drawn.pieces, drawn.at = pieces, f"{timezone.localtime():%H:%M:%S}"
            drawn.whole = b""
            self._number += 1
            text = self._message(changed, drawn.at)
            for watcher in drawn.watchers:
                watcher.put(text, self._number)

    def _message(self, pieces: Pieces, at: str) -> bytes:
        body = json.dumps({"at": at, "pieces": pieces}, ensure_ascii=False, separators=(",", ":"))
        return f"id: {self._number}\nevent: board\ndata: {body}\n\n".encode()
