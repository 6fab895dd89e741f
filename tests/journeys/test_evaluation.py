"""A month closed, corrected late, counted again with a reason, and explained case by case."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from linli.cases import services as cases
from linli.evaluation.models import Freeze
from linli.evaluation.rules.periods import Period, Span
from linli.evaluation.services import following, freezing
from linli.staff.models import User
from tests.conftest import NOW
from tests.evaluation.conftest import ALL
from tests.evaluation.test_figures import live
from tests.factories import make_post
from tests.journeys.conftest import Scene
from tests.live.test_journey import CHROMIUM

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium"),
    pytest.mark.skipif(not settings.BUILT_DIR.is_dir(), reason="needs the built islands"),
]
PASSWORD = "a-long-enough-one-2026"


def sign_in(page: Page, user: User) -> None:
    """As a person does, with name and password."""
    user.language = "en"
    user.set_password(PASSWORD)
    user.save()
    page.goto("/account/login/")
    page.locator("[name=login]").fill(user.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    expect(page.get_by_role("link", name="Evaluation").first).to_be_visible()


def close(page: Page, month: Period, reason: str = "") -> None:
    """Close the month on its page, and let the job count it."""
    page.goto("/evaluation/periods/")
    page.get_by_label("A day of it").fill(month.first.isoformat())
    page.get_by_label("Why it is counted again").fill(reason)
    page.get_by_role("button", name="Close the period").click()
    expect(page.get_by_text("it appears below").first).to_be_visible()
    freezing.make(freeze_id=Freeze.objects.latest("pk").pk)
    page.reload()


def test_a_closed_month_is_counted_again_and_says_which_cases_differ(scene: Scene) -> None:
    city = scene.city
    month = Period.around(Span.MONTH, timezone.localdate()).before
    begun = timezone.make_aware(datetime.combine(month.first + timedelta(days=9), time(10)))
    start = (begun - NOW).total_seconds() / 60
    case = live(city, "close", start=start)
    live(city, "close", start=start + 20, place=1)
    following.follow()
    post = make_post(*ALL, unit=city.centre, region=city.region, title="考核员")
    page = scene.open()
    sign_in(page, User.objects.get(pk=post.user_id))
    close(page, month)

    # late, a resident disputes the closing
    home = city.districts[0]
    chief = make_post("cases.see", "cases.reopen", unit=home.street_centre, region=home.street)
    actor = User.objects.get(pk=chief.user_id)
    cases.reopen(case_id=case.pk, actor=actor, opinion="没有清理", now=timezone.now())
    page.get_by_label("A day of it").fill(month.first.isoformat())
    page.get_by_role("button", name="Close the period").click()
    expect(page.get_by_text("Say why it is counted again").first).to_be_visible()
    close(page, month, "Disputed by a resident")
    page.get_by_role("link", name="What differs").click()
    row = page.get_by_role("row").filter(has_text=case.number)
    expect(row).to_contain_text("Closed in time")
    expect(row).to_contain_text("Reopen")  # the move that made the difference

    # from a number of the second version to its cases, and to the case itself
    page.goto(f"/evaluation/?by=unit&freeze={Freeze.objects.latest('pk').pk}")
    expect(page.get_by_text("closed, version 2").first).to_be_visible()
    page.locator("tfoot").get_by_role("link").first.click()
    expect(page.get_by_text("The number is 2").first).to_be_visible()
    page.get_by_role("link", name=case.number).click()
    expect(page).to_have_url(re.compile(case.number))

    page.get_by_role("link", name="My figures").first.click()
    expect(page.get_by_text("Nothing of yours counts in this period.")).to_be_visible()
