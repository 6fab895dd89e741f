"""A number of the wall changes by itself when a case comes in, also after the stream was cut."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect, sync_playwright

from linli.evaluation.services.seeding import keep_formulas
from tests.api.conftest import report_of, token_of
from tests.cases.city import City, make_city
from tests.cockpit.test_figures import signed_in
from tests.live.test_journey import CHROMIUM, FLAGS, free_port, kill, let_go, report, serving
from tests.live.test_journey import pytestmark as journey

pytestmark = journey


@pytest.fixture
def scene() -> Iterator[tuple[City, str, str, int, int]]:
    """City, a leader's session key, token, web port, events port; the web process runs."""
    city = make_city()
    keep_formulas()
    key = signed_in(city.districts[0].user("leader")).cookies["linli_session"].value
    token = token_of(city.districts[0].posts["operator"])
    web, events = free_port(), free_port()
    with serving("wsgi", "linli.config.wsgi:application", web, events):
        yield city, key, token, web, events
    let_go()


def fall_silent(context: BrowserContext, stream: subprocess.Popen[bytes], wall: Locator) -> None:
    """A cable is pulled out; a server says nothing and closes nothing: the wall tells at once, and
    within half a minute."""
    context.set_offline(True)
    expect(wall).to_have_attribute("data-state", "lost", timeout=2_000)
    context.set_offline(False)
    expect(wall).to_have_attribute("data-state", "live")
    os.killpg(stream.pid, signal.SIGSTOP)
    wall.page.clock.fast_forward(28_000)
    expect(wall).to_have_attribute("data-state", "live")
    wall.page.clock.fast_forward(3_000)
    expect(wall).to_have_attribute("data-state", "lost", timeout=2_000)
    os.killpg(stream.pid, signal.SIGCONT)
    expect(wall).to_have_attribute("data-state", "live")


def test_a_number_of_the_wall_changes_by_itself_also_after_a_break(scene: Any) -> None:
    city, key, token, web, events = scene
    body = report_of(city)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(
            locale="en-GB", viewport={"width": 1920, "height": 1080}, reduced_motion="reduce"
        )
        context.add_cookies(
            [{"name": "linli_session", "value": key, "url": f"http://127.0.0.1:{web}"}]
        )
        page: Page = context.new_page()
        page.clock.install()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.set_default_timeout(20_000)
        reported = page.locator("[data-piece=today] .wall-value").first
        wall = page.locator("[data-island=wall]")
        with serving("asgi", "linli.config.events:application", web, events) as stream:
            page.goto(f"http://127.0.0.1:{web}/cockpit/wall/")
            expect(wall).to_have_attribute("data-state", "live", timeout=20_000)
            expect(reported).to_have_text("0")
            number = report(web, token, body)
            expect(reported).to_have_text("1", timeout=20_000)
            expect(page.get_by_text(number).first).to_be_visible()
            fall_silent(context, stream, wall)
            kill(stream)
        expect(wall).to_have_attribute("data-state", "lost", timeout=30_000)
        expect(page.get_by_text("Connection lost")).to_be_visible()
        report(web, token, body | {"description": "second"})
        with serving("asgi", "linli.config.events:application", web, events):
            expect(reported).to_have_text("2", timeout=40_000)
            page.get_by_role("link", name="2 Reported").click()
            expect(page.locator("tbody tr")).to_have_count(2)
        assert faults == []
        browser.close()
