"""An administrator sets up a webhook, tests it, sees it fail, and sends again what was missed."""

from __future__ import annotations

from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from linli.deliveries import services as outbox
from linli.staff.models import User
from tests.cases.test_life import report
from tests.factories import make_post
from tests.journeys.conftest import Scene
from tests.live.test_journey import CHROMIUM
from tests.outside import answer, served
from tests.webhooks.verifying import sample

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium"),
    pytest.mark.skipif(not settings.BUILT_DIR.is_dir(), reason="needs the built islands"),
]


def send() -> None:
    """What the worker does each minute."""
    outbox.send_due(clock=timezone.now)


def test_a_webhook_from_its_setup_over_a_failure_to_what_was_missed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = User.objects.get(pk=make_post("webhooks.manage").user_id)
    TOTP.activate(user, generate_totp_secret())
    monkeypatch.setattr(settings, "OUTBOUND_HOSTS", ["127.0.0.1", "localhost"])
    with served() as (origin, receiver):
        page = scene.open(user)
        page.goto("/console/webhooks/")
        page.get_by_role("link", name="Add a webhook").click()
        page.get_by_label("Name").fill("Hotline")
        page.get_by_label("Web address").fill("http://10.0.0.1/in")
        page.get_by_label("Acts as").select_option(str(scene.city.posts["chief"].pk))
        page.get_by_role("button", name="Add it and show the secret").click()
        expect(page.get_by_text("LINLI_OUTBOUND_HOSTS")).to_be_visible()

        # The web process is not told of this test's receiver by a setting, but by a name.
        page.get_by_label("Web address").fill(origin.replace("127.0.0.1", "localhost") + "/in")
        page.get_by_role("button", name="Add it and show the secret").click()
        secret = page.locator(".secret code").inner_text()
        page.get_by_role("link", name="I have noted it").click()

        receiver.handle_it = answer(503)
        page.get_by_role("button", name="Send a test event").click()
        expect(page.get_by_text("Waiting").first).to_be_visible()
        send()
        expect(page.get_by_text("503").first).to_be_visible(timeout=15_000)  # it looks again

        receiver.handle_it = answer(410)
        report(scene.city)
        send()
        page.goto("/console/deliveries/?state=dead")
        expect(page.get_by_role("link", name="Hotline").first).to_be_visible()

        receiver.handle_it = answer(200)
        receiver.seen.clear()
        page.goto("/console/webhooks/")
        page.get_by_role("link", name="Hotline").click()
        page.get_by_role("button", name="Switch on").click()
        page.goto("/console/deliveries/?state=dead")
        page.get_by_role("button", name="Send all of these again").click()
        expect(page.get_by_text("sent again")).to_be_visible()
        send()
        page.goto("/console/deliveries/?state=done")
        expect(page.get_by_role("row")).to_have_count(len(receiver.seen) + 1)
        types = set()
        for _method, _path, headers, body in receiver.seen:
            types.add(sample()(headers, body, secret)["type"])
        assert types == {"linli.ping", "linli.case.report"}
