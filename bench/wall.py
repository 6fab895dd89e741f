"""The wall before a browser for as long as one likes: does anything grow? (24 hours without a leak)

Starts a web and an events process of its own on free ports, opens the wall in Chromium with the
session of a person who sees every case, and lets synthetic events happen: the database notifies as
a move does, no case is changed. With `--reports` cases really come in and move on besides, as the
demo lets them. Every minute the heap (after collecting garbage), the nodes of the page, the memory
of the browser's processes and of the events process are noted; half way the events process is
killed (no farewell) and started again, and the wall has to come back by itself.
    python -m bench.wall [--minutes 30] [--every 3] [--reports 6] [--keep]
Needs a database with accounts (the demo's), the built pages, and Chromium. `--keep` puts every
fifth row on docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from bench import live as streams
from bench import run
from linli.kernel import live

HEAD = """\
| after | heap | nodes | listeners | browser | events process |
|---|---|---|---|---|---|"""
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
         "--js-flags=--expose-gc"]  # fmt: skip


@dataclass
class Noted:
    """What was measured at one moment."""

    minute: float
    heap_mb: float
    nodes: int
    listeners: int
    browser_mb: int
    events_mb: int

    def row(self) -> str:
        """A row of the table."""
        return (
            f"| {self.minute:.0f} min | {self.heap_mb:.1f} MB | {self.nodes:,} | {self.listeners}"
            f" | {self.browser_mb} MB | {self.events_mb} MB |"
        )


def serve_web(port: int, events: int) -> subprocess.Popen[bytes]:
    """The web process, as bin/run starts it."""
    command = [sys.executable, "-m", "granian", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--interface", "wsgi", "--workers", "1", "--blocking-threads", "2"]
    command += ["--log-level", "warning", "--workers-kill-timeout", "5"]
    environment = {**os.environ, "PYTHONPATH": str(streams.SRC), "LINLI_PORT": str(port)}
    environment["LINLI_EVENTS_PORT"] = str(events)
    return subprocess.Popen([*command, "linli.config.wsgi:application"], env=environment)


def report(every: float) -> subprocess.Popen[bytes]:
    """Reports of the demo city, every so many seconds, and open cases moved on."""
    manage = str(streams.SRC.parent / "manage.py")
    command = [sys.executable, manage, "demo", "--live", "--every", str(every)]
    environment = {**os.environ, "PYTHONPATH": str(streams.SRC)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def browser_mb(profile: str) -> int:
    """Resident memory of all processes of this browser: those that carry the mark, and whatever
    they have started."""
    pids = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if profile in (entry / "cmdline").read_text():
                pids.append(int(entry.name))
    every, more = set(pids), list(pids)
    while more:
        more = [one for pid in more for one in streams.children_of(pid) if one not in every]
        every.update(more)
    found = 0
    for pid in every:
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{pid}/status").read_text().split("\n")
            found += sum(int(li.split()[1]) for li in status if li.startswith("VmRSS"))
    return found // 1024


def noted(tools: CDPSession, began: float, profile: str, events: int) -> Noted:
    """The state of everything now, after collecting garbage."""
    for _twice in range(2):
        tools.send("HeapProfiler.collectGarbage")
    found = {one["name"]: one["value"] for one in tools.send("Performance.getMetrics")["metrics"]}
    return Noted(
        (time.monotonic() - began) / 60,
        found["JSHeapUsedSize"] / 1e6,
        int(found["Nodes"]),
        int(found["JSEventListeners"]),
        browser_mb(profile),
        streams.memory_mb(events)[0],
    )


def soak(
    page: Page, tools: CDPSession, asked: Any, ports: tuple[int, int], profile: str, key: str
) -> list[str]:
    """Let events happen; a row a minute, and what came of it. Half way the events process is
    killed."""
    events = streams.serve(ports[1])
    rows: list[str] = []
    began, number, killed, back = time.monotonic(), 0, False, "was not killed"
    try:
        page.goto(f"http://localhost:{ports[0]}/cockpit/wall/")
        page.wait_for_selector(".map[data-drawn]", timeout=60_000)
        page.wait_for_selector("[data-state=live]", timeout=60_000)
        print(HEAD)
        next_row = began + 60
        while time.monotonic() < began + asked.minutes * 60:
            number += 1
            facts = {"case": number, "stage": "filed", "event": 1, "facts": streams.FACTS}
            live.publish("case", facts)
            page.wait_for_timeout(asked.every * 1000)
            if not killed and time.monotonic() > began + asked.minutes * 30:
                events, gone = again(page, events, ports[1])
                killed = True
                back = f"killed half way; {gone:.0f} s after its start the wall was live again"
            if time.monotonic() >= next_row:
                next_row += 60
                streams.keep_alive(key)
                rows.append(noted(tools, began, profile, events.pid).row())
                print(rows[-1], flush=True)
        said = f"{number} events, the events process {back}."
        print(said)
        return [HEAD, rows[0], *rows[4::5], "", said]
    finally:
        events.terminate()
        events.wait(10)


def again(
    page: Page, events: subprocess.Popen[bytes], port: int
) -> tuple[subprocess.Popen[bytes], float]:
    """Kill the events process, see that the wall says so, start it again, see it come back; after
    how many seconds."""
    for pid in (events.pid, *streams.children_of(events.pid)):
        os.kill(pid, signal.SIGKILL)
    events.wait(10)
    page.wait_for_selector("[data-state=lost]", timeout=60_000)
    fresh = streams.serve(port)
    gone = time.monotonic()
    page.wait_for_selector("[data-state=live]", timeout=60_000)
    return fresh, time.monotonic() - gone


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--every", type=float, default=3, help="seconds between events")
    parser.add_argument("--reports", type=float, help="seconds between real reports of the demo")
    parser.add_argument("--keep", action="store_true", help="write it to docs/benchmarks.md")
    asked = parser.parse_args()
    key = streams.session_of(streams.who_sees_all("wall"))
    ports = streams.free_port(), streams.free_port()
    os.environ["LINLI_EVENTS_PORT"] = str(ports[1])
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop in this thread
    web = serve_web(*ports)
    others = [report(asked.reports)] if asked.reports else []
    try:
        with sync_playwright() as play:
            profile = f"--linli-soak={os.getpid()}"
            browser = play.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, profile])
            context = browser.new_context(viewport={"width": 1920, "height": 1080})
            url = f"http://localhost:{ports[0]}"
            context.add_cookies([{"name": "linli_session", "value": key, "url": url}])
            page = context.new_page()
            tools = context.new_cdp_session(page)
            tools.send("Performance.enable")
            lines = soak(page, tools, asked, ports, profile, key)
            browser.close()
        if asked.keep:
            run.keep("wall", "\n".join(lines))
    finally:
        for each in (web, *others):
            each.terminate()
            each.wait(10)
        streams.SessionStore(key).delete()


if __name__ == "__main__":
    main()
