"""What people do with orders: mend, take in, join, return in time, ask for more time."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from linli.audit.models import AccessLog
from linli.cases.models import Case, Report
from linli.cases.queries.badges import waiting_for
from linli.cases.rules.purposes import Purpose
from linli.kernel.errors import BadInput, NotFound, NotYours, Refused, Stale
from linli.staff.models import User
from linli.workorders.models import News, Order, Platform
from linli.workorders.queries import orders as queries
from linli.workorders.services import answering, fetching, platforms, taking
from tests.cases.city import City
from tests.factories import make_post
from tests.outside import answer, served
from tests.workorders.conftest import arrived, clerk_of, message, post

pytestmark = pytest.mark.django_db


def held(platform: Platform, city: City, **order: Any) -> Order:
    one = arrived(platform, message(city, **({"type": "Z9"} | order)))
    assert one.state == "held"
    return one


def test_a_held_order_is_mended_and_taken_in(city: City, platform: Platform, clerk: User) -> None:
    order, now = held(platform, city), timezone.now()
    assert [row[0] for row in order.faults] == ["class"]
    with pytest.raises(BadInput) as refusal:
        taking.take_order(actor=clerk, order_id=order.pk, now=now)
    assert refusal.value.field == "class"
    given = {"class": "E0401", "address": "幸福路5号"}
    order = taking.mend_order(actor=clerk, order_id=order.pk, values=given, now=now)
    assert (order.state, order.faults) == ("held", [])
    order = taking.take_order(actor=clerk, order_id=order.pk, now=now)
    case = Case.objects.get()
    assert (order.state, case.address) == ("taken", "幸福路5号")
    assert case.case_class is not None
    assert case.case_class.code == "E0401"
    with pytest.raises(Stale):
        taking.take_order(actor=clerk, order_id=order.pk, now=now)


def test_an_order_without_a_number_or_with_a_wrong_date_can_be_mended_on_its_page(
    city: City, platform: Platform, clerk: User
) -> None:
    arrived(platform, message(city, "WO-8"))
    said = message(city, limit="tomorrow")
    del said["order"]["code"]
    said["caller"]["tel"] = ""
    order = arrived(platform, said)
    assert {row[0] for row in order.faults} == {"number", "due_at"}
    browser = Client()
    browser.force_login(clerk)
    place = f"/exchange/workorders/{order.pk}/mend"
    sent = {"title": "小区门口垃圾", "leave_out": "on"}
    taken = browser.post(place, sent | {"number": "WO-8"})
    assert taken.status_code == 422  # another order has it
    assert browser.post(place, sent | {"number": "WO-7"}).status_code == 302
    order.refresh_from_db()
    assert (order.number, order.faults, order.due_at) == ("WO-7", [], None)
    assert set(json.loads(order.fixes)) == {"number", "due_at"}  # nothing but what was changed
    assert browser.post(f"/exchange/workorders/{order.pk}/take").status_code == 302
    order.refresh_from_db()
    assert order.state == "taken"


def test_what_the_cases_refuse_holds_the_order_at_its_field(city: City, platform: Platform) -> None:
    order = held(platform, city, type="A1", place={"lng": 10.0, "lat": 50.0})
    assert [row[0] for row in order.faults] == ["lon"]
    assert not Case.objects.exists()


def test_a_mended_mapping_reads_held_orders_again(
    city: City, platform: Platform, admin: User
) -> None:
    order = held(platform, city)
    row = dict(platform.mapping["class"], table={"Z9": "E0102"})
    Platform.objects.update(mapping=platform.mapping | {"class": row})
    assert platforms.retry_held(actor=admin, platform_id=platform.pk, now=timezone.now()) == 1
    taking.take_in(order_id=order.pk, now=timezone.now())
    order.refresh_from_db()
    assert order.state == "taken"


def test_a_repeated_complaint_waits_and_joins_by_a_persons_choice(
    city: City, platform: Platform, clerk: User
) -> None:
    first = arrived(platform, message(city))
    second = arrived(platform, message(city, "WO-2", content="还是没人来清运"))
    assert (second.state, second.repeat_of) == ("held", first.case_number)
    named = message(city, "WO-3", repeat="WO-1")
    named["caller"]["tel"] = "13900009999"
    third = arrived(platform, named)
    assert (third.state, third.repeat_of) == ("held", first.case_number)
    with pytest.raises(BadInput) as refusal:
        taking.join_order(actor=clerk, order_id=second.pk, number="1", now=timezone.now())
    assert refusal.value.field == "number"
    joined = taking.join_order(
        actor=clerk, order_id=second.pk, number=first.case_number, now=timezone.now()
    )
    assert (joined.case_id, joined.report) == (first.case_id, 2)
    assert taking.take_order(actor=clerk, order_id=third.pk, now=timezone.now()).report == 1
    assert Case.objects.count() == 2
    assert Report.objects.get(case_id=first.case_id, number=2).channel == "work_order"


def test_an_order_goes_back_within_its_window_with_a_reason(
    city: City, platform: Platform, clerk: User
) -> None:
    order, now = arrived(platform, message(city)), timezone.now()
    with pytest.raises(BadInput):
        answering.return_order(actor=clerk, order_id=order.pk, reason="tired", words="x", now=now)
    order = answering.return_order(
        actor=clerk, order_id=order.pk, reason="not_here", words="在邻县", now=now
    )
    assert (order.state, order.reason) == ("returned", "not_here")
    assert Case.objects.get().stage == "dismissed"
    told = list(News.objects.order_by("pk").values_list("status", "words"))
    assert told == [("accepted", ""), ("returned", "在邻县")]  # no word of the dismissal
    assert post(platform, message(city)).json()["again"]
    order.refresh_from_db()
    assert order.state == "returned"  # the same content is a repetition
    post(platform, message(city, content="确在贵县，请看照片"))
    order.refresh_from_db()
    assert order.state == "held"
    order = taking.take_order(actor=clerk, order_id=order.pk, now=now)
    assert Case.objects.count() == 2
    assert Case.objects.get(pk=order.case_id).stage == "reported"


def test_a_return_that_is_late_says_until_when_it_was_open(
    city: City, platform: Platform, clerk: User
) -> None:
    order = arrived(platform, message(city))
    assert order.return_until is not None
    given = {"actor": clerk, "order_id": order.pk, "reason": "unclear", "words": "不清"}
    with pytest.raises(answering.TooLate) as refusal:
        answering.return_order(now=order.return_until + timedelta(seconds=1), **given)
    until = timezone.localtime(order.return_until).strftime("%Y-%m-%d %H:%M")
    assert until in str(refusal.value)
    Platform.objects.update(return_hours=0)
    never = arrived(platform, message(city, "WO-9", repeat=""))
    with pytest.raises(answering.TooLate):
        answering.return_order(now=timezone.now(), **(given | {"order_id": never.pk}))


def test_an_order_whose_case_is_filed_does_not_go_back(
    city: City, platform: Platform, clerk: User
) -> None:
    from linli.cases import services as cases

    order = arrived(platform, message(city))
    chief = city.user("chief")
    assert order.case_id is not None
    cases.perform(
        "file", case_id=order.case_id, actor=chief, now=timezone.now(), case_class="E0102"
    )
    with pytest.raises(Refused):
        answering.return_order(
            actor=clerk, order_id=order.pk, reason="unclear", words="不清", now=timezone.now()
        )
    order.refresh_from_db()
    assert order.state == "taken"


def test_more_time_is_asked_for_after_the_present_deadline_alone(
    city: City, platform: Platform, clerk: User
) -> None:
    order, now = arrived(platform, message(city)), timezone.now()
    assert order.due_at is not None
    given = {"actor": clerk, "order_id": order.pk, "words": "等配件", "now": now}
    with pytest.raises(BadInput) as refusal:
        answering.ask_for_time(until=order.due_at, **given)
    assert refusal.value.field == "until"
    later = order.due_at + timedelta(days=3)
    assert answering.ask_for_time(until=later, **given).wished_until == later
    assert News.objects.latest("pk").facts["until"] == later.isoformat()


def test_orders_of_another_centre_look_absent(city: City, platform: Platform) -> None:
    order = held(platform, city)
    district = city.districts[0]
    grants = ("workorders.handle", "cases.see", "cases.call_back")
    other = User.objects.get(
        pk=make_post(*grants, unit=district.centre, region=district.region).user_id
    )
    assert waiting_for(other)["work_orders"] == 0
    assert not queries.order_page(other).rows
    for act in (
        lambda: taking.take_order(actor=other, order_id=order.pk, now=timezone.now()),
        lambda: taking.show_message(
            actor=other, order_id=order.pk, purpose=Purpose.values[0], now=timezone.now()
        ),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(NotYours):
        taking.take_order(actor=city.user("operator"), order_id=order.pk, now=timezone.now())


def test_an_order_is_seen_where_its_case_goes(city: City, platform: Platform) -> None:
    from linli.cases import services as cases

    order = arrived(platform, message(city))
    district = city.districts[0]
    post = make_post("workorders.handle", "cases.see", unit=district.centre, region=district.region)
    there = User.objects.get(pk=post.user_id)
    assert not queries.order_page(there).rows
    boss = make_post("cases.see", "cases.delegate", unit=city.centre, region=city.region).user
    assert order.case_id is not None
    cases.perform(
        "delegate", case_id=order.case_id, actor=User.objects.get(pk=boss.pk),
        now=timezone.now(), centre=district.centre.pk,
    )  # fmt: skip
    assert [one.pk for one in queries.order_page(there).rows] == [order.pk]


def test_who_called_is_masked_until_a_purpose_is_given_and_that_is_logged(
    city: City, platform: Platform, clerk: User
) -> None:
    order = arrived(platform, message(city))
    browser = Client()
    browser.force_login(clerk)
    page = browser.get(f"/exchange/workorders/{order.pk}/").content.decode()
    assert "138****1234" in page
    assert "13800001234" not in page
    assert "王小明" not in page
    refused = browser.post(f"/exchange/workorders/{order.pk}/message", {"purpose": ""})
    assert refused.status_code == 422
    shown = browser.post(f"/exchange/workorders/{order.pk}/message", {"purpose": Purpose.values[0]})
    assert "13800001234" in shown.content.decode()
    entry = AccessLog.objects.get(action="workorders.shown")
    assert (entry.user_id, entry.purpose) == (clerk.pk, Purpose.values[0])


def test_attachments_are_fetched_by_a_job_and_nobody_inside_is_called(
    city: City, platform: Platform, settings: Any
) -> None:
    from tests.files.makers import photo

    settings.OUTBOUND_HOSTS = ["127.0.0.1"]
    with served() as (origin, site):
        site.handle_it = answer(200, photo())
        said = message(city)
        said["files"] = [{"url": f"{origin}/a.jpg"}, {"url": "http://10.0.0.1/secret"}]
        order = arrived(platform, said)
        assert not site.seen  # never in the request
        fetching.fetch_files(order_id=order.pk, now=timezone.now())
        fetching.fetch_files(order_id=order.pk, now=timezone.now())
        assert len(site.seen) == 1
    first, second = order.files.order_by("place")
    assert (first.state, second.state) == ("kept", "refused")
    assert "10.0.0.1" in second.said
    assert first.url == second.url == ""
    assert Case.objects.get(pk=order.case_id).file_count == 1


def test_messages_are_forgotten_like_contacts(city: City, platform: Platform, clerk: User) -> None:
    from linli.workorders.services.upkeep import forget_messages

    gone, kept = arrived(platform, message(city)), arrived(platform, message(city, "WO-2"))
    answering.return_order(
        actor=clerk, order_id=gone.pk, reason="unclear", words="不清", now=timezone.now()
    )
    assert forget_messages(now=timezone.now() + timedelta(days=10)) == 0
    assert forget_messages(now=timezone.now() + timedelta(days=400)) == 1
    gone.refresh_from_db()
    kept.refresh_from_db()
    assert (gone.body, gone.phone_index) == ("", None)
    assert kept.body
    browser = Client()
    browser.force_login(clerk)
    assert browser.get(f"/exchange/workorders/{gone.pk}/").status_code == 200


def test_the_inbox_costs_the_same_for_many_orders(
    city: City, platform: Platform, django_assert_max_num_queries: Any
) -> None:
    clerk = clerk_of(city)
    for number in range(6):
        arrived(platform, message(city, f"WO-{number}"))
    browser = Client()
    browser.force_login(clerk)
    browser.get("/exchange/workorders/")
    with django_assert_max_num_queries(12):
        page = browser.get("/exchange/workorders/?state=held").content.decode()
    assert page.count("<tr data-row") == 5
