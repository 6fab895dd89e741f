"""From the proposal of a rule to the end of an appeal; nothing without a person's hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from linli.audit.models import AccessLog
from linli.cards import policy
from linli.cards.models import Card, CardEvent, CardRule
from linli.cards.queries import cards as queries
from linli.cards.rules.matching import Fact, gravest
from linli.cards.rules.states import State, outcome_of
from linli.cards.services import answering, deciding, ruling
from linli.cards.services.proposing import blamed, propose_cards
from linli.cards.views import cards as views
from linli.cases import services as cases
from linli.cases.models import Case
from linli.kernel.errors import BadInput, NotFound, NotYours, Refused
from linli.notices.models import Notice
from linli.staff.models import User
from tests.cards.court import LATE, Court, late_case, make_court, proposed, rule
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
Deed = Callable[..., Card]


@pytest.fixture
def court() -> Court:
    return make_court()


def do(deed: Deed, actor: User, card: Card, words: str = "理由充分", **more: Any) -> Card:
    given = {"now": LATE + timedelta(hours=1), **more}
    return deed(actor=actor, case_id=card.case_id, number=card.number, words=words, **given)


def issued(court: Court) -> Card:
    return do(deciding.issue_card, court.chief, proposed(court))


def state_of(card: Card) -> str:
    return Card.objects.get(pk=card.pk).state


def test_a_rule_proposes_once_and_issues_nothing(court: Court) -> None:
    card = proposed(court)
    assert (card.state, card.level, card.points, card.issued_by) == ("proposed", "yellow", -5, None)
    assert card.unit == court.city.districts[0].department
    assert propose_cards(now=LATE) == 0
    assert propose_cards(now=LATE + timedelta(hours=1)) == 0
    told = Notice.objects.filter(kind="cards.proposed")
    assert {n.user_id for n in told} == {court.chief.pk, court.lower.pk}
    assert not Notice.objects.filter(kind="cards.issued").exists()


def test_hours_over_the_limit_are_working_hours(court: Court) -> None:
    CardRule.objects.all().delete()
    rule("overdue", 4, "yellow")
    case = late_case(court.city)
    due = case.clocks.get(stage="handling").due_at
    assert due is not None
    propose_cards(now=due + timedelta(hours=3, minutes=59))
    assert not Card.objects.exists(), "an evening is no working time"
    assert propose_cards(now=LATE) == 1
    assert Card.objects.get().value == 14, "from 16:02 on Tuesday to 15:00 on Thursday"


def test_a_graver_rule_raises_the_proposal_and_nothing_lowers_it(court: Court) -> None:
    card = proposed(court)
    red = rule("overdue", 8, "red")
    propose_cards(now=LATE)
    card.refresh_from_db()
    assert (card.level, card.points, card.rule) == ("red", -10, red)
    CardRule.objects.filter(pk=red.pk).update(last_on=date(2026, 3, 9))
    propose_cards(now=LATE)
    assert Card.objects.get().level == "red"
    assert [e.deed for e in queries.history_of(card)] == ["propose", "rise"]


def test_a_rule_looks_at_nothing_from_before_its_first_day(court: Court) -> None:
    CardRule.objects.all().delete()
    rule("overdue", 1, "red", since=date(2026, 3, 11))
    late_case(court.city)  # its limit ran out on the tenth
    assert propose_cards(now=LATE) == 0


def test_what_was_dropped_is_not_proposed_again(court: Court) -> None:
    card = do(deciding.drop_card, court.chief, proposed(court), words="停电三天")
    assert propose_cards(now=LATE + timedelta(days=1)) == 0
    rule("overdue", 9, "red")
    assert propose_cards(now=LATE + timedelta(days=1)) == 1, "graver than what was dropped"
    assert state_of(card) == State.DROPPED


def test_the_whole_way_of_an_appeal(court: Court) -> None:
    card = issued(court)
    assert Notice.objects.filter(kind="cards.issued").get().user_id == court.unit.pk
    assert (
        queries.standing_by_unit(court.chief, since=date(2026, 3, 1), until=date(2026, 3, 31))[
            card.unit_id
        ].points
        == -5
    )
    do(answering.reply_to_card, court.unit, card, words="设备故障")
    do(answering.appeal_card, court.unit, card, words="时限计算有误")
    assert state_of(card) == State.APPEALED
    for wrong in (court.chief, court.unit):  # the issuer; somebody of the unit
        with pytest.raises(NotYours):
            do(answering.review_card, wrong, card, verdict="uphold")
    do(answering.review_card, court.second, card, verdict="uphold")
    with pytest.raises(NotYours):
        do(answering.review_card, court.second, card, verdict="uphold")
    assert state_of(card) == State.APPEALED
    do(answering.review_card, court.third, card, verdict="lift")
    assert state_of(card) == State.WITHDRAWN, "in doubt for the unit"
    with pytest.raises(NotYours):
        do(answering.appeal_card, court.unit, card)
    deeds = [e.deed for e in queries.history_of(card)]
    assert deeds == ["propose", "issue", "reply", "appeal", "uphold", "lift", "lifted"]
    log = AccessLog.objects.filter(action__startswith="cards.").values_list("action", flat=True)
    assert set(log) == {"cards.issued", "cards.replied", "cards.appealed", "cards.reviewed"}


def test_two_who_uphold_a_card_leave_it_standing_and_a_person_may_still_withdraw(
    court: Court,
) -> None:
    card = issued(court)
    do(answering.appeal_card, court.unit, card)
    for reviewer in (court.second, court.third):
        do(answering.review_card, reviewer, card, verdict="uphold")
    assert state_of(card) == State.UPHELD
    with pytest.raises(BadInput) as refusal:
        do(deciding.withdraw_card, court.chief, card, words=" ")
    assert refusal.value.field == "words"
    do(deciding.withdraw_card, court.chief, card, words="新证据")
    assert state_of(card) == State.WITHDRAWN


def test_an_appeal_has_its_days_and_a_late_reply_is_kept(court: Court) -> None:
    card = issued(court)
    after = LATE + timedelta(days=30)
    with pytest.raises(Refused) as refusal:
        do(answering.appeal_card, court.unit, card, now=after)
    assert refusal.value.field == "words"
    assert "2026-03-19" in str(refusal.value), "five working days after Thursday the twelfth"
    late = do(answering.reply_to_card, court.unit, card, now=after)
    assert late.replied_at is not None
    assert late.reply_until is not None
    assert late.replied_at > late.reply_until


def test_nobody_gives_a_card_to_the_own_unit_and_others_see_none(court: Court) -> None:
    card = proposed(court)
    with pytest.raises(NotFound):
        do(deciding.issue_card, court.stranger, card)
    with pytest.raises(NotYours):
        do(deciding.issue_card, court.unit, card)
    assert list(queries.cards_for(court.stranger)) == []
    assert [c.pk for c in queries.cards_for(court.unit)] == [card.pk]
    assert policy.deeds_for(court.unit, card, []) == []


def test_a_unit_answers_for_a_case_that_has_gone_to_another(court: Court) -> None:
    card = issued(court)
    Case.objects.filter(pk=card.case_id).update(
        lead_unit=court.city.districts[0].utility, shared_with=[]
    )
    do(answering.reply_to_card, court.unit, card)
    assert [c.pk for c in queries.cards_for(court.unit)] == [card.pk]


def test_cards_by_hand_only_become_graver(court: Court) -> None:
    case = late_case(court.city)

    def give(level: str, actor: User = court.chief) -> Card:
        return deciding.give_card(
            actor=actor, case_id=case.pk, level=level, words="多次催办无果", now=LATE
        )

    give("yellow")
    for level in ("attend", "yellow"):
        with pytest.raises(Refused):
            give(level)
    give("red")
    assert sorted(Card.objects.values_list("level", "state")) == [
        ("red", "issued"), ("yellow", "raised"),
    ]  # fmt: skip
    with pytest.raises(BadInput):
        give("black")
    with pytest.raises(NotYours):
        give("red", court.unit)


@pytest.mark.parametrize("on_appeal", [True, False])
def test_the_card_that_a_withdrawn_one_replaced_stands_again(court: Court, on_appeal: bool) -> None:
    yellow = issued(court)
    red = deciding.give_card(
        actor=court.chief, case_id=yellow.case_id, level="red", words="长时间未处置", now=LATE
    )
    later = LATE + timedelta(days=1)
    if on_appeal:
        do(answering.appeal_card, court.unit, red, words="过重", now=later)
        do(answering.review_card, court.second, red, verdict="lift", now=later)
        do(answering.review_card, court.third, red, verdict="uphold", now=later)
    else:
        do(deciding.withdraw_card, court.chief, red, words="误发", now=later)
    assert (state_of(red), state_of(yellow)) == (State.WITHDRAWN, State.ISSUED)
    since, until = date(2026, 3, 1), date(2026, 3, 31)
    standing = queries.standing_by_unit(court.chief, since=since, until=until)
    assert standing[yellow.unit_id].points == -5
    assert queries.history_of(yellow)[-1].deed == "restored"
    do(answering.appeal_card, court.unit, yellow, words="时限有误", now=later)  # it may still
    assert state_of(yellow) == State.APPEALED


def test_the_database_knows_no_standing_card_without_a_person(court: Court) -> None:
    card = proposed(court)
    with pytest.raises(IntegrityError, match="issued_by_somebody"), transaction.atomic():
        Card.objects.filter(pk=card.pk).update(state="issued")


def test_who_sends_back_and_who_does_it_again_is_told_apart() -> None:
    events = [
        (1, "dispatch", NOW, {"unit": 7}), (1, "decline", NOW, {"unit": 7}),
        (1, "dispatch", NOW, {"unit": 8}), (1, "rework", NOW, {}), (1, "rework", NOW, {}),
        (2, "dispatch", NOW, {"unit": 7}), (2, "rework", NOW, {}),
    ]  # fmt: skip
    day = NOW.date()
    assert set(blamed(events)) == {
        Fact(1, 7, "returns", (day,)), Fact(1, 8, "reworks", (day, day)),
        Fact(2, 7, "reworks", (day,)),
    }  # fmt: skip


def test_of_rules_that_fit_the_gravest_counts() -> None:
    rules = [
        CardRule(what="reworks", least=least, level=level, valid_from=date(2026, 1, 1))
        for least, level in ((1, "attend"), (2, "yellow"), (3, "red"))
    ]
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2))
    found = gravest(rules, Fact(1, 1, "reworks", days))
    assert found is not None
    assert found.level == "yellow", "what happened before the first day counts for nothing"
    assert gravest(rules, Fact(1, 1, "returns", days)) is None
    assert outcome_of(["uphold"]) is None


def test_a_rule_is_added_for_days_to_come_and_ended_never_changed(court: Court) -> None:
    given: dict[str, Any] = {
        "actor": court.admin, "name": "试行", "what": "reworks", "least": 3, "level": "red",
        "points": None, "valid_from": NOW.date(), "now": NOW,
    }  # fmt: skip
    made = ruling.add_rule(**given)
    assert made.points == -10
    for wrong in ({"valid_from": NOW.date() - timedelta(days=1)}, {"least": 0}, {"points": 5},
                  {"what": "by_hand"}, {"level": "black"}):  # fmt: skip
        with pytest.raises(BadInput) as refusal:
            ruling.add_rule(**given | wrong)
        assert refusal.value.field == next(iter(wrong))
    with pytest.raises(NotYours):
        ruling.add_rule(**given | {"actor": court.chief})
    ruling.end_rule(actor=court.admin, rule_id=made.pk, last_on=NOW.date(), now=NOW)
    with pytest.raises(BadInput):
        ruling.end_rule(
            actor=court.admin, rule_id=made.pk, last_on=NOW.date(), now=NOW + timedelta(days=2)
        )


def test_orders_not_met_and_returns_are_proposed_too(court: Court) -> None:
    CardRule.objects.all().delete()
    rule("returns", 1, "attend")
    case = late_case(court.city)
    home = court.city.districts[0]
    assert propose_cards(now=LATE) == 0
    other = cases.report(
        description="再来一件", place=home.place(1), channel="portal", now=NOW
    ).case
    for move, who, given in (
        ("file", "street_chief", {"case_class": "E0102"}),
        ("dispatch", "street_dispatcher", {"unit": home.department.pk}),
        ("decline", "handler", {"opinion": "不归我管"}),
    ):
        cases.perform(
            move, case_id=other.pk, actor=home.user(who), now=NOW + timedelta(minutes=5), **given
        )
    assert propose_cards(now=LATE) == 1
    card = Card.objects.get()
    assert (card.case_id, card.what, card.unit) == (other.pk, "returns", home.department)
    assert CardEvent.objects.count() == 1
    assert case.pk != other.pk


def test_no_card_is_lost_between_two_pages(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    """One run proposes several cards on a case: they share the moment and the case."""
    first = proposed(court)
    second = Card.objects.create(
        case_id=first.case_id, number=2, unit=court.city.districts[0].utility, what="returns",
        level="yellow", points=-5, proposed_at=first.proposed_at,
    )  # fmt: skip
    monkeypatch.setattr(views, "PAGE", 1)
    client, seen, query = Client(), [], "tab=proposed"
    client.force_login(court.chief)
    while query:
        page = client.get(f"/supervision/?{query}").context["page"]
        seen += [card.number for card in page.rows]
        query = f"tab=proposed&cursor={page.next}" if page.next else ""
    assert seen == [second.number, first.number]
