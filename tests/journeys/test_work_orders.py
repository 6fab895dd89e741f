"""A hotline platform is set up, tried, sends an order; it is returned, and the platform told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from linli.staff.models import User
from linli.workorders.models import Order, Platform
from linli.workorders.services import taking
from tests.factories import make_post
from tests.journeys.conftest import Scene
from tests.live.test_journey import CHROMIUM
from tests.workorders.conftest import clerk_of, post

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium"),
    pytest.mark.skipif(not settings.BUILT_DIR.is_dir(), reason="needs the built islands"),
]
SAMPLE = {"code": "WO-1", "text": "路面塌陷", "where": "邻县某村", "type": "77"}


def test_a_platform_is_connected_and_an_order_goes_back(scene: Scene) -> None:
    admin = make_post("workorders.settings", unit=scene.city.centre).user
    TOTP.activate(admin, generate_totp_secret())
    page = scene.open(User.objects.get(pk=admin.pk))
    page.goto("/exchange/hotline-platforms/add")
    page.get_by_label("Name").fill("12345")
    page.get_by_label("Centre that takes its orders in").select_option(str(scene.city.centre.pk))
    page.get_by_role("button", name="Add it and show the secret").click()
    expect(page.get_by_text("Shown this once").first).to_be_visible()
    page.get_by_role("link", name="I have noted it").click()
    for label, path in (("Number of the order", "code"), ("Description", "text"),
                        ("Address", "where"), ("Class", "type")):  # fmt: skip
        page.get_by_label(re.compile(f"^{label}( |$)")).first.fill(path)
    page.get_by_label("One of their messages").fill(json.dumps(SAMPLE))
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("It would wait for a person.")).to_be_visible()
    expect(page.get_by_text("The code “77” is in no row").first).to_be_visible()
    page.get_by_label("Their codes: Class").fill("77 = E0401")
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("It would become a report by itself.")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Orders that arrive now are read this way")).to_be_visible()
    assert post(Platform.objects.get(), SAMPLE).status_code == 202
    taking.take_in(order_id=Order.objects.get().pk, now=timezone.now())
    desk = scene.open(clerk_of(scene.city))
    desk.goto("/exchange/workorders/")
    desk.get_by_role("link", name="WO-1").click()
    expect(desk.get_by_text("Accepted").first).to_be_visible()
    desk.get_by_label("Reason").select_option("not_here")
    desk.get_by_label("What they have to know").fill("在邻县")
    desk.get_by_role("button", name="Return the order").click()
    expect(desk.get_by_text("Returned to you")).to_be_visible()
    assert Order.objects.get().state == "returned"
