"""What every page keeps to, looked at in a browser: nobody is shut out (WCAG 2.2 AA by axe), no
page scrolls sideways on a phone, no script or style slips past the policy. The pages come from the
URL table; each is opened once, as somebody who may."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import Page, sync_playwright

from tests.doors import Door, doors
from tests.live.test_journey import CHROMIUM, FLAGS, ROOT, free_port, serving
from tests.test_bad_input import visitor
from tests.town import Town, files_in, make_town

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESK = 360, 1280
pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium"),
    pytest.mark.skipif(not settings.BUILT_DIR.is_dir(), reason="needs the built islands"),
    pytest.mark.skipif(not AXE.exists(), reason="needs axe-core (npm ci)"),
]
QUIET = [*FLAGS, "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip
RUN_AXE = """async () => (await axe.run(document, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  })).violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v =>
    v.id + ': ' + v.help + ' ' + v.nodes.slice(0, 2).map(n => n.target.join(' ')).join(' | '))"""
BAD = "data:text/html,<html lang=en><title>x</title><img src=x><p style=width:900px>x</p>"
#: Pages without anything to look at, or that only lead on.
NOT_LOOKED_AT = {"kit"}


@pytest.fixture
def town(transactional_db: None, tmp_path: Path) -> Iterator[Town]:
    with override_settings(**files_in(tmp_path)):
        yield make_town()


def pages_of(town: Town) -> list[tuple[Door, str, str]]:
    """Every address that answers with a whole page: the door, who opens it, its path. Their policy
    is looked at on the way."""
    found = []
    for door in doors():
        if door.name in NOT_LOOKED_AT or door.name.endswith("None"):
            continue
        role = visitor(town, door)
        path = door.path(town, "done" if door.name.startswith("portal") else "here")
        answer = town.browser(role).get(path)
        if answer.streaming:
            answer.close()
            continue
        if answer.status_code != 200 or b"<html" not in answer.content[:400]:
            continue
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy, f"{door.name}: {policy}"
        assert "script-src" in policy, f"{door.name}: {policy}"
        found.append((door, role, path))
    return found


def look(page: Page, origin: str, path: str) -> list[str]:
    """What is wrong with one page at the width of a phone and of a desk."""
    faults: list[str] = []

    def heard(message: Any) -> None:
        if "Content Security Policy" in message.text:
            faults.append(f"policy: {message.text[:160]}")

    def broke(error: Any) -> None:
        faults.append(f"script: {str(error)[:160]}")

    page.on("console", heard)
    page.on("pageerror", broke)
    try:
        page.set_viewport_size({"width": PHONE, "height": 800})
        page.goto(origin + path, wait_until="load")
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > PHONE:
            faults.append(f"scrolls sideways at {PHONE} px: {wide} px wide; {_widest(page)}")
        for width, height in ((PHONE, 800), (DESK, 900)):
            page.set_viewport_size({"width": width, "height": height})
            # Whole, so that no bar at the bottom covers what one would scroll to.
            whole = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": min(max(height, whole), 6_000)})
            faults += [f"{width} px: {fault}" for fault in page.evaluate(RUN_AXE)]
    finally:
        page.remove_listener("console", heard)
        page.remove_listener("pageerror", broke)
    return faults


def _widest(page: Page) -> str:
    return json.dumps(
        page.evaluate(
            f"""[...document.querySelectorAll('body *')]
            .filter(e => e.getBoundingClientRect().right > {PHONE} + 1 && !e.closest('.scroll-x'))
            .slice(0, 3).map(e => e.tagName + '.' + e.className)"""
        )
    )


@pytest.mark.parametrize("half", [0, 1])  # two, so that two processes share the longest test
def test_every_page_can_be_read_by_everybody_and_fits_a_phone(town: Town, half: int) -> None:
    found, port, faults = pages_of(town), free_port(), []
    assert len(found) > 60, "the table of addresses has shrunk"
    origin = f"http://127.0.0.1:{port}"
    with (
        serving("wsgi", "linli.config.wsgi:application", port, port),
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = browser.new_context(locale="en-GB", reduced_motion="reduce")
        context.add_init_script(path=AXE)
        page = context.new_page()
        page.set_default_timeout(20_000)
        seen = " ".join(
            look(page, "", BAD)
        )  # the eye itself: it sees what is wrong with a bad page
        assert "image-alt" in seen
        assert "scrolls sideways" in seen
        for door, role, path in found[half::2]:
            context.clear_cookies()
            session = town.browser(role).cookies.get(settings.SESSION_COOKIE_NAME)
            if session is not None:
                context.add_cookies(
                    [{"name": settings.SESSION_COOKIE_NAME, "value": session.value, "url": origin}]
                )
            try:
                said = look(page, origin, path)
            except Exception as error:
                said = [f"could not be looked at: {str(error)[:200]}"]
            faults += [f"{door.name} {path} · {fault}" for fault in said]
        browser.close()
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)
