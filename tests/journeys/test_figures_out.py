"""A question down to its cases and its file; a bulletin from its draft to the public."""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from linli.bulletins.models import Made
from linli.bulletins.services import making
from linli.evaluation.services import following, freezing
from linli.staff.models import User
from tests.conftest import NOW
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


def person(scene: Scene, *grants: str) -> User:
    post = make_post(*grants, unit=scene.city.centre, region=scene.city.region)
    return User.objects.get(pk=post.user_id)


def minutes_to(day: datetime) -> float:
    return (day - NOW).total_seconds() / 60


def test_a_question_leads_to_its_cases_and_its_file(scene: Scene) -> None:
    start = minutes_to(timezone.now() - timedelta(days=3))
    for n, upto in enumerate(("close", "dispatch", "report")):
        live(scene.city, upto, start=start + 30 * n, place=n % 2)
    following.follow()
    page = scene.open(person(scene, "cases.see", "analysis.see"))
    page.goto("/analysis/")
    page.locator("[name=by]").select_option("district")
    page.locator("[name=period]").select_option("last_30_days")
    page.locator("[name=compare]").select_option("")
    page.locator("[name=chart]").select_option("bar")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".analysis-answer svg").first).to_be_visible()
    table = page.locator(".analysis-table table")
    shown = [row.inner_text().split() for row in table.locator("tbody tr").all()]
    assert sorted(row[-1] for row in shown) == ["1", "2"]
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    lines = list(csv.reader(download.value.path().read_text("utf-8-sig").splitlines()))
    assert [[*row] for row in lines[1:3]] == shown
    asked = page.url

    page.get_by_text("Save this question").click()
    page.locator(".analysis-save [name=name]").fill("Districts")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(asked)
    expect(page.get_by_role("link", name="Districts")).to_be_visible()
    for name, count in shown:
        page.goto(asked)
        table.get_by_role("link", name=re.compile(f"^{re.escape(name)}, ")).click()
        expect(page.locator("tbody tr")).to_have_count(int(count))
    page.locator("tbody a").first.click()
    expect(page).to_have_url(re.compile("/desk/cases/"))


def test_a_bulletin_goes_from_its_draft_to_the_public(scene: Scene, settings: Any) -> None:
    served = {**settings.STORAGES["default"], "OPTIONS": {"location": str(scene.files)}}
    settings.STORAGES = {**settings.STORAGES, "default": served}
    live(scene.city, "close")
    following.follow()
    writer = person(scene, "cases.see", "evaluation.see", "evaluation.freeze", "bulletins.write")
    leader = person(scene, "bulletins.review", "bulletins.sign")
    closed = freezing.freeze(
        actor=writer, now=timezone.now(), span="month", day=timezone.localdate(NOW)
    )
    freezing.make(freeze_id=closed.pk)
    page, other, public = scene.open(writer), scene.open(leader), scene.open()
    page.goto("/bulletins/monthly/")
    page.locator("[name=freeze_id]").select_option(str(closed.pk))
    page.locator("[name=title]").fill("三月通报")
    page.locator("main form button.btn-primary").click()
    page.locator("[name=opening]").fill("总体平稳。")
    page.locator("[name=demands]").fill("加快处置。")
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("button", name="Send for review").click()
    expect(page.get_by_text("In review").first).to_be_visible()
    address = page.url
    for deed, state in (("Approve", "Reviewed"), ("Sign and number", "Signed")):
        other.goto(address)
        other.get_by_role("button", name=deed).click()
        expect(other.get_by_text(state).first).to_be_visible()
    public.goto("/ranking/")
    expect(public.get_by_text("三月通报")).to_have_count(0)
    making.make(made_id=Made.objects.get().pk, now=timezone.now())
    page.goto(address)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    public.goto("/ranking/")
    expect(public.get_by_text(scene.city.districts[0].department.name).first).to_be_visible()
