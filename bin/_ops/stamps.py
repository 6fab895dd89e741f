"""What is done stays done: a stamp names what a step was made from and is written after success."""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from _ops.say import Trouble, disk_trouble, say

WAIT_S = 30 * 60


def digest(files: Iterable[Path], *more: str) -> str:
    """One hash over the names and contents of `files` and over `more`."""
    total = hashlib.sha256()
    for path in sorted(files):
        content = path.read_bytes()
        total.update(f"{path.name}:{len(content)}:".encode())
        total.update(content)
    for text in more:
        total.update(f"{len(text)}:{text}".encode())
    return total.hexdigest()


def is_stamped(stamp: Path, key: str) -> bool:
    """Whether the step that writes `stamp` was last finished for `key`."""
    try:
        return stamp.read_text().strip() == key
    except OSError:
        return False


def write_stamp(stamp: Path, key: str) -> None:
    """Record that a step is finished for `key`; whole or not at all."""
    try:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        half = stamp.with_name(f"{stamp.name}.{os.getpid()}")
        half.write_text(f"{key}\n")
        half.replace(stamp)
    except OSError as error:
        raise disk_trouble(error, f"Writing {stamp}") from error


@contextmanager
def alone(lock: Path, doing: str) -> Iterator[None]:
    """Only one process at a time does this; others wait and say so. Freed even by kill -9."""
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise disk_trouble(error, doing) from error
    try:
        _take(handle, lock, doing)
        yield
    finally:
        os.close(handle)


def _take(handle: int, lock: Path, doing: str) -> None:
    deadline, told = time.monotonic() + WAIT_S, False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if not told:
                say(f"{doing}: another bin/run, bin/test or bin/linli is at it; waiting …")
                told = True
            if time.monotonic() > deadline:
                raise Trouble(
                    f"{doing}: waited {WAIT_S // 60} minutes for another process.",
                    f"See who holds {lock}: fuser {lock}",
                ) from None
            time.sleep(0.2)
