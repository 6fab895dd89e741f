"""Knowing at once that a boundary has changed: one thread a process listens to the database.

A process that serves people calls `listen()` once (config.wsgi); from its first question on, a
daemon thread holds a connection of its own, hears `linli_territory`, and builds the new index in
the background. Every other process (a command, a test) asks for the version instead.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connection

from linli.territory.queries.versions import versions

log = logging.getLogger(__name__)
CHANNEL = "linli_territory"
_SILENT_S = 15.0  # a thread unheard of for so long vouches for nothing
_RETRY_S = 1.0


class Watch:
    """What this process knows of the present version without asking."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[int], object]] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._pid = 0
        self._stop = threading.Event()
        self._known: int | None = None
        self._heard_at = 0.0
        self._doubts = threading.local()
        self.armed = False
        self.heartbeat_s = 5.0  # how long a lost notification can stay unnoticed

    def on_change(self, listener: Callable[[int], object]) -> None:
        """`listener(boundaries)` is called on the thread whenever the version may have changed."""
        self._listeners.append(listener)

    def arm(self) -> None:
        """From now on the first question starts the thread."""
        self.armed = True

    def disarm(self) -> None:
        """Stop the thread and wait for it."""
        self.armed = False
        self._stop.set()
        if self._thread is not None and self._pid == os.getpid():
            self._thread.join(timeout=10)
        self._thread, self._known = None, None

    def doubt(self) -> None:
        """This thread's transaction changes boundaries: ask, until it is over."""
        self._doubts.open = True

    def doubted(self) -> bool:
        """Whether this thread is inside a transaction that changed boundaries."""
        if getattr(self._doubts, "open", False):
            if connection.in_atomic_block:
                return True
            self._doubts.open = False
        return False

    def known(self) -> int | None:
        """The present version of the boundaries, or None where nobody vouches for it."""
        if not self.armed:
            return None
        if self._thread is None or self._pid != os.getpid():
            self._start()
        if time.monotonic() - self._heard_at > _SILENT_S:
            return None
        return self._known

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None and self._pid == os.getpid():
                return
            self._pid, self._known = os.getpid(), None  # threads do not survive a fork
            self._stop = threading.Event()
            self._thread = threading.Thread(target=self._run, name="territory-watch", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except (psycopg.Error, OSError) as error:
                self._known = None
                log.warning("territory watch lost the database", extra={"reason": str(error)})
                self._stop.wait(_RETRY_S)
            finally:
                self._known = None
                connection.close()

    def _listen(self) -> None:
        ears = psycopg.connect(**_own_connection(), autocommit=True)
        try:
            ears.execute(f"LISTEN {CHANNEL}")
            while not self._stop.is_set():
                row = ears.execute("SELECT boundaries FROM territory_territorystate").fetchone()
                present = row[0] if row else 0
                self._known, self._heard_at = present, time.monotonic()
                for listener in self._listeners:
                    listener(present)
                connection.close()  # what the listeners have opened on this thread
                for _notice in ears.notifies(timeout=self.heartbeat_s, stop_after=1):
                    self._known = None  # until the new version is read
        finally:
            ears.close()


def _own_connection() -> dict[str, Any]:
    given = connection.get_connection_params()
    dropped = {"context", "cursor_factory", "prepare_threshold", "server_side_binding"}
    kept = {name: value for name, value in given.items() if name not in dropped}
    return {**kept, "application_name": "linli-territory"}


watch = Watch()


def present_boundaries() -> int:
    """The present version: known where the watch vouches for it, else asked (one query)."""
    known = None if watch.doubted() else watch.known()
    return versions().boundaries if known is None else known
