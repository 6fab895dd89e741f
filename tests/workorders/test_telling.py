"""What platforms are told: in their words, signed, in order, until they say yes."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from linli.cases import services as cases
from linli.deliveries import services as outbox
from linli.deliveries.models import Delivery
from linli.files import services as files
from linli.kernel.errors import Refused
from linli.staff.models import User
from linli.workorders.models import News, Order, Platform
from linli.workorders.services import answering
from tests.cases.city import City
from tests.files.makers import photo
from tests.outside import Site, answer, served
from tests.workorders.conftest import ADDRESS, arrived, make_platform, message

pytestmark = pytest.mark.django_db
GUIDE = Path(__file__).resolve().parents[2] / "docs/howto/connect-a-12345-platform.md"
WORDING = {
    "fields": [["code", "number"], ["state", "status"], ["text", "words"], ["unit", "unit"],
               ["until", "until"]],
    "statuses": {"accepted": "1", "filed": "2", "dispatched": "3", "handled": "5", "closed": "9",
                 "returned": "-1", "extension": "7"},
    "ok_path": "code", "ok_values": ["0"],
}  # fmt: skip


@pytest.fixture
def site(settings: Any) -> Iterator[tuple[str, type[Site]]]:
    settings.OUTBOUND_HOSTS = ["127.0.0.1"]
    with served() as one:
        one[1].handle_it = answer(200, b'{"code":0}')
        yield one


@pytest.fixture
def platform(city: City, admin: User, site: tuple[str, type[Site]]) -> Platform:
    made = make_platform(city, admin, callback_url=f"{site[0]}/back?x=1")
    Platform.objects.filter(pk=made.pk).update(wording=WORDING)
    made.refresh_from_db()
    return made


def send(now: datetime | None = None) -> int:
    return outbox.send_due(clock=lambda: now or timezone.now())


def states(kind: type[Site]) -> list[str]:
    return [json.loads(body)["state"] for _method, _path, _headers, body in kind.seen]


def picture(user: User) -> str:
    """A photo that somebody has just taken."""
    kept = files.store(
        content=io.BytesIO(photo()), name="p.jpg", owner=user, holder=None, now=timezone.now()
    )
    return str(kept.pk)


def live(city: City, order: Order) -> None:
    """The case of an order, from filing to closing."""
    home = city.districts[0]
    moves: tuple[tuple[str, User, dict[str, Any]], ...] = (
        ("file", city.user("chief"), {"case_class": "E0102"}),
        ("dispatch", city.user("dispatcher"), {"unit": home.department.pk}),
        ("accept", home.user("handler"), {}),
        ("report_back", home.user("handler"), {"opinion": "已清运三车", "photo": True}),
        ("request_check", city.user("dispatcher"), {}),
        ("check", home.user("worker"), {"passed": True, "place": home.place(), "photo": True}),
        ("close", city.user("chief"), {}),
    )
    for move, user, inputs in moves:
        if inputs.pop("photo", False):
            inputs["files"] = [picture(user)]
        assert order.case_id is not None
        cases.perform(move, case_id=order.case_id, actor=user, now=timezone.now(), **inputs)


def test_the_life_of_a_case_is_told_in_order_and_confirmed(
    city: City, platform: Platform, site: tuple[str, type[Site]]
) -> None:
    order = arrived(platform, message(city))
    live(city, order)
    assert Order.objects.get().told == "waiting"
    while send():
        pass
    assert states(site[1]) == ["1", "2", "3", "5", "9"]
    last = json.loads(site[1].seen[-1][3])
    assert (last["code"], last["text"]) == ("WO-1", "已清运三车")
    assert json.loads(site[1].seen[2][3])["unit"] == city.districts[0].department.label
    assert Order.objects.get().told == "confirmed"
    silent = set(News.objects.filter(state="silent").values_list("status", flat=True))
    assert silent == {"handling"}  # the platform does not want to hear of it


def test_the_example_of_the_guide_signs_and_checks(
    city: City, platform: Platform, site: tuple[str, type[Site]]
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    example: dict[str, Any] = {}
    exec(code, example)  # noqa: S102  our own page is what is tested
    body = json.dumps(message(city)).encode()
    headers = example["signed"](platform.key_id, platform.secret, "POST", ADDRESS, body)
    sent = Client(headers=headers).post(ADDRESS, body, content_type="application/json")
    assert sent.status_code == 202
    target = f"{ADDRESS}?number=WO-1"
    headers = example["signed"](platform.key_id, platform.secret, "GET", target)
    assert Client(headers=headers).get(target).json()["state"] == "received"
    arrived(platform, message(city, "WO-2"))
    send()
    _method, path, got, said = site[1].seen[0]
    assert path == "/back?x=1"
    assert example["answer_is_ours"](platform.secret, "POST", path, got, said)
    assert not example["answer_is_ours"](platform.secret, "POST", path, got, said + b" ")


def test_a_platform_that_is_down_and_comes_back_hears_everything_in_order(
    city: City, platform: Platform, site: tuple[str, type[Site]]
) -> None:
    site[1].handle_it = answer(503)
    order = arrived(platform, message(city))
    assert order.case_id is not None
    chief = city.user("chief")
    cases.perform(
        "file", case_id=order.case_id, actor=chief, now=timezone.now(), case_class="E0102"
    )
    send()
    assert states(site[1]) == ["1"]  # the second one waits for the first
    site[1].handle_it = answer(200, b'{"code":500,"msg":"busy"}')
    send(timezone.now() + timedelta(minutes=2))
    first = News.objects.order_by("pk")[0]
    assert (first.state, first.order.told) == ("waiting", "waiting")
    assert "busy" in first.says  # 200 is not a yes there
    site[1].handle_it = answer(200, b'{"code":"0"}')
    soon = timezone.now() + timedelta(minutes=20)
    while send(soon):
        pass
    assert states(site[1]) == ["1", "1", "1", "2"]
    assert Order.objects.get().told == "confirmed"


def test_what_was_given_up_is_seen_holds_back_and_is_sent_again(
    city: City, platform: Platform, site: tuple[str, type[Site]], clerk: User
) -> None:
    order = arrived(platform, message(city))
    answering.ask_for_time(
        actor=clerk, order_id=order.pk, until=timezone.now() + timedelta(days=400), words="等",
        now=timezone.now(),
    )  # fmt: skip
    first = Delivery.objects.filter(kind="workorders.status").order_by("pk")[0]
    outbox.drop_deliveries(actor=clerk, ids=[first.pk], reason="x", now=timezone.now())
    Delivery.objects.filter(pk=first.pk).update(state="dead")
    assert Order.objects.get().told == "failed"
    send()
    assert states(site[1]) == []  # strict: the second must not overtake
    browser = Client()
    browser.force_login(clerk)
    inbox = browser.get("/exchange/workorders/?told=open").content.decode()
    assert "WO-1" in inbox
    assert browser.post(f"/exchange/workorders/{order.pk}/tell-again").status_code == 302
    while send():
        pass
    assert states(site[1]) == ["1", "7"]
    with pytest.raises(Refused):
        answering.tell_again(actor=clerk, order_id=order.pk, now=timezone.now())
    assert "WO-1" not in browser.get("/exchange/workorders/?told=open").content.decode()


def test_news_follow_a_merge_and_come_back_with_an_unmerge(
    city: City, platform: Platform, clerk: User
) -> None:
    into = cases.report(
        description="同一堆垃圾", place=city.districts[0].place(), channel="portal",
        now=timezone.now(),
    ).case  # fmt: skip
    order = arrived(platform, message(city))
    assert order.case_id is not None
    given: dict[str, Any] = {"actor": city.user("operator"), "now": timezone.now()}
    cases.perform("merge", case_id=order.case_id, into=into.number, opinion="同一问题", **given)
    assert Order.objects.get().followed_id == into.pk
    chief: dict[str, Any] = {
        "actor": city.districts[0].user("street_chief"), "now": timezone.now(),
    }  # fmt: skip
    cases.perform("file", case_id=into.pk, case_class="E0102", **chief)
    cases.perform("unmerge", case_id=order.case_id, opinion="不是", **given)
    assert Order.objects.get().followed_id == order.case_id
    given["actor"] = city.user("chief")
    cases.perform("file", case_id=order.case_id, case_class="E0401", **given)
    told = list(News.objects.order_by("pk").values_list("status", flat=True))
    assert told == ["accepted", "merged", "filed", "accepted", "filed"]


def test_cases_without_an_order_tell_nobody_and_ask_nothing_more(
    city: City, platform: Platform, django_assert_num_queries: Any
) -> None:
    case = cases.report(
        description="垃圾", place=city.districts[0].place(), channel="portal", now=timezone.now()
    ).case
    chief = city.districts[0].user("street_chief")
    cases.perform("file", case_id=case.pk, actor=chief, now=timezone.now(), case_class="E0102")
    assert not News.objects.exists()
    assert not Delivery.objects.filter(kind="workorders.status").exists()
