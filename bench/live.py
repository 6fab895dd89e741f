"""An event on the screens of 1,000 watchers: how long until the last one has it (design §6).

Starts an events process of its own on a free port of this machine, opens the streams with sessions
of a person who sees every case (ended afterwards), and lets the database notify as a move does.
    python -m bench.live [--watchers 1000] [--rounds 20] [--board wall] [--keep]
With `--board` the watchers have that board before them, and the processor time of the events
process says what one event costs, drawing and all sending together.
`--keep` puts the table of a board on docs/benchmarks.md.
Needs a database with accounts (LINLI_DATABASE_URL; the demo's will do). Changes no case.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import resource
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SRC = Path(__file__).resolve().parents[1] / "src"
sys.path[:0] = [str(SRC), str(SRC.parent)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")

import django  # noqa: E402

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from bench import _program  # noqa: E402
from linli.cases import policy  # noqa: E402
from linli.kernel import live  # noqa: E402
from linli.staff.models import User  # noqa: E402

BOARD_S = 2.5  # a board is drawn every two seconds at most
FACTS = dict.fromkeys(
    ("district_id", "street_id", "community_id", "grid_id", "lead_unit_id", "tracker_id",
     "case_class_id")
) | {"shared_with": []}  # fmt: skip


@dataclass
class Watcher:
    """One raw HTTP stream."""

    at: dict[int, float] = field(default_factory=dict)  # round → when it arrived
    board: str = ""
    boards: int = 0  # messages of the board so far
    bytes: int = 0

    async def watch(self, port: int, cookie: str, ready: asyncio.Semaphore) -> None:
        asked = f"?board={self.board}" if self.board else ""
        async with ready:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = (f"GET /events{asked} HTTP/1.1", f"Host: localhost:{port}", f"Cookie: {cookie}")
            writer.write("\r\n".join((*head, "", "")).encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in answer.split(b"\r\n", 1)[0]:
                raise RuntimeError(answer.decode())
            await reader.readuntil(b"hello\n\n")
        self.task = asyncio.create_task(self._read(reader, writer))

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                line = await reader.readline()
                if not line:
                    break
                self.bytes += len(line)
                if line.startswith(b"event: board"):
                    self.boards += 1
                    self.at[self.boards] = time.perf_counter()
                elif line.startswith(b'data: {"case":'):
                    number = int(line.split(b":")[2].split(b",")[0])
                    self.at[number] = time.perf_counter()
        writer.close()


def session_of(user: User) -> str:
    """A session as signing in makes it; returns its key."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store["linli_seen_at"] = int(time.time())
    store.create()
    assert store.session_key
    return store.session_key


def keep_alive(key: str) -> None:
    """Note on the session that its person is there, as their requests do."""
    store = SessionStore(key)
    store["linli_seen_at"] = int(time.time())
    store.save()


def who_sees_all(board: str = "") -> User:
    """Somebody whose post reads every case, and who may look at the board."""
    for user in User.objects.filter(is_active=True, must_change_password=False):
        if board and live.BOARDS[board].onlooker(user) is None:
            continue
        if any(scope.everything for scope in policy.scopes_of(user)):
            return user
    raise SystemExit("Nobody here sees every case: fill the database with the demo first.")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def serve(port: int) -> subprocess.Popen[bytes]:
    """The events process, as bin/run starts it."""
    command = [sys.executable, "-m", "granian", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--interface", "asgi", "--workers", "1", "--backlog", "8192"]
    command += ["--backpressure", "8192", "--http", "1", "--no-ws", "--log-level", "warning"]
    command += ["--workers-kill-timeout", "5", "linli.config.events:application"]
    environment = {**_program.ALLOCATION, **os.environ, "PYTHONPATH": str(SRC)}
    served = subprocess.Popen(command, env=environment)
    for _try in range(150):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return served
        time.sleep(0.2)
    served.kill()
    raise SystemExit("The events process did not start.")


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(entry.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.parent.name))
    return found


def memory_mb(pid: int) -> list[int]:
    """Resident memory of a process and its children, each in MB, the largest first."""
    found = []
    for each in (pid, *children_of(pid)):
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{each}/status").read_text()
            found += [int(li.split()[1]) // 1024 for li in status.split("\n") if "VmRSS" in li]
    return sorted(found, reverse=True)


def own_mb(pid: int) -> int:
    """What the largest process of these holds alone, not shared with any other, in MB."""
    found = [0]
    for each in (pid, *children_of(pid)):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().split("\n")
            found.append(sum(int(one.split()[1]) for one in lines if one.startswith("Private_")))
    return max(found) // 1024


async def measure(port: int, pid: int, keys: list[str], asked: Any) -> list[str]:
    """Open the streams, notify, wait for all; returns the rows of the table."""
    watchers = [Watcher(board=asked.board) for _i in range(asked.watchers)]
    ready = asyncio.Semaphore(100)
    before, began = memory_mb(pid)[0], time.perf_counter()
    cookies = [f"linli_session={key}" for key in keys]
    await asyncio.gather(
        *(w.watch(port, cookies[i % len(keys)], ready) for i, w in enumerate(watchers))
    )
    opened = time.perf_counter() - began
    last, every = [], []
    if asked.board:
        await settled(watchers)
    spent, sent = processor_s(pid), sum(w.bytes for w in watchers)
    for number in range(1, asked.rounds + 1):
        for watcher in watchers if asked.board else ():
            watcher.boards = number - 1  # what came by itself meanwhile does not count
            watcher.at.pop(number, None)
        told = time.perf_counter()
        await asyncio.to_thread(
            live.publish, "case", {"case": number, "stage": "filed", "event": 1, "facts": FACTS}
        )
        for _try in range(500):
            if all(number in w.at for w in watchers):
                break
            await asyncio.sleep(0.01)
        spans = [w.at[number] - told for w in watchers if number in w.at]
        if len(spans) < len(watchers):
            raise SystemExit(f"{len(watchers) - len(spans)} watchers missed an event.")
        last.append(max(spans))
        every += spans
        await asyncio.sleep(BOARD_S if asked.board else 0.2)
    spent, sent = processor_s(pid) - spent, sum(w.bytes for w in watchers) - sent
    after, own = memory_mb(pid)[0], own_mb(pid)
    for watcher in watchers:
        watcher.task.cancel()
    every.sort()
    p95 = every[int(len(every) * 0.95)]
    return [
        f"| open {len(watchers):,} streams | {opened:.1f} s | – |",
        f"| an event, median watcher | {statistics.median(every) * 1000:.0f} ms | – |",
        f"| an event, p95 of watchers | {p95 * 1000:.0f} ms | – |",
        f"| an event, last watcher, median of {asked.rounds} | "
        f"{statistics.median(last) * 1000:.0f} ms | ≤ 1,000 ms |",
        f"| an event, last watcher, worst | {max(last) * 1000:.0f} ms | ≤ 1,000 ms |",
        f"| memory, idle → {len(watchers):,} watchers | {before} → {after} MB, of it {own} MB"
        " not shared with other processes | ≤ 150 MB |",
        f"| processor time of the events process, an event | {spent / asked.rounds * 1000:.0f} ms"
        " | – |",
        f"| sent to a watcher, an event | {sent / asked.rounds / len(watchers) / 1000:.1f} kB"
        " | – |",
    ]


async def settled(watchers: list[Watcher]) -> None:
    """Wait until everybody has the board and nothing new has come for a while."""
    for _try in range(120):
        had = [w.boards for w in watchers]
        await asyncio.sleep(BOARD_S)
        if all(had) and had == [w.boards for w in watchers]:
            return
    raise SystemExit("The board did not come to rest.")


def processor_s(pid: int) -> float:
    """Processor time of a process and its children so far."""
    ticks = 0
    for one in (pid, *children_of(pid)):
        with contextlib.suppress(OSError):
            stat = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += int(stat[11]) + int(stat[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--watchers", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--board", default="", choices=("", "wall"))
    parser.add_argument("--people", type=int, default=50, help="sessions the watchers share")
    parser.add_argument("--keep", action="store_true", help="write it to docs/benchmarks.md")
    asked = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 4 * asked.watchers), hard), hard))
    user, busy = who_sees_all(asked.board), os.getloadavg()[0]
    keys = [session_of(user) for _i in range(asked.people)]
    port = free_port()
    served = serve(port)
    try:
        rows = asyncio.run(measure(port, served.pid, keys, asked))
    finally:
        served.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            served.wait(10)
        served.kill()
        for key in keys:
            SessionStore(key).delete()
    text = "\n".join(("| live | measured | target |", "|---|---|---|", *rows))
    print(text)
    if asked.keep:
        from bench import run

        text += f"\n\nLoad average before and after: {busy:.1f} → {os.getloadavg()[0]:.1f}."
        run.keep(f"live --board {asked.board}" if asked.board else "live", text)


if __name__ == "__main__":
    main()
