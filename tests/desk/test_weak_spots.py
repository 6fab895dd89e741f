"""Weak spots of a class: every figure is that of the list it opens to."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import parse_qsl

import pytest
import shapely
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from linli.cases import queries as cases
from linli.cases.models import Case
from linli.cases.rules.filters import CaseFilter
from linli.components import queries as components
from linli.components.models import Component
from linli.components.rules.filters import ComponentFilter
from linli.components.rules.states import State
from linli.desk.queries import weak_spots as queries
from linli.kernel.errors import BadInput
from linli.staff.models import User
from tests.cases.city import City
from tests.components.test_cases import bin_class, bin_in, coded_city, report
from tests.factories import make_post
from tests.territory.factories import make_grid

CLASS = "C0307"


@pytest.fixture
def city(db: None) -> City:
    """Four bins: the first had three cases, the second one, the last is gone."""
    made = coded_city()
    bin_class(made)
    bins = [bin_in(made, number) for number in range(1, 5)]
    for thing, times in zip(bins, (3, 1, 0, 0), strict=True):
        for _time in range(times):
            report(made, thing)
    Case.objects.update(reported_at=timezone.now(), case_class=made_class(made), cell=None)
    ages = (date(timezone.localdate().year - 30, 5, 1), timezone.localdate(), None, None)
    for thing, day in zip(bins, ages, strict=True):
        Component.objects.filter(pk=thing.pk).update(installed_on=day)
    Component.objects.filter(pk=bins[3].pk).update(state=State.REMOVED)
    return made


def made_class(city: City) -> int:
    from linli.catalogue.models import CaseClass

    return int(CaseClass.objects.get(code=CLASS).pk)


def person(city: City, *grants: str) -> User:
    home = city.districts[0]
    post = make_post("components.see", *grants, unit=home.centre, region=home.region)
    return User.objects.get(pk=post.user_id)


def cases_in(user: User, query: str) -> int:
    wanted = CaseFilter.parse(dict(parse_qsl(query)))
    return cases.filtered(user, wanted, now=timezone.now()).count()


def components_in(user: User, query: str) -> int:
    return components.count_for(user, ComponentFilter.parse(dict(parse_qsl(query)))).count


def test_every_figure_is_that_of_the_list_it_opens_to(city: City) -> None:
    user = person(city, "cases.see")
    found = queries.weak_spots(user, CLASS, now=timezone.now())
    assert (found.components, found.cases) == (3, 4)
    places = [*found.streets, *found.grids]
    assert len(places) == 2
    for one in places:
        assert one.cases == cases_in(user, one.cases_query) == 4
        assert one.components == components_in(user, one.components_query) == 3
        assert one.per_hundred == pytest.approx(400 / 3)
    (unit,) = found.units
    assert (unit.cases, unit.components) == (4, 3)
    ((thing, count),) = found.repeated
    assert (thing.parts.number, count) == (1, 3)
    assert found.ages is not None
    assert [one.components for one in found.ages] == [1, 0, 0, 1, 1]
    for age in found.ages:
        assert age.components == components_in(user, age.query)


def test_who_sees_no_cases_is_told_of_none(city: City) -> None:
    found = queries.weak_spots(person(city), CLASS, now=timezone.now())
    assert (found.components, found.cases, found.grids, found.repeated) == (3, 0, [], [])


def test_who_sees_nothing_is_told_of_nothing(city: City) -> None:
    post = make_post("cases.see", region=city.districts[0].region)
    found = queries.weak_spots(User.objects.get(pk=post.user_id), CLASS, now=timezone.now())
    assert (found.components, found.repeated, found.ages) == (0, [], [])


def test_who_sees_single_grids_is_told_of_those(city: City) -> None:
    grid = make_grid(city.districts[0].community, 9, shapely.box(0, 0, 0.001, 0.001))
    Component.objects.filter(pk=Component.objects.earliest("pk").pk).update(grid=grid)
    post = make_post("components.see", "cases.see", grids=[grid])
    found = queries.weak_spots(User.objects.get(pk=post.user_id), CLASS, now=timezone.now())
    assert (found.components, found.cases) == (1, 0)


def test_cases_of_before_the_period_do_not_count(city: City) -> None:
    Case.objects.update(reported_at=timezone.now() - timedelta(days=100))
    user = person(city, "cases.see")
    assert queries.weak_spots(user, CLASS, days=90, now=timezone.now()).cases == 0
    assert queries.weak_spots(user, CLASS, days=365, now=timezone.now()).cases == 4


def test_the_page_costs_the_same_whatever_it_shows(city: City) -> None:
    user = person(city, "cases.see")

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            queries.weak_spots(user, CLASS, now=timezone.now())
        asked = [one["sql"] for one in captured.captured_queries]
        return sum("territorystate" not in sql for sql in asked)  # a server hears of changes

    statements()
    before = statements()
    for number in range(10, 30):
        report(city, bin_in(city, number))
    Case.objects.update(reported_at=timezone.now(), case_class=made_class(city), cell=None)
    assert statements() == before <= 10


def test_the_page_shows_them_and_refuses_what_is_no_class(city: City) -> None:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person(city, "cases.see"))
    text = client.get(f"/desk/components/weak-spots/?class={CLASS}").content.decode()
    assert "133.3" in text
    assert "Components with repeated cases" in text
    assert client.get("/desk/components/weak-spots/").status_code == 200
    refused = client.get("/desk/components/weak-spots/?class=C9999")
    assert refused.status_code == 422
    assert "Choose a class of the list." in refused.content.decode()


@pytest.mark.parametrize("installed", ["2006-2015", "-2005", "2016-", "unknown"])
def test_a_filter_by_years_reads_back(installed: str) -> None:
    assert ComponentFilter.parse({"installed": installed}).query() == {"installed": installed}


@pytest.mark.parametrize("installed", ["-", "2016", "16-20", "last year", "２０１６-"])
def test_what_is_no_span_of_years_is_refused(installed: str) -> None:
    with pytest.raises(BadInput) as refusal:
        ComponentFilter.parse({"installed": installed})
    assert refusal.value.field == "installed"
