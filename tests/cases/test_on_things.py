"""How often a component was in trouble, as far as somebody may see its cases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from linli.cases.models import Case
from linli.cases.queries.on_things import NONE, counts_on, nth_of_year, others_on
from tests.cases.city import City
from tests.components.test_cases import bin_class, bin_in, coded_city, report
from tests.conftest import NOW


@pytest.fixture
def city(db: None) -> City:
    made = coded_city()
    bin_class(made)
    return made


def test_the_third_case_of_the_year_says_so(city: City) -> None:
    thing = bin_in(city)
    last_year = report(city, thing, now=NOW - timedelta(days=400))
    cases = [report(city, thing, now=NOW - timedelta(days=2 - n)) for n in range(3)]
    user = city.districts[0].user("street_chief")
    assert [nth_of_year(user, case) for case in cases] == [1, 2, 3]
    assert nth_of_year(user, last_year) == 1
    assert [case.pk for case in others_on(user, cases[1])] == [
        cases[2].pk, cases[0].pk, last_year.pk,
    ]  # fmt: skip
    assert others_on(user, Case()) == []


def test_figures_are_of_what_one_may_see(city: City) -> None:
    things = [bin_in(city, number) for number in (1, 2)]
    for _time in range(3):
        report(city, things[0])
    here, there = (district.user("street_chief") for district in city.districts)
    with CaptureQueriesContext(connection) as asked:
        found = counts_on(here, [one.code for one in things], now=NOW)
    assert sum("cases_case" in query["sql"] for query in asked.captured_queries) == 1
    assert found[things[0].code] == (3, 3)
    assert found.get(things[1].code, NONE) == (0, 0)
    assert counts_on(there, [things[0].code], now=NOW) == {}


def test_the_page_of_a_case_names_its_component_and_the_others_on_it(city: City) -> None:
    thing = bin_in(city)
    cases = [report(city, thing, now=NOW - timedelta(hours=2 - n)) for n in range(2)]
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(city.districts[0].user("street_chief"))
    text = client.get(f"/desk/cases/{cases[1].number}/").content.decode()
    assert f"/desk/components/{thing.number}/" in text
    assert "case 2 of the year on it" in text
    assert cases[0].number in text
