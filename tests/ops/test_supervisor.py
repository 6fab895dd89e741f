"""A process that ends is started again, later and later."""

import signal
import sys
import time

import pytest

from _ops.say import Trouble
from _ops.supervisor import FRUITLESS, LONGEST_PAUSE_S, STEADY_S, Process, Supervisor


def _process(code: str) -> Process:
    return Process("trial", [sys.executable, "-c", code], {})


def test_pauses_grow_to_half_a_minute_and_start_afresh_after_a_steady_minute() -> None:
    process = _process("")
    process.started_at = 0.0
    assert [process.pause_after_death(1.0) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert process.pause_after_death(STEADY_S) == 1
    assert LONGEST_PAUSE_S == 30


def test_it_gives_up_on_a_process_that_never_works(monkeypatch: pytest.MonkeyPatch) -> None:
    process = _process("raise SystemExit(3)")
    process.deaths = FRUITLESS - 1
    handlers = {
        number: signal.getsignal(number)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        with pytest.raises(Trouble, match="trial process ended 5 times"):
            Supervisor([process], "http://127.0.0.1:9/healthz", "").run()
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def test_stopping_ends_a_child_and_its_children() -> None:
    process = _process(
        "import subprocess, sys, time;"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); time.sleep(60)"
    )
    process.start(time.monotonic())
    assert process.child is not None
    supervisor = Supervisor([process], "", "")
    supervisor._stop()
    assert process.child.returncode == -signal.SIGTERM
