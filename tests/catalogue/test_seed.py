"""What a first start finds."""

from datetime import date

import pytest

from linli.catalogue import queries, rules, services
from linli.catalogue.models import (
    CalendarDay,
    CaseClass,
    FilingCondition,
    StageLimit,
    WorkingHours,
)
from linli.catalogue.services.seeding import UnpublishedYear
from tests.catalogue.calendars import CALENDAR_2026, at
from tests.catalogue.factories import NOW, TODAY, limit

pytestmark = pytest.mark.django_db


def test_seeding_fills_every_register_and_does_nothing_twice() -> None:
    services.seed_catalogue(NOW)

    def counts() -> list[int]:
        models = (CaseClass, FilingCondition, StageLimit, CalendarDay, WorkingHours)
        return [model.objects.count() for model in models]

    first, version = counts(), queries.current().version
    assert all(first)
    assert first[0] == 157
    services.seed_catalogue(NOW)
    assert counts() == first
    assert queries.current().version == version


def test_what_an_administrator_changed_stays_changed() -> None:
    services.seed_catalogue(NOW)
    CaseClass.objects.filter(code="E0102").update(name="垃圾")
    CalendarDay.objects.filter(on=date(2026, 2, 14)).update(is_workday=False)
    services.seed_catalogue(NOW)
    assert queries.class_by_code("E0102", on=TODAY).name == "垃圾"
    assert not queries.calendar().is_workday(date(2026, 2, 14))


def test_every_seeded_class_can_be_filed_in_both_languages() -> None:
    services.seed_catalogue(NOW)
    catalogue = queries.current()
    for case_class in catalogue.classes(on=TODAY):
        assert case_class.name_en, case_class
        conditions = catalogue.conditions_for(case_class, on=TODAY)
        assert conditions, case_class
        for condition in conditions:
            assert condition.filing_text_en
            assert condition.closing_text_en
            assert condition.source
            for grade in "ABC":
                for urgency in ("normal", "urgent"):
                    assert catalogue.handling_limit(condition, grade, urgency, TODAY)


def test_a_core_area_never_waits_longer_than_an_outer_one() -> None:
    services.seed_catalogue(NOW)
    start, calendar = at("03-02 09:00"), queries.calendar()
    for condition in FilingCondition.objects.all():
        ends = [
            rules.due_at(calendar, start, queries.handling_limit(condition, g, "normal", TODAY))
            for g in "ABC"
        ]
        assert ends == sorted(ends), condition


def test_assemblies_are_no_class_and_people_without_shelter_are_helped() -> None:
    services.seed_catalogue(NOW)
    assert not CaseClass.objects.filter(code="E0409").exists()
    assert not CaseClass.objects.filter(name__contains="群体").exists()
    assert "救助" in queries.class_by_code("E0502", on=TODAY).name


def test_the_seeded_calendar_is_the_published_one() -> None:
    services.seed_catalogue(NOW)
    calendar = queries.calendar()
    assert calendar.known_until == 2026
    for row in queries.day_rows(2026):
        assert calendar.is_workday(row.on) == CALENDAR_2026.is_workday(row.on), row.on
    assert queries.unknown_years(TODAY) == [2027]


def test_a_year_nobody_has_published_is_said() -> None:
    with pytest.raises(UnpublishedYear, match="2027") as refusal:
        services.seed_year(year=2027, actor=None, now=NOW)
    assert refusal.value.field == "year"


def test_desk_times_are_there_for_both_urgencies() -> None:
    services.seed_catalogue(NOW)
    catalogue = queries.current()
    assert catalogue.stage_limit("dispatched", "normal", TODAY) == limit("1 work_hour")
    assert catalogue.stage_limit("reported", "urgent", TODAY) == limit("15 minute")
    for stage in ("reported", "verifying", "filed", "dispatched", "handled", "checking"):
        assert catalogue.stage_limit(stage, "normal", TODAY)
