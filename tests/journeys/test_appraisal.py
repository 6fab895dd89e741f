"""A sheet from the self-report over score, review and appeal to the signature."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from linli.appraisal.models import Sheet
from tests.appraisal.office import make_office, opened
from tests.journeys.conftest import Scene
from tests.live.test_journey import CHROMIUM

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium"),
    pytest.mark.skipif(not settings.BUILT_DIR.is_dir(), reason="needs the built islands"),
]


def act(page: Page, sheet: Sheet, deed: str, label: str = "", words: str = "") -> None:
    """Open a deed of the sheet's page, say why, and do it."""
    page.goto(f"/appraisal/{sheet.pk}/")
    page.locator("summary").get_by_text(deed, exact=True).click()
    if label:
        page.locator("aside details[open]").get_by_label(label).last.fill(words)
    page.get_by_role("button", name=deed, exact=True).click()
    expect(page.get_by_text(f"“{deed}” done.").first).to_be_visible()


def test_a_sheet_is_reported_scored_reviewed_appealed_heard_and_signed(scene: Scene) -> None:
    office = make_office(scene.city)
    sheet = opened(office, now=timezone.now())

    worker = scene.open(office.worker, viewport={"width": 390, "height": 800})
    worker.goto("/appraisal/mine/")
    worker.get_by_role("link", name="2026-03").click()
    worker.get_by_label("What I did this month").fill("Eighty rounds")
    worker.get_by_label("自评").or_(worker.get_by_label("Self-report")).last.fill("90")
    worker.get_by_role("button", name="Send the self-report").click()
    expect(worker.get_by_text("done.").first).to_be_visible()

    scorer = scene.open(office.scorer)
    scorer.goto(f"/appraisal/{sheet.pk}/")
    scorer.get_by_label("Community staff").fill("86")
    scorer.get_by_label("Attendance and daily rounds").fill("84")
    for label in ("Known to residents", "Households visited", "Residents' satisfaction"):
        scorer.get_by_label(f"{label}: people asked").fill("50")
        scorer.get_by_label(f"{label}: said yes").fill("45")
    scorer.get_by_role("button", name="Save the points").click()
    expect(scorer.get_by_text("The points are entered.").first).to_be_visible()
    act(scorer, sheet, "Hand over for review")

    act(scene.open(office.reviewer), sheet, "Show to the worker")
    act(worker, sheet, "Appeal", "What is wrong, and why", "Two rounds are missing")
    for hearer in (office.first, office.second):
        act(scene.open(hearer), sheet, "Appeal: the sheet is right", "Reasons", "They are counted")
    act(scene.open(office.signer), sheet, "Sign")

    sheet.refresh_from_db()
    assert (sheet.state, sheet.signed_by) == ("signed", office.signer)
    worker.goto(f"/appraisal/{sheet.pk}/")
    expect(worker.get_by_text(f"= {sheet.total}")).to_be_visible()
