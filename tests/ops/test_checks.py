"""bin/test ends what its tests started."""

import os
import signal
import subprocess
import sys

from _ops import checks


def _sleeper(**more: str) -> subprocess.Popen[bytes]:
    code = "import time; print(flush=True); time.sleep(60)"
    child = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, **more}, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    child.stdout.readline()
    child.stdout.close()
    return child


def test_only_processes_of_this_run_are_ended() -> None:
    ours, other = _sleeper(LINLI_TRIAL="one"), _sleeper(LINLI_TRIAL="one-more")
    try:
        checks._end_marked(b"LINLI_TRIAL=one")
        assert ours.wait(5) == -signal.SIGKILL
        assert other.poll() is None
    finally:
        for child in (ours, other):
            child.kill()
            child.wait()
