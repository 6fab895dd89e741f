"""A leader writes to those on duty; a worker reads and confirms; the leader sees it at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from linli.announcements.models import Announcement
from tests.journeys.conftest import Scene
from tests.live.test_journey import CHROMIUM

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium"),
    pytest.mark.skipif(not settings.BUILT_DIR.is_dir(), reason="needs the built islands"),
]
PHONE = {"viewport": {"width": 360, "height": 740}}


def test_a_leader_sees_a_worker_read_and_confirm_a_message(scene: Scene) -> None:
    home = scene.city.districts[0]
    post = home.posts["leader"]
    post.grants = [*post.grants, "announcements.message"]
    post.save()
    leader = scene.open(home.user("leader"))
    leader.goto("/cockpit/")
    leader.get_by_role("link", name="Message to those on duty").click()
    leader.get_by_label("Area", exact=True).select_option(str(home.community.pk))
    leader.get_by_label("Message", exact=True).fill("Flooded underpass, please go there")
    leader.get_by_role("button", name="Show who is on duty").click()
    expect(leader.get_by_text("3 people are on duty there now")).to_be_visible()
    leader.get_by_role("button", name="Send to 3 people").click()
    receipts = leader.locator("#receipts")
    expect(receipts.locator(".figure-value")).to_have_text(["3", "0", "0"])
    expect(leader.locator(".live-state")).to_be_visible()

    worker = scene.open(home.user("worker"), **PHONE)
    worker.goto("/field/me/")
    worker.get_by_role("button", name="Flooded underpass").click()
    expect(worker.get_by_role("heading", name="Flooded underpass")).to_be_visible()
    worker.get_by_role("button", name="I have read it").click()
    expect(worker.get_by_text("You have confirmed it")).to_be_visible()

    expect(receipts.locator(".figure-value")).to_have_text(["3", "1", "1"])  # nobody reloaded it
    receipts.locator("summary", has_text="Done").click()
    expect(receipts.get_by_text(str(home.user("worker")))).to_be_visible()
    assert Announcement.objects.get().receipts.filter(confirmed_at__isnull=False).count() == 1
