"""Reading the catalogue: what comes back, in which order, at what cost."""

from datetime import date

import pytest
from django.utils import translation

from linli.catalogue import queries, rules, services
from linli.catalogue.queries import NoLimit
from linli.catalogue.rules import Light, LimitUnit, Role
from linli.kernel.errors import NotFound
from tests.catalogue.factories import (
    NOW,
    TODAY,
    a_class,
    a_condition,
    a_region,
    a_unit,
    an_edition,
    limit,
)

pytestmark = pytest.mark.django_db


def test_a_question_costs_one_query_and_a_change_seven(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    case_class = a_class(an_edition())
    condition = a_condition(case_class)
    with django_assert_num_queries(7):
        queries.classes(on=TODAY)
    with django_assert_num_queries(1):
        queries.calendar()
    with django_assert_num_queries(1):
        catalogue = queries.current()
        catalogue.handling_limit(condition, "A", "normal", TODAY)
        catalogue.stage_limit("filed", "normal", TODAY)
        catalogue.class_ids(["E01"])
        catalogue.calendar.is_workday(TODAY)


def test_the_limit_follows_grade_and_urgency() -> None:
    case_class = a_class(an_edition())
    condition = a_condition(case_class)
    limits = {g: queries.handling_limit(condition, g, "normal", TODAY) for g in "ABC?"}
    assert limits == {
        "A": limit("4 work_hour"),
        "B": limit("6 work_hour"),
        "C": limit("1 work_day"),
        "?": limit("6 work_hour"),
    }
    assert queries.handling_limit(case_class, "A", "urgent", TODAY) == limit("2 urgent_hour")


def test_a_class_without_condition_in_force_has_no_limit() -> None:
    case_class = a_class(an_edition())
    condition = a_condition(case_class, valid_from=date(2026, 4, 1))
    with pytest.raises(NoLimit, match="暴露垃圾"):
        queries.handling_limit(case_class, "A", "normal", TODAY)
    assert queries.current().condition_by_id(condition.pk) == condition


def test_classes_are_filtered_by_kind_and_audience() -> None:
    edition = an_edition()
    rubbish = a_class(edition)
    trade = a_class(edition, "E0501", "无照经营游商", public=False)
    cover = a_class(edition, "C0101", "上水井盖")
    assert queries.classes(on=TODAY) == [cover, rubbish, trade]
    assert queries.classes("event", on=TODAY) == [rubbish, trade]
    assert queries.classes(public=True, on=TODAY) == [cover, rubbish]
    assert queries.class_ids(["E05", "C"]) == {trade.pk, cover.pk}
    with pytest.raises(NotFound, match="E9999"):
        queries.class_by_code("E9999", on=TODAY)


def _assign(unit_id: int, region_id: int, role: str = "lead", **what: object) -> None:
    services.assign_unit(
        unit_id=unit_id,
        region_id=region_id,
        role=role,
        valid_from=date(2026, 1, 1),
        actor=None,
        now=NOW,
        **what,  # type: ignore[arg-type]
    )


def test_units_are_suggested_from_the_most_specific_row_on(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    case_class = a_class(an_edition())
    city = a_region("全市")
    street = a_region("城东街道", city)
    elsewhere = a_region("城西街道", city)
    major = {"kind": "event", "major_code": "01"}
    office, bureau, centre, helper, other = (
        a_unit(name) for name in ("街道办", "城管局", "环卫中心", "清运公司", "别处")
    )
    _assign(bureau.pk, city.pk, **major)
    _assign(office.pk, street.pk, **major)
    _assign(centre.pk, city.pk, case_class=case_class, legal_basis="市容条例第9条")
    _assign(helper.pk, city.pk, "co", case_class=case_class)
    _assign(other.pk, elsewhere.pk, case_class=case_class)
    with django_assert_num_queries(1):
        found = queries.suggest_units(case_class, [street.pk, city.pk], on=TODAY)
    assert [s.unit_id for s in found] == [centre.pk, helper.pk, office.pk, bureau.pk]
    assert found[1].role is Role.CO
    with translation.override("en"):
        reason = queries.suggest_units(case_class, [street.pk, city.pk], on=TODAY)[0].reason
    assert reason == "Lead unit for “Exposed rubbish” in 全市, by 市容条例第9条"
    assert "全市" in found[0].reason
    assert "暴露垃圾" in found[0].reason


def test_units_that_are_closed_or_not_in_force_are_not_suggested() -> None:
    case_class, region = a_class(an_edition()), a_region()
    unit = a_unit()
    _assign(unit.pk, region.pk, case_class=case_class)
    assert queries.suggest_units(case_class, [region.pk], on=date(2025, 12, 31)) == []
    unit.is_active = False
    unit.save()
    assert queries.suggest_units(case_class, [region.pk], on=TODAY) == []


def test_a_year_is_known_when_its_new_year_and_national_day_are_published() -> None:
    assert queries.unknown_years(TODAY) == [2026, 2027]
    services.seed_year(year=2026, actor=None, now=NOW)
    assert queries.unknown_years(TODAY) == [2027]
    services.save_day(
        on=date(2027, 1, 1), is_workday=False, name="元旦", actor=None, now=NOW, provisional=True
    )
    services.save_day(on=date(2027, 10, 1), is_workday=False, name="国庆节", actor=None, now=NOW)
    assert queries.unknown_years(TODAY) == [2027]
    services.save_day(on=date(2027, 1, 1), is_workday=False, name="元旦", actor=None, now=NOW)
    assert queries.unknown_years(TODAY) == []
    assert queries.calendar().known_until == 2027


def test_the_day_rows_of_a_year_show_what_differs() -> None:
    services.seed_year(year=2026, actor=None, now=NOW)
    rows = {row.on: row for row in queries.day_rows(2026)}
    assert len(rows) == 365
    assert rows[date(2026, 2, 14)].is_workday
    assert rows[date(2026, 2, 14)].differs
    assert rows[date(2026, 10, 1)].name == "国庆节"
    assert not rows[date(2026, 3, 2)].differs


def test_registers_list_what_has_ended_too() -> None:
    edition = an_edition()
    case_class = a_class(edition)
    condition = a_condition(case_class)
    services.retire_condition(condition_id=condition.pk, actor=None, now=NOW)
    services.retire_class(class_id=case_class.pk, actor=None, now=NOW)
    assert list(queries.editions()) == [edition]
    assert list(queries.classes_of(edition.pk)) == [case_class]
    assert list(queries.conditions_of(case_class.pk)) == [condition]


@pytest.mark.parametrize("register", list(queries.REGISTERS))
def test_every_register_has_a_history(register: str) -> None:
    services.seed_catalogue(NOW)
    case_class = queries.classes(on=TODAY)[0]
    _assign(a_unit().pk, a_region().pk, case_class=case_class)
    row_id = queries.REGISTERS[register]._default_manager.values_list("pk", flat=True)[0]
    changes = queries.history_of(queries.row_of(register, row_id))
    assert [change.kind for change in changes] == ["insert"]
    assert changes[0].verb.startswith("catalogue.")


def test_a_row_that_is_not_there_is_not_found() -> None:
    for register in ("classes", "people"):
        with pytest.raises(NotFound):
            queries.row_of(register, 0)


@pytest.mark.parametrize("unit", list(LimitUnit))
def test_every_unit_has_a_word(unit: LimitUnit) -> None:
    with translation.override("zh-hans"):
        assert queries.limit_text(limit(f"2.50 {unit}")) == f"2.5 {rules.UNIT_ZH[unit]}"
    with translation.override("en"):
        assert queries.limit_text(limit(f"2 {unit}")).startswith("2 ")
    assert queries.limit_text(None) == "—"


def test_every_light_has_a_word_beside_its_colour() -> None:
    with translation.override("zh-hans"):
        assert [queries.light_text(light) for light in Light] == ["正常", "将到期", "已超期"]
