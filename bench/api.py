"""The interface over HTTP: report, move, list, read (design §6), with the database beside it.

Starts a web process of its own on a free port of this machine, as bin/run does, and calls it with
a few connections. Reports and moves are real: use a database that may grow.
    python bench/api.py [--seconds 8] [--connections 8] [--only list]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SRC = Path(__file__).resolve().parents[1] / "src"
sys.path.insert(0, str(SRC))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")

import django  # noqa: E402

django.setup()

from django.utils import timezone  # noqa: E402

from linli.cases.models import Case  # noqa: E402
from linli.staff.models import Post  # noqa: E402
from linli.staff.services import issue_token, revoke_token  # noqa: E402

Request = tuple[str, str, bytes]  # method, path, body
TARGETS = {"report": 200, "move": 200, "list": 350, "read": 250, "badges": 0, "locate": 0}


def token_for(*grants: str) -> Any:
    """A token of the post with the widest reach that has all `grants`."""
    posts = Post.objects.filter(grants__contains=list(grants), user__is_active=True)
    post = posts.filter(region__tier="district").first() or posts.first()
    if post is None:
        raise SystemExit("No post here may do that: fill the database with the demo first.")
    return issue_token(
        actor=post.user, post=post, name="bench", grants=post.grants, now=timezone.now()
    )


def serve(port: int, workers: int) -> subprocess.Popen[bytes]:
    """The web process, as bin/run starts it."""
    command = [sys.executable, "-m", "granian", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--interface", "wsgi", "--workers", str(workers), "--blocking-threads", "4"]
    command += ["--backlog", "2048", "--no-ws", "--log-level", "warning"]
    command += ["--workers-kill-timeout", "5", "linli.config.wsgi:application"]
    served = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(SRC)})
    for _try in range(150):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return served
        time.sleep(0.2)
    served.kill()
    raise SystemExit("The web process did not start.")


async def one(reader: Any, writer: Any, token: str, request: Request) -> int:
    """Send one request over an open connection; returns the status."""
    method, path, body = request
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    writer.write(head.encode() + b"\r\n" + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    said = await reader.readexactly(length)
    status = int(answer[9:12])
    if status >= 400:
        raise RuntimeError(f"{method} {path}: {status} {said[:300].decode()}")
    return status


async def load(
    port: int, token: str, requests: Iterator[Request], seconds: float, connections: int
) -> list[float]:
    """Call for a while over some connections; returns how long each answer took."""
    spans: list[float] = []
    until = time.perf_counter() + seconds

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
        while time.perf_counter() < until:
            request = next(requests, None)
            if request is None:
                break
            began = time.perf_counter()
            await one(reader, writer, token, request)
            spans.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(caller() for _i in range(connections)))
    return spans


def reports(places: list[tuple[float, float]]) -> Iterator[Request]:
    """Reports at places where there were some."""
    while True:
        lon, lat = random.choice(places)
        body = {
            "description": "道路积水，影响通行，请尽快处理",
            "lon": lon,
            "lat": lat,
            "channel": "hotline",
        }
        yield "POST", "/api/v1/cases", json.dumps(body).encode()


def stories(numbers: list[str]) -> Iterator[Request]:
    """Comments on cases: the move that is always open to a leader."""
    while True:
        number = random.choice(numbers)
        yield "POST", f"/api/v1/cases/{number}/moves/comment", b'{"opinion":"bench"}'


def lists(region: str) -> Iterator[Request]:
    """The list by stage, class, region and period."""
    while True:
        stage = random.choice(("reported", "filed", "handling", "closed"))
        kind = random.choice(("E01", "E02", "C01"))
        query = f"stage={stage}&class={kind}&region={region}&since=2026-01-01&page_size=50"
        yield "GET", f"/api/v1/cases?{query}", b""


def always(*requests: str) -> Iterator[Request]:
    """The same reads again and again."""
    while True:
        yield "GET", random.choice(requests), b""


def row(name: str, spans: list[float], seconds: float) -> str:
    """One line of the table."""
    spans.sort()
    p95 = spans[int(len(spans) * 0.95)] * 1000
    target = f"≥ {TARGETS[name]}/s, p95 ≤ 60 ms" if TARGETS[name] else "–"
    median = statistics.median(spans) * 1000
    return f"| {name} | {len(spans) / seconds:,.0f}/s | {median:.1f} ms | {p95:.1f} ms | {target} |"


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=list(TARGETS))
    asked = parser.parse_args()
    operator, leader = token_for("cases.see", "cases.report"), token_for("cases.comment")
    district = operator.token.post.region
    own = Case.objects.filter(district=district, place__isnull=False).order_by("-id")[:2000]
    cases = list(own)
    if not cases:
        raise SystemExit("There are no cases in the district of the caller.")
    led = leader.token.post.region
    numbers = [c.number for c in (cases if led == district else Case.objects.filter(district=led))]
    places = [(c.place.x, c.place.y) for c in cases if c.place]
    one_case = [f"/api/v1/cases/{c.number}" for c in cases]
    points = [f"/api/v1/locate?lon={x}&lat={y}" for x, y in places]
    works: dict[str, tuple[Any, Callable[[], Iterator[Request]]]] = {
        "report": (operator, lambda: reports(places)),
        "move": (leader, lambda: stories(numbers)),
        "list": (operator, lambda: lists(district.code)),
        "read": (operator, lambda: always(*one_case)),
        "badges": (operator, lambda: always("/api/v1/badges")),
        "locate": (operator, lambda: always(*points)),
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    served = serve(port, asked.workers)
    print(f"{Case.objects.count():,} cases, {asked.workers} workers\n")
    print("| over HTTP | rate | median | p95 | target |\n|---|---|---|---|---|")
    try:
        for name, (issued, make) in works.items():
            if asked.only in (None, name):
                asyncio.run(load(port, issued.secret, make(), 1, asked.connections))  # warm
                spans = asyncio.run(
                    load(port, issued.secret, make(), asked.seconds, asked.connections)
                )
                print(row(name, spans, asked.seconds), flush=True)
    finally:
        served.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            served.wait(10)
        served.kill()
        for issued in (operator, leader):
            revoke_token(actor=issued.token.post.user, token=issued.token, now=timezone.now())


if __name__ == "__main__":
    main()
