"""Webhooks tell who subscribed, no more than their post sees, signed, and in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from linli.audit.models import AccessLog
from linli.cases import services as cases
from linli.deliveries import services as outbox
from linli.deliveries.models import Delivery, Target
from linli.deliveries.rules import State
from linli.kernel.errors import BadInput, NotFound, NotYours, Refused
from linli.notices.models import Notice
from linli.staff.models import User
from linli.webhooks import rules, services
from linli.webhooks.models import Subscription
from tests.cases.city import City, make_city
from tests.cases.test_life import live, report
from tests.conftest import NOW
from tests.factories import make_post
from tests.outside import Site, answer, served
from tests.webhooks.verifying import sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def admin() -> User:
    return User.objects.get(pk=make_post("webhooks.manage").user_id)


@pytest.fixture
def site(settings: Any) -> Iterator[tuple[str, type[Site]]]:
    settings.OUTBOUND_HOSTS = ["127.0.0.1"]
    settings.PUBLIC_ORIGIN = "https://city.example"
    with served() as one:
        yield one


def subscribe(admin: User, city: City, url: str = "https://city.example/in", **more: Any) -> Any:
    values = {"post": city.posts["chief"], "name": "热线", "url": url, "now": NOW}
    return services.subscribe(actor=admin, **values | more)


def send(now: datetime | None = None) -> int:
    return outbox.send_due(clock=lambda: now or timezone.now())


def told() -> QuerySet[Delivery]:
    """What goes to subscribers, beside letters to whoever reported."""
    return Delivery.objects.filter(kind="webhooks.event")


def events(kind: type[Site]) -> list[dict[str, Any]]:
    return [json.loads(body) for _method, _path, _headers, body in kind.seen]


def moves(kind: type[Site]) -> list[str]:
    return [event["data"]["move"] for event in events(kind)]


def test_every_event_of_a_case_arrives_in_order_and_verifies(
    city: City, admin: User, site: tuple[str, type[Site]]
) -> None:
    origin, kind = site
    made = subscribe(admin, city, f"{origin}/hook?x=1")
    case = live(city, "dispatch")
    send()
    assert moves(kind) == list(case.events.order_by("number").values_list("move", flat=True))
    verified = sample()
    for method, path, headers, body in kind.seen:
        assert (method, path) == ("POST", "/hook?x=1")
        event = verified(headers, body, made.secret, now=timezone.now().timestamp())
        assert event["specversion"] == "1.0"
        assert event["id"] == f"{case.pk}-{event['data']['event']}"
        assert event["type"] == f"linli.case.{event['data']['move']}"
        assert event["source"] == "https://city.example/api/v1"
        assert datetime.fromisoformat(event["time"]).tzinfo is not None
        assert event["data"]["api"] == f"https://city.example/api/v1/cases/{case.number}"
        assert headers["Content-Type"].startswith("application/cloudevents+json")
        for wrong in (
            {"body": body + b" "},
            {"secret": rules.new_secret()},
            {"now": timezone.now().timestamp() + 400},
        ):
            given = {"body": body, "secret": made.secret, "now": timezone.now().timestamp()} | wrong
            with pytest.raises(ValueError, match=r"signature|old"):
                verified(headers, given["body"], given["secret"], now=given["now"])


def test_nothing_personal_is_told(city: City, admin: User, site: tuple[str, type[Site]]) -> None:
    origin, kind = site
    subscribe(admin, city, origin)
    filed = live(city, "dispatch")
    send()
    told = b"".join(body for *_rest, body in kind.seen).decode()
    assert filed.description not in told
    assert filed.address not in told or not filed.address
    allowed = {
        "case", "event", "move", "stage_from", "stage_to", "class", "district", "street",
        "community", "grid", "unit", "api", "page",
    }  # fmt: skip
    assert all(set(event["data"]) == allowed for event in events(kind))


def test_only_what_the_post_sees_is_told(
    city: City, admin: User, site: tuple[str, type[Site]]
) -> None:
    origin, kind = site
    subscribe(admin, city, origin, post=city.districts[1].posts["chief"])
    report(city)  # in the first district
    send()
    assert not kind.seen
    assert told().get().state == State.DONE


def test_a_post_that_has_ended_is_told_nothing(
    city: City, admin: User, site: tuple[str, type[Site]]
) -> None:
    origin, kind = site
    post = make_post("cases.see", region=city.region, unit=city.centre)
    subscribe(admin, city, origin, post=post)
    report(city)
    post.valid_to = timezone.now() - timedelta(days=1)
    post.save()
    send()
    assert not kind.seen


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"moves": ["file", "dispatch"]}, ["file", "dispatch"]),
        ({"class_codes": ["e0102"]}, None),
        ({"class_codes": ["E04", "X"]}, []),
        ({"region": 0}, None),
        ({"region": 1}, []),
    ],
)
def test_only_what_was_asked_for_is_told(
    city: City, admin: User, wish: dict[str, Any], told: list[str] | None
) -> None:
    if "region" in wish:
        wish = {"region": city.districts[wish["region"]].street}
    subscribe(admin, city, **wish)
    case = live(city, "dispatch")
    every = list(case.events.order_by("number").values_list("move", flat=True))
    found = [d.payload["move"] for d in Delivery.objects.order_by("pk")]
    if "class_codes" in wish and told is None:
        told = [move for move in every if move != "report"]  # no class yet
    assert found == (every if told is None else told)


def statements(city: City) -> list[str]:
    case = report(city).case
    with CaptureQueriesContext(connection) as asked:
        cases.comment(case_id=case.pk, actor=city.user("leader"), now=NOW, opinion="Look at it.")
    return [query["sql"] for query in asked.captured_queries]


def test_a_move_costs_no_statement_more_with_subscriptions_or_without(
    city: City, admin: User
) -> None:
    without = len(statements(city))
    subscribe(admin, city)
    subscribe(admin, city, name="second")
    with_two = statements(city)
    assert len(with_two) == without
    assert sum("INSERT INTO deliveries_delivery" in sql for sql in with_two) == 1


def test_what_is_taken_back_is_not_told(city: City, admin: User) -> None:
    subscribe(admin, city)
    case = report(city).case
    before = Delivery.objects.count()
    with pytest.raises(Refused):
        cases.close(case_id=case.pk, actor=city.user("chief"), now=NOW)
    assert Delivery.objects.count() == before


def test_a_test_event_says_what_came_of_it(
    city: City, admin: User, site: tuple[str, type[Site]]
) -> None:
    origin, kind = site
    one = subscribe(admin, city, origin).subscription
    kind.handle_it = answer(503, Retry_After="120")
    delivery = services.ping(actor=admin, subscription_id=one.pk, now=timezone.now())
    now = timezone.now()
    send(now)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.WAITING, 1)
    assert "503" in delivery.outcome
    assert delivery.due_at == now + timedelta(seconds=120)
    kind.handle_it = answer(204, b"")
    send(now + timedelta(hours=1))
    delivery.refresh_from_db()
    assert delivery.state == State.DONE
    first, second = events(kind)
    assert first["type"] == "linli.ping"
    assert first["id"] == second["id"] == str(delivery.uid)
    assert {headers["webhook-id"] for _m, _p, headers, _b in kind.seen} == {str(delivery.uid)}


def test_a_private_address_is_never_called(city: City, admin: User, settings: Any) -> None:
    settings.OUTBOUND_HOSTS = []
    with pytest.raises(BadInput) as refusal:
        subscribe(admin, city, "http://127.0.0.1:9/")
    assert refusal.value.field == "url"
    one = subscribe(admin, city, "http://localhost:9/").subscription
    services.ping(actor=admin, subscription_id=one.pk, now=timezone.now())
    send()
    assert "LINLI_OUTBOUND_HOSTS" in Delivery.objects.get().outcome


def test_a_new_secret_and_the_old_one_both_verify_for_a_day(
    city: City, admin: User, site: tuple[str, type[Site]]
) -> None:
    origin, kind = site
    made = subscribe(admin, city, origin)
    again = services.rotate_secret(
        actor=admin, subscription_id=made.subscription.pk, now=timezone.now()
    )
    assert again.secret != made.secret
    services.ping(actor=admin, subscription_id=made.subscription.pk, now=timezone.now())
    send()
    verified, (_m, _p, headers, body) = sample(), kind.seen[-1]
    for secret in (made.secret, again.secret):
        assert verified(headers, body, secret, now=timezone.now().timestamp())
    Subscription.objects.update(old_secret_until=timezone.now())
    services.ping(actor=admin, subscription_id=made.subscription.pk, now=timezone.now())
    send()
    (_m, _p, headers, body) = kind.seen[-1]
    assert verified(headers, body, again.secret, now=timezone.now().timestamp())
    with pytest.raises(ValueError, match="signature"):
        verified(headers, body, made.secret, now=timezone.now().timestamp())


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The worked example of the published scheme."""
    at = datetime.fromtimestamp(1614265330, tz=timezone.get_current_timezone())
    found = rules.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at, body=b'{"test": 2432232314}',
    )  # fmt: skip
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_is_sealed_and_shown_once(city: City, admin: User) -> None:
    made = subscribe(admin, city)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(s)::text FROM webhooks_subscription s")
        (text,) = cursor.fetchone()
    assert made.secret not in text
    assert made.secret.encode().hex() not in text
    assert not AccessLog.objects.filter(detail__icontains=made.secret).exists()


def test_whoever_nothing_reaches_for_five_days_is_switched_off_and_people_are_told(
    city: City, admin: User, site: tuple[str, type[Site]]
) -> None:
    origin, kind = site
    one = subscribe(admin, city, origin).subscription
    kind.handle_it = answer(500)
    report(city)
    start = timezone.now()
    send(start)
    assert services.switch_off_broken(now=start + rules.PATIENCE / 2) == 0
    assert services.switch_off_broken(now=start + rules.PATIENCE) == 1
    assert services.switch_off_broken(now=start + rules.PATIENCE) == 0
    one.refresh_from_db()
    assert one.state == rules.State.BROKEN
    notice = Notice.objects.get(user=admin, kind="webhooks.broken")
    assert "热线" in notice.sentence
    assert set(told().values_list("state", flat=True)) == {State.DEAD}
    assert AccessLog.objects.filter(action="webhooks.broken").exists()

    kind.handle_it = answer(200)
    services.switch(actor=admin, subscription_id=one.pk, on=True, now=start)
    ids = list(told().values_list("pk", flat=True))
    outbox.replay_deliveries(actor=admin, ids=ids, now=start)
    send(start + rules.PATIENCE)
    assert not told().exclude(state=State.DONE).exists()
    assert Target.objects.get(key=told()[0].target).failing_since is None


def test_gone_means_gone(city: City, admin: User, site: tuple[str, type[Site]]) -> None:
    origin, kind = site
    kind.handle_it = answer(410)
    one = subscribe(admin, city, origin).subscription
    live(city, "file")
    send()
    one.refresh_from_db()
    assert one.state == rules.State.BROKEN
    assert len(kind.seen) == 1, "the others are kept as given up"
    assert not Delivery.objects.exclude(state=State.DEAD).exists()


def test_switched_off_is_told_nothing_and_on_again_everything_new(city: City, admin: User) -> None:
    one = subscribe(admin, city).subscription
    services.switch(actor=admin, subscription_id=one.pk, on=False, now=NOW)
    report(city)
    assert not Delivery.objects.exists()
    with pytest.raises(Refused):
        services.ping(actor=admin, subscription_id=one.pk, now=NOW)
    services.end_subscription(actor=admin, subscription_id=one.pk, now=NOW)
    with pytest.raises(NotFound):
        services.switch(actor=admin, subscription_id=one.pk, on=True, now=NOW)
    assert Subscription.objects.get().secret == ""


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " "}),
        ("url", {"url": "ftp://city.example"}),
        ("moves", {"moves": ["explode"]}),
        ("class_codes", {"class_codes": ["E01-'; DROP"]}),
    ],
)
def test_bad_wishes_are_refused_by_name(
    city: City, admin: User, field: str, values: dict[str, Any]
) -> None:
    with pytest.raises(BadInput) as refusal:
        subscribe(admin, city, **values)
    assert refusal.value.field == field


def test_it_needs_the_grant_and_a_post_that_sees_cases(city: City, admin: User) -> None:
    with pytest.raises(NotYours):
        subscribe(city.user("chief"), city)
    with pytest.raises(Refused):
        subscribe(admin, city, post=make_post("staff.units"))
