"""The tools of the map: an area counts like the list, places are found, few people stay hidden."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from linli.cases import queries
from linli.cases.models import Case
from linli.cases.rules.filters import CaseFilter
from linli.kernel.errors import BadInput
from linli.maps.queries import areas, beside_map, figures_of
from linli.maps.rules.area import parse_area, people
from linli.territory.models import Address, Building
from tests.cases.city import STEP, City, square
from tests.conftest import NOW
from tests.maps.conftest import STAGES, case_at
from tests.maps.test_doors import signed_in

TODAY = NOW.date()
WHOLE = "120.9,30.9;121.1,30.9;121.1,31.1;120.9,31.1"


def box(west: float, south: float, side: float) -> str:
    """A square as the address has it."""
    corners = ((0, 0), (side, 0), (side, side), (0, side))
    return ";".join(f"{west + x:.6f},{south + y:.6f}" for x, y in corners)


def counted(city: City, text: str, wanted: CaseFilter, person: str = "street_chief") -> Any:
    user, area = city.districts[0].user(person), parse_area(text)
    assert area is not None
    return figures_of(user, wanted, area, now=NOW, on=TODAY)


# -- counting in an area --------------------------------------------------------------------------
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    west=st.integers(0, 20),
    south=st.integers(0, 10),
    side=st.integers(1, 20),
    stages=st.sets(st.sampled_from(STAGES)),
    light=st.sampled_from(["", "green", "yellow", "red"]),
    person=st.sampled_from(["street_chief", "worker", "handler"]),
)
def test_an_area_counts_what_the_list_holds_inside(
    strewn: City, west: int, south: int, side: int, stages: set[str], light: str, person: str
) -> None:
    text = box(121 + west / 1000 + 0.0003, 31 + south / 1000 + 0.0003, side / 1000)
    wanted = CaseFilter(stages=tuple(sorted(stages)), light=light)
    user, area = strewn.districts[0].user(person), parse_area(text)
    assert area is not None
    low, high = (121 + west / 1000 + 0.0003, 31 + south / 1000 + 0.0003), side / 1000
    inside = [
        case
        for case in queries.filtered(user, wanted, now=NOW)
        if case.place is not None
        and low[0] <= case.place.x <= low[0] + high
        and low[1] <= case.place.y <= low[1] + high
    ]
    found = figures_of(user, wanted, area, now=NOW, on=TODAY)
    assert found.cases == len(inside) == sum(line.found for line in found.classes)
    assert {line.code: line.found for line in found.stages} == {
        stage: n for stage in STAGES if (n := sum(c.stage == stage for c in inside))
    }
    beside = beside_map(user, wanted, now=NOW, cursor=None, area=area)
    assert beside.count == len(inside)
    seen = {case.pk for case in beside.rows}
    while beside.next:
        beside = beside_map(user, wanted, now=NOW, cursor=beside.next, area=area)
        seen |= {case.pk for case in beside.rows}
    assert seen == {case.pk for case in inside}


def test_a_line_that_crosses_itself_stands_for_what_it_goes_round(strewn: City) -> None:
    bow = "121.0,31.0;121.01,31.01;121.01,31.0;121.0,31.01"
    area = parse_area(bow)
    assert area is not None
    assert 0 < counted(strewn, bow, CaseFilter()).cases < counted(strewn, WHOLE, CaseFilter()).cases


def test_an_area_stops_counting_where_there_is_too_much(
    strewn: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(areas, "MOST_COUNTED", 3)
    found = counted(strewn, WHOLE, CaseFilter())
    assert (found.cases, found.exact) == (3, False)
    page = signed_in(strewn, "street_chief").get(f"/map/?stage=all&area={WHOLE}").content.decode()
    assert "More than 3 cases lie in this area" in page
    assert "Cases by stage" not in page


def test_an_area_says_what_stands_in_it(strewn: City) -> None:
    home = strewn.districts[0]
    Building.objects.create(outline=square(home.x + 0.001, 31.001, 0.0002), floors=6)
    for room in ("101", "102", ""):
        Address.objects.create(
            text=f"邻里路1号{room}", room=room, place=Point(home.x + 0.0011, 31.0011)
        )
    type(home.grids[0]).objects.filter(pk=home.grids[0].pk).update(households=300)
    type(home.grids[1]).objects.filter(pk=home.grids[1].pk).update(households=3)
    whole = counted(strewn, box(home.x - 0.001, 30.999, STEP + 0.002), CaseFilter()).ground
    assert (whole.grids, whole.households, whole.buildings, whole.floors) == (2, 303, 1, 6)
    assert (whole.addresses, whole.dwellings) == (3, 2)
    assert whole.area_m2 == pytest.approx(1.53e6, rel=0.02)
    elsewhere = counted(strewn, box(home.x + 0.006, 31.006, 0.001), CaseFilter()).ground
    assert (elsewhere.grids, elsewhere.buildings, elsewhere.addresses) == (0, 0, 0)


def test_fewer_than_five_households_are_not_told_apart(strewn: City) -> None:
    home = strewn.districts[0]
    around = box(home.x - 0.001, 30.999, STEP + 0.002)
    client = signed_in(strewn, "street_chief")
    for households, shown in ((4, "fewer than 5"), (5, "<dd>5</dd>"), (0, "<dd>0</dd>")):
        type(home.grids[0]).objects.filter(pk=home.grids[0].pk).update(households=households)
        page = client.get(f"/map/?stage=all&area={around}").content.decode()
        (said,) = re.findall(r"Households in them</dt>(<dd>.*?</dd>)", page)
        assert shown in said
    assert people(4).shown is None
    assert people(5) == (5, False)


@pytest.mark.parametrize(
    "text",
    ["x", "1,2", "1,2;3,4", "1,2;3,4;5", "1,2;3,4;5,nan", "200,1;3,4;5,6", "1,2;1,2;1,2",
     "1_0,2;3,4;5,6", "1,1;2,2;3,3", ";".join(f"{121 + n / 1000},31.{n % 2}" for n in range(201))],
)  # fmt: skip
def test_what_is_no_area_is_refused_in_a_sentence(strewn: City, text: str) -> None:
    with pytest.raises(BadInput, match="area") as refusal:
        parse_area(text)
    assert refusal.value.field == "area"
    answer = signed_in(strewn, "street_chief").get("/map/", {"stage": "all", "area": text})
    assert answer.status_code == 422


def test_an_area_costs_the_same_few_statements(
    strewn: City, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(strewn, "street_chief")
    beside = {"HX-Request": "true", "HX-Target": "beside"}
    client.get(f"/map/?stage=all&area={WHOLE}", headers=beside)
    with django_assert_num_queries(15, exact=False) as asked:
        client.get(f"/map/?stage=all&area={WHOLE}", headers=beside)
    assert sum("cases_case" in query["sql"] for query in asked.captured_queries) <= 3


# -- finding a place ------------------------------------------------------------------------------
def test_words_lead_to_cases_regions_grids_and_addresses(strewn: City) -> None:
    home, client = strewn.districts[0], signed_in(strewn, "street_chief")
    own = case_at(strewn, 0, Point(121.005, 31.005, srid=4326))
    own.address = "人民路9号"
    own.save()
    foreign = Case.objects.filter(district=strewn.districts[1].region, place__isnull=False).first()
    assert foreign is not None

    def found(words: str) -> str:
        return client.get("/map/search/", {"q": words}).content.decode()

    assert 'data-at="121.005,31.005"' in found(own.number)
    assert foreign.number not in found(foreign.number)
    assert "data-box=" in found(home.community.name)
    assert 'data-box="121.0,31.0,121.005,31.01"' in found(home.grids[0].code)
    Address.objects.create(text="解放大道18号", place=Point(121.003, 31.002))
    assert 'data-at="121.003,31.002"' not in found("和平")
    assert "Nothing on the map answers" in found("和平")
    assert found("   ").strip() == ""


# -- what is here ---------------------------------------------------------------------------------
def test_a_place_tells_building_grid_and_who_answers_for_it(strewn: City) -> None:
    home, client = strewn.districts[0], signed_in(strewn, "street_chief")
    Building.objects.create(
        name="邻里大厦", outline=square(home.x + 0.001, 31.001, 0.0002), floors=6, height_m=19.5
    )
    for unit, room in (("1", "101"), ("1", "102"), ("2", "101")):
        Address.objects.create(
            text=f"{unit}-{room}", unit=unit, room=room, place=Point(home.x + 0.0011, 31.0011)
        )
    inside = case_at(strewn, 0, Point(home.x + 0.0011, 31.0011, srid=4326))
    inside.save()
    text = client.get("/map/here/", {"lon": home.x + 0.0011, "lat": 31.0011}).content.decode()
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text))
    assert "邻里大厦" in text
    assert facts["Floors"].startswith("6 (19")
    assert (facts["Units"], facts["Dwellings"], facts["Open cases"]) == ("2", "3", "1")
    assert facts["Grid"] == home.grids[0].code
    assert str(home.posts["worker"].user) in facts["Grid worker"]
    assert home.street.name in text
    far = client.get("/map/here/", {"lon": 100, "lat": 40}).content.decode()
    assert "outside the area" in far


def test_a_place_counts_own_cases_only(strewn: City) -> None:
    there = strewn.districts[1]
    Building.objects.create(name="别处", outline=square(there.x + 0.001, 31.001, 0.0002))
    case_at(strewn, 1, Point(there.x + 0.0011, 31.0011, srid=4326)).save()
    point = {"lon": there.x + 0.0011, "lat": 31.0011}
    text = signed_in(strewn, "street_chief").get("/map/here/", point).content.decode()
    assert "<dt>Open cases</dt><dd>0</dd>" in text


@pytest.mark.parametrize("query", ["", "?lon=x&lat=1", "?lon=181&lat=1", "?lon=1&lat=nan"])
def test_a_place_that_is_none_is_refused(strewn: City, query: str) -> None:
    client = signed_in(strewn, "street_chief")
    answer = client.get(f"/map/here/{query}", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["field"] in ("lon", "lat")


# -- the print ------------------------------------------------------------------------------------
def test_the_print_says_what_it_shows(strewn: City) -> None:
    client = signed_in(strewn, "street_chief")
    query = {"stage": "dismissed", "paper": "A3", "box": "121,31,121.01,31.01", "area": WHOLE}
    page = client.get("/map/print/", query).content.decode()
    assert "map-sheet-a3" in page
    assert "Stage: dismissed" in page or "Stage: " in page
    assert 'data-bounds="121.00000,31.00000,121.01000,31.01000"' in page
    assert "in the drawn area" in page
    assert "Printed on" in page
    assert "map-sheet-a4" in client.get("/map/print/?stage=all&paper=B2").content.decode()


def test_the_tools_are_for_staff_who_see_cases(strewn: City, client: Client) -> None:
    for path in ("/map/print/", "/map/search/?q=1", "/map/here/?lon=121&lat=31"):
        assert client.get(path).status_code == 302
        clerk = Client()
        clerk.force_login(type(strewn.user("chief")).objects.get_or_create(username="clerk")[0])
        assert clerk.get(path).status_code == 403
