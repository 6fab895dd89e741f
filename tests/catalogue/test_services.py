"""Writing the catalogue: who may, what is refused, what is remembered."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from linli.catalogue import queries, rules, services
from linli.catalogue.models import CaseClass, FilingCondition, Responsibility
from linli.kernel.errors import BadInput, NotFound, NotYours, Refused
from tests.catalogue.calendars import at
from tests.catalogue.factories import (
    NOW,
    TODAY,
    a_class,
    a_condition,
    a_region,
    a_unit,
    an_administrator,
    an_edition,
    limit,
)

pytestmark = pytest.mark.django_db


def test_only_who_holds_the_grant_edits_the_catalogue() -> None:
    edition = an_edition()
    with pytest.raises(NotYours):
        a_class(edition, actor=an_administrator())
    assert a_class(edition, actor=an_administrator("catalogue.edit")).code == "E0102"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "person"}, "kind"),
        ({"major_code": "1"}, "major_code"),
        ({"minor_code": "ab"}, "minor_code"),
        ({"minor_code": "٠١"}, "minor_code"),  # digits, but not these
        ({"name": " "}, "name"),
        ({"name": "长" * 61}, "name"),
        ({"major_name": ""}, "major_name"),
    ],
)
def test_a_faulty_class_is_refused_by_its_field(changes: dict[str, str], field: str) -> None:
    values = {
        "kind": "event",
        "major_code": "01",
        "major_name": "市容环境",
        "minor_code": "02",
        "name": "暴露垃圾",
    }
    with pytest.raises(BadInput) as refusal:
        services.save_class(edition=an_edition(), actor=None, now=NOW, **(values | changes))
    assert refusal.value.field == field
    assert not CaseClass.objects.exists()


def test_a_class_saved_again_is_changed_not_doubled() -> None:
    edition = an_edition()
    first = a_class(edition)
    again = a_class(edition, name="暴露垃圾杂物")
    assert first.pk == again.pk
    assert CaseClass.objects.get().name == "暴露垃圾杂物"


def test_two_editions_may_use_one_code() -> None:
    national, city = an_edition("gb"), an_edition("city", date(2026, 2, 1))
    assert a_class(national).pk != a_class(city, name="垃圾").pk
    assert queries.class_by_code("E0102", on=TODAY).name == "垃圾"
    assert queries.class_by_code("E0102", on=date(2026, 1, 15)).name == "暴露垃圾"


def test_a_retired_class_is_offered_no_more_and_still_found() -> None:
    case_class = a_class(an_edition())
    services.retire_class(class_id=case_class.pk, actor=None, now=NOW)
    assert queries.classes(on=TODAY) == []
    assert queries.class_by_code("E0102", on=TODAY).pk == case_class.pk
    with pytest.raises(NotFound):
        services.retire_class(class_id=0, actor=None, now=NOW)


def test_conditions_with_one_number_do_not_overlap_in_time() -> None:
    case_class = a_class(an_edition())
    first = a_condition(case_class)
    with pytest.raises(Refused) as refusal:
        a_condition(case_class, valid_from=date(2026, 2, 1))
    assert refusal.value.field == "number"
    services.retire_condition(condition_id=first.pk, actor=None, now=NOW, on=date(2026, 2, 1))
    second = a_condition(case_class, valid_from=date(2026, 2, 1))
    assert queries.conditions_for(case_class, on=date(2026, 1, 31)) == [first]
    assert queries.conditions_for(case_class, on=date(2026, 2, 1)) == [second]


def test_a_row_that_ends_before_it_begins_is_refused() -> None:
    condition = a_condition(a_class(an_edition()))
    with pytest.raises(Refused, match=r".") as refusal:
        services.retire_condition(
            condition_id=condition.pk, actor=None, now=NOW, on=date(2025, 12, 31)
        )
    assert refusal.value.field == "valid_to"


@pytest.mark.parametrize("amount", ["10000 work_day", "0.001 work_day"])
def test_a_limit_no_column_holds_is_refused(amount: str) -> None:
    with pytest.raises(BadInput) as refusal:
        services.save_stage_limit(
            stage="filed",
            urgency="normal",
            limit=limit(amount),
            valid_from=TODAY,
            actor=None,
            now=NOW,
        )
    assert refusal.value.field == "amount"


def test_a_stage_has_one_limit_a_day() -> None:
    def save(text: str, valid_from: date) -> object:
        return services.save_stage_limit(
            stage="filed",
            urgency="normal",
            limit=limit(text),
            valid_from=valid_from,
            actor=None,
            now=NOW,
        )

    save("15 work_minute", date(2026, 1, 1))
    with pytest.raises(Refused):
        save("30 work_minute", date(2026, 2, 1))
    save("20 work_minute", date(2026, 1, 1))  # the same row, changed
    assert queries.stage_limit("filed", "normal", TODAY) == limit("20 work_minute")
    assert queries.stage_limit("filed", "urgent", TODAY) == limit("20 work_minute")
    assert queries.stage_limit("closed", "normal", TODAY) is None


def test_one_unit_leads_a_class_in_a_region_at_a_time() -> None:
    case_class, region = a_class(an_edition()), a_region()
    first, second = a_unit("甲"), a_unit("乙")

    def assign(unit_id: int, role: str = "lead", valid_from: date = date(2026, 1, 1)):  # type: ignore[no-untyped-def]
        return services.assign_unit(
            unit_id=unit_id,
            region_id=region.pk,
            role=role,
            case_class=case_class,
            valid_from=valid_from,
            actor=None,
            now=NOW,
        )

    held = assign(first.pk)
    with pytest.raises(Refused) as refusal:
        assign(second.pk)
    assert refusal.value.field == "unit"
    assign(second.pk, "co")
    services.end_responsibility(responsibility_id=held.pk, actor=None, now=NOW, on=TODAY)
    assign(second.pk, valid_from=TODAY)
    assert Responsibility.objects.count() == 3


def test_a_responsibility_needs_a_class_or_a_major_class() -> None:
    with pytest.raises(BadInput) as refusal:
        services.assign_unit(
            unit_id=a_unit().pk,
            region_id=a_region().pk,
            role="lead",
            valid_from=TODAY,
            actor=None,
            now=NOW,
        )
    assert refusal.value.field == "case_class"


def test_a_day_off_moves_due_times_and_comes_back_when_removed() -> None:
    start, one_day = at("03-02 09:00"), limit("1 work_day")
    before = rules.due_at(queries.calendar(), start, one_day)
    services.save_day(on=date(2026, 3, 3), is_workday=False, name="停工", actor=None, now=NOW)
    assert rules.due_at(queries.calendar(), start, one_day) == before + timedelta(days=1)
    services.remove_day(on=date(2026, 3, 3), actor=None, now=NOW)
    assert rules.due_at(queries.calendar(), start, one_day) == before
    with pytest.raises(NotFound):
        services.remove_day(on=date(2026, 3, 3), actor=None, now=NOW)


def test_new_hours_hold_from_their_day_on() -> None:
    services.save_hours(
        valid_from=date(2026, 3, 3), slots=[["09:00", "12:00"]], actor=None, now=NOW
    )
    calendar = queries.calendar()
    assert calendar.work_between(at("03-03 00:00"), at("03-04 00:00")) == timedelta(hours=3)


@pytest.mark.parametrize(
    "slots",
    [
        [],
        [["08:00", "07:00"]],
        [["08:00", "12:00"], ["11:00", "18:00"]],
        [["eight", "twelve"]],
        [["08:00"]],
        [["08:00", 12]],
    ],
)
def test_hours_that_make_no_day_are_refused(slots: list[list[str]]) -> None:
    with pytest.raises(BadInput) as refusal:
        services.save_hours(valid_from=TODAY, slots=slots, actor=None, now=NOW)
    assert refusal.value.field == "slots"


def test_history_names_who_changed_what() -> None:
    administrator = an_administrator("catalogue.edit")
    edition = an_edition()
    case_class = a_class(edition, actor=administrator)
    a_class(edition, name="垃圾", actor=administrator)
    newest, oldest = queries.history_of(case_class)
    assert newest.by == str(administrator)
    assert newest.verb == "catalogue.save_class"
    assert [(before, after) for _name, before, after in newest.fields] == [("暴露垃圾", "垃圾")]
    assert oldest.kind == "insert"


def test_history_sees_a_change_around_the_services() -> None:
    case_class = a_class(an_edition())
    CaseClass.objects.filter(pk=case_class.pk).update(name="绕过")
    newest, *_rest = queries.history_of(case_class)
    assert newest.kind == "update"
    assert newest.fields[0][1:] == ("暴露垃圾", "绕过")


def test_every_write_moves_the_version_on_and_a_rolled_back_one_leaves_nothing() -> None:
    case_class = a_class(an_edition())
    before = queries.current()
    assert queries.current() is before  # nothing changed: the same object
    with transaction.atomic():
        FilingCondition.objects.filter(case_class=case_class).delete()
        CaseClass.objects.filter(pk=case_class.pk).update(name="不算数")
        assert queries.class_by_code("E0102", on=TODAY).name == "不算数"
        transaction.set_rollback(True)
    after = queries.current()
    assert after.version == before.version
    assert after.class_by_code("E0102", on=TODAY).name == "暴露垃圾"
    CaseClass.objects.filter(pk=case_class.pk).update(name="算数")
    assert queries.class_by_code("E0102", on=TODAY).name == "算数"
