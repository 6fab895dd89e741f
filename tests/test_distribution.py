"""The tables can be spread over several machines: proved over the catalogue of the database."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from linli.config import catalog
from linli.config.distribution import (
    BIG,
    REFERENCE,
    ForeignKey,
    Trigger,
    UniqueIndex,
    faults,
    in_order,
    kind_of,
    plan,
)

CASE_KEY = ForeignKey("cases_report", ("case_id",), "cases_case", ("id",))


@pytest.mark.django_db
def test_every_table_has_its_place_and_bears_it() -> None:
    found = faults(
        tables=catalog.tables(),
        keys=catalog.foreign_keys(),
        uniques=catalog.uniques(),
        triggers=catalog.triggers(),
    )
    assert not found, "\n".join(
        [*found, "Say in src/linli/config/distribution.py where a new table lives."]
    )


@pytest.mark.django_db
def test_the_catalogue_is_read_as_it_is() -> None:
    assert {*BIG, *REFERENCE} <= set(catalog.tables())
    assert CASE_KEY in catalog.foreign_keys()
    assert UniqueIndex("cases_report", "cases_report_pkey", ("case_id", "number")) in (
        catalog.uniques()
    )
    assert any(t.table == "cases_caseevent" and "RAISE" in t.body for t in catalog.triggers())
    assert catalog.distributed() == []


def faults_of(**changed: object) -> list[str]:
    given: dict[str, object] = {
        "tables": [*BIG, *REFERENCE], "keys": [CASE_KEY], "uniques": [], "triggers": [],
    }  # fmt: skip
    return faults(**(given | changed))  # type: ignore[arg-type]  # as the cases below give them


def test_tables_that_fit_have_no_faults() -> None:
    assert faults_of() == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"tables": [*BIG, *REFERENCE, "weather_day"]}, "weather_day: nobody has said"),
        ({"tables": [*BIG, *sorted(REFERENCE)[1:]]}, "does not exist"),
        ({"uniques": [UniqueIndex("cases_report", "secret_once", ("secret",))]}, "without case_id"),
        ({"keys": [ForeignKey("cases_savedfilter", ("case_id",), "cases_case", ("id",))]},
         "only big tables may point at big ones"),
        ({"keys": [ForeignKey("cases_case", ("merged_into_id",), "cases_case", ("id",))]},
         "points out of its own case"),
        ({"keys": [ForeignKey("cases_case", ("filter_id",), "cases_savedfilter", ("id",))]},
         "on one machine alone"),
        ({"keys": [ForeignKey("staff_unit", ("day_id",), "catalogue_calendarday", ("id",))]},
         "on one machine alone"),
        ({"triggers": [Trigger("cases_case", "count", "BEGIN UPDATE x SET n = 1; END")]},
         "the trigger count"),
    ],
)  # fmt: skip
def test_what_citus_would_refuse_is_found(changed: dict[str, object], sentence: str) -> None:
    assert any(sentence in fault for fault in faults_of(**changed)), faults_of(**changed)


def test_tables_come_after_those_they_point_at() -> None:
    keys = [
        ForeignKey("b", ("a_id",), "a", ("id",)),
        ForeignKey("c", ("b_id",), "b", ("id",)),
        ForeignKey("a", ("parent_id",), "a", ("id",)),
    ]
    assert in_order({"c", "b", "a"}, keys) == ["a", "b", "c"]
    with pytest.raises(ValueError, match="circle"):
        in_order({"a", "b"}, [*keys, ForeignKey("a", ("b_id",), "b", ("id",))])


@pytest.mark.django_db
def test_the_plan_is_whole_and_in_order() -> None:
    keys = catalog.foreign_keys()
    statements = plan(keys=keys, triggers=catalog.triggers())
    text = "\n".join(statements)
    for table, column in BIG.items():
        assert f"create_distributed_table('{table}', '{column}'" in text
    for key in keys:
        if kind_of(key.table) in {"big", "reference"} and key.table != key.target:
            assert text.index(f"'{key.target}'") < text.index(f"_table('{key.table}'"), key
    assert text.index("create_distributed_table('cases_case'") < text.index("colocate_with")
    assert "citus_shards WHERE table_name = 'staff_unit'" in text, "its triggers write history"
    again = plan(keys=keys, triggers=(), done=[*BIG, *REFERENCE])
    assert len(again) == 2, "called again it has nothing to do"


@pytest.mark.django_db
def test_the_command_prints_the_plan_and_changes_nothing_without_citus() -> None:
    out = io.StringIO()
    call_command("distribute", "--plan", stdout=out)
    assert "SELECT create_distributed_table('cases_case', 'id');" in out.getvalue().splitlines()
    with pytest.raises(CommandError, match="not installed"):
        call_command("distribute", stdout=out)
