"""How far long work has come, told to whoever listens: a page, a terminal, or nobody."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TextIO, TypeVar

T = TypeVar("T")
# done, total (None: nobody knows), words for what is being done
Listener = Callable[[int, int | None, str], None]
EVERY = 100  # things between two reports
_listener: ContextVar[Listener | None] = ContextVar("progress_listener", default=None)


class Cancelled(Exception):
    """Whoever asked for the work does not want it any more. A listener raises it; the work's own
    transaction then leaves nothing behind."""


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """What is told within goes to `listener`."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(done: int, total: int | None = None, says: str = "") -> None:
    """Say how far the work is. Costs nothing when nobody listens. Raises Cancelled."""
    listener = _listener.get()
    if listener is not None:
        listener(done, total, says)


def counted(things: Iterable[T], *, total: int | None = None, says: str = "") -> Iterator[T]:
    """`things`, one by one, telling how many have been worked on. Raises Cancelled.

    `total` not given is their length, if they have one.
    """
    listener = _listener.get()
    if listener is None:
        yield from things
        return
    if total is None and isinstance(things, Sized):
        total = len(things)
    done = 0
    listener(done, total, says)
    for thing in things:
        yield thing
        done += 1
        if done % EVERY == 0:
            listener(done, total, says)
    listener(done, total, says)


class Bar:
    """A listener that draws a bar on a terminal, and nothing where there is none."""

    WIDTH = 30
    PAUSE_S = 0.1

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out if out is not None else sys.stderr
        self._shows = self._out.isatty()
        self._next = 0.0
        self._drawn = 0

    def __call__(self, done: int, total: int | None, says: str) -> None:
        now = time.monotonic()
        if not self._shows or (now < self._next and done != total):
            return
        self._next = now + self.PAUSE_S
        self._draw(_line(done, total, says, self.WIDTH))

    def close(self) -> None:
        """Wipe the bar away; what is printed next begins on a clean line."""
        if self._drawn:
            self._draw("")
            self._out.write("\r")
            self._out.flush()
            self._drawn = 0

    def _draw(self, line: str) -> None:
        self._out.write("\r" + line + " " * max(0, self._drawn - len(line)))
        self._out.flush()
        self._drawn = len(line)


def _line(done: int, total: int | None, says: str, width: int) -> str:
    words = f" {says}" if says else ""
    if not total:
        return f"{done:,}{words}"
    filled = min(width, done * width // total)
    return f"[{'#' * filled}{'.' * (width - filled)}] {done:,} / {total:,}{words}"


@contextmanager
def on_terminal(out: TextIO | None = None) -> Iterator[None]:
    """What is told within is drawn as a bar on standard error, if that is a terminal."""
    bar = Bar(out)
    try:
        with heard_by(bar):
            yield
    finally:
        bar.close()
