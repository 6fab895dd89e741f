"""Calling back: who, when, how often, and what it does to the case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from linli.cases import services as cases
from linli.cases.models import Case, Report
from linli.cases.queries.badges import waiting_for
from linli.cases.rules.inputs import Contact
from linli.hotline import services
from linli.hotline.models import Call, CallBack, Line
from linli.hotline.queries.calling_back import call_backs_for
from linli.hotline.queries.figures import figures_for
from linli.hotline.services.calling_back import AlreadyDone
from linli.kernel.errors import BadInput, NotFound
from linli.staff.models import User
from tests.cases.city import City
from tests.cases.test_life import live, refused, report
from tests.conftest import NOW
from tests.hotline.conftest import PHONE

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(hours=1)


def listed(user: User, which: str, **more: Any) -> list[int]:
    return [row.call_back.pk for row in call_backs_for(user, which, now=SOON, **more)]


def closed_for_call(city: City, operator: User) -> tuple[Case, CallBack]:
    """A case, closed, whose reporter wants to be called, gathered."""
    case = live(city, "close")
    Report.objects.filter(case_id=case.pk).update(wants_call=True)
    assert services.gather(now=SOON) == 1
    return case, CallBack.objects.get()


def promised(call: Call, operator: User) -> CallBack:
    services.answer_call(
        actor=operator, call_id=call.pk, now=NOW, kind="consult", words="补贴怎么领", answer="",
        phone=PHONE, promised=True,
    )  # fmt: skip
    return CallBack.objects.get()


def test_a_result_waits_until_there_is_one_or_the_limit_is_over(
    city: City, call: Call, operator: User
) -> None:
    services.open_case(
        actor=operator, call_id=call.pk, now=NOW, kind="consult", description="垃圾",
        place=city.districts[0].place(), contact=Contact(phone=PHONE), wants_call=True,
    )  # fmt: skip
    back = CallBack.objects.get()
    assert (listed(operator, "now"), listed(operator, "later")) == ([], [back.pk])
    late = back.due_at + timedelta(minutes=1)
    assert [row.call_back.pk for row in call_backs_for(operator, "now", now=late)] == [back.pk]
    Case.objects.filter(pk=back.case_id).update(stage="dismissed")
    assert listed(operator, "now") == [back.pk]


def test_who_asked_for_a_call_at_any_door_is_gathered_once(city: City, operator: User) -> None:
    case, back = closed_for_call(city, operator)
    assert (back.case_id, back.reason, back.unit_id) == (case.pk, "result", case.centre_id)
    assert services.gather(now=SOON) == 0
    assert listed(operator, "now") == [back.pk]
    assert listed(city.districts[1].user("street_operator"), "now") == []
    with pytest.raises(NotFound):
        services.show_number(
            actor=city.districts[1].user("street_operator"), call_back_id=back.pk,
            purpose="call_back", now=SOON,
        )  # fmt: skip
    shown = services.show_number(
        actor=operator, call_back_id=back.pk, purpose="call_back", now=SOON
    )
    assert shown.phone == PHONE


def test_what_the_person_says_is_the_rating_of_the_case(city: City, operator: User) -> None:
    case, back = closed_for_call(city, operator)
    given: dict[str, Any] = {"actor": operator, "call_back_id": back.pk, "now": SOON}
    with refused(BadInput, "satisfaction"):
        services.note_call_back(**given, words="好")
    services.note_call_back(**given, words="修好了", satisfaction=2)
    case.refresh_from_db()
    assert (case.stage, case.rating) == ("evaluated", 2)
    assert Report.objects.get(case_id=case.pk, number=1).rating == 2
    with pytest.raises(AlreadyDone):
        services.note_call_back(**given, words="又来", satisfaction=1)
    assert services.gather(now=SOON) == 0


def test_a_person_who_is_not_satisfied_has_the_case_reopened_by_a_post_that_may(
    city: City, operator: User
) -> None:
    case, back = closed_for_call(city, operator)
    post = city.districts[0].posts["street_operator"]
    post.grants = [*post.grants, "cases.reopen"]
    post.save()
    boss = User.objects.get(pk=operator.pk)
    with refused(BadInput, "reopen"):
        services.note_call_back(
            actor=boss, call_back_id=back.pk, now=SOON, words="还在", satisfaction=3, reopen=True
        )
    services.note_call_back(
        actor=boss, call_back_id=back.pk, now=SOON, words="还在", satisfaction=1, reopen=True
    )
    case.refresh_from_db()
    assert (case.stage, case.reopen_count) == ("filed", 1)
    assert CallBack.objects.get().satisfaction == 1


def test_a_rating_of_not_satisfied_on_the_portal_is_called_back_about(
    city: City, operator: User
) -> None:
    case = live(city, "close")
    cases.evaluate(case_id=case.pk, actor=None, now=SOON, rating=1, report_number=1, opinion="没修")
    assert services.gather(now=SOON) == 1
    back = CallBack.objects.get()
    assert back.reason == "unhappy"
    services.note_call_back(
        actor=operator, call_back_id=back.pk, now=SOON, words="解释了", satisfaction=2
    )
    case.refresh_from_db()
    assert (case.stage, case.rating) == ("evaluated", 1), "one case is rated once"
    assert services.gather(now=SOON + timedelta(minutes=10)) == 0


def test_who_left_no_number_is_not_gathered(city: City) -> None:
    case = live(city, "close")
    Report.objects.filter(case_id=case.pk).update(wants_call=True)
    case.contacts.all().delete()
    assert services.gather(now=SOON) == 0


def test_a_case_in_hand_hears_that_the_person_was_told(city: City, operator: User) -> None:
    case = live(city, "report_back")
    back = CallBack.objects.create(
        unit_id=case.centre_id, case_id=case.pk, report_number=1, reason="result", most_tries=3,
        made_at=NOW, due_at=NOW, next_at=NOW,
    )  # fmt: skip
    services.note_call_back(actor=operator, call_back_id=back.pk, now=SOON, words="告知已修")
    case.refresh_from_db()
    assert case.feedback_given


def test_a_call_nobody_takes_is_tried_again_and_given_up(call: Call, operator: User) -> None:
    back = promised(call, operator)
    given: dict[str, Any] = {"actor": operator, "call_back_id": back.pk}
    first = services.dial_in_vain(**given, now=SOON, words="忙音")
    assert (first.tries, first.next_at, first.done_at) == (1, SOON + timedelta(hours=2), None)
    assert (listed(operator, "now"), listed(operator, "later")) == ([], [back.pk])
    services.dial_in_vain(**given, now=SOON)
    last = services.dial_in_vain(**given, now=SOON)
    assert (last.tries, last.result, last.done_at) == (3, "given_up", SOON)
    assert [one.reached for one in last.dialled.all()] == [False] * 3
    assert listed(operator, "done") == [back.pk]


def test_a_call_that_is_not_needed_says_why(call: Call, operator: User) -> None:
    back = promised(call, operator)
    with refused(BadInput, "words"):
        services.needless(actor=operator, call_back_id=back.pk, now=SOON, words=" ")
    services.needless(actor=operator, call_back_id=back.pk, now=SOON, words="对方已来电")
    assert listed(operator, "now") == []


def test_the_figures_of_a_line_add_up(
    line: Line, call: Call, operator: User, chief: User, django_assert_max_num_queries: Any
) -> None:
    back = promised(call, operator)
    services.note_call_back(
        actor=operator, call_back_id=back.pk, now=SOON, words="告知", satisfaction=3
    )
    second = services.take_call(actor=operator, line_id=line.pk, now=NOW)
    services.drop_call(actor=operator, call_id=second.pk, now=NOW + timedelta(minutes=2))
    services.take_call(actor=operator, line_id=line.pk, now=NOW)  # still going on: not counted
    with django_assert_max_num_queries(5):
        (row,) = figures_for(chief, NOW.date(), NOW.date())
    assert (row.calls, row.answered, row.dropped, row.cases) == (2, 1, 1, 0)
    assert (row.called_back, row.reached, row.satisfied, row.percent) == (1, 1, 1, 100)
    assert (row.talk, row.kinds) == (timedelta(minutes=1), [("咨询", 1)])
    (empty,) = figures_for(chief, NOW.date() + timedelta(days=1), NOW.date() + timedelta(days=2))
    assert (empty.calls, empty.percent, empty.talk_text) == (0, None, "–")


def test_the_badge_counts_what_the_list_shows(call: Call, operator: User, chief: User) -> None:
    waiting = promised(call, operator)
    assert waiting_for(operator)["call_backs"] == 1
    assert "call_backs" not in waiting_for(chief)
    services.needless(actor=operator, call_back_id=waiting.pk, words="x", now=NOW)
    assert waiting_for(operator)["call_backs"] == 0, "also where the question is kept"


def test_callers_that_wait_keep_their_number(call: Call, operator: User) -> None:
    back = promised(call, operator)
    far = NOW + timedelta(days=200)
    assert services.forget_callers(now=far) == 0
    services.needless(actor=operator, call_back_id=back.pk, now=far, words="已逾期")
    assert services.forget_callers(now=far) == 1


def test_reports_of_others_are_not_in_the_way(city: City, operator: User) -> None:
    """Two people reported one case; each is called once."""
    case = live(city, "dispatch")
    cases.add_report(
        case_id=case.pk, description="同上", channel="counter", now=NOW,
        contact=Contact(phone="13911112222"), wants_call=True, actor=operator,
    )  # fmt: skip
    report(city)
    Report.objects.update(wants_call=True)
    Case.objects.filter(pk=case.pk).update(
        stage="closed", closed_at=SOON, check_passed=True, checked_by=operator, stage_since=SOON
    )
    assert services.gather(now=SOON) == 2
    assert set(CallBack.objects.values_list("report_number", flat=True)) == {1, 2}


def test_who_reported_a_case_that_was_merged_is_told_of_the_other_one(
    city: City, call: Call, operator: User
) -> None:
    root = live(city, "file")
    filed = services.open_case(
        actor=operator, call_id=call.pk, now=NOW, kind="help", description="垃圾成堆",
        place=city.districts[0].place(), contact=Contact(phone=PHONE), wants_call=True,
    )  # fmt: skip
    cases.merge(
        case_id=filed.case.pk, actor=operator, now=SOON, into=root.number, opinion="同一问题"
    )
    back = CallBack.objects.get()
    assert listed(operator, "now") == [], "a merge is no result"
    Case.objects.filter(pk=root.pk).update(
        stage="closed", closed_at=SOON, check_passed=True, checked_by=operator, stage_since=SOON,
        lead_unit=city.districts[0].department,
    )  # fmt: skip
    assert listed(operator, "now") == [back.pk]
    services.note_call_back(
        actor=operator, call_back_id=back.pk, now=SOON, words="已解决", satisfaction=3
    )
    root.refresh_from_db()
    assert (root.stage, root.rating) == ("evaluated", 3)
