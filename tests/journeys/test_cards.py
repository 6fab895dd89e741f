"""A card from its proposal over reply and appeal to its withdrawal by two others."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from linli.cards.models import Card, CardRule
from linli.cards.services.proposing import propose_cards
from linli.cases.models import Case, CaseClock
from tests.cards.court import late_case, make_court, rule
from tests.journeys.conftest import Scene
from tests.live.test_journey import CHROMIUM

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium"),
    pytest.mark.skipif(not settings.BUILT_DIR.is_dir(), reason="needs the built islands"),
]


def act(page: Page, card: str, deed: str, label: str, words: str) -> None:
    """Open a deed of the card's page, say why, and do it."""
    page.goto(card)
    page.locator("summary").get_by_text(deed, exact=True).click()
    page.locator("aside details[open]").get_by_label(label).fill(words)
    page.get_by_role("button", name=deed, exact=True).click()
    expect(page.get_by_text("done.").first).to_be_visible()


def test_a_card_is_proposed_issued_answered_appealed_and_withdrawn(scene: Scene) -> None:
    court = make_court(scene.city)
    CardRule.objects.all().delete()
    rule("overdue", 1, "yellow")
    case = late_case(scene.city)
    now = timezone.now()
    past = now - timedelta(days=7)  # working hours have passed since, on whatever day this runs
    Case.objects.filter(pk=case.pk).update(due_at=past)
    CaseClock.objects.filter(case=case, stage="handling").update(due_at=past)
    assert propose_cards(now=now) == 1
    card = f"/supervision/cards/{case.number}/1/"

    chief = scene.open(court.chief)
    chief.goto("/supervision/")
    chief.get_by_role("link", name="Yellow card").first.click()
    expect(chief.get_by_text("Nothing has been issued")).to_be_visible()
    act(chief, card, "Issue the card", "Reason, as the unit reads it", "Late for a week")

    unit = scene.open(court.unit)
    act(unit, card, "Reply", "Reply of the unit", "A spare part was missing")
    act(unit, card, "Appeal", "Why the card is wrong", "The limit was extended by telephone")
    expect(unit.get_by_text("nothing for you to do")).to_be_visible()

    chief.goto(card)
    expect(chief.get_by_text("Withdraw the card").first).to_be_visible()
    expect(chief.get_by_text("Review: the card stands")).to_have_count(0)
    for reviewer in (court.second, court.third):
        page = scene.open(reviewer)
        act(page, card, "Review: take the card back", "Reasons", "The unit is right")
    expect(page.get_by_text("Withdrawn on appeal")).to_be_visible()
    assert Card.objects.get().state == "withdrawn"

    page.goto(f"{card}print/")
    expect(page.get_by_text("A spare part was missing")).to_be_visible()
