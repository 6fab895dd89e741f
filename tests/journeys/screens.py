"""Pictures of the main pages of a running demo: `python -m tests.journeys.screens FOLDER`.

LINLI_ORIGIN names the site (http://localhost:8000 if left out). The accounts are those of the demo.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
PASSWORD = "Linli-demo-2026"
WIDTHS = (360, 1280, 2560)
#: Account of the demo (none: a stranger; w008: a grid worker whose grids have checks to make) and
#: the pages to look at as that person.
PAGES: dict[str, dict[str, str]] = {
    "": {"portal-home": "/", "portal-report": "/report/", "portal-nearby": "/nearby/"},
    "chief": {"desk-inbox": "/desk/", "desk-list": "/desk/cases/", "map": "/map/"},
    "operator": {"desk-intake": "/desk/intake/"},
    "w008": {"field-tasks": "/field/", "field-report": "/field/report/"},
    "leader": {"cockpit": "/cockpit/"},
}


def enter(context: BrowserContext, account: str) -> None:
    """Sign in as an account of the demo."""
    page = context.new_page()
    page.goto("/account/login/")
    page.locator("[name=login]").fill(account)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit], main form button").first.click()
    page.wait_for_url(lambda url: "/login/" not in url)
    page.close()


def main(folder: Path) -> None:
    """Write NAME-WIDTH-LANGUAGE.png for every page, width and language."""
    folder.mkdir(parents=True, exist_ok=True)
    origin = os.environ.get("LINLI_ORIGIN", "http://localhost:8000")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for account, pages in PAGES.items():
            for language in ("zh-hans", "en"):
                context = browser.new_context(base_url=origin, locale=language)
                if account:
                    enter(context, account)  # brings the account's language with it
                context.add_cookies([{"name": "django_language", "value": language, "url": origin}])
                page = context.new_page()
                for name, path in pages.items():
                    for width in WIDTHS:
                        page.set_viewport_size(
                            {"width": width, "height": max(760, width // 16 * 9)}
                        )
                        page.goto(path)
                        page.wait_for_timeout(1_500)  # until maps and charts are drawn
                        page.screenshot(path=folder / f"{name}-{width}-{language[:2]}.png")
                context.close()
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Say where to: python -m tests.journeys.screens FOLDER")
    main(Path(sys.argv[1]))
