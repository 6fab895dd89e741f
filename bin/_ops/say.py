"""What the operator reads: steps, troubles with their remedy, and quiet sub-processes."""

import ctypes
import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path


class Trouble(Exception):
    """Something the operator can put right. `remedy` says how."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.remedy = remedy


def complain(trouble: Trouble) -> None:
    """Print the problem and its remedy to standard error."""
    sys.stdout.flush()
    print(f"\n✗ {trouble}", file=sys.stderr)
    if trouble.remedy:
        print(f"  {trouble.remedy}", file=sys.stderr)


def say(text: str) -> None:
    """One line about what is happening, shown at once."""
    print(f"• {text}", flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Says `text` before the work and how long it took when it took long."""
    say(f"{text} …")
    began = time.monotonic()
    yield
    if (took := time.monotonic() - began) >= 1:
        say(f"   done in {took:.0f} s")


# What a failed program's last words mean, and what helps.
REMEDIES = {
    "no space left on device": "The disk is full: free some space and start again.",
    "disk quota exceeded": "Your disk quota is used up: free some space and start again.",
    "could not get lock": "Another apt or dpkg is running: wait for it and start again.",
    "temporary failure": "The network does not answer: check it and start again.",
    "network is unreachable": "The network does not answer: check it and start again.",
    "could not find a version that satisfies": (
        "The package index does not have it for this Python: try another with LINLI_PYTHON."
    ),
    "do not match the hashes": (
        "What was downloaded is not what the lock file names: check your package index."
    ),
    "read-only file system": "The folder is on a read-only file system: move the clone.",
}


def remedy_for(words: str) -> str:
    """The remedy that the last words of a failed program call for, or an empty string."""
    lower = words.lower()
    return next((remedy for sign, remedy in REMEDIES.items() if sign in lower), "")


def die_with_parent() -> None:
    """In a child: end when the process that started it ends, even by kill -9 (Linux)."""
    with suppress(OSError, AttributeError):  # elsewhere the child may outlive a killed parent
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1: PR_SET_PDEATHSIG


def quietly(
    command: Sequence[str | Path],
    *,
    doing: str,
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    remedy: str = "",
) -> None:
    """Run `command`, its output going to the end of `log`. Raises Trouble with its last lines."""
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in command]
    with log.open("ab") as output:
        output.write(f"\n$ {' '.join(words)}\n".encode())
        output.flush()
        start = output.tell()
        try:
            code = subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if environment is None else dict(environment),
                cwd=folder,
                check=False,
                preexec_fn=die_with_parent,
            ).returncode
        except OSError as error:
            raise Trouble(f"{doing} failed: {words[0]}: {error.strerror}.", remedy) from error
    if code == 0:
        return
    with log.open("rb") as written:
        written.seek(start)
        last = written.read().decode(errors="replace").strip()
    tail = "\n".join(f"  | {line}" for line in last.splitlines()[-12:])
    help_ = remedy_for(last) or remedy or "Put this right and start again; what is done is kept."
    raise Trouble(
        f"{doing} failed (exit code {code}). Its last words:\n{tail}", f"{help_} All of it: {log}"
    )


def disk_trouble(error: OSError, doing: str) -> Trouble:
    """The sentence for an OSError met while writing."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Trouble(f"{doing} failed: the disk is full.", "Free some space and start again.")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return Trouble(
            f"{doing} failed: no permission to write {error.filename or 'there'}.",
            f"Make it writable for {os.environ.get('USER') or 'this account'}, or set LINLI_DATA.",
        )
    return Trouble(f"{doing} failed: {error}.")
