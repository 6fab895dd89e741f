"""An operator without a mouse: a call joins a known case, the next one becomes a case, its caller
is called back and rates it. Only keys are pressed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from linli.cases import services as cases
from linli.cases.models import Case
from linli.hotline import services
from linli.hotline.models import Call, CallBack
from linli.staff.models import User
from tests.cases.city import photo
from tests.cases.test_life import report
from tests.factories import make_post
from tests.hotline.conftest import article
from tests.journeys.conftest import Scene
from tests.live.test_journey import CHROMIUM

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium"),
    pytest.mark.skipif(not settings.BUILT_DIR.is_dir(), reason="needs the built islands"),
]
ADDRESS = "长寿路弄堂口八号院"


def set_up(scene: Scene) -> User:
    """A line and an article in the first street; the operator who sits there."""
    home, now = scene.city.districts[0], timezone.now()
    post = make_post(
        "cases.see", "hotline.manage", "hotline.edit", unit=home.street_centre, region=home.street
    )
    chief = User.objects.get(pk=post.user_id)
    services.add_line(
        actor=chief, unit_id=home.street_centre.pk, now=now, number="12345", name="城市热线",
        weekdays=range(1, 8),
    )  # fmt: skip
    article(chief, "路灯报修", "路灯不亮请说灯杆编号")
    return home.user("street_operator")


def type_at(page: Page, key: str, words: str) -> None:
    page.keyboard.press(key)
    page.keyboard.type(words)


def begin(page: Page, phone: str, words: str) -> None:
    """Take a call on the first line and write down who says what where."""
    page.wait_for_url("**/hotline/")
    page.keyboard.press("1")
    expect(page.get_by_label("Caller's phone")).to_be_focused()
    page.keyboard.type(phone)
    page.keyboard.press("Alt+KeyT")
    page.keyboard.press("ArrowDown")  # a request for help
    type_at(page, "Alt+KeyW", words)
    type_at(page, "Alt+KeyL", ADDRESS)
    page.keyboard.press("Tab")


def close(scene: Scene, case_id: int) -> None:
    """What all the others do until the case is closed."""
    home = scene.city.districts[0]
    steps: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("file", "street_chief", {"case_class": "E0102", "place": home.place()}),
        ("dispatch", "street_dispatcher", {"unit": home.department.pk}),
        ("accept", "handler", {}),
        ("report_back", "handler", {"opinion": "已换灯泡", "files": True}),
        ("request_check", "street_dispatcher", {}),
        ("check", "worker", {"passed": True, "place": home.place(), "files": True}),
        ("close", "street_chief", {}),
    )
    for move, who, given in steps:
        actor, now = home.user(who), timezone.now()
        inputs = {**given, "files": [photo(actor, now=now)]} if "files" in given else given
        cases.perform(move, case_id=case_id, actor=actor, now=now, **inputs)


def test_a_day_on_the_telephone_by_keys_alone(scene: Scene) -> None:
    operator = set_up(scene)
    known = report(
        scene.city, now=timezone.now() - timedelta(hours=1), address=ADDRESS, place=None,
        description="路灯不亮", actor=operator, channel="counter",
    ).case  # fmt: skip
    page = scene.open(operator)
    page.goto("/hotline/")

    begin(page, "13900002222", "路灯不亮两天了")
    expect(page.get_by_role("button", name="Join this case")).to_be_visible()
    expect(page.get_by_text("路灯报修")).to_be_visible()
    page.keyboard.press("Alt+Digit1")
    expect(page.get_by_text("The call has joined a case")).to_be_visible()
    assert Call.objects.get().case_id == known.pk
    page.keyboard.press("Control+Enter")  # no note, next call

    begin(page, "13900003333", "另一盏路灯也坏了，请修")
    wish = page.get_by_label("Wants to be called about the result")
    for _step in range(12):
        page.keyboard.press("Tab")
        if wish.evaluate("box => box === document.activeElement"):
            break
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("A new case has been opened")).to_be_visible()
    back = CallBack.objects.get()
    assert back.case_id is not None
    close(scene, back.case_id)

    page.goto("/hotline/call-backs/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已换灯泡")).to_be_visible()
    page.keyboard.press("Alt+KeyP")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="13900003333")).to_be_visible()
    page.keyboard.press("Alt+KeyR")
    page.keyboard.press("Space")
    type_at(page, "Alt+KeyW", "亮了，谢谢")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Nobody waits for a call")).to_be_visible()
    case = Case.objects.get(pk=back.case_id)
    assert (case.stage, case.rating) == ("evaluated", 3)
