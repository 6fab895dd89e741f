"""A problem from the street to the rating, every step by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.files.makers import photo
from tests.journeys.conftest import Scene
from tests.live.test_journey import CHROMIUM

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium"),
    pytest.mark.skipif(not settings.BUILT_DIR.is_dir(), reason="needs the built islands"),
]


def picture(page: Page, label: str, file: Path) -> None:
    """Choose a photo and wait until its preview is there."""
    page.wait_for_timeout(1_500)  # a hand is slower than the scripts
    page.get_by_label(label).set_input_files(file)
    expect(page.locator(".upload-list img").first).to_be_visible()


def test_a_problem_goes_from_the_street_to_the_rating(  # noqa: PLR0915  the whole way
    scene: Scene, tmp_path: Path
) -> None:
    home, point = scene.city.districts[0], scene.city.districts[0].place()
    file = tmp_path / "p.jpg"
    file.write_bytes(photo((640, 480), gps=(point.lon, point.lat)))
    here = {"longitude": point.lon, "latitude": point.lat, "accuracy": 8}
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True,
             "geolocation": here, "permissions": ["geolocation"]}  # fmt: skip

    resident = scene.open(**phone)
    resident.goto("/")
    resident.get_by_role("link", name=re.compile("Report")).first.click()
    picture(resident, "Photos", file)
    resident.get_by_role("button", name="Use my position").click()
    expect(resident.locator("#where")).to_contain_text(home.community.name)
    resident.get_by_label("What is the matter?").fill("三号楼旁垃圾成堆")
    resident.get_by_role("button", name="Send the report").click()
    expect(resident.get_by_text(re.compile(r"\d{8}-\d{6}-\d")).first).to_be_visible()
    found = re.search(r"/r/([\d-]+)/(\w+)/receipt/", resident.url)
    assert found, resident.url
    number, secret = found[1], found[2]
    resident.goto(f"/r/{number}/{secret}/")
    stage = resident.locator(".follow-now")

    def at_desk(who: str, move: str) -> Page:
        page = scene.open(home.user(who))
        page.goto(f"/desk/cases/{number}/")
        page.get_by_role("link", name=re.compile(rf"^{move}\b")).first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        return page

    def done(page: Page, move: str) -> None:
        page.get_by_role("dialog").get_by_role("button", name=re.compile(rf"^{move}\b")).click()
        expect(page.get_by_text(f"“{move}” done").first).to_be_visible()
        page.context.close()

    chief = at_desk("street_chief", "File")
    chief.get_by_label(re.compile("^Class")).first.fill("E0102")
    done(chief, "File")
    before = stage.inner_text()

    dispatcher = at_desk("street_dispatcher", "Dispatch")
    dispatcher.get_by_label(home.department.name).first.check()
    done(dispatcher, "Dispatch")
    expect(stage).not_to_have_text(before)  # by itself: nobody has loaded the page anew

    done(at_desk("handler", "Accept"), "Accept")
    unit = at_desk("handler", "Report back")
    unit.get_by_label(re.compile("done|Opinion|Reason|Result", re.I)).first.fill("已清理")
    picture(unit, "Photos", file)
    done(unit, "Report back")
    done(at_desk("street_dispatcher", "Ask for a check"), "Ask for a check")

    worker = scene.open(home.user("worker"), **phone)
    worker.goto("/field/")
    worker.get_by_role("link", name=re.compile("Exposed rubbish|三号楼")).first.click()
    picture(worker, "Photo from the same spot", file)
    worker.get_by_label(re.compile("Passed")).check()
    worker.get_by_role("button", name="Send").click()
    expect(worker).to_have_url(re.compile("/field/$"))
    worker.context.close()

    done(at_desk("street_chief", "Close"), "Close")
    expect(resident.get_by_text("Has it been solved?")).to_be_visible()
    resident.locator(".tile").first.click()
    resident.get_by_role("button", name="Send my rating").click()
    expect(resident.get_by_text("Thank you for your rating.")).to_be_visible()
