"""The pages on which Open311 is set up, and on which what was sent on is looked after."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from linli.audit.models import AccessLog
from linli.cases import services as cases
from linli.open311.models import Attribute, Destination, Forward, Jurisdiction, ServerSettings
from tests.cases.city import City
from tests.factories import make_post
from tests.open311.conftest import BASE, moved

PAGES = "/exchange/open311/"


@pytest.fixture
def clerk(city: City, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A system administrator who has signed in with a second factor."""
    from linli.staff import middleware

    monkeypatch.setattr(middleware, "_has_second_factor", lambda *_given: True)
    post = make_post("open311.settings", unit=city.centre)
    client = Client(headers={"accept-language": "en"})
    client.force_login(post.user)
    return client


@pytest.fixture
def chief(city: City) -> Client:
    home = city.districts[0]
    post = make_post("cases.see", "open311.exchange", unit=home.centre, region=home.region)
    client = Client(headers={"accept-language": "en"})
    client.force_login(post.user)
    return client


def sent(answer: Any) -> None:
    assert answer.status_code == 302, answer.content.decode()[-3000:]


def refused(answer: Any, words: str) -> None:
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_what_discovery_says_is_set_on_a_page(clerk: Client, city: City) -> None:
    sent(clerk.post(PAGES + "settings", {"contact": "311@city.example", "is_test": "on"}))
    assert ServerSettings.objects.get().is_test
    found = clerk.get(f"{BASE}/discovery.json").json()
    assert (found["contact"], found["endpoints"][0]["type"]) == ("311@city.example", "test")
    assert AccessLog.objects.filter(action="open311.changed").count() == 1


def test_jurisdictions_are_added_changed_and_refused(clerk: Client, city: City) -> None:
    region = city.districts[0].region
    given = {"code": "d0.example", "region": f"{region.code} {region.name}",
             "class_codes": "E01, c", "answering": "batch", "active": "on"}  # fmt: skip
    sent(clerk.post(PAGES + "jurisdictions/add", given))
    row = Jurisdiction.objects.get()
    assert (row.region, row.class_codes, row.answering) == (region, ["E01", "C"], "batch")
    add = PAGES + "jurisdictions/add"
    refused(clerk.post(add, given), "another jurisdiction has it already")
    refused(clerk.post(add, given | {"code": "a b"}), "letters, digits")
    refused(clerk.post(add, given | {"region": "nowhere"}), "code of a region")
    refused(clerk.post(add, given | {"class_codes": "X1"}), "X1")
    change = f"{PAGES}jurisdictions/{row.pk}/"
    assert "d0.example" in clerk.get(change).content.decode()
    sent(clerk.post(change, given | {"active": ""}))
    assert not Jurisdiction.objects.get().active


def test_questions_are_added_changed_and_removed(clerk: Client, city: City) -> None:
    given = {"class_code": "E0102", "code": "KIND", "description": "种类", "order": "1",
             "datatype": "singlevaluelist", "values": "a = 甲 | A\nb = 乙",
             "variable": "on"}  # fmt: skip
    add = PAGES + "questions/add"
    refused(clerk.post(add, given | {"values": ""}), "at least one")
    refused(clerk.post(add, given | {"values": "a 甲"}), "key = value")
    refused(clerk.post(add, given | {"values": "a = 1\na = 2"}), "twice")
    sent(clerk.post(add, given))
    row = Attribute.objects.get()
    assert row.values == [["a", "甲", "A"], ["b", "乙", ""]]
    refused(clerk.post(add, given | {"order": "2"}), "already")
    refused(clerk.post(add, given | {"code": "B"}), "order")
    change = f"{PAGES}questions/{row.pk}/"
    assert "a = 甲 | A" in clerk.get(change).content.decode()
    sent(clerk.post(change, given | {"description": "哪一种"}))
    assert "哪一种" in clerk.get(PAGES).content.decode()
    sent(clerk.post(change + "remove"))
    assert not Attribute.objects.exists()


def test_a_destination_keeps_its_key_and_shows_it_to_nobody(clerk: Client, city: City) -> None:
    post = make_post("cases.see", "cases.handle", unit=city.districts[0].department)
    given = {"name": "环卫公司", "endpoint": "https://there.example/v2", "api_key": "geheim-42",
             "unit": city.districts[0].department.pk, "post": post.pk, "acts": "on",
             "services": "e0102 = 7", "active": "on"}  # fmt: skip
    sent(clerk.post(PAGES + "destinations/add", given))
    row = Destination.objects.get()
    assert (row.api_key, row.services) == ("geheim-42", {"E0102": "7"})
    change = f"{PAGES}destinations/{row.pk}/"
    for page in (PAGES, change):
        assert "geheim-42" not in clerk.get(page).content.decode()
    sent(clerk.post(change, given | {"api_key": "", "name": "新名"}))
    row.refresh_from_db()
    assert (row.api_key, row.name) == ("geheim-42", "新名")
    refused(clerk.post(change, given | {"endpoint": "http://10.0.0.1/v2"}), "LINLI_OUTBOUND_HOSTS")
    refused(clerk.post(change, given | {"token": "linli_nothing"}), "No token")
    refused(clerk.post(change, given | {"unit": ""}), "unit")


def test_a_destination_that_does_not_answer_is_said_so(
    clerk: Client, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    from linli.kernel import outbound

    def nobody(*_given: Any, **_more: Any) -> Any:
        raise outbound.Unreachable("nobody there")

    monkeypatch.setattr(outbound, "fetch", nobody)
    row = destination(city)
    answer = clerk.post(f"{PAGES}destinations/{row.pk}/try", follow=True)
    assert "nobody there" in answer.content.decode()


def destination(city: City) -> Destination:
    return Destination.objects.create(
        name="环卫公司", endpoint="https://there.example/v2", looked_at=timezone.now(),
        post=make_post("cases.see", unit=city.centre, region=city.region),
    )  # fmt: skip


def forward(city: City, district: int, **more: Any) -> Forward:
    filed = cases.report(
        description="垃圾", place=city.districts[district].place(), channel="portal",
        case_class="E0102", now=timezone.now(),
    )  # fmt: skip
    case = moved(city, filed.case.number, "file")
    to = Destination.objects.first() or destination(city)
    return Forward.objects.create(
        destination=to, case_id=case.pk, case_number=case.number, class_code="E0102",
        created_at=timezone.now(), **more,
    )  # fmt: skip


def test_what_was_sent_on_is_shown_to_those_who_see_the_case(chief: Client, city: City) -> None:
    here, there = forward(city, 0), forward(city, 1, remote_id="r-1")
    text = chief.get(PAGES + "sent/").content.decode()
    assert here.case_number in text
    assert there.case_number not in text
    assert here.case_number not in chief.get(PAGES + "sent/?state=failed").content.decode()
    assert here.case_number in chief.get(f"{PAGES}sent/?number={here.case_number}").content.decode()
    for verb in ("retry", "drop"):
        answer = chief.post(f"{PAGES}sent/{there.pk}/{verb}", {"reason": "x"})
        assert answer.status_code == 404


def test_it_is_sent_again_and_given_up_from_the_page(chief: Client, city: City) -> None:
    row = forward(city, 0, state="failed", last_error="400")
    assert "400" in chief.get(PAGES + "sent/").content.decode()
    sent(chief.post(f"{PAGES}sent/{row.pk}/retry"))
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("waiting", "")
    again = chief.post(f"{PAGES}sent/{row.pk}/retry", follow=True)
    assert "Only a case that was not sent" in again.content.decode()
    sent(chief.post(f"{PAGES}sent/{row.pk}/drop", {"reason": "电话已通知"}))
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("dropped", "电话已通知")
    assert AccessLog.objects.filter(action__in=["open311.retried", "open311.dropped"]).count() == 2
