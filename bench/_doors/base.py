"""What a door is for the bench: how a message is put together, and how its sender behaves."""

from __future__ import annotations

import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, TypeVar

from bench._ledger import Message
from bench._wire import Answer, Lost, Sent, Wire

T = TypeVar("T")
GIVE_UP_S = 180.0
_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
_AGAIN = frozenset({429, 500, 502, 503, 504})


@dataclass
class Here:
    """The city that the messages are about."""

    now: datetime
    places: Sequence[tuple[float, float]]
    codes: Sequence[str]
    targets: Sequence[str] = ()  # numbers of cases that reports may join
    tokens: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, list[str]] = field(default_factory=dict)

    def place(self) -> tuple[float, float]:
        """Somewhere in the street."""
        return random.choice(self.places)


class Door(ABC):
    """A way in. `send` behaves as the real senders do: it repeats itself until it is answered."""

    name: ClassVar[str]

    def __init__(self, here: Here, wire: Wire) -> None:
        self.here, self.wire = here, wire

    def prepare(self, messages: int) -> None:  # noqa: B027  most doors need nothing
        """Set up what the door itself needs for so many messages, before the program serves."""

    def begin(self) -> None:  # noqa: B027
        """The program serves: wait for whatever else the door stands on."""

    def end(self) -> None:  # noqa: B027
        """Stop what `prepare` has started."""

    @abstractmethod
    def compose(self, message: Message) -> Sequence[Sent]:
        """The message, whole, in the requests that it takes, as they will be repeated. May ask for
        a form first; raises Lost."""

    @abstractmethod
    def read(self, answer: Answer) -> str | None:
        """The case that an answer names ("": taken, without saying where); None: not taken."""

    def again(self, sent: Sent) -> Sent:
        """A request as it is tried once more: the very same, but where each try is signed anew."""
        return sent

    def send(self, message: Message) -> None:
        """Until it is answered, or for three minutes. Every twentieth hangs up before the answer,
        every twentieth is sent a second time later, every twentieth twice at once."""
        whole = _until(lambda: self.compose(message)) or ()
        message.parts = len(whole)
        for sent in whole:
            self._part(message, sent)

    def _part(self, message: Message, sent: Sent) -> None:
        habit = message.number % 20
        if habit == 3:
            self._try(message, sent, hang_up_after=random.uniform(0.0, 0.08))
        if habit == 11:
            with ThreadPoolExecutor(2) as pair:
                for job in [pair.submit(self._insist, message, sent) for _ in range(2)]:
                    job.result()
        else:
            self._insist(message, sent)
        if habit == 7:
            self._insist(message, sent)

    def _insist(self, message: Message, sent: Sent) -> None:
        _until(lambda: True if self._try(message, sent) else None)

    def _try(self, message: Message, sent: Sent, *, hang_up_after: float | None = None) -> bool:
        """Send once. Whether it was answered with a yes. Raises RuntimeError for a no."""
        message.tries += 1
        began = time.perf_counter()
        try:
            answer = self.wire(self.again(sent), hang_up_after=hang_up_after)
        except Lost:
            return False
        if answer.status in _AGAIN:
            return False
        case = self.read(answer)
        if case is None:
            said = answer.body[:2000].decode(errors="replace")
            raise RuntimeError(f"{message.mark} was refused: {answer.status} {said}")
        message.answered = True
        message.spans.append(time.perf_counter() - began)
        if case:
            message.told.add(case)
        return True


def _until(act: Callable[[], T | None]) -> T | None:
    """What `act` gives, tried again with pauses for three minutes; None after them."""
    until, turn = time.monotonic() + GIVE_UP_S, 0
    while time.monotonic() < until:
        try:
            found = act()
        except Lost:
            found = None
        if found is not None:
            return found
        time.sleep(_PAUSES[min(turn, len(_PAUSES) - 1)] * random.uniform(0.7, 1.3))
        turn += 1
    return None
