"""The pages of the hotline: what they say, what they hide, what they refuse."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from linli.cases.rules.inputs import Contact
from linli.catalogue.queries.history import history_of
from linli.hotline import services
from linli.hotline.models import Article, Call, Line
from linli.hotline.queries.knowledge import found_for, phrases
from linli.kernel.errors import BadInput, NotYours, Refused, Stale
from linli.staff.models import User
from tests.cases.city import City
from tests.cases.test_life import refused, report
from tests.conftest import NOW
from tests.hotline.conftest import PHONE, article

pytestmark = pytest.mark.django_db


def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_a_form_that_misses_everything_says_so_at_each_field(call: Call, operator: User) -> None:
    client = browser(operator)
    answer = client.post(f"/hotline/calls/{call.pk}/case", {"lon": "abc"})
    text = answer.content.decode()
    assert answer.status_code == 422
    for said in ("“Kind” is missing", "“What happened” is missing"):
        assert said in text
    keys_go_to = re.findall(r'name="(\w+)"[^>]* autofocus', text)
    assert set(keys_go_to) == {"kind"}
    given = {"kind": "nonsense", "description": "x", "urgency": "normal", "handling": "general"}
    answer = client.post(f"/hotline/calls/{call.pk}/answer", given)
    assert answer.status_code == 422
    answer = client.post(f"/hotline/calls/{call.pk}/answer", given | {"kind": "consult"})
    assert "answer is missing" in answer.content.decode().lower()
    call.refresh_from_db()
    assert call.ended_at is None


def test_the_page_of_somebody_elses_call_shows_no_number(
    city: City, call: Call, operator: User
) -> None:
    services.look_up(actor=operator, call_id=call.pk, phone=PHONE, now=NOW)
    text = browser(city.districts[0].user("operator")).get(f"/hotline/calls/{call.pk}/")
    assert PHONE not in text.content.decode()
    assert "138****1234" in text.content.decode()


def test_what_is_similar_and_known_answers_while_one_types(
    city: City, call: Call, operator: User, chief: User
) -> None:
    known = report(city, now=timezone.now()).case
    article(chief, "垃圾清运", "成堆垃圾两小时内清走")
    place = city.districts[0].place()
    typed = {"lon": str(place.lon), "lat": str(place.lat), "description": "三号楼旁垃圾成堆"}
    client = browser(operator)
    assert known.number in client.post(f"/hotline/calls/{call.pk}/similar", typed).content.decode()
    found = client.post(f"/hotline/calls/{call.pk}/knowledge", typed).content.decode()
    assert "垃圾清运" in found
    assert client.post(f"/hotline/calls/{call.pk}/caller", {"phone": "abc"}).status_code == 422
    earlier = client.post(f"/hotline/calls/{call.pk}/caller", {"phone": PHONE}).content.decode()
    assert known.number in earlier


def test_an_article_is_found_by_its_words_on_its_days_in_its_region(
    city: City, chief: User
) -> None:
    lamp = article(chief, "路灯不亮", "说灯杆编号")
    here, there = (district.community.pk for district in city.districts)
    local = article(chief, "路灯改造", "本社区三月起改造，其间路灯不亮", region_id=here)
    article(chief, "路灯旧规定", "路灯", valid_from=date(2025, 1, 1), last_on=date(2026, 3, 9))
    rubbish = article(chief, "垃圾", "定时投放", class_code="E01")
    article(chief, "路灯结束语", "谢谢", kind="phrase")
    today = NOW.date()

    def found(words: str, **more: Any) -> set[int]:
        return {one.pk for one in found_for(words, on=today, **more)}

    assert found("我家门口的路灯又不亮了") == {lamp.pk, local.pk}
    assert found("路灯不亮", region_id=there) == {lamp.pk}
    assert found("路灯不亮", region_id=here) == {lamp.pk, local.pk}
    assert found("说不清楚", class_code="E0102") == {rubbish.pk}
    assert found("") == found("%_'") == set()
    assert [one.title for one in phrases(on=today)] == ["路灯结束语"]


def test_an_article_keeps_every_version_and_two_editors_do_not_overwrite_each_other(
    chief: User, operator: User
) -> None:
    one = article(chief, "标题", "第一版")
    given: dict[str, Any] = {
        "actor": chief, "article_id": one.pk, "kind": "article", "title": "标题",
        "valid_from": date(2026, 1, 1), "now": NOW,
    }  # fmt: skip
    services.change_article(**given, version=1, body="第二版")
    with pytest.raises(Stale):
        services.change_article(**given, version=1, body="第三版")
    changes = history_of(Article.objects.get(pk=one.pk))
    assert [(change.kind, change.by) for change in changes] == [
        ("update", str(chief)), ("insert", str(chief))
    ]  # fmt: skip
    page = browser(operator).get(f"/hotline/knowledge/{one.pk}/").content.decode()
    assert "第一版" in page
    with pytest.raises(NotYours):
        services.change_article(**given | {"actor": operator}, version=2, body="x")


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("kind", {"kind": "song"}),
        ("title", {"title": " "}),
        ("body", {"body": "x" * 8_001}),
        ("class_code", {"class_code": "E99"}),
        ("last_on", {"last_on": date(2025, 1, 1)}),
    ],
)
def test_a_wrong_article_is_refused_by_name(chief: User, field: str, wrong: dict[str, Any]) -> None:
    given = {"title": "标题", "body": "正文", **wrong}
    with refused(BadInput, field):
        article(chief, given.pop("title"), given.pop("body"), **given)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("number", {"number": "一二三"}),
        ("number", {"number": "12345"}),
        ("name", {"name": ""}),
        ("weekdays", {"weekdays": []}),
        ("weekdays", {"weekdays": [8]}),
        ("closes_at", {"opens_at": time(8)}),
        ("most_tries", {"most_tries": 0}),
    ],
)
def test_a_wrong_line_is_refused_by_name(
    line: Line, chief: User, field: str, wrong: dict[str, Any]
) -> None:
    given = {"number": "12319", "name": "城建", "weekdays": [1], **wrong}
    with refused(BadInput, field):
        services.add_line(actor=chief, unit_id=line.unit_id, now=NOW, **given)


def test_a_line_belongs_to_a_centre_of_ones_own(city: City, line: Line, chief: User) -> None:
    given: dict[str, Any] = {"number": "12319", "name": "城建", "weekdays": [1], "now": NOW}
    with refused(NotYours, "unit"):
        services.add_line(actor=chief, unit_id=city.centre.pk, **given)


def test_kinds_and_limits_are_data(line: Line, chief: User) -> None:
    given: dict[str, Any] = {"actor": chief, "line_id": line.pk, "now": NOW}
    kind = {"name": "表扬", "limit_amount": Decimal(5), "limit_unit": "work_day"}
    made = services.add_kind(**given, code="praise", **kind)
    assert made.position == 6
    for field, wrong in (
        ("code", {"code": "praise"}), ("code", {"code": "谢"}),
        ("limit_amount", {"code": "a", "limit_amount": Decimal("NaN")}),
        ("limit_unit", {"code": "a", "limit_unit": "moon"}),
    ):  # fmt: skip
        with refused(BadInput, field):
            services.add_kind(**given, **(kind | wrong))
    services.change_kind(**given, kind_id=made.pk, **(kind | {"active": False}))
    operators = [one.code for one in line.kinds.filter(active=True)]
    assert "praise" not in operators


def test_pages_cost_no_query_a_row(
    city: City, line: Line, operator: User, chief: User, django_assert_max_num_queries: Any
) -> None:
    for n in range(6):
        call = services.take_call(actor=operator, line_id=line.pk, now=NOW + timedelta(minutes=n))
        services.open_case(
            actor=operator, call_id=call.pk, now=NOW + timedelta(minutes=n), kind="help",
            description=f"路灯不亮 {n}", place=city.districts[0].place(), wants_call=True,
            contact=Contact(phone=f"1380000123{n}"),
        )  # fmt: skip
        article(chief, f"标题 {n}", "正文")
    client, boss = browser(operator), browser(chief)
    for who, path, most in (
        (client, "/hotline/", 14), (client, "/hotline/call-backs/?which=now", 14),
        (client, "/hotline/knowledge/", 12), (boss, "/hotline/lines/", 13),
        (boss, "/hotline/figures/", 14),
    ):  # fmt: skip
        who.get(path)
        with django_assert_max_num_queries(most):
            assert who.get(path).status_code == 200
    answer = boss.get("/hotline/figures/", {"since": "2026-03-10", "until": "2026-03-09"})
    assert answer.status_code == 422


def test_a_refusal_of_a_call_back_stands_on_its_page(
    city: City, call: Call, operator: User
) -> None:
    services.answer_call(
        actor=operator, call_id=call.pk, now=NOW, kind="consult", words="问", answer="",
        phone=PHONE, promised=True,
    )  # fmt: skip
    client, back = browser(operator), call.call_backs.get()
    answer = client.post(f"/hotline/call-backs/{back.pk}/", {"words": ""})
    assert answer.status_code == 422
    assert PHONE not in answer.content.decode()
    shown = client.post(f"/hotline/call-backs/{back.pk}/number", {"purpose": "call_back"})
    assert PHONE in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    with pytest.raises(Refused):
        services.show_number(actor=operator, call_back_id=back.pk, purpose="", now=NOW)
