"""Pages of what goes out: set up, tested, seen to fail, sent again; each by who may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from linli.audit.models import AccessLog
from linli.deliveries import services as outbox
from linli.deliveries.models import Delivery
from linli.notices import services as notices
from linli.notices.models import Message, MessageWords, Notice, QuietHours
from linli.webhooks.models import Subscription
from tests.cases.city import City, make_city
from tests.cases.test_life import report
from tests.outside import Site, answer, served

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def site(settings: Any) -> Iterator[tuple[str, type[Site]]]:
    settings.OUTBOUND_HOSTS = ["127.0.0.1"]
    with served() as one:
        yield one


def add(client: Client, city: City, url: str, **more: Any) -> Any:
    form = {"name": "热线", "url": url, "post": city.posts["chief"].pk, "moves": ["report"]} | more
    return client.post("/console/webhooks/add", form)


def send() -> None:
    outbox.send_due(clock=timezone.now)


def test_a_webhook_is_set_up_tested_fails_is_seen_and_sent_again(
    city: City, sign_in: Any, site: tuple[str, type[Site]]
) -> None:
    origin, kind = site
    security = sign_in("webhooks.manage").client
    page = add(security, city, origin)
    assert page["Cache-Control"] == "no-store"
    assert re.search(r"whsec_[A-Za-z0-9+/=]{44}", page.content.decode())
    one = Subscription.objects.get()
    assert "热线" in security.get("/console/webhooks/").content.decode()

    kind.handle_it = answer(410)
    to = security.post(f"/console/webhooks/{one.pk}/test")["Location"]
    assert 'hx-trigger="every 3s"' in security.get(to).content.decode()
    send()
    shown = security.get(to).content.decode()
    assert "410" in shown
    assert "every 3s" not in shown
    assert "whsec_" not in security.get(f"/console/webhooks/{one.pk}/").content.decode()
    told = Notice.objects.filter(kind="deliveries.given_up").latest("pk")
    assert security.get(told.url).status_code == 200
    areas = security.get("/console/").content.decode()
    assert re.search(r'href="/console/deliveries/".*?<span class="count">1<', areas, re.DOTALL)

    kind.handle_it = answer(200)
    security.post(f"/console/webhooks/{one.pk}/switch", {"on": "1"})
    security.post("/console/deliveries/again", {"kind": "", "target": f"webhooks:{one.pk}"})
    send()
    assert Delivery.objects.get().state == "done"


def test_bad_input_stays_on_the_page_at_its_field(city: City, sign_in: Any) -> None:
    security = sign_in("webhooks.manage").client
    page = add(security, city, "http://10.0.0.1/")
    assert page.status_code == 422
    assert "LINLI_OUTBOUND_HOSTS" in page.content.decode()
    assert add(security, city, "https://city.example", post=0).status_code == 422
    assert not Subscription.objects.exists()


def test_the_list_has_so_many_queries_however_long_it_is(
    city: City, sign_in: Any, django_assert_max_num_queries: Any
) -> None:
    system = sign_in("deliveries.manage").client
    add(sign_in("webhooks.manage").client, city, "https://city.example/in")
    for _case in range(6):
        report(city)
    assert Delivery.objects.count() == 6
    with django_assert_max_num_queries(15):  # one asks for the version of the territory
        page = system.get("/console/deliveries/")
    assert page.content.decode().count("data-row") >= 7


def test_whoever_looks_after_webhooks_steers_those_alone(city: City, sign_in: Any) -> None:
    from tests.deliveries import kinds  # noqa: F401  signs its kinds in

    other = outbox.queue_delivery(
        kind="tests.sealed", target="tests:a", payload={"name": "王小明"}, now=timezone.now()
    )
    security, system = sign_in("webhooks.manage").client, sign_in("deliveries.manage").client
    assert security.get(f"/console/deliveries/{other.pk}/").status_code == 404
    assert "tests:a" not in security.get("/console/deliveries/").content.decode()
    assert security.post(f"/console/deliveries/{other.pk}/again").status_code == 404
    assert security.post("/console/deliveries/to/tests:a/try").status_code == 404
    shown = system.get(f"/console/deliveries/{other.pk}/")
    assert shown.status_code == 200
    assert "王小明" not in shown.content.decode()
    assert system.get("/console/webhooks/").status_code == 403
    assert system.post(f"/console/deliveries/{other.pk}/drop", {"reason": ""}).status_code == 422
    tried = system.post("/console/deliveries/to/tests:a/try", follow=True)
    assert "What waits is tried now." in tried.content.decode()
    dropped = system.post(f"/console/deliveries/{other.pk}/drop", {"reason": "过时"}, follow=True)
    assert "It is dropped." in dropped.content.decode()
    other.refresh_from_db()
    assert (other.state, other.outcome) == ("dropped", "过时")


def test_a_new_secret_is_shown_once_and_an_end_is_an_end(city: City, sign_in: Any) -> None:
    security = sign_in("webhooks.manage").client
    add(security, city, "https://city.example/in")
    one = Subscription.objects.get()
    first = one.secret
    page = security.post(f"/console/webhooks/{one.pk}/secret").content.decode()
    one.refresh_from_db()
    assert one.secret in page
    assert one.old_secret == first
    changed = {"name": "热线二", "url": "https://city.example/2", "class_codes": "E01，E02"}
    assert security.post(f"/console/webhooks/{one.pk}/", changed).status_code == 302
    one.refresh_from_db()
    assert (one.name, one.class_codes, one.moves) == ("热线二", ["E01", "E02"], [])
    security.post(f"/console/webhooks/{one.pk}/end")
    assert security.get(f"/console/webhooks/{one.pk}/").status_code == 404


def a_message(**more: Any) -> Message:
    values: dict[str, Any] = {
        "channel": "sms", "address": "13812345678", "kind": "cases.received", "language": "en",
        "params": {"number": "20260310-000001-9", "link": "https://city.example/r/x/"},
        "now": timezone.now(),
    }  # fmt: skip
    return notices.write_message(**values | more)


def test_a_message_that_nobody_could_carry_is_seen_masked_and_sent_again(
    sign_in: Any, settings: Any
) -> None:
    system = sign_in("deliveries.manage").client
    message = a_message()
    send()
    shown = system.get("/console/messages/?state=held").content.decode()
    assert "138****5678" in shown
    assert "13812345678" not in shown
    assert "LINLI_SMS_URL" in shown
    assert system.get("/console/messages/?state=sent").content.decode().count("data-row") == 0
    system.post(f"/console/messages/{message.pk}/again")
    message.refresh_from_db()
    assert message.state == "queued"
    assert AccessLog.objects.filter(action="notices.retried").count() == 1


def test_words_are_tried_out_kept_with_their_past_and_taken_back(sign_in: Any) -> None:
    system = sign_in("deliveries.manage").client
    page = "/console/messages/words/cases.received/en/"
    assert "As delivered" in system.get("/console/messages/words/").content.decode()
    own = {"subject": "Hello {number}", "body": "See {link}", "short": "邻" * 80 + "{link}"}
    tried = system.post(page, own | {"preview": "1"}).content.decode()
    assert "Hello 20260310-000017-4" in tried
    assert "2 text messages" in tried
    assert not MessageWords.objects.exists(), "a trial keeps nothing"
    for field, words in (("body", "nothing"), ("short", "{link} {phone}")):
        refused = system.post(page, own | {field: words})
        assert refused.status_code == 422
        assert f'name="{field}"' in refused.content.decode()
    assert system.post(page, own).status_code == 302
    assert MessageWords.objects.get().subject == "Hello {number}"
    system.post(page + "reset")
    assert "These are the words the program brings." in system.get(page).content.decode()
    assert system.get("/console/messages/words/cases.unheard/en/").status_code == 404
    assert system.get("/console/messages/words/cases.received/xx/").status_code == 404


def test_quiet_hours_are_set_and_taken_away(sign_in: Any) -> None:
    system = sign_in("deliveries.manage").client
    page = "/console/messages/quiet/sms/"
    assert system.post(page, {"begins": "22:00", "ends": ""}).status_code == 422
    assert system.post(page, {"begins": "22:00", "ends": "07:00"}).status_code == 302
    assert 'value="22:00' in system.get(page).content.decode()
    system.post(page, {"begins": "", "ends": ""})
    assert not QuietHours.objects.exists()
    assert system.get("/console/messages/quiet/pigeon/").status_code == 404
