"""Drafts are written, tried and published; what is published stays; what breaks is told."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
import shapely
from django.db import Error, transaction

from linli.catalogue.models import CaseClass
from linli.catalogue.rules import Limit, LimitUnit
from linli.kernel.errors import BadInput, NotYours
from linli.notices.models import Notice
from linli.routing import queries, services
from linli.routing.models import RoutingRule, RuleSet
from linli.routing.rules import Conditions
from linli.routing.services.drafting import Effect, NotADraft
from linli.routing.services.publishing import Faulty, NotTried
from linli.staff.models import Post, User
from tests.cases.city import City
from tests.conftest import NOW
from tests.routing.conftest import TODAY, Write, published, tried

pytestmark = pytest.mark.django_db


def names(draft: RuleSet) -> list[str]:
    return [row.name for row in queries.rules_of(draft)]


def test_a_city_starts_with_the_owner_before_the_place() -> None:
    first = RuleSet.objects.get(number=1)
    assert first.state == "published"
    assert [(row.conditions["classes"], row.target) for row in queries.rules_of(first)] == [
        (["C"], "owner"),
        (["C"], "local"),
        (["E"], "local"),
        (["E"], "owner"),
    ]


def test_rules_are_added_moved_and_removed(
    city: City, author: User, draft: RuleSet, write: Write
) -> None:
    unit = city.districts[0].department.pk
    first, second, third = (write(name, to=unit) for name in ("甲", "乙", "丙"))
    assert names(draft) == ["甲", "乙", "丙"]
    services.move_rule(actor=author, now=NOW, set_id=draft.pk, rule_id=third.pk, position=1)
    assert names(draft) == ["丙", "甲", "乙"]
    services.move_rule(actor=author, now=NOW, set_id=draft.pk, rule_id=third.pk, position=99)
    assert names(draft) == ["甲", "乙", "丙"]
    write("丁", to=unit, position=2)
    assert names(draft) == ["甲", "丁", "乙", "丙"]
    write("乙二", to=unit, rule_id=second.pk, words=("井盖",))
    services.remove_rule(actor=author, now=NOW, set_id=draft.pk, rule_id=first.pk)
    assert names(draft) == ["丁", "乙二", "丙"]
    assert [row.position for row in queries.rules_of(draft)] == [1, 2, 3]
    draft.refresh_from_db()
    assert draft.edits == 8


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("unit", {}),
        ("since", {"to": 1, "until": 60}),
        ("days", {"to": 1, "days": "dayoff", "hours": "working"}),
        ("area", {"to": 1, "area": shapely.from_wkt("POLYGON((0 0,2 2,2 0,0 2,0 0))")}),
        ("limit_factor", {"to": 1, "factor": Decimal(20)}),
        (
            "limit_factor",
            {"to": 1, "factor": Decimal(2), "limit": Limit(Decimal(1), LimitUnit.WORK_DAY)},
        ),
        ("words", {"to": 1, "words": tuple(map(str, range(101)))}),
        ("target", {"target": "somebody"}),
    ],
)
def test_what_cannot_be_a_rule_is_refused_by_field(
    write: Write, field: str, given: dict[str, object]
) -> None:
    with pytest.raises(BadInput) as refusal:
        write(**given)
    assert refusal.value.field == field


def test_only_who_may_write_rules_does(city: City, draft: RuleSet) -> None:
    chief = city.user("chief")
    with pytest.raises(NotYours):
        services.begin_draft(actor=chief, now=NOW, name="x")
    with pytest.raises(NotYours):
        services.publish(actor=chief, now=NOW, set_id=draft.pk, valid_from=TODAY)


def test_a_draft_is_tried_as_it_is_before_it_is_published(
    city: City, author: User, draft: RuleSet, write: Write
) -> None:
    write(to=city.districts[0].department.pk)
    with pytest.raises(NotTried):
        services.publish(actor=author, now=NOW, set_id=draft.pk, valid_from=TODAY)
    tried(draft, author)
    write(to=city.districts[0].utility.pk, classes=("E01",))
    with pytest.raises(NotTried):
        services.publish(actor=author, now=NOW, set_id=draft.pk, valid_from=TODAY)
    done = published(draft, author)
    assert (done.number, done.valid_from) == (2, TODAY)
    before = RuleSet.objects.get(number=1)
    assert before.valid_to == TODAY
    assert queries.current().book(on=TODAY).number == 2
    assert queries.current().book(on=TODAY - timedelta(days=1)).number in (0, 1)


def test_the_past_is_not_rewritten_and_versions_follow_one_another(
    city: City, author: User, draft: RuleSet, write: Write
) -> None:
    write(to=city.districts[0].department.pk)
    tried(draft, author)
    with pytest.raises(BadInput) as refusal:
        services.publish(
            actor=author, now=NOW, set_id=draft.pk, valid_from=TODAY - timedelta(days=1)
        )
    assert refusal.value.field == "valid_from"
    later = TODAY + timedelta(days=5)
    services.publish(actor=author, now=NOW, set_id=draft.pk, valid_from=later)
    other = services.begin_draft(actor=author, now=NOW, name="再来", copy_of=draft.pk)
    assert names(other) == ["规则"]
    tried(other, author)
    with pytest.raises(BadInput):
        services.publish(actor=author, now=NOW, set_id=other.pk, valid_from=TODAY)
    services.publish(actor=author, now=NOW, set_id=other.pk, valid_from=later)
    days = RuleSet.objects.filter(state="published").order_by("number")
    assert list(days.values_list("number", "valid_from", "valid_to")) == [
        (1, date(2020, 1, 1), later),
        (2, later, later),  # never in force: the newer one begins the same day
        (3, later, None),
    ]
    assert queries.current().book(on=later).number == 3


def test_what_is_published_is_never_changed(
    city: City, author: User, draft: RuleSet, write: Write
) -> None:
    row = write(to=city.districts[0].department.pk)
    done = published(draft, author)
    with pytest.raises(NotADraft):
        write(to=city.districts[0].department.pk)
    for act in (
        lambda: RoutingRule.objects.filter(pk=row.pk).update(name="别的"),
        lambda: RoutingRule.objects.filter(pk=row.pk).delete(),
        lambda: RuleSet.objects.filter(pk=done.pk).update(name="别的"),
        lambda: RoutingRule.objects.create(rule_set=done, position=9, name="x", target="listed"),
    ):
        with pytest.raises(Error), transaction.atomic():
            act()


def test_a_broken_rule_blocks_publication_and_names_itself(
    city: City, author: User, draft: RuleSet, write: Write
) -> None:
    home = city.districts[0]
    write("收旧类", to=home.department.pk, classes=("E0999",))
    tried(draft, author)
    with pytest.raises(Faulty, match="收旧类"):
        services.publish(actor=author, now=NOW, set_id=draft.pk, valid_from=TODAY)


@pytest.mark.parametrize(
    "code", ["unit_ended", "unit_without_people", "class_withdrawn", "region_gone"]
)
def test_each_fault_is_found(city: City, draft: RuleSet, write: Write, code: str) -> None:
    home = city.districts[0]
    write(to=home.department.pk, classes=("E01",), regions=(home.street.pk,))
    assert queries.faults_of(queries.rules_of(draft), now=NOW) == []
    if code == "unit_ended":
        home.department.is_active = False
        home.department.save()
    elif code == "unit_without_people":
        Post.objects.filter(unit=home.department).update(valid_to=NOW)
    elif code == "class_withdrawn":
        CaseClass.objects.filter(code__startswith="E01").update(active=False)
    else:
        home.street.valid_to = TODAY
        home.street.save()
    found = queries.faults_of(queries.rules_of(draft), now=NOW)
    assert code in {fault.code for fault in found}
    assert all(fault.sentence for fault in found)


def test_what_breaks_later_is_told_once_and_again_when_it_comes_back(
    city: City, author: User, draft: RuleSet, write: Write
) -> None:
    department = city.districts[0].department
    write("派给执法局", to=department.pk, classes=("E01",))
    published(draft, author)
    assert services.check_rules(now=NOW) == []
    for _again in range(2):
        department.is_active = False
        department.save()
        assert [one.code for one in services.check_rules(now=NOW)] == ["unit_ended"]
        assert services.check_rules(now=NOW) == []
        department.is_active = True
        department.save()
        assert services.check_rules(now=NOW) == []
    told = Notice.objects.filter(kind="routing.broken", user=author)
    assert told.count() == 2
    assert "派给执法局" in str(told[0].params)


def test_hidden_rules_are_named_with_what_hides_them(
    city: City, draft: RuleSet, write: Write
) -> None:
    home = city.districts[0]
    wide = write("区里都归局", to=home.department.pk, classes=("E01",), regions=(home.region.pk,))
    hidden = write("街道归公司", to=home.utility.pk, classes=("E0102",), regions=(home.street.pk,))
    found = queries.shadows_of(queries.rules_of(draft))
    assert [(one.above.id, one.below.id, one.clash) for one in found] == [
        (wide.pk, hidden.pk, True)
    ]


def test_a_snapshot_is_read_anew_when_a_unit_the_list_or_a_set_changes(
    city: City, author: User, draft: RuleSet, write: Write, django_assert_num_queries: object
) -> None:
    held = queries.current()
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert queries.current() is held
    city.districts[0].department.short_name = "执法"
    city.districts[0].department.save()
    again = queries.current()
    assert again is not held
    write(to=city.districts[0].department.pk)
    published(draft, author)
    assert queries.current().book(on=TODAY).number == 2


def test_a_rule_needs_no_more_than_its_words() -> None:
    assert Conditions.unpack({"classes": ["E05"], "of_another_time": 1}) == Conditions(
        classes=("E05",)
    )
    assert Effect().target == "unit"
