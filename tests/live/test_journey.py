"""A new case comes up on an open page by itself, and again after the events process was killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Page, expect, sync_playwright

from tests.api.conftest import report_of, token_of
from tests.cases.city import City, make_city
from tests.live.test_stream import signed_in

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
SERVED = "served"  # what a process of these tests calls itself to the database
pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium"),
    pytest.mark.skipif(not settings.BUILT_DIR.is_dir(), reason="needs the built islands"),
]
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def kill(served: subprocess.Popen[bytes]) -> None:
    """End a granian and its worker at once, as a power cut would."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(served.pid, signal.SIGKILL)
    served.wait(5)


def database_url() -> str:
    """How another process finds the test database."""
    name = settings.DATABASES["default"]["NAME"]
    values = {key.lower(): settings.DATABASES["default"][key] for key in ("USER", "HOST", "PORT")}
    values["password"] = settings.DATABASES["default"]["PASSWORD"]
    first = [f"dbname={name}", f"application_name={SERVED}"]
    return " ".join([*first, *(f"{k}={v}" for k, v in values.items() if v)])


def let_go() -> None:
    """End what killed processes still hold on the test database: emptying it would wait for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s",
            [SERVED],
        )


def come_to_rest() -> None:
    """Wait until no served process works on the test database; what does not stop is ended."""
    deadline = time.monotonic() + 5
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name = %s AND state <> 'idle'",
                [SERVED],
            )
            if cursor.fetchone() is None:
                return
            time.sleep(0.02)
    let_go()


@contextmanager
def serving(kind: str, target: str, web: int, events: int) -> Iterator[subprocess.Popen[bytes]]:
    """A granian of this kind on the test database."""
    port = web if kind == "wsgi" else events
    command = [sys.executable, "-m", "granian", "--interface", kind, "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers-kill-timeout", "1", "--log-level", "warning"]
    environment = os.environ | {
        "LINLI_DATABASE_URL": database_url(),
        "LINLI_PORT": str(web), "LINLI_EVENTS_PORT": str(events),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]),
    }  # fmt: skip
    served = subprocess.Popen([*command, target], env=environment, start_new_session=True)
    try:
        for _try in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield served
    finally:
        kill(served)


@pytest.fixture
def scene() -> Iterator[tuple[City, str, str, int, int]]:
    """City, session key, token, web port, events port; the web process runs."""
    city = make_city()
    key = signed_in(city.districts[0].user("operator")).cookies["linli_session"].value
    token = token_of(city.districts[0].posts["operator"])
    web, events = free_port(), free_port()
    with serving("wsgi", "linli.config.wsgi:application", web, events):
        yield city, key, token, web, events
    let_go()


def report(web: int, token: str, body: dict[str, Any]) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{web}/api/v1/cases",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  loopback
        number: str = json.load(answer)["number"]
        return number


def test_a_new_case_comes_up_by_itself_also_after_a_break(scene: Any) -> None:
    city, key, token, web, events = scene
    body = report_of(city)
    first = report(web, token, body)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(locale="en-GB")
        context.add_cookies(
            [{"name": "linli_session", "value": key, "url": f"http://127.0.0.1:{web}"}]
        )
        page: Page = context.new_page()
        page.set_default_timeout(20_000)
        with serving("asgi", "linli.config.events:application", web, events) as stream:
            page.goto(f"http://127.0.0.1:{web}/desk/cases/")
            expect(page.get_by_text(first).first).to_be_visible()
            live = page.locator("[data-island~=live]")
            expect(live).not_to_have_class("live-lost")
            expect(live).to_be_visible(timeout=20_000)
            second = report(web, token, body)
            expect(page.get_by_text(second).first).to_be_visible(timeout=15_000)
            kill(stream)
        expect(page.locator(".live-lost")).to_be_visible(timeout=30_000)
        third = report(web, token, body)
        with serving("asgi", "linli.config.events:application", web, events):
            expect(page.get_by_text(third).first).to_be_visible(timeout=30_000)
            expect(page.locator(".live-lost")).to_have_count(0)
        browser.close()
