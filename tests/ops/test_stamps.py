"""A step that is done is not done again, until what it was made from changes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from _ops import stamps
from _ops.say import Trouble


def test_a_stamp_counts_for_its_own_key_only(tmp_path: Path) -> None:
    stamp = tmp_path / "deep" / "done"
    assert not stamps.is_stamped(stamp, "one")
    stamps.write_stamp(stamp, "one")
    assert stamps.is_stamped(stamp, "one")
    assert not stamps.is_stamped(stamp, "two")


def test_the_digest_changes_with_content_and_with_what_else_matters(tmp_path: Path) -> None:
    lock = tmp_path / "a.lock"
    lock.write_text("one")
    first = stamps.digest([lock], "3.11")
    assert stamps.digest([lock], "3.12") != first
    lock.write_text("two")
    assert stamps.digest([lock], "3.11") != first


def test_a_lock_is_freed_when_its_holder_is_killed(tmp_path: Path) -> None:
    lock = tmp_path / "x.lock"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX);"
            "print('held', flush=True); input()",
            str(lock),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    holder.stdout.readline()
    holder.kill()
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()
    with stamps.alone(lock, "Testing"):
        pass


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Trouble, match=r"Writing .*/file/done failed"):
        stamps.write_stamp(tmp_path / "file" / "done", "key")


def test_a_half_written_stamp_is_no_stamp(tmp_path: Path) -> None:
    (tmp_path / f"done.{os.getpid()}").write_text("one")
    assert not stamps.is_stamped(tmp_path / "done", "one")
