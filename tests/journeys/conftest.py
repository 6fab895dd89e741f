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
from tests.live.test_journey import CHROMIUM, come_to_rest, free_port, let_go, serving
from tests.live.test_stream import signed_in
from tests.test_front_rules import QUIET


@dataclass
class Scene:
    """The city behind a web and an events process, and the browser in front of them."""

    city: City
    origin: str
    browser: Browser
    files: Path

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


@dataclass(frozen=True)
class Stage:
    """Processes on the test database and a browser, alive over the journeys of one worker."""

    origin: str
    files: Path
    browser: Browser


@pytest.fixture(scope="package")
def stage(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """Started once: it takes longer than most journeys. What a process keeps in memory goes by
    versions that never return, so an emptied database is as new to it as to a fresh one."""
    files = tmp_path_factory.mktemp("files")
    web, events = free_port(), free_port()
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setenv("LINLI_FILES", str(files))
        # Playwright's loop runs in this thread; the tests use the database between its calls.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with (
            serving("wsgi", "linli.config.wsgi:application", web, events),
            serving("asgi", "linli.config.events:application", web, events),
            sync_playwright() as play,
        ):
            browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            yield Stage(f"http://127.0.0.1:{web}", files, browser)
            browser.close()
        let_go()


@pytest.fixture
def scene(stage: Stage, transactional_db: None) -> Iterator[Scene]:
    """A city of its own; its windows are shut and its requests answered before it is emptied."""
    city = make_city()
    CaseClass.objects.update(public=True)
    yield Scene(city, stage.origin, stage.browser, stage.files)
    for context in stage.browser.contexts:
        context.close()
    come_to_rest()
