"""The door: who may knock, what is kept, and what is answered to everything else."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from linli.cases.models import Case, ReportContact
from linli.staff.models import User
from linli.workorders.models import News, Order, Platform
from linli.workorders.rules import signing
from linli.workorders.rules.documents import parsed, written
from linli.workorders.rules.kinds import MOST_BODY
from linli.workorders.services import platforms, receiving, taking
from tests.cases.city import City, make_city
from tests.factories import make_post
from tests.workorders.conftest import ADDRESS, arrived, make_platform, message, post, signed

pytestmark = pytest.mark.django_db


def test_an_order_is_kept_at_once_and_becomes_a_report_with_a_sealed_contact(
    city: City, platform: Platform
) -> None:
    answer = post(platform, message(city))
    assert answer.status_code == 202
    said = answer.json()
    assert (said["number"], said["state"], said["again"]) == ("WO-1", "received", False)
    assert said["to_mend"] == []
    assert not Case.objects.exists()  # a job does it
    order = Order.objects.get()
    taking.take_in(order_id=order.pk, now=timezone.now())
    taking.take_in(order_id=order.pk, now=timezone.now())  # the job twice
    case = Case.objects.get()
    assert (case.stage, case.channel, case.address) == ("reported", "work_order", "幸福路3号")
    assert "三号楼" in case.description
    assert case.case_class is not None
    assert case.case_class.code == "E0102"
    contact = ReportContact.objects.get()
    assert (contact.name, contact.phone) == ("王小明", "13800001234")
    order.refresh_from_db()
    assert (order.state, order.case_number, order.report) == ("taken", case.number, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM workorders_order")
        assert b"13800001234" not in bytes(cursor.fetchone()[0])


def test_the_same_order_again_is_the_same_order(city: City, platform: Platform) -> None:
    order = arrived(platform, message(city))
    answer = post(platform, message(city))
    assert answer.status_code == 200
    assert answer.json()["again"]
    assert answer.json()["case"] == order.case_number
    later = post(platform, message(city, limit="2027-02-01 12:00:00"))  # more time was granted
    assert later.json()["again"]
    order.refresh_from_db()
    assert order.due_at is not None
    assert timezone.localtime(order.due_at).month == 2
    assert Case.objects.count() == Order.objects.count() == 1


def test_forged_stale_and_replayed_requests_are_refused_and_say_why(
    city: City, platform: Platform
) -> None:
    body = json.dumps(message(city)).encode()
    now = timezone.now()

    def answered(headers: dict[str, str], sent: bytes = body) -> Any:
        return Client(headers=headers).post(ADDRESS, sent, content_type="application/json")

    good = signed(platform, body, nonce="nonce-0001")
    cases = {
        "unsigned": answered({k: v for k, v in good.items() if k != signing.NONCE}),
        "key": answered(good | {signing.KEY: "wo00000000"}),
        "forged": answered(good, body.replace(b"WO-1", b"WO-2")),
        "stale": answered(signed(platform, body, at=now - timedelta(minutes=6))),
        "nonce": answered(signed(platform, body, nonce="short")),
    }
    for code, answer in cases.items():
        assert answer.status_code == 401, code
        assert answer.json()["error"] == code
    assert answered(good).status_code == 202  # the forgers have not used up the nonce
    again = answered(good)
    assert (again.status_code, again.json()["error"]) == (401, "replayed")
    elsewhere = Client(headers=signed(platform, b"", method="GET")).get(f"{ADDRESS}?number=WO-1")
    assert elsewhere.json()["error"] == "forged"  # the query is signed too
    assert Order.objects.count() == 1


def test_an_old_secret_opens_for_a_day_and_a_header_key_is_marked(
    city: City, platform: Platform, admin: User
) -> None:
    old = Platform.objects.get(pk=platform.pk)
    now = timezone.now()
    platforms.renew_secret(actor=admin, platform_id=platform.pk, now=now)
    assert post(old, message(city)).status_code == 202
    Platform.objects.update(old_until=now - timedelta(seconds=1))
    assert post(old, message(city, "WO-2")).json()["error"] == "forged"
    weak = platforms.set_header_key(actor=admin, platform_id=platform.pk, on=True, now=now).secret
    answer = post(platform, message(city, "WO-3"), headers={signing.API_KEY: weak})
    assert answer.status_code == 202
    assert not Order.objects.get(number="WO-3").signed
    platforms.set_header_key(actor=admin, platform_id=platform.pk, on=False, now=now)
    answer = post(platform, message(city, "WO-4"), headers={signing.API_KEY: weak})
    assert answer.json()["error"] == "key"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400),
        ("工单".encode("gbk"), "application/json", 400),
        (b'{"order":', "application/json", 400),
        (b"[]", "application/json", 400),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "application/xml", 400),
        (b"<a>", "text/xml", 400),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b" " * (MOST_BODY + 1), "application/json", 413),
    ],
)
def test_what_is_no_order_is_refused_in_the_form_it_came_in(
    platform: Platform, body: bytes, kind: str, status: int
) -> None:
    answer = post(platform, body, kind=kind)
    assert answer.status_code == status, answer.content
    said = parsed(answer.content, xml="xml" in answer["Content-Type"])
    assert ("xml" in kind) == ("xml" in answer["Content-Type"])
    assert said["field"] in ("body", "Content-Type")
    assert said["message"]
    assert not Order.objects.exists()


def test_an_order_in_xml_reads_like_one_in_json(city: City, platform: Platform) -> None:
    body = written(message(city), xml=True, root="gd")
    answer = post(platform, body, kind="application/xml; charset=utf-8")
    assert answer.status_code == 202
    assert parsed(answer.content, xml=True)["number"] == "WO-1"
    taking.take_in(order_id=Order.objects.get().pk, now=timezone.now())
    assert Case.objects.get().address == "幸福路3号"


def test_an_order_that_cannot_be_read_is_kept_and_told_field_by_field(
    city: City, platform: Platform
) -> None:
    said = message(city, type="Z9", limit="tomorrow", content="")
    said["order"]["title"] = ""
    answer = post(platform, said)
    assert answer.status_code == 202
    assert {one["field"] for one in answer.json()["to_mend"]} == {
        "class", "due_at", "description",
    }  # fmt: skip
    nameless = post(platform, {"hello": "world"})
    assert nameless.status_code == 202
    assert nameless.json()["number"] == ""
    for order in Order.objects.all():
        taking.take_in(order_id=order.pk, now=timezone.now())
    assert set(Order.objects.values_list("state", flat=True)) == {"held"}
    assert not Case.objects.exists()
    assert post(platform, {"hello": "world"}).json()["again"]


def test_the_platform_reads_its_own_orders_alone(
    city: City, platform: Platform, admin: User
) -> None:
    arrived(platform, message(city))
    target = f"{ADDRESS}?number=WO-1"
    answer = Client(headers=signed(platform, b"", method="GET", target=target)).get(target)
    assert (answer.status_code, answer.json()["status"]) == (200, "accepted")
    other = make_platform(city, admin, name="12319")
    answer = Client(headers=signed(other, b"", method="GET", target=target)).get(target)
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert Client().put(ADDRESS).status_code == 405


def test_a_platform_that_is_flooded_with_is_told_to_wait(
    city: City, platform: Platform, settings: Any
) -> None:
    settings.WORKORDERS_PER_HOUR = 1
    assert post(platform, message(city)).status_code == 202
    answer = post(platform, message(city, "WO-2"))
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_an_urgent_order_goes_straight_to_the_command_centre(
    city: City, platform: Platform
) -> None:
    order = arrived(platform, message(city, urgent="1", type="A2"))
    case = Case.objects.get(pk=order.case_id)
    assert (case.urgency, case.stage, case.centre_id) == ("urgent", "filed", city.centre.pk)
    assert [one.status for one in News.objects.order_by("pk")] == ["accepted", "filed"]


def test_the_platforms_centre_owns_the_cases_or_that_of_the_place(
    city: City, platform: Platform
) -> None:
    home = city.districts[1]
    region = {"path": "order.area", "otherwise": "keep"}
    Platform.objects.update(
        mapping=platform.mapping | {"region": region},
        review="faulty",  # the same person calls thrice
    )
    there = {"place": {"text": "某处"}, "area": home.region.code}

    def owner(number: str, **order: Any) -> tuple[int, str, int | None]:
        one = arrived(platform, message(city, number, **order))
        case = Case.objects.get(pk=one.case_id)
        return case.centre_id, case.address, one.centre_id

    address = f"{home.region.name}某处"
    assert owner("WO-1", **there) == (city.centre.pk, address, city.centre.pk)
    Platform.objects.update(by_place=True)
    assert owner("WO-2", **there) == (home.centre.pk, address, home.centre.pk)
    street = city.districts[0].street_centre.pk
    assert owner("WO-3") == (street, "幸福路3号", street)


@pytest.mark.django_db(transaction=True)
def test_the_same_order_at_the_same_moment_from_two_connections_is_one() -> None:
    city = make_city()
    admin = User.objects.get(pk=make_post("workorders.settings", unit=city.centre).user_id)
    platform = make_platform(city, admin)
    sender = receiving.Sender(platform, signed=True)
    body = json.dumps(message(city)).encode()
    gate, got = threading.Barrier(2), []

    def send() -> None:
        try:
            gate.wait()
            got.append(
                receiving.receive(sender=sender, body=body, is_xml=False, now=timezone.now())
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.again for one in got) == [False, True]
    assert Order.objects.count() == 1


def test_an_order_whose_worker_was_killed_is_taken_in_by_the_next_one(
    city: City, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert post(platform, message(city)).status_code == 202
    order = Order.objects.get()

    def killed(*_given: Any, **_more: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(taking, "add_news", killed)  # after the case, before the commit
        with pytest.raises(KeyboardInterrupt):
            taking.take_in(order_id=order.pk, now=timezone.now())
    assert not Case.objects.exists()
    late = timezone.now() + timedelta(minutes=11)
    assert taking.sweep(now=late) == 1
    taking.take_in(order_id=order.pk, now=late)
    order.refresh_from_db()
    assert order.state == "taken"
    assert Case.objects.count() == 1
    assert taking.sweep(now=late) == 0
