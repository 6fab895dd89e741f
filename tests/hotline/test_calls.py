"""A call: taken once, ended once, as an answer, a case, a joined case or nothing."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from linli.audit.models import AccessLog
from linli.cases.models import Case
from linli.cases.rules.inputs import Contact
from linli.hotline import services
from linli.hotline.models import Call, CallBack, Line
from linli.hotline.queries.calls import earlier_of
from linli.hotline.rules import line_is_open
from linli.hotline.rules.calling import length_text
from linli.hotline.services.calling import CallEnded
from linli.kernel.errors import BadInput, NotFound, NotYours, Refused, TooMany
from linli.staff.models import User
from tests.cases.city import City
from tests.cases.test_life import refused, report
from tests.conftest import NOW
from tests.hotline.conftest import PHONE

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=4, seconds=7)


def filing(city: City, **values: Any) -> dict[str, Any]:
    given = {
        "description": "路灯不亮三天了", "place": city.districts[0].place(), "kind": "help",
        "contact": Contact(name="王小明", phone=PHONE), "wants_call": True,
    }  # fmt: skip
    return given | values


def test_a_call_becomes_a_case_once_and_its_caller_is_on_the_list(
    city: City, call: Call, operator: User
) -> None:
    values = filing(city)
    filed = services.open_case(actor=operator, call_id=call.pk, now=LATER, **values)
    again = services.open_case(actor=operator, call_id=call.pk, now=LATER, **values)
    assert again.again
    assert again.case.pk == filed.case.pk
    assert Case.objects.count() == 1
    with pytest.raises(CallEnded):  # the next call, typed into the page of the one before
        services.open_case(
            actor=operator, call_id=call.pk, now=LATER, **(values | {"description": "井盖松动"})
        )
    call.refresh_from_db()
    assert (call.outcome, call.case_id, call.length) == ("case", filed.case.pk, "4:07")
    assert filed.case.channel == "hotline"
    back = CallBack.objects.get()
    assert (back.reason, back.case_id, back.report_number) == ("result", filed.case.pk, 1)
    # 求助: 10 working days from a Tuesday at ten are two weeks
    assert back.due_at == NOW + timedelta(days=14, minutes=4, seconds=7)


def test_a_call_joins_a_known_case(city: City, call: Call, operator: User) -> None:
    known = report(city).case
    values = filing(city)
    del values["place"]
    filed = services.join_case(
        actor=operator, call_id=call.pk, case_id=known.pk, now=LATER, **values
    )
    assert (filed.case.pk, filed.report_number) == (known.pk, 2)
    call.refresh_from_db()
    assert (call.outcome, call.report_number) == ("joined", 2)


def test_a_question_that_is_answered_leaves_a_record_and_no_case(
    call: Call, operator: User
) -> None:
    given: dict[str, Any] = {"actor": operator, "call_id": call.pk, "now": LATER, "kind": "consult"}
    with refused(BadInput, "answer"):
        services.answer_call(words="几点上班", answer=" ", **given)
    services.answer_call(words="几点上班", answer="九点", **given)
    call.refresh_from_db()
    assert (call.outcome, call.kind.code if call.kind else "") == ("answered", "consult")
    assert not Case.objects.exists()
    assert not CallBack.objects.exists()
    with pytest.raises(CallEnded):
        services.answer_call(words="再问", answer="再答", **given)


def test_a_promised_answer_needs_a_number_and_is_called_back(call: Call, operator: User) -> None:
    given: dict[str, Any] = {
        "actor": operator, "call_id": call.pk, "now": LATER, "kind": "consult",
        "words": "补贴怎么领", "answer": "", "promised": True,
    }  # fmt: skip
    with refused(BadInput, "phone"):
        services.answer_call(**given)
    services.answer_call(**given, phone=PHONE)
    back = CallBack.objects.get()
    assert (back.reason, back.about, back.case_id) == ("promised", "补贴怎么领", None)
    assert back.due_at == LATER + timedelta(days=2)


def test_a_call_back_about_the_result_needs_a_number(
    city: City, call: Call, operator: User
) -> None:
    with refused(BadInput, "phone"):
        services.open_case(
            actor=operator, call_id=call.pk, now=LATER, **filing(city, contact=Contact())
        )
    assert not Case.objects.exists()


def test_nothing_is_kept_of_who_hung_up(call: Call, operator: User) -> None:
    services.look_up(actor=operator, call_id=call.pk, phone=PHONE, now=NOW)
    services.drop_call(actor=operator, call_id=call.pk, now=LATER)
    call.refresh_from_db()
    assert (call.phone, call.phone_index, call.outcome) == ("", None, "dropped")


def test_one_operator_is_on_one_call_and_nobody_else_ends_it(
    city: City, line: Line, call: Call, operator: User
) -> None:
    assert services.take_call(actor=operator, line_id=line.pk, now=LATER).pk == call.pk
    other = city.districts[0].user("operator")  # of the centre above, who sees the line
    with pytest.raises(NotYours):
        services.drop_call(actor=other, call_id=call.pk, now=LATER)
    stranger = city.districts[1].user("street_operator")
    with pytest.raises(NotFound):
        services.drop_call(actor=stranger, call_id=call.pk, now=LATER)
    with pytest.raises(NotFound):
        services.take_call(actor=stranger, line_id=line.pk, now=LATER)
    with pytest.raises(NotYours):
        services.take_call(actor=city.districts[0].user("handler"), line_id=line.pk, now=LATER)


def test_a_retired_line_takes_no_calls(line: Line, operator: User, chief: User) -> None:
    services.change_line(
        actor=chief, line_id=line.pk, now=NOW, number="12345", name="旧线", weekdays=[1],
        active=False,
    )  # fmt: skip
    with refused(Refused, "line"):
        services.take_call(actor=operator, line_id=line.pk, now=NOW)


def test_what_a_number_was_about_before_is_shown_as_far_as_one_sees_it_and_logged(
    city: City, call: Call, operator: User
) -> None:
    here = report(city, contact=Contact(phone="138-0000-1234")).case
    there = report(city, place=city.districts[1].place()).case
    report(city, contact=Contact(phone="13911112222"))
    found = services.look_up(actor=operator, call_id=call.pk, phone=PHONE, now=LATER)
    assert [case.pk for case in found.cases] == [here.pk]
    top = earlier_of(city.user("operator"), PHONE, but=0, now=LATER)
    assert {case.pk for case in top.cases} == {here.pk, there.pk}
    entry = AccessLog.objects.get(action="hotline.caller_looked_up")
    assert entry.object_id == str(call.pk)
    assert PHONE not in str(entry.detail)
    assert not earlier_of(operator, PHONE, but=0, now=LATER + timedelta(days=400)).found


def test_numbers_cannot_be_tried_out_in_bulk(
    call: Call, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.hotline.services.calling.LOOKS_AN_HOUR", 2)
    for _n in range(2):
        services.look_up(actor=operator, call_id=call.pk, phone=PHONE, now=NOW)
    with pytest.raises(TooMany):
        services.look_up(actor=operator, call_id=call.pk, phone=PHONE, now=NOW)
    with refused(BadInput, "phone"):
        services.look_up(actor=operator, call_id=call.pk, phone="' OR 1=1", now=NOW)


def test_who_called_is_shown_for_a_purpose_alone_and_erased_in_time(
    line: Line, call: Call, operator: User
) -> None:
    services.answer_call(
        actor=operator, call_id=call.pk, now=LATER, kind="consult", words="问", answer="答",
        phone=PHONE, name="王小明",
    )  # fmt: skip
    with refused(BadInput, "purpose"):
        services.show_caller(actor=operator, call_id=call.pk, purpose="because", now=LATER)
    shown = services.show_caller(actor=operator, call_id=call.pk, purpose="call_back", now=LATER)
    assert shown.phone == PHONE
    assert AccessLog.objects.get(action="hotline.caller_shown").purpose == "call_back"
    assert services.forget_callers(now=LATER + timedelta(days=100)) == 0
    assert services.forget_callers(now=LATER + timedelta(days=200)) == 1
    assert services.forget_callers(now=LATER + timedelta(days=200)) == 0
    call.refresh_from_db()
    assert (call.name, call.phone, call.phone_index, call.words) == ("", "", None, "问")


SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("opens", "closes", "weekdays", "local", "is_open"),
    [
        (None, None, [2], datetime(2026, 3, 10, 3, tzinfo=SHANGHAI), True),
        (time(8, 30), time(17, 30), [2], datetime(2026, 3, 10, 17, 30, tzinfo=SHANGHAI), False),
        (time(8, 30), time(17, 30), [2], datetime(2026, 3, 10, 8, 30, tzinfo=SHANGHAI), True),
        (time(20), time(6), [1], datetime(2026, 3, 10, 5, tzinfo=SHANGHAI), True),
        (time(20), time(6), [2], datetime(2026, 3, 10, 5, tzinfo=SHANGHAI), False),
        (time(20), time(6), [7], datetime(2026, 3, 9, 5, tzinfo=SHANGHAI), True),
    ],
)
def test_a_line_is_staffed_at_its_hours_also_past_midnight(
    opens: time | None, closes: time | None, weekdays: list[int], local: datetime, is_open: bool
) -> None:
    assert line_is_open(weekdays, opens, closes, local) is is_open


def test_a_length_is_said_as_people_say_it() -> None:
    spans = [None, timedelta(seconds=7), timedelta(hours=1, minutes=2, seconds=3)]
    assert [length_text(span) for span in spans] == ["–", "0:07", "1:02:03"]
