"""More time and suspensions: asked for, decided by one tier or two, and told as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from linli.cases import policy, queries, rules, services
from linli.cases.models import Case, CaseSettings
from linli.cases.queries.requests import Answer, pending_words, request_events, requests_of
from linli.cases.rules.consents import YES, needs_second_to_extend, needs_second_to_suspend, within
from linli.cases.rules.guards import hindrance
from linli.cases.rules.moves import MoveRefused
from linli.catalogue.rules import Clock, Limit, LimitUnit
from linli.catalogue.rules.working_time import WorkCalendar
from linli.evaluation.queries.histories import histories
from linli.evaluation.rules.facts import facts
from linli.kernel.errors import BadInput, NotYours, Refused
from linli.notices.models import Notice
from linli.portal.queries.follow import follow_page
from linli.staff.models import Post, User
from tests.cases.city import City, make_city
from tests.conftest import NOW
from tests.desk.lives import make_case, make_report, perform
from tests.factories import make_post

HOUR = LimitUnit.WORK_HOUR
#: Dispatched at 10:02, due at 16:02; with two hours more over the end of the day at 18:00.
NEXT_MORNING = NOW.replace(hour=8, minute=2) + timedelta(days=1)


# -- the rules alone ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("limit", "asked", "granted", "answer"),
    [
        ((4, HOUR), (2, HOUR), 0, "one"),
        ((4, HOUR), ("2.01", HOUR), 0, "two"),
        ((4, HOUR), (4, HOUR), 0, "two"),
        ((4, HOUR), ("4.01", HOUR), 0, "never"),
        ((4, HOUR), (1, HOUR), 1, "two"),  # short, but the second time
        ((4, HOUR), (1, LimitUnit.WORK_DAY), 0, "never"),  # eight hours
        ((2, LimitUnit.WORK_DAY), (8, HOUR), 0, "one"),
        ((4, HOUR), (60, LimitUnit.MINUTE), 0, "one"),
        ((4, HOUR), (1, LimitUnit.CALENDAR_DAY), 0, "never"),  # to 16:00 tomorrow, not to 10:00
        ((3, LimitUnit.CALENDAR_DAY), (1, LimitUnit.CALENDAR_DAY), 0, "one"),
        ((3, LimitUnit.CALENDAR_DAY), (2, LimitUnit.CALENDAR_DAY), 0, "two"),
    ],
)
def test_how_many_consents_more_time_needs(
    limit: tuple[Any, LimitUnit], asked: tuple[Any, LimitUnit], granted: int, answer: str
) -> None:
    numbers, calendar = CaseSettings(), WorkCalendar()
    clock = Clock(Limit(Decimal(limit[0]), limit[1]), NOW)
    more = Limit(Decimal(asked[0]), asked[1])
    if not within(clock, more, numbers.extension_percent_most, calendar):
        assert answer == "never"
        return
    two = needs_second_to_extend(numbers, clock, more, granted=granted, calendar=calendar)
    assert ("two" if two else "one") == answer


def test_the_numbers_of_the_city_move_the_line() -> None:
    clock, more = Clock(Limit(Decimal(4), HOUR), NOW), Limit(Decimal(1), HOUR)
    strict = CaseSettings(extensions_alone=0, extension_percent_alone=100, suspension_days_alone=0)
    mild = CaseSettings(extensions_alone=2, extension_percent_alone=100, suspension_days_alone=365)
    for numbers, two in ((strict, True), (mild, False)):
        asked = needs_second_to_extend(numbers, clock, more, granted=1, calendar=WorkCalendar())
        assert (asked, needs_second_to_suspend(numbers, 30)) == (two, two)
    assert not within(clock, more, 0, WorkCalendar()), "nothing is at most nothing"


@pytest.mark.parametrize("pending", sorted(YES))
def test_what_waits_is_answered_by_one_yes_and_one_no(pending: str) -> None:
    """Each kind and tier: the move that says yes, one that says no, and no other of a decision but
    a shorter suspension where a long one was asked for, or a long one where a short one was."""
    case = Case(stage="handling", pending=pending)
    deciding = {
        "extend", "endorse_extension", "consent_extension", "refuse_extension", "refuse_suspension",
        "endorse_suspension", "consent_suspension", "refuse_consent", "suspend",
    }  # fmt: skip
    found = {move for move in deciding if hindrance(case, move) is None}
    no = "refuse_consent" if pending.endswith("_2") else f"refuse_{pending.removesuffix('_1')}"
    beside = {"extension": {"suspend"}, "extension_1": {"suspend"},
              "suspension": {"endorse_suspension"}, "suspension_1": {"suspend"}}  # fmt: skip
    assert found == {YES[pending], no} | beside.get(pending, set())
    assert hindrance(case, "ask_extension")
    assert hindrance(case, "ask_suspension")


# -- in the city ----------------------------------------------------------------------------------
@pytest.fixture
def city(db: None) -> City:
    return make_city()


@contextmanager
def refused(kind: type[Refused], field: str = "", code: str = "") -> Iterator[None]:
    with pytest.raises(kind) as refusal:
        yield
    assert not field or refusal.value.field == field
    assert not code or refusal.value.code == code


def hours(amount: int) -> Limit:
    return Limit(Decimal(amount), HOUR)


def ask_time(city: City, case: Case, amount: int, minute: int = 10) -> Case:
    return perform(
        city, case, "ask_extension", "handler", minute=minute, limit=hours(amount), opinion="下雨"
    )


def told(user: User) -> set[str]:
    return set(Notice.objects.filter(user=user).values_list("kind", flat=True))


def waiting(user: User, queue: str) -> int:
    return {b.queue: b.waiting for b in queries.badges_for(user, now=NOW)}.get(queue, -1)


def test_a_short_first_extension_is_granted_by_the_dispatcher_alone(city: City) -> None:
    home = city.districts[0]
    case = ask_time(city, make_case(city, "accept"), 2)
    due = case.due_at
    assert (case.pending, case.decider_id) == ("extension", None)
    dispatcher = home.user("street_dispatcher")
    assert {"extend", "refuse_extension"} <= set(policy.moves_for(dispatcher, case))
    assert "endorse_extension" not in policy.moves_for(dispatcher, case)
    case = perform(city, case, "extend", "street_dispatcher", minute=20, opinion="同意")
    assert case.due_at == NEXT_MORNING
    (one,) = requests_of(queries.story_of(case))
    assert (one.answer, one.due_from, one.due_to) == (Answer.GRANTED, due, case.due_at)
    assert [c.who for c in one.consents] == [str(dispatcher)]
    assert not one.has_two
    assert "cases.extended" in told(home.user("handler"))
    assert (case.pending, case.pending_detail, case.pending_by_id) == ("", {}, None)


def test_the_second_time_two_tiers_consent_by_two_people_and_the_third_is_refused(
    city: City,
) -> None:
    home = city.districts[0]
    case = ask_time(city, make_case(city, "accept"), 1)
    perform(city, case, "extend", "street_dispatcher", minute=11)
    case = ask_time(city, case, 1, minute=12)
    assert case.pending == "extension_1"
    with refused(MoveRefused):
        perform(city, case, "extend", "street_dispatcher", minute=13)
    due = case.due_at
    case = perform(city, case, "endorse_extension", "street_dispatcher", minute=14, opinion="属实")
    case = queries.case_for(home.user("chief"), case.number)
    assert (case.pending, case.decider_id, case.due_at) == ("extension_2", home.centre.pk, due)
    assert home.centre.label in pending_words(case, requests_of(queries.story_of(case)))
    assert [waiting(home.user(n), "to_consent") for n in ("chief", "street_chief")] == [1, 0]
    assert waiting(home.user("street_dispatcher"), "to_extend") == 0
    assert "cases.to_consent" in told(home.user("leader"))
    with refused(NotYours):
        perform(city, case, "consent_extension", "street_chief", minute=15)
    case = perform(city, case, "consent_extension", "chief", minute=16, opinion="抓紧")
    assert case.due_at == NEXT_MORNING
    assert (case.pending, case.decider_id, case.extension_count) == ("", None, 2)
    first, second = requests_of(request_events(case))
    assert [c.who for c in second.consents] == [
        str(home.user("street_dispatcher")), str(home.user("chief")),
    ]  # fmt: skip
    assert (first.due_to, second.due_from, second.due_to) == (due, due, case.due_at)
    assert {"cases.extended"} <= told(home.user("street_dispatcher")), "who consented first hears"
    with refused(MoveRefused, "limit"):
        ask_time(city, case, 1, minute=17)


def test_more_than_the_original_limit_is_refused_at_the_field(city: City) -> None:
    case = make_case(city, "accept")
    with refused(BadInput, "limit"):
        ask_time(city, case, 5)
    assert ask_time(city, case, 4).pending == "extension_1"


def test_a_unit_asks_for_a_suspension_and_the_centre_may_give_less(city: City) -> None:
    home, case = city.districts[0], make_case(city, "accept")
    until = NOW.date() + timedelta(days=20)
    for day in (NOW.date(), NOW.date() + timedelta(days=366)):
        with refused(BadInput, "until"):
            perform(city, case, "ask_suspension", "handler", until=day, opinion="待料")
    case = perform(city, case, "ask_suspension", "handler", until=until, opinion="待料")
    assert (case.pending, case.suspended_until) == ("suspension", None)
    assert "cases.suspension_asked" in told(home.user("street_chief"))
    assert waiting(home.user("street_chief"), "to_suspend") == 1
    perform(city, case, "refuse_suspension", "street_chief", opinion="可先处置")
    assert "cases.suspension_refused" in told(home.user("handler"))
    case = perform(city, case, "ask_suspension", "handler", until=until, opinion="确需待料")
    with refused(BadInput, "until"):  # later than asked
        perform(city, case, "suspend", "street_chief", until=until + timedelta(days=1), opinion="x")
    sooner = until - timedelta(days=5)
    due = case.due_at
    case = perform(city, case, "suspend", "street_chief", until=sooner, opinion="同意")
    assert (case.suspended_until, case.due_at, case.pending) == (sooner, None, "")
    refusal, grant = requests_of(queries.story_of(case))
    assert refusal.refusal is not None
    assert (refusal.answer, refusal.refusal.words) == (Answer.REFUSED, "可先处置")
    assert (grant.until, grant.due_from, grant.due_to) == (sooner, due, None)
    case = services.resume(case_id=case.pk, actor=None, now=NOW + timedelta(days=15))
    assert requests_of(queries.story_of(case))[1].due_to == case.due_at
    with refused(MoveRefused):  # once
        perform(city, case, "ask_suspension", "handler", until=until, opinion="再待料")


def test_a_long_suspension_needs_the_tier_above_which_may_refuse(city: City) -> None:
    home, case = city.districts[0], make_case(city, "accept")
    until = NOW.date() + timedelta(days=60)
    case = perform(city, case, "ask_suspension", "handler", until=until, opinion="列入改造")
    with refused(BadInput, "until"):
        perform(city, case, "suspend", "street_chief", until=until, opinion="同意")
    with refused(BadInput, "until"):  # so short a one needs no second consent
        perform(
            city, case, "endorse_suspension", "street_chief",
            until=NOW.date() + timedelta(days=9), opinion="同意",
        )  # fmt: skip
    for answer in ("refuse_consent", "consent_suspension"):
        case = perform(
            city, case, "endorse_suspension", "street_chief", until=until, opinion="属实"
        )
        assert (case.pending, case.suspended_until) == ("suspension_2", None)
        assert hindrance(case, "suspend")
        case = perform(city, case, answer, "leader", opinion="意见")
        if answer == "refuse_consent":
            assert (case.pending, case.suspended_until, case.decider_id) == ("", None, None)
            assert "cases.suspension_refused" in told(home.user("street_chief"))
    assert (case.suspended_until, case.suspension_count, case.due_at) == (until, 1, None)
    with refused(MoveRefused):
        perform(city, case, "endorse_suspension", "street_chief", until=until, opinion="x")


def test_a_consent_that_comes_after_the_day_is_refused(city: City) -> None:
    case = make_case(city, "accept")
    until = NOW.date() + timedelta(days=31)
    perform(city, case, "endorse_suspension", "street_chief", until=until, opinion="属实")
    late = 60 * 24 * 31
    with refused(MoveRefused):
        perform(city, case, "consent_suspension", "chief", minute=late, opinion="")
    assert perform(city, case, "refuse_consent", "chief", minute=late, opinion="已过").pending == ""


def test_the_topmost_centre_asks_its_own_leader_but_never_the_same_person(city: City) -> None:
    top, home = city, city.districts[0]
    case = make_report(city, actor=top.user("operator"), channel="hotline").case
    until = NOW.date() + timedelta(days=90)
    for who, move, given in (
        ("chief", "file", {"case_class": "E0102"}),
        ("dispatcher", "dispatch", {"unit": home.department.pk}),
        ("chief", "endorse_suspension", {"until": until, "opinion": "属实"}),
    ):
        case = services.perform(move, case_id=case.pk, actor=top.user(who), now=NOW, **given)
    assert case.decider_id == top.centre.pk
    assert "consent_suspension" not in policy.moves_for(top.user("chief"), case)
    with refused(NotYours, code="own_request"):
        services.consent_suspension(case_id=case.pk, actor=top.user("chief"), now=NOW)
    case = services.consent_suspension(case_id=case.pk, actor=top.user("leader"), now=NOW)
    assert case.suspended_until == until


def test_who_asked_and_everybody_of_the_unit_are_left_out_of_the_decision(city: City) -> None:
    home = city.districts[0]
    case = ask_time(city, make_case(city, "accept"), 2)
    other = make_post("cases.see", "cases.handle", unit=home.department)
    for user_id in (home.posts["handler"].user_id, other.user_id):
        user = User.objects.get(pk=user_id)
        make_post(
            "cases.see", "cases.extend", user=user, unit=home.street_centre, region=home.street
        )
        with refused(NotYours, code="own_request"):
            services.extend(case_id=case.pk, actor=User.objects.get(pk=user_id), now=NOW)
    assert "extend" in policy.moves_for(home.user("street_dispatcher"), case)


def test_a_request_does_not_wait_for_nobody(city: City) -> None:
    case = ask_time(city, make_case(city, "accept"), 4)
    for post in Post.objects.filter(grants__contains=["cases.consent"]):
        post.grants = sorted({*post.grants} - {"cases.consent"})
        post.save()
    with refused(MoveRefused, code="no_second"):
        perform(city, case, "endorse_extension", "street_dispatcher", opinion="属实")


def test_a_request_from_before_goes_on_with_one_consent(city: City) -> None:
    case = make_case(city, "accept")
    Case.objects.filter(pk=case.pk).update(  # as the version before left it
        pending="extension", pending_by=city.districts[0].posts["handler"],
        pending_detail={"limit": ["9", "work_hour"]},
    )  # fmt: skip
    case = perform(city, case, "extend", "street_dispatcher", opinion="同意")
    assert (case.extension_count, case.pending) == (1, "")


def test_a_unit_withdraws_its_request_and_may_ask_again(city: City) -> None:
    home = city.districts[0]
    case = ask_time(city, make_case(city, "accept"), 4)
    due, count = case.due_at, case.extension_count
    with refused(NotYours):
        perform(city, case, "withdraw_request", "street_dispatcher")
    perform(city, case, "endorse_extension", "street_dispatcher", opinion="属实")
    case = perform(city, case, "withdraw_request", "handler", minute=12, opinion="雨停了")
    assert (case.pending, case.pending_by_id, case.decider_id, case.pending_detail) == (
        "", None, None, {},
    )  # fmt: skip
    assert (case.due_at, case.extension_count) == (due, count)
    (one,) = requests_of(request_events(case))
    assert one.withdrawal is not None
    assert (one.answer, one.withdrawal.words, one.due_to) == (Answer.WITHDRAWN, "雨停了", None)
    for name in ("chief", "street_dispatcher"):  # who was asked, and who had consented first
        assert "cases.request_withdrawn" in told(home.user(name)), name
    assert "cases.request_withdrawn" not in told(home.user("handler"))
    assert waiting(home.user("chief"), "to_consent") == 0
    assert facts(histories([case.pk])[0].history).case.extended_at is None
    with refused(MoveRefused):
        perform(city, case, "withdraw_request", "handler")
    case = ask_time(city, case, 2, minute=13)
    assert case.pending == "extension", "nothing counts: it is the first time still"
    assert [each.answer for each in requests_of(request_events(case))] == [
        Answer.WITHDRAWN, Answer.WAITS,
    ]  # fmt: skip


def test_a_suspension_is_withdrawn_by_who_asked_and_not_one_of_the_centre(city: City) -> None:
    home, until = city.districts[0], NOW.date() + timedelta(days=60)
    case = make_case(city, "accept")
    perform(city, case, "ask_suspension", "handler", until=until, opinion="待料")
    case = perform(city, case, "withdraw_request", "handler")
    assert (case.pending, case.suspension_count) == ("", 0)
    assert "cases.request_withdrawn" in told(home.user("street_chief"))
    case = perform(city, case, "endorse_suspension", "street_chief", until=until, opinion="属实")
    assert "withdraw_request" not in policy.moves_for(home.user("handler"), case)
    with refused(MoveRefused):
        perform(city, case, "withdraw_request", "handler")


def test_a_unit_that_reports_back_has_overtaken_its_request(city: City) -> None:
    case = ask_time(city, make_case(city, "accept"), 4)
    perform(city, case, "endorse_extension", "street_dispatcher", opinion="属实")
    case = perform(city, case, "report_back", "handler", opinion="已清理", files=True)
    assert (case.pending, case.decider_id, case.pending_detail) == ("", None, {})
    (one,) = requests_of(queries.story_of(case))
    assert (one.answer, pending_words(case, [one])) == (Answer.DROPPED, "")


def test_figures_count_what_was_granted_and_judge_by_the_new_date(city: City) -> None:
    case = ask_time(city, make_case(city, "accept"), 4)
    case = perform(city, case, "endorse_extension", "street_dispatcher", opinion="属实")

    def now() -> Any:
        return facts(histories([case.pk])[0].history)

    assert now().case.extended_at is None, "the first of two consents grants nothing"
    case = perform(city, case, "consent_extension", "chief", opinion="同意")
    found = now()
    assert found.case.extended_at == found.tasks[0].extended_at is not None
    assert found.case.due_at == case.due_at
    minute = 8 * 60  # 18:00, two hours after the old date
    case = perform(city, case, "report_back", "handler", minute=minute, opinion="好", files=True)
    assert (now().case.on_time, now().tasks[0].on_time) == (True, True)
    other = make_case(city, "accept")
    until = NOW.date() + timedelta(days=60)
    perform(city, other, "endorse_suspension", "street_chief", until=until, opinion="属实")
    assert facts(histories([other.pk])[0].history).case.suspended_at is None
    perform(city, other, "consent_suspension", "chief")
    assert facts(histories([other.pk])[0].history).case.suspended_at is not None


def test_the_reporter_reads_the_new_date_and_no_name(city: City) -> None:
    filed = make_report(city)
    case = filed.case
    home = city.districts[0]
    for move, who, given in (
        ("file", "street_chief", {"case_class": "E0102"}),
        ("dispatch", "street_dispatcher", {"unit": "department"}),
        ("accept", "handler", {}),
    ):
        perform(city, case, move, who, minute=1, **given)
    case = ask_time(city, case, 4)
    perform(city, case, "endorse_extension", "street_dispatcher", opinion="上级请批")
    followed = queries.followed(case.number, filed.secret)
    assert len(follow_page(followed, filed.secret, now=NOW).entries) == 4, "not told before"
    case = perform(city, case, "consent_extension", "chief", opinion="内部意见")
    entry = follow_page(queries.followed(case.number, filed.secret), filed.secret, now=NOW).entries[
        -1
    ]
    assert case.due_at is not None
    assert case.due_at.date().isoformat() in entry.title
    assert (entry.text, entry.who, entry.post) == ("", "", "")
    assert str(home.user("chief")) not in entry.title
    assert set(rules.MOVES) >= set(YES.values())
