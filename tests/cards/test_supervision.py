"""Reminders once each, orders and their outcomes, inquiries, and what is asked beside figures."""

from __future__ import annotations

import html
import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.cards.models import Inquiry, Order, Reminder
from linli.cards.queries import orders as order_queries
from linli.cards.queries import questions, reports, returns
from linli.cards.queries.cards import Standing
from linli.cards.queries.units import names_of
from linli.cards.rules.asking import Finish, shares_of
from linli.cards.services import deciding, inquiring, orders, reminding
from linli.cards.views import report
from linli.cases import services as cases
from linli.cases.models import Case, CaseFile, KeptCases
from linli.cases.queries.clock_words import clock_rows
from linli.cases.queries.one import clocks_of, story_of
from linli.catalogue.rules import Limit, LimitUnit
from linli.kernel.errors import BadInput, NotYours, Refused
from linli.notices.models import Message, Notice
from linli.staff.models import User
from tests.cards.court import LATE, Court, late_case, make_court, proposed
from tests.cases.test_life import live
from tests.conftest import NOW
from tests.factories import make_unit

pytestmark = pytest.mark.django_db
MARCH = {"since": date(2026, 3, 1), "until": date(2026, 3, 31)}


@pytest.fixture
def court() -> Court:
    return make_court()


def told(case: Case) -> Counter[str]:
    """How many people have been told of each step."""
    rows = Notice.objects.filter(
        kind__in=("cases.warned", "cases.overdue", "cards.overdue"), params__number=case.number
    )
    return Counter(rows.values_list("kind", flat=True))


def test_each_step_is_told_once_to_those_who_can_act(court: Court) -> None:
    case = late_case(court.city)
    home = court.city.districts[0]
    assert case.warn_at is not None
    assert case.due_at is not None
    handlers = {court.unit.pk, home.user("handler").pk}
    for now in (case.warn_at, case.warn_at + timedelta(minutes=5)):
        reminding.remind(now=now)
    assert {n.user_id for n in Notice.objects.filter(kind="cases.warned")} == handlers
    for minutes in (0, 5, 600):  # a run that was missed is made up for
        reminding.remind(now=case.due_at + timedelta(minutes=minutes))
    late = {n.user_id for n in Notice.objects.filter(kind="cases.overdue")}
    assert late == handlers | {home.user("street_chief").pk}
    for hours in (25, 26):
        reminding.remind(now=case.due_at + timedelta(hours=hours))
    assert told(case) == {"cases.warned": 2, "cases.overdue": 3, "cards.overdue": 3}
    assert Reminder.objects.filter(case=case).count() == 3


def test_an_extension_begins_the_steps_anew_and_the_clock_says_who_granted_it(
    court: Court,
) -> None:
    case = late_case(court.city)
    home = court.city.districts[0]
    assert case.warn_at is not None
    reminding.remind(now=case.warn_at)
    before = case.due_at
    cases.perform(
        "ask_extension", case_id=case.pk, actor=home.user("handler"), now=case.warn_at,
        limit=Limit(Decimal(2), LimitUnit.WORK_HOUR), opinion="等待配件",
    )  # fmt: skip
    granter = home.user("street_dispatcher")
    case = cases.perform("extend", case_id=case.pk, actor=granter, now=case.warn_at)
    assert case.due_at is not None
    assert before is not None
    assert case.due_at > before
    reminding.remind(now=before)
    assert told(case) == {"cases.warned": 2}, "the old limit is none any more"
    assert case.warn_at is not None
    reminding.remind(now=case.warn_at)
    assert told(case) == {"cases.warned": 4}
    [clock] = [c for c in clock_rows(clocks_of(case), story_of(case)) if c.granted]
    assert [(g.who, g.at is not None) for g in clock.granted] == [(str(granter), True)]


def test_what_passed_long_ago_is_no_news_and_mail_goes_to_those_who_wish(court: Court) -> None:
    case = late_case(court.city)
    assert case.due_at is not None
    User.objects.filter(pk=court.unit.pk).update(email="unit@city.example")
    reminding.wish_mail(actor=court.unit, wished=True, now=NOW)
    reminding.remind(now=case.due_at + timedelta(days=9))
    assert told(case) == Counter()
    assert Reminder.objects.get(case=case).told == 0
    other = live(court.city, "accept")
    assert other.due_at is not None
    reminding.remind(now=other.due_at)
    letter = Message.objects.filter(kind="cards.reminder").get()
    assert letter.address == "unit@city.example"
    assert reminding.forget_reminders(now=NOW) == 0
    Case.objects.update(stage="voided")
    assert reminding.forget_reminders(now=NOW) == 2


def test_a_sweep_asks_as_much_of_many_cases_as_of_few(
    court: Court, django_assert_max_num_queries: Any
) -> None:
    """After a long pause thousands of clocks have passed a step: none has statements of its own,
    and each is told of once, though two runs work at the same moment."""
    many = [live(court.city, "accept") for _n in range(6)]
    late = max(one.due_at for one in many if one.due_at is not None)
    Case.objects.filter(pk=many[0].pk).update(stage="handled")  # it is the centre's turn
    with django_assert_max_num_queries(14) as asked:
        assert reminding.remind(now=late) == 6
    assert [told(one)["cases.overdue"] for one in many[1:]] == [3] * 5
    assert reminding.remind(now=late) == 0
    Reminder.objects.all().delete()
    with django_assert_max_num_queries(len(asked)):
        assert reminding.remind(now=late + timedelta(days=9)) == 0, "no news"
    assert Reminder.objects.filter(told=0).count() == 6


def test_what_another_run_has_told_meanwhile_or_a_move_has_ended_is_not_told_again(
    court: Court, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both happen between the look at the clocks and the writing."""
    first, second = live(court.city, "accept"), live(court.city, "accept")
    assert first.due_at is not None
    monkeypatch.setattr(reminding, "_done", lambda _ids: {})
    assert reminding.remind(now=first.due_at) == 2
    assert reminding.remind(now=first.due_at) == 0, "the rows are there"
    Reminder.objects.all().delete()
    note = reminding._note

    def ends_first(found: Any, now: Any) -> Any:
        Case.objects.filter(pk=second.pk).update(stage="voided")
        return note(found, now)

    monkeypatch.setattr(reminding, "_note", ends_first)
    assert reminding.remind(now=first.due_at) == 1
    assert list(Reminder.objects.values_list("case_id", flat=True)) == [first.pk]


def order(court: Court, case: Case, **more: object) -> Order:
    given: dict[str, object] = {"level": "urge", "opinion": "请三日内落实", "now": NOW, **more}
    cases.perform("supervise", case_id=case.pk, actor=court.leader, **given)  # type: ignore[arg-type]
    return Order.objects.order_by("-number").first() or pytest.fail("no order")


def test_a_leaders_order_has_a_day_an_outcome_and_reminders(court: Court) -> None:
    case = late_case(court.city)
    made = order(court, case)
    assert made.due_on == date(2026, 3, 13), "three working days after Tuesday the tenth"
    assert orders.remind_orders(now=NOW + timedelta(days=1)) == 0
    for _twice in range(2):
        orders.remind_orders(now=NOW + timedelta(days=2))
    soon = Notice.objects.filter(kind="cards.order_soon")
    assert court.unit.pk in {n.user_id for n in soon}
    assert soon.count() == 2
    words = {"number": case.number, "order_number": made.number, "words": "未见整改"}
    with pytest.raises(Refused) as refusal:
        orders.decide_order(actor=court.leader, outcome="not_met", now=NOW, **words)
    assert refusal.value.field == "outcome"
    over = NOW + timedelta(days=6)
    for _twice in range(2):
        orders.remind_orders(now=over)
    assert Notice.objects.filter(kind="cards.order_over").count() == 3, "the leader too"
    with pytest.raises(NotYours):
        orders.decide_order(actor=court.unit, outcome="not_met", now=over, **words)
    orders.decide_order(actor=court.leader, outcome="not_met", now=over, **words)
    with pytest.raises(Refused):
        orders.decide_order(actor=court.leader, outcome="met", now=over, **words)
    assert order_queries.counts_for(court.leader)["not_met"] == 1
    assert not order_queries.orders_for(court.stranger)


def test_only_a_leader_of_the_city_proposes_an_inquiry(court: Court) -> None:
    case = late_case(court.city)
    department = court.city.districts[0].department
    given = {
        "case_id": case.pk, "unit_id": department.pk, "reason": "多次督办后仍未处置，造成积水",
        "legal_basis": "某条例第十二条", "proposal": "由监察机关核实", "now": NOW,
    }  # fmt: skip
    with pytest.raises(NotYours):
        inquiring.sign_inquiry(actor=court.lower, **given)
    with pytest.raises(BadInput) as refusal:
        inquiring.sign_inquiry(actor=court.leader, **given | {"legal_basis": ""})
    assert refusal.value.field == "legal_basis"
    made = inquiring.sign_inquiry(actor=court.leader, **given)
    assert Notice.objects.filter(kind="cards.inquiry").get().user_id == court.unit.pk
    key = {"number": case.number, "inquiry_number": made.number, "words": "事实有误", "now": NOW}
    with pytest.raises(NotYours):
        inquiring.recall_inquiry(actor=court.lower, **key)
    inquiring.recall_inquiry(actor=court.leader, **key)
    assert Inquiry.objects.get().recall_words == "事实有误"


def test_returns_are_counted_for_the_unit_that_sent_back(court: Court) -> None:
    home = court.city.districts[0]
    case = live(court.city, "file")
    for unit, who in ((home.department, "handler"), (home.utility, "other_handler")):
        for move, actor, more in (
            ("dispatch", "street_dispatcher", {"unit": unit.pk}),
            ("decline", who, {"opinion": "不归我单位"}),
        ):
            cases.perform(
                move, case_id=case.pk, actor=home.user(actor), now=NOW + timedelta(minutes=9),
                **more,
            )  # fmt: skip
    lines = returns.lines_for(court.leader, **MARCH)
    assert {(line.unit, tuple(line.numbers.values())) for line in lines} == {
        (home.department.pk, (1, 0, 0, 0, 1)), (home.utility.pk, (1, 0, 0, 0, 1)),
    }  # fmt: skip
    assert returns.lines_for(court.leader, since=date(2026, 4, 1), until=date(2026, 4, 2)) == []


def test_photos_that_hardly_changed_and_photos_used_twice_are_asked_about(court: Court) -> None:
    first, second = live(court.city, "close"), live(court.city, "close")
    CaseFile.objects.filter(case=first).update(fingerprint=0b1111)
    CaseFile.objects.filter(case=second).update(fingerprint=0b1111)
    assert questions.unchanged_for(court.leader, **MARCH) == [], "no photo from before"
    after = CaseFile.objects.get(case=first, purpose="after")
    after.number, after.purpose, after.fingerprint = 99, "report", 0b1000
    after.save(force_insert=True)
    [pair] = questions.unchanged_for(court.leader, **MARCH)
    assert (pair.after.number, pair.bits) == (first.number, 3)
    [shared] = questions.shared_for(court.leader, **MARCH)
    assert [look.number for look, _unit in shared.told] == [second.number, first.number]
    assert questions.shared_for(court.stranger, **MARCH) == []
    shares = questions.last_minute_for(court.leader, **MARCH)
    assert [(one.finished, one.last, one.asks) for one in shares] == [(2, 0, False)]


def test_a_page_of_questions_says_how_many_closed_cases_it_looked_at(
    court: Court, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, newer = live(court.city, "close"), live(court.city, "close")
    client = Client(headers={"accept-language": "en"})
    client.force_login(court.leader)
    days = "since=2026-03-01&until=2026-03-31"
    pages = [f"?tab={tab}&{days}" for tab in ("last", "unchanged", "shared")]
    pages.append(f"{older.lead_unit_id}/?kind=all&{days}")
    for page in pages:
        said = client.get(f"/supervision/questions/{page}").text
        assert "All 2 closed cases of the period were looked at." in said
    monkeypatch.setattr(questions, "MOST_CASES", 1)
    for page in pages:
        said = client.get(f"/supervision/questions/{page}").text
        assert "2 cases of the period are closed; only the newest 1 were looked at." in said
    assert (older.number in said, newer.number in said) == (False, True)


def test_what_was_finished_at_the_last_minute_opens_to_its_cases(court: Court) -> None:
    early, late = live(court.city, "close"), live(court.city, "close")
    clock = late.clocks.get(stage="handling")
    assert clock.due_at is not None
    clock.ended_at = clock.due_at - timedelta(minutes=1)
    clock.save()
    [share] = questions.last_minute_for(court.leader, **MARCH)
    assert (share.finished, share.last) == (2, 1)
    client = Client()
    client.force_login(court.leader)
    page = client.get("/supervision/questions/?tab=last&since=2026-03-01&until=2026-03-31")
    links = re.findall(r'href="(/supervision/questions/[^"]+)"[^>]*>(\d+)<', page.text)
    assert [int(number) for _link, number in links] == [2, 1]
    behind = [client.get(html.unescape(link)).text for link, _number in links]
    assert [(early.number in text, late.number in text) for text in behind] == [
        (True, True), (False, True),
    ]  # fmt: skip
    client.force_login(court.stranger)
    assert late.number not in client.get(html.unescape(links[0][0])).text
    assert client.get("/supervision/questions/999999/").status_code == 404


HOUR = timedelta(hours=1)


def test_many_at_the_last_minute_ask_and_a_few_do_not() -> None:
    late = [Finish(1, 10 * HOUR, timedelta(minutes=30))] * 15
    early = [Finish(unit, 10 * HOUR, 5 * HOUR) for unit in (1, 2) for _each in range(15)]
    few = [Finish(2, 10 * HOUR, timedelta(minutes=30))] * 2
    ours, theirs = shares_of([*early, *late, *few])
    assert (ours.unit_id, ours.finished, ours.last, ours.asks) == (1, 30, 15, True)
    assert ours.expected == pytest.approx(3)
    assert (theirs.last, theirs.asks) == (2, False)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 900), st.floats(0, 1)), max_size=40))
def test_shares_count_every_finish_once(drawn: list[tuple[int, int, float]]) -> None:
    finishes = [
        Finish(unit, timedelta(minutes=total), timedelta(minutes=total) * left)
        for unit, total, left in drawn
    ]
    shares = shares_of(finishes)
    assert sum(one.finished for one in shares) == len(finishes)
    assert sum(one.last for one in shares) == sum(one.is_last for one in finishes)
    assert all(0 <= one.expected <= one.finished + 1e-9 for one in shares)


def test_ranks_are_shared_and_nothing_has_no_share() -> None:
    nothing = Standing(0, 0, 0, 0, 0)
    rows = [(1, "甲", 10, 5, nothing), (2, "乙", 4, 4, nothing), (3, "丙", 10, 10, nothing),
            (4, "丁", 0, 0, nothing)]  # fmt: skip

    def order_by(sort: str) -> list[tuple[int, str]]:
        return [(line.rank, line.name) for line in reports.ranked(rows, sort)]

    assert order_by("total") == [(1, "丙"), (1, "甲"), (3, "乙"), (4, "丁")]
    assert order_by("closed") == [(1, "丙"), (2, "甲"), (3, "乙"), (4, "丁")]
    assert order_by("rate") == [(1, "丙"), (1, "乙"), (3, "甲"), (4, "丁")]
    assert reports.ranked(rows, "rate")[-1].rate is None


def test_the_report_counts_what_the_person_sees_and_its_file_is_the_same(court: Court) -> None:
    live(court.city, "close")
    late_case(court.city)
    [line] = reports.report_for(court.leader, "unit", "total", **MARCH)
    assert (line.total, line.closed, line.rate) == (2, 1, 50.0)
    client = Client(headers={"accept-language": "en"})
    client.force_login(court.leader)
    answer = client.get("/supervision/report.csv?tab=unit&since=2026-03-01&until=2026-03-31")
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert rows[1].split(",")[:5] == [
        "1",
        court.city.districts[0].department.name,
        "2",
        "1",
        "50.0",
    ]
    assert reports.report_for(court.stranger, "unit", "total", **MARCH) == []


def test_every_number_of_the_report_opens_as_many_as_it_says(
    court: Court, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(court.city, "close")
    card = proposed(court)
    given = {"case_id": card.case_id, "number": card.number, "words": "Late."}
    deciding.issue_card(actor=court.chief, **given, now=LATE)
    client = Client(headers={"accept-language": "en"})
    client.force_login(court.leader)
    opened = {}
    for tab in ("unit", "centre", "grid", "cards"):
        page = client.get(f"/supervision/report/?tab={tab}&since=2026-03-01&until=2026-03-31")
        links = re.findall(r'href="(/supervision/report/number/[^"]+)">([^<]+)<', page.text)
        for href, number in links:
            answer = client.get(html.unescape(href))
            assert answer.status_code == 200
            opened[tab, href.rpartition("=")[2]] = len(answer.context["page"].rows)
            kept = client.post(html.unescape(href).replace("/number/?", "/number/keep?"))
            if answer.context["counts_cases"]:  # and goes on with them at the desk
                assert kept["Location"].startswith("/desk/cases/?kept=")
                assert len(KeptCases.objects.latest("pk").case_ids) == int(number)
            else:
                assert kept.status_code == 400
            if not href.endswith("points"):
                assert int(number) == answer.context["count"] == len(answer.context["page"].rows)
    assert opened == {
        ("unit", "total"): 2, ("unit", "closed"): 1, ("unit", "yellow"): 1, ("unit", "points"): 1,
        ("centre", "total"): 2, ("centre", "closed"): 1,
        ("grid", "total"): 2, ("grid", "closed"): 1,
        ("cards", "yellow"): 1, ("cards", "points"): 1,
    }  # fmt: skip
    Case.objects.filter(pk=card.case_id).update(grid=court.city.districts[1].grids[0])
    monkeypatch.setattr(report, "MOST_LINES", 1)
    of_grids = "?tab=grid&since=2026-03-01&until=2026-03-31"
    assert "1 more row stands in the file." in client.get(f"/supervision/report/{of_grids}").text
    assert len(client.get(f"/supervision/report.csv{of_grids}").content.split(b"\r\n")) == 4


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("by=cards&of=1&number=total", "number"), ("by=grid&of=1&number=red", "number"),
        ("by=unit&of=x&number=total", "of"), ("by=sex&of=1&number=total", "by"),
    ],
)  # fmt: skip
def test_a_number_that_no_report_has_is_refused(court: Court, asked: str, field: str) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(court.leader)
    days = "&since=2026-03-01&until=2026-03-31"
    answer = client.get(f"/supervision/report/number/?{asked}{days}")
    assert answer.status_code == 400
    assert f"{field}:" in answer.text


def test_numbers_of_returns_open_their_events(court: Court) -> None:
    case = live(court.city, "dispatch")
    cases.perform(
        "decline", case_id=case.pk, actor=court.city.districts[0].user("handler"),
        now=NOW + timedelta(minutes=9), opinion="不归我单位",
    )  # fmt: skip
    client = Client(headers={"accept-language": "en"})
    client.force_login(court.leader)
    page = client.get("/supervision/returns/?since=2026-03-01&until=2026-03-31")
    links = re.findall(r'href="(/supervision/returns/\d+/[^"]+kind=[^"]+)">(\d+)<', page.text)
    assert [href.rpartition("=")[2] for href, _number in links] == ["returned"]
    for href, number in links:
        rows = client.get(html.unescape(href)).context["rows"]
        assert [one.number for one, _label in rows] == [case.number] * int(number)


def test_units_of_one_name_are_told_apart_by_their_codes() -> None:
    one, other = make_unit(name="城管局", code="D1-CG"), make_unit(name="城管局", code="D2-CG")
    assert names_of({one.pk, other.pk}) == {one.pk: "城管局 (D1-CG)", other.pk: "城管局 (D2-CG)"}
    assert names_of({one.pk}) == {one.pk: "城管局"}
