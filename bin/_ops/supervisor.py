"""Keeps the processes of Linli running until it is told to stop."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

from _ops.places import ROOT
from _ops.say import Trouble, die_with_parent, say

LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0  # a process that lived this long starts afresh with short pauses
FRUITLESS = 5  # deaths in a row, before the first page ever came, after which it gives up
PATIENCE_S = 10.0


@dataclass
class Process:
    """One child: how it starts, and its luck so far."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    once: bool = False  # ends by itself and is not started again
    ended: bool = False
    child: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    not_before: float = 0.0

    def start(self, now: float) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the supervisor."""
        self.child = subprocess.Popen(
            list(self.command),
            env=dict(self.environment),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  this program has one thread
        )
        self.started_at = now

    def pause_after_death(self, now: float) -> float:
        """Count a death; seconds until the next try: 1, 2, 4 … 30."""
        if now - self.started_at >= STEADY_S:
            self.deaths = 0
        self.deaths += 1
        pause = min(LONGEST_PAUSE_S, 2.0 ** (self.deaths - 1))
        self.not_before = now + pause
        self.child = None
        return pause

    def signal_all(self, number: int) -> None:
        """Send a signal to the child and everything it started."""
        if self.child is None:
            return
        with suppress(ProcessLookupError):  # its own session: its group has its process id
            os.killpg(self.child.pid, number)


@dataclass
class Supervisor:
    """Runs `processes`; `ready_url` answers when the first page can be had."""

    processes: list[Process]
    ready_url: str
    ready_words: str
    stopping: bool = False
    was_ready: bool = False
    signals: deque[int] = field(default_factory=deque)

    def run(self) -> int:
        """Until a signal, then 0. Raises Trouble when a process cannot be kept up."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._told_to_stop)
        try:
            while not self.stopping:
                self._keep_up(time.monotonic())
                if not self.was_ready and self._answers():
                    self.was_ready = True
                    say(self.ready_words)
                time.sleep(0.1 if not self.was_ready else 0.3)
            say("Stopping …")
        finally:
            self._stop()
        return 0

    def _told_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.signals.append(number)
        if self.stopping:  # asked twice: no more patience
            for process in self.processes:
                process.signal_all(signal.SIGKILL)
        self.stopping = True

    def _keep_up(self, now: float) -> None:
        for process in self.processes:
            if process.ended:
                continue
            if process.child is None:
                if now >= process.not_before and not self.stopping:
                    process.start(now)
                continue
            code = process.child.poll()
            if code is None or self.stopping:
                continue
            process.signal_all(signal.SIGKILL)  # what it left behind would hold its port
            if process.once:
                process.ended, process.child = True, None
                if code:
                    say(f"The {process.name} process ended ({_how(code)}); the next start goes on.")
                continue
            pause = process.pause_after_death(now)
            say(f"The {process.name} process ended ({_how(code)}); again in {pause:.0f} s.")
            if not self.was_ready and process.deaths >= FRUITLESS:
                raise Trouble(
                    f"The {process.name} process ended {FRUITLESS} times before the first page.",
                    "Its words are above; bin/linli doctor looks for the cause.",
                )

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.ready_url, timeout=2) as answer:  # noqa: S310 our own
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError, ValueError):
            return False

    def _stop(self) -> None:
        self.stopping = True
        for process in self.processes:
            process.signal_all(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_S
        for process in self.processes:
            if process.child is None:
                continue
            try:
                process.child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                print(f"  the {process.name} process takes too long: ended", file=sys.stderr)
            process.signal_all(signal.SIGKILL)
            process.child.wait()


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
