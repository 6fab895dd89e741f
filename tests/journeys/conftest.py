"""A served city and a browser; people are found by what they read, as people find things."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from linli.catalogue.models import CaseClass
from linli.staff.models import User
from tests.cases.city import City, make_city
from tests.live.test_journey import CHROMIUM, free_port, let_go, serving
from tests.live.test_stream import signed_in
from tests.test_front_rules import QUIET


@dataclass
class Scene:
    """The city behind a web and an events process, and the browser in front of them."""

    city: City
    origin: str
    browser: Browser

    def open(self, user: User | None = None, **options: Any) -> Page:
        """A new window of somebody, in English; without a user of a stranger."""
        options = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", **options}
        context: BrowserContext = self.browser.new_context(base_url=self.origin, **options)
        cookies = {"django_language": "en"}
        if user is not None:
            name = settings.SESSION_COOKIE_NAME
            cookies[name] = signed_in(user).cookies[name].value
        context.add_cookies(
            [{"name": n, "value": v, "url": self.origin} for n, v in cookies.items()]
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        return page


@pytest.fixture
def scene(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    monkeypatch.setenv("LINLI_FILES", str(tmp_path / "files"))
    # Playwright's loop runs in this thread; the tests use the database between its calls.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    city = make_city()
    CaseClass.objects.update(public=True)
    web, events = free_port(), free_port()
    with (
        serving("wsgi", "linli.config.wsgi:application", web, events),
        serving("asgi", "linli.config.events:application", web, events),
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield Scene(city, f"http://127.0.0.1:{web}", browser)
        browser.close()
    let_go()
