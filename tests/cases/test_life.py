"""The straight line: from a resident's report to the rating, and what stands in its way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from linli.cases import policy, queries, rules, services
from linli.cases.models import Case, CaseClock, CaseEvent
from linli.cases.rules.inputs import Contact, Place
from linli.cases.rules.moves import MoveRefused
from linli.kernel.errors import BadInput, NotFound, NotYours, Refused, Stale
from tests.cases.city import City, make_city, photo
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


@contextmanager
def refused(kind: type[Refused], field: str) -> Iterator[None]:
    """The block is refused, and the refusal names `field`, in whatever language."""
    with pytest.raises(kind) as refusal:
        yield
    assert refusal.value.field == field


def report(city: City, **values: object) -> services.Filed:
    home = city.districts[0]
    given: dict[str, object] = {
        "description": "三号楼旁垃圾成堆", "place": home.place(), "channel": "portal", "now": NOW,
        "contact": Contact(name="王小明", phone="13800001234"),
    }  # fmt: skip
    return services.report(**(given | values))  # type: ignore[arg-type]


def minutes(n: int) -> object:
    return NOW + timedelta(minutes=n)


def live(city: City, upto: str) -> Case:
    """A case moved along the seven steps up to and including the move `upto`."""
    home = city.districts[0]
    case = report(city).case
    steps = {
        "file": ("street_chief", {"case_class": "E0102"}),
        "dispatch": ("street_dispatcher", {"unit": home.department.pk}),
        "accept": ("handler", {}),
        "report_back": ("handler", {"opinion": "已清理", "photo": True}),
        "request_check": ("street_dispatcher", {}),
        "check": ("worker", {"passed": True, "place": home.place(), "photo": True}),
        "close": ("street_chief", {}),
    }
    for i, (move, (who, given)) in enumerate(steps.items()):
        user, inputs = home.user(who), dict(given)
        if inputs.pop("photo", False):
            inputs["files"] = [photo(user)]
        case = services.perform(move, case_id=case.pk, actor=user, now=minutes(i + 1), **inputs)
        if move == upto:
            break
    return case


def test_a_report_becomes_a_closed_and_rated_case(city: City) -> None:
    filed = report(city)
    case = live(city, "close")
    assert case.stage == "closed"
    assert filed.case.stage == "reported"
    followed = queries.followed(case.number, services.reporting.secret_of(case.pk, 1))
    services.following.rate(followed=followed, rating=3, words="很快", now=minutes(60))
    case.refresh_from_db()
    assert (case.stage, case.rating) == ("evaluated", 3)
    moves = [e.move for e in queries.story_of(case)]
    assert moves == ["report", "file", "dispatch", "accept", "report_back", "request_check",
                     "check", "close", "evaluate"]  # fmt: skip


def test_every_move_has_a_verb_and_every_verb_a_move() -> None:
    assert set(services.VERBS) == set(rules.MOVES)


def test_the_report_is_located_and_owned_by_the_centre_of_its_street(city: City) -> None:
    case = report(city).case
    home = city.districts[0]
    assert case.grid_id == home.grids[0].pk
    assert case.community_id == home.community.pk
    assert case.district_id == home.region.pk
    assert case.centre_id == home.street_centre.pk


def test_a_case_without_class_is_not_filed(city: City) -> None:
    case = report(city).case
    with refused(BadInput, "case_class"):
        services.file_case(case_id=case.pk, actor=city.districts[0].user("street_chief"), now=NOW)
    assert Case.objects.get(pk=case.pk).stage == "reported"


def test_a_reported_case_cannot_be_dispatched(city: City) -> None:
    case, home = report(city).case, city.districts[0]
    with pytest.raises(MoveRefused):
        services.dispatch(
            case_id=case.pk, actor=home.user("street_dispatcher"), now=NOW, unit=home.department.pk
        )


def test_another_district_sees_nothing_of_it(city: City) -> None:
    case = report(city).case
    stranger = city.districts[1].user("chief")
    with pytest.raises(NotFound):
        queries.case_for(stranger, case.number)
    with pytest.raises(NotFound):
        services.file_case(case_id=case.pk, actor=stranger, now=NOW, case_class="E0102")


def test_the_handler_never_checks_or_closes(city: City) -> None:
    case = live(city, "request_check")
    home = city.districts[0]
    handler = home.user("handler")
    post = home.posts["handler"]
    post.grants = [*post.grants, "cases.check", "cases.close"]
    post.save()
    handler = home.user("handler")
    with pytest.raises(NotYours):
        services.check(
            case_id=case.pk, actor=handler, now=NOW, passed=True, place=home.place(),
            uploads=[photo(handler)],
        )  # fmt: skip
    assert "check" not in policy.moves_for(handler, case)


def test_closing_needs_a_passed_check(city: City) -> None:
    case = live(city, "request_check")
    with refused(MoveRefused, "move"):
        services.close(case_id=case.pk, actor=city.districts[0].user("street_chief"), now=NOW)


def test_a_failed_check_sends_the_case_back_to_the_same_unit(city: City) -> None:
    case = live(city, "request_check")
    home = city.districts[0]
    worker = home.user("worker")
    services.check(
        case_id=case.pk, actor=worker, now=minutes(8), passed=False, place=home.place(),
        uploads=[photo(worker)],
    )  # fmt: skip
    case = services.rework(
        case_id=case.pk, actor=home.user("street_chief"), now=minutes(9), opinion="还有垃圾"
    )
    assert (case.stage, case.lead_unit_id) == ("dispatched", home.department.pk)
    assert case.rework_count == 1


def test_two_at_once_one_wins_and_the_other_is_told(city: City) -> None:
    case, home = live(city, "file"), city.districts[0]
    seen = case.event_count
    services.dispatch(
        case_id=case.pk, actor=home.user("street_dispatcher"), now=NOW, unit=home.department.pk,
        seen=seen,
    )  # fmt: skip
    with pytest.raises(Stale):
        services.dispatch(
            case_id=case.pk, actor=home.user("street_dispatcher"), now=NOW, unit=home.utility.pk,
            seen=seen,
        )  # fmt: skip
    assert Case.objects.get(pk=case.pk).lead_unit_id == home.department.pk


def test_declining_needs_a_reason_and_is_counted(city: City) -> None:
    case, handler = live(city, "dispatch"), city.districts[0].user("handler")
    with refused(BadInput, "opinion"):
        services.decline(case_id=case.pk, actor=handler, now=NOW, opinion="  ")
    case = services.decline(case_id=case.pk, actor=handler, now=NOW, opinion="不属本单位")
    assert (case.stage, case.decline_count, case.lead_unit_id) == ("filed", 1, None)
    assert queries.case_for(handler, case.number).pk == case.pk


def test_the_same_submission_twice_is_one_case(city: City) -> None:
    first = report(city, submission_key="form-12345678")
    again = report(city, submission_key="form-12345678")
    assert again.again
    assert (again.case.pk, again.secret) == (first.case.pk, first.secret)
    assert Case.objects.count() == 1


def test_a_street_escalation_waits_for_the_leader(city: City) -> None:
    case, home = live(city, "file"), city.districts[0]
    case = services.escalate(
        case_id=case.pk, actor=home.user("street_chief"), now=minutes(3), opinion="需区里协调"
    )
    assert (case.centre_id, case.pending) == (home.street_centre.pk, "escalation")
    case = services.sign_escalation(
        case_id=case.pk, actor=home.user("street_leader"), now=minutes(5)
    )
    assert (case.centre_id, case.pending) == (home.centre.pk, "")
    tiers = {c.centre_id for c in CaseClock.objects.filter(case_id=case.pk)}
    assert tiers == {home.street_centre.pk, home.centre.pk}


def test_across_districts_goes_through_the_city(city: City) -> None:
    case, home, other = live(city, "file"), *city.districts
    services.escalate(
        case_id=case.pk, actor=home.user("street_chief"), now=minutes(3), opinion="跨区"
    )
    services.sign_escalation(case_id=case.pk, actor=home.user("street_leader"), now=minutes(4))
    services.escalate(case_id=case.pk, actor=home.user("chief"), now=minutes(5), opinion="跨区")
    case = services.transfer(
        case_id=case.pk, actor=city.user("chief"), now=minutes(6), centre=other.centre.pk,
        opinion="权属在邻区",
    )  # fmt: skip
    assert case.centre_id == other.centre.pk
    assert queries.case_for(other.user("chief"), case.number).pk == case.pk


def test_suspension_stops_the_clock(city: City) -> None:
    case, home = live(city, "accept"), city.districts[0]
    due = case.due_at
    case = services.suspend(
        case_id=case.pk, actor=home.user("street_chief"), now=minutes(10),
        until=NOW.date() + timedelta(days=2), opinion="待料",
    )  # fmt: skip
    assert case.due_at is None
    case = services.resume(case_id=case.pk, actor=None, now=NOW + timedelta(days=1, minutes=10))
    assert due is not None
    assert case.due_at == due + timedelta(days=1)
    last = CaseEvent.objects.filter(case_id=case.pk).order_by("number").last()
    assert last is not None
    assert last.detail["due"]["to"] == case.due_at.isoformat()


def test_merged_reporters_follow_the_other_case(city: City) -> None:
    first, second = report(city), report(city, description="又是垃圾")
    operator = city.districts[0].user("street_operator")
    services.merge(
        case_id=second.case.pk, actor=operator, now=NOW, into=first.case.number, opinion="重复"
    )
    followed = queries.followed(second.case.number, second.secret)
    assert followed.case.pk == first.case.pk
    services.unmerge(case_id=second.case.pk, actor=operator, now=NOW, opinion="不是同一处")
    assert queries.followed(second.case.number, second.secret).case.pk == second.case.pk


def test_an_emergency_goes_straight_to_the_command_centre(city: City) -> None:
    worker = city.districts[0].user("worker")
    case = report(city, actor=worker, channel="worker", urgency="urgent", case_class="E0401",
                  contact=None).case  # fmt: skip
    case.refresh_from_db()
    assert (case.stage, case.centre_id) == ("filed", city.centre.pk)
    from linli.notices.models import Notice

    assert Notice.objects.filter(user=city.user("chief"), kind="cases.urgent").count() == 1


def test_badges_equal_their_lists(city: City) -> None:
    for upto in ("file", "dispatch", "accept", "report_back", "request_check", "check"):
        live(city, upto)
    report(city)
    for district in city.districts:
        for name in district.posts:
            user = district.user(name)
            for badge in queries.badges_for(user, now=minutes(30)):
                wanted = rules.filters.CaseFilter(queue=badge.queue)
                rows = queries.filtered(user, wanted, now=minutes(30)).count()
                assert badge.waiting == rows, (name, badge)


def test_the_chain_of_events_verifies_and_cannot_be_changed(city: City) -> None:
    from django.db import IntegrityError, InternalError, transaction

    from linli.cases.queries.chains import facts_of

    case = live(city, "close")
    previous = rules.GENESIS
    for event in CaseEvent.objects.filter(case_id=case.pk).order_by("number"):
        assert event.digest == rules.link(previous, facts_of(event))
        previous = event.digest
    assert previous == Case.objects.get(pk=case.pk).head_hash
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        CaseEvent.objects.filter(case_id=case.pk).update(opinion="changed")


def test_a_point_outside_the_city_is_refused(city: City) -> None:
    with refused(BadInput, "place"):
        report(city, place=Place(2.35, 48.85))
