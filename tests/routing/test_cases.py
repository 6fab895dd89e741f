"""Rules and cases: why this unit, its limit, what trials say, what comes back, who decides."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli.cases import policy, queries, services
from linli.cases.models import Case, CaseClock, CaseEvent
from linli.cases.queries import reading, returns
from linli.cases.queries.badges import badges_for
from linli.cases.queries.routes import decide, suggestion_for, why_of
from linli.cases.rules.filters import CaseFilter
from linli.cases.rules.moves import MoveRefused
from linli.catalogue import services as catalogue
from linli.catalogue.rules import Limit, LimitUnit
from linli.components.models import Care, Component, Source
from linli.components.rules.quads import quad_of
from linli.kernel.errors import BadInput, NotYours
from linli.notices.models import Notice
from linli.routing.models import RuleSet, TrialLine
from linli.staff.models import Post, User
from tests.cases.city import City
from tests.conftest import NOW
from tests.desk.lives import make_case, perform
from tests.routing.conftest import Write, published, tried

pytestmark = pytest.mark.django_db
BASIS = "《城市管理执法办法》第八条"


def listed(city: City, unit: int, **given: Any) -> None:
    catalogue.assign_unit(
        unit_id=unit, region_id=city.districts[0].region.pk, role="lead", valid_from=NOW.date(),
        actor=None, now=NOW, case_class=city.case_class, legal_basis="责任清单", **given,
    )  # fmt: skip


def send(city: City, case: Case, unit: int, minute: int = 30) -> Case:
    return perform(city, case, "dispatch", "street_dispatcher", unit=unit, minute=minute)


def back(city: City, case: Case, minute: int = 31) -> Case:
    return perform(city, case, "decline", "handler", opinion="不属本单位", minute=minute)


def disputed(city: City) -> Case:
    """A case that the department has sent back twice."""
    case = make_case(city, "file")
    for minute in (10, 20):
        case = back(city, send(city, case, city.districts[0].department.pk, minute), minute + 1)
    return case


def test_the_dispatch_says_which_rule_and_which_facts(
    city: City, author: User, draft: RuleSet, write: Write
) -> None:
    home = city.districts[0]
    row = write(
        "垃圾归局里",
        to=home.department.pk,
        classes=("E01",),
        regions=(home.street.pk,),
        words=("垃圾",),
    )
    published(draft, author)
    case = make_case(city, "file")
    said = suggestion_for(case, now=NOW)
    assert said.unit == home.department.pk
    assert "垃圾归局里" in said.why.sentence
    case = send(city, case, home.department.pk)
    event = CaseEvent.objects.get(case_id=case.pk, move="dispatch")
    assert event.detail["route"] == case.route
    assert case.route == {
        "unit": home.department.pk, "taken": True, "rule": row.pk, "set": 2,
        "facts": [["classes", "E0102"], ["regions", home.street.pk], ["words", "垃圾"]],
    }  # fmt: skip
    why = why_of(case)
    assert why is not None
    assert (why.rule_id, why.set_id) == (row.pk, draft.pk)
    for word in ("垃圾归局里", "E0102", home.street.name, "“垃圾”"):
        assert word in why.sentence
    story = queries.story_of(case)
    assert why.sentence in [
        d.value for e in reading.story_entries(case, story, []) for d in e.details
    ]


def test_the_list_serves_where_no_rule_fits_and_is_named(city: City) -> None:
    home = city.districts[0]
    listed(city, home.utility.pk)
    case = send(city, make_case(city, "file"), home.utility.pk)
    assert case.route["taken"]
    assert "list" in case.route
    why = why_of(case)
    assert why is not None
    assert "责任清单" in why.sentence


def test_another_unit_than_suggested_is_noted_as_the_dispatchers_choice(city: City) -> None:
    home = city.districts[0]
    listed(city, home.utility.pk)
    case = send(city, make_case(city, "file"), home.department.pk)
    assert (case.route["unit"], case.route["taken"]) == (home.utility.pk, False)
    why = why_of(case)
    assert why is not None
    assert home.utility.name in why.sentence


def test_a_rule_sets_urgency_and_limit_of_the_case_it_sends(
    city: City, author: User, draft: RuleSet, write: Write
) -> None:
    home = city.districts[0]
    write(
        to=home.department.pk,
        words=("垃圾",),
        urgency="urgent",
        limit=Limit(Decimal(3), LimitUnit.URGENT_HOUR),
    )
    published(draft, author)
    case = send(city, make_case(city, "file"), home.department.pk)
    clock = CaseClock.objects.get(case_id=case.pk, stage="handling")
    assert (case.urgency, clock.limit_amount, clock.limit_unit) == ("urgent", 3, "urgent_hour")
    assert case.due_at is not None
    event = CaseEvent.objects.get(case_id=case.pk, move="dispatch")
    assert event.detail["changed"] == {"urgency": ["normal", "urgent"]}
    case = perform(
        city, case, "amend", "street_chief", minute=32, urgency="normal", opinion="并不紧急"
    )
    clock.refresh_from_db()
    assert (clock.limit_amount, clock.limit_unit) != (3, "urgent_hour"), "the catalogue's again"


def test_a_factor_multiplies_the_limit_of_the_catalogue_only_where_the_rule_was_followed(
    city: City, author: User, draft: RuleSet, write: Write
) -> None:
    home = city.districts[0]
    plain = send(city, make_case(city, "file"), home.department.pk)
    own = CaseClock.objects.get(case_id=plain.pk, stage="handling").limit_amount
    write(to=home.department.pk, factor=Decimal("0.5"))
    published(draft, author)
    half = send(city, make_case(city, "file"), home.department.pk)
    assert CaseClock.objects.get(case_id=half.pk, stage="handling").limit_amount == own / 2
    chosen = send(city, make_case(city, "file"), home.utility.pk)
    assert CaseClock.objects.get(case_id=chosen.pk, stage="handling").limit_amount == own


def test_a_component_goes_to_its_owner_by_the_default_rules(city: City) -> None:
    home = city.districts[0]
    place = home.place()
    thing = Component.objects.create(
        code=int("3101010307000001"), quad=quad_of(place.lon, place.lat), community=home.community,
        grid=home.grids[0], care=Care.objects.create(owner=home.utility),
        source=Source.objects.create(name="t"), place=Point(place.lon, place.lat, srid=4326),
    )  # fmt: skip
    case = make_case(city, "file")
    Case.objects.filter(pk=case.pk).update(component_code=thing.code)
    case.refresh_from_db()
    assert decide(case, now=NOW).route.unit == home.utility.pk, (
        "an event on it: nobody for the place"
    )
    listed(city, home.department.pk)
    assert decide(case, now=NOW).route.unit == home.utility.pk, (
        "the list names the district, not the place"
    )
    catalogue.assign_unit(
        unit_id=home.department.pk, region_id=home.street.pk, role="lead", valid_from=NOW.date(),
        actor=None, now=NOW, case_class=city.case_class,
    )  # fmt: skip
    assert decide(case, now=NOW).route.unit == home.department.pk, "events: the place first"


def test_a_trial_asks_as_often_for_many_cases_as_for_few(
    city: City, author: User, draft: RuleSet, write: Write
) -> None:
    write("垃圾", to=city.districts[0].department.pk, words=("垃圾",))
    make_case(city, "file", description="垃圾")
    tried(draft, author)  # what the process keeps is read
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as seen:
            trial = tried(draft, author)
        counts.append((trial.figures["cases"], len(seen)))
        make_case(city, "file", description="垃圾")
        make_case(city, "file", description="垃圾")
    assert [cases for cases, _asked in counts] == [1, 3]
    assert counts[0][1] == counts[1][1]


def test_a_trial_says_what_live_dispatch_says_then(
    city: City, author: User, draft: RuleSet, write: Write
) -> None:
    home = city.districts[0]
    listed(city, home.utility.pk)
    cases = [make_case(city, "file", description=words) for words in ("垃圾", "井盖坏了", "别的")]
    cases.append(send(city, make_case(city, "file", description="垃圾"), home.department.pk))
    write("垃圾", to=home.department.pk, words=("垃圾",))
    idle = write("没有的", to=home.department.pk, words=("沉船",))
    write("也含垃圾", to=home.utility.pk, words=("垃",))
    trial = tried(draft, author)
    figures = trial.figures
    assert (figures["cases"], figures["changed"]) == (4, 2)
    assert figures["flows"] == [
        [home.utility.pk, home.department.pk, 2],
        [home.utility.pk, home.utility.pk, 2],
    ]
    assert (figures["acted"], figures["agree_before"], figures["agree_after"]) == (1, 0, 1)
    assert str(idle.pk) not in figures["rules"]
    assert [count for *_pair, count in figures["overlaps"]] == [2]
    before = {case.pk: decide(case, now=NOW).route.unit for case in cases}
    lines = {
        line.case_id: (line.before, line.after) for line in TrialLine.objects.filter(trial=trial)
    }
    published(draft, author)
    for case in cases:
        now_says = decide(case, now=NOW).route.unit
        assert lines.get(case.pk, (before[case.pk], before[case.pk])) == (before[case.pk], now_says)


def test_a_reason_costs_one_statement(
    city: City, author: User, draft: RuleSet, write: Write
) -> None:
    """In a process that serves people the territory is known without asking."""
    write(to=city.districts[0].department.pk)
    published(draft, author)
    case = make_case(city, "file")
    decide(case, now=NOW)
    with CaptureQueriesContext(connection) as asked:
        decide(case, now=NOW)
    statements = [q["sql"] for q in asked.captured_queries]
    assert len([sql for sql in statements if "territory_territorystate" not in sql]) == 1


def test_two_returns_go_to_the_centre_above_with_the_trail(city: City) -> None:
    home = city.districts[0]
    case = disputed(city)
    assert (case.stage, case.pending, case.decline_count) == ("filed", "arbitration", 2)
    assert case.arbiter_id == home.centre.pk, "the district decides for its street"
    assert home.centre.pk in case.shared_with
    judge = home.user("chief")
    assert [b.waiting for b in badges_for(judge, now=NOW) if b.queue == "to_arbitrate"] == [1]
    assert queries.filtered(judge, CaseFilter(queue="to_arbitrate"), now=NOW).get().pk == case.pk
    assert Notice.objects.filter(kind="cases.to_arbitrate", user=judge).count() == 1
    with pytest.raises(MoveRefused):
        send(city, case, home.department.pk)
    waiting = queries.filtered(
        home.user("street_dispatcher"), CaseFilter(queue="to_dispatch"), now=NOW
    )
    assert not waiting.exists()
    assert "arbitrate" in policy.moves_for(judge, case)
    assert "arbitrate" not in policy.moves_for(home.user("street_chief"), case)
    assert "arbitrate" not in policy.moves_for(city.districts[1].user("chief"), case)


def test_a_decision_names_the_unit_with_a_basis_and_only_its_leader_may_object(city: City) -> None:
    home = city.districts[0]
    case, judge = disputed(city), home.user("chief")
    given = {
        "case_id": case.pk,
        "actor": judge,
        "unit": home.department.pk,
        "opinion": "属市容问题",
    }
    with pytest.raises(BadInput) as refusal:
        services.arbitrate(**given, now=NOW + timedelta(minutes=40), legal_basis=" ")
    assert refusal.value.field == "legal_basis"
    case = services.arbitrate(**given, now=NOW + timedelta(minutes=40), legal_basis=BASIS)
    assert (case.stage, case.lead_unit_id, case.pending) == ("dispatched", home.department.pk, "")
    assert case.designated
    why = why_of(case)
    assert why is not None
    assert BASIS in why.sentence
    assert "decline" not in policy.moves_for(home.user("handler"), case)
    with pytest.raises(NotYours):
        back(city, case, 41)
    post = home.posts["handler"]
    Post.objects.filter(pk=post.pk).update(grants=[*post.grants, "cases.object"])
    again = back(city, case, 42)
    assert (again.pending, again.lead_unit_id, again.decline_count) == ("arbitration", None, 3)
    decided = returns.designations_for(judge, since=NOW)
    assert [(one.unit, one.basis) for one in decided] == [(home.department.pk, BASIS)]
    assert not queries.filtered(judge, CaseFilter(queue="to_accept"), now=NOW).exists()


def test_at_the_top_the_centre_decides_itself(city: City) -> None:
    case = disputed(city)
    Case.objects.filter(pk=case.pk).update(
        centre_id=city.centre.pk, decline_count=1, pending="", arbiter_id=None, stage="dispatched",
        lead_unit_id=city.districts[0].department.pk,
    )  # fmt: skip
    case = back(city, Case.objects.get(pk=case.pk), 50)
    assert case.arbiter_id == city.centre.pk


def test_returns_are_counted_by_rule_unit_and_class_of_the_cases_one_sees(
    city: City, author: User, draft: RuleSet, write: Write
) -> None:
    home = city.districts[0]
    row = write("错派", to=home.department.pk, words=("垃圾",))
    published(draft, author)
    for _each in range(3):
        back(city, send(city, make_case(city, "file"), home.department.pk))
    back(city, send(city, make_case(city, "file", description="别的"), home.department.pk))
    found = returns.returned_for(home.user("chief"), since=NOW - timedelta(days=1))
    key = (home.department.pk, city.case_class.pk)
    assert [(one.rule, one.unit, one.class_id, one.times) for one in found] == [
        (row.pk, *key, 3),
        (None, *key, 1),
    ]
    assert {one.reason for one in found[0].returns} == {"不属本单位"}
    assert (
        returns.returned_for(city.districts[1].user("chief"), since=NOW - timedelta(days=1)) == []
    )
    assert returns.returned_for(author, since=NOW - timedelta(days=1)) == []
