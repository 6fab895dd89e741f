"""The program as bin/run starts it, on a free port of this machine, and a cheap caller of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench._figures import Spans

SRC = Path(__file__).resolve().parents[1] / "src"
WORKERS, THREADS = 2, 4
ALLOCATION = {"MALLOC_ARENA_MAX": "1"}  # as bin/run sets it


@dataclass(frozen=True)
class Request:
    """One call; `head` are further header lines, each with its line end."""

    method: str
    path: str
    head: str = ""
    body: bytes = b""


Requests = Iterator[Request]


def bearer(token: str) -> str:
    """The header line of a token."""
    return f"Authorization: Bearer {token}\r\n"


def posted(path: str, token: str, body: object) -> Request:
    """A POST of JSON."""
    head = bearer(token) + "Content-Type: application/json\r\n"
    return Request("POST", path, head, json.dumps(body).encode())


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextlib.contextmanager
def serving(*, interface: str = "wsgi") -> Iterator[tuple[int, int]]:
    """The web process (or with `asgi` the events process): its port and its process id."""
    port = free_port()
    wsgi = interface == "wsgi"
    command = [
        *(sys.executable, "-m", "granian", "--interface", interface, "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", str(WORKERS if wsgi else 1), "--no-ws"),
        *("--workers-kill-timeout", "5", "--log-level", "warning", "--backlog", "2048"),
        *(("--blocking-threads", str(THREADS)) if wsgi else ()),
        "linli.config.wsgi:application" if wsgi else "linli.config.events:application",
    ]
    with running(command) as process:
        wait_for(port)
        yield port, process.pid


@contextlib.contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program of ours, ended on leaving."""
    environment = {**ALLOCATION, **os.environ, "PYTHONPATH": str(SRC)}
    process = subprocess.Popen(command, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def wait_for(port: int, seconds: float = 40) -> None:
    """Until the port answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit("The program did not start.")


def memory_mb(pid: int) -> dict[int, float]:
    """Resident memory of a process and of those it started, in MB, by process id."""
    found: dict[int, float] = {}
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, KeyError):
            lines = dict(line.split(":", 1) for line in (entry / "status").read_text().splitlines())
            parents[int(entry.name)] = int(lines["PPid"])
            found[int(entry.name)] = int(lines["VmRSS"].split()[0]) / 1024
    own = {pid}
    while more := {child for child, parent in parents.items() if parent in own} - own:
        own |= more
    return {one: found[one] for one in own if one in found}


class Caller:
    """One connection, kept open, without anything that costs time."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(self, request: Request) -> tuple[int, bytes]:
        """(status, body). Opens the connection again if it was closed."""
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port, limit=2**23)
        reader, writer = self.streams
        head = f"{request.method} {request.path} HTTP/1.1\r\nHost: localhost\r\n{request.head}"
        if request.method == "POST":
            head += f"Content-Length: {len(request.body)}\r\n"
        writer.write(head.encode() + b"\r\n" + request.body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"content-length: " in answer:
            length = int(answer.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
        else:
            body = await _chunks(reader)
        if b"connection: close" in answer:
            self.close()
        return int(answer[9:12]), body

    async def json(self, request: Request) -> Any:
        """The body of an answer that must be a success."""
        status, body = await self.call(request)
        if status >= 400:
            raise RuntimeError(f"{request.method} {request.path}: {status} {body[:300].decode()}")
        return json.loads(body)

    def close(self) -> None:
        """Hang up."""
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while True:
        size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        body += await reader.readexactly(size)
        await reader.readexactly(2)
        if size == 0:
            return body


def call(
    port: int, make: Callable[[], Requests], *, seconds: float, connections: int, warm: float = 1.5
) -> Spans:
    """Call for a while over some connections, after a warm-up that is not counted."""
    if warm:
        asyncio.run(_call(port, make(), warm, connections))
    return asyncio.run(_call(port, make(), seconds, connections))


async def _call(port: int, requests: Requests, seconds: float, connections: int) -> Spans:
    found = Spans(seconds)
    began = time.perf_counter()

    async def caller() -> None:
        own = Caller(port)
        while time.perf_counter() - began < seconds:
            request = next(requests, None)
            if request is None:
                break
            start = time.perf_counter()
            status, body = await own.call(request)
            if status >= 300:
                found.failures.append(f"{status} {body[:200].decode(errors='replace')}")
            else:
                found.spans.append(time.perf_counter() - start)
        own.close()

    await asyncio.gather(*(caller() for _ in range(connections)))
    found.seconds = time.perf_counter() - began
    return found
