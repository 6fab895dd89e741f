"""The collection of components: what a token may see, by page, by box, by the list's filters."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.live_server_helper import LiveServer

from linli.components.models import Component
from linli.components.rules.quads import quad_of
from linli.components.rules.states import State
from linli.ogc.rules.crs import Crs
from tests.cases.city import City
from tests.components.test_cases import bin_class, bin_in, coded_city
from tests.factories import make_post
from tests.ogc.conftest import Reader, token_of
from tests.ogc.test_client import read

ITEMS = "/collections/components/items"
GRANTS = ("components.see", "cases.see")


def strewn_city() -> City:
    """Twenty bins from west to east of the first community; the last one removed."""
    city = coded_city()
    bin_class(city)
    for number in range(1, 21):
        one = bin_in(city, number)
        at = Point(one.place.x + number * 0.0001, one.place.y, srid=4326)
        state = State.DAMAGED if number % 5 == 0 else State.IN_USE
        Component.objects.filter(pk=one.pk).update(
            place=at, quad=quad_of(at.x, at.y), state=State.REMOVED if number == 20 else state
        )
    return city


@pytest.fixture
def city(db: None) -> City:
    return strewn_city()


@pytest.fixture
def gis(city: City, client: Client) -> Reader:
    return Reader(client, token_of(make_post(*GRANTS, region=city.districts[0].region)))


def codes(found: list[Any]) -> list[int]:
    """The running numbers of features."""
    return [int(one["id"][-6:]) for one in found]


def test_components_need_a_token_that_may_see_them(city: City, client: Client) -> None:
    for path in ("/collections/components", ITEMS, f"{ITEMS}/1"):
        assert Reader(client).get(path).status_code == 401
    blind = Reader(client, token_of(make_post("cases.see", region=city.districts[0].region)))
    assert blind.get(ITEMS).status_code == 403
    other = Reader(client, token_of(make_post(*GRANTS, region=city.districts[1].region)))
    assert other.json(ITEMS)["features"] == []
    assert other.get(f"{ITEMS}/3101010307000001").status_code == 404


def test_pages_hold_what_stands_once(gis: Reader) -> None:
    assert gis.json(ITEMS, limit=7)["numberMatched"] == 19
    assert codes(gis.pages(ITEMS, limit=7)) == list(range(1, 20))
    assert codes(gis.pages(ITEMS, state="removed")) == [20]
    assert codes(gis.pages(ITEMS, state="faulty", limit=2)) == [5, 10, 15]


def test_a_box_cuts_the_pages_exactly(gis: Reader) -> None:
    first = Component.objects.order_by("code").first()
    assert first is not None
    x, y = first.place.coords
    box = f"{x},{y - 1e-4},{x + 0.00045},{y + 1e-4}"
    assert codes(gis.pages(ITEMS, bbox=box, limit=2)) == [1, 2, 3, 4, 5]
    assert gis.json(ITEMS, bbox=box, limit=2)["numberMatched"] == 5
    assert codes(gis.pages(ITEMS, bbox="-180,-90,180,90")) == list(range(1, 20))
    assert gis.pages(ITEMS, bbox="170,-10,-170,10") == []


def test_one_component_says_what_a_map_needs(gis: Reader) -> None:
    one = gis.json(f"{ITEMS}/3101010307000005")
    assert one["properties"]["class"] == "C0307"
    assert one["properties"]["state"] == "damaged"
    assert one["properties"]["owner"] == "环卫"
    turned = gis.json(f"{ITEMS}/3101010307000005", crs=Crs.WGS84.value)
    assert turned["geometry"]["coordinates"] == one["geometry"]["coordinates"][::-1]


@pytest.mark.parametrize(
    "query", [{"state": "asleep"}, {"class": "lamp"}, {"cursor": "x"}, {"bbox": "1,2"}]
)
def test_what_cannot_be_is_refused(gis: Reader, query: dict[str, str]) -> None:
    answer = gis.get(ITEMS, **query)
    assert answer.status_code == 400
    assert answer.json()["field"] == next(iter(query))


def test_a_page_costs_the_same_however_long(
    gis: Reader, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    gis.json(ITEMS)
    for limit in (2, 19):
        with django_assert_max_num_queries(8):
            gis.json(ITEMS, limit=limit)


def test_gdal_reads_components_page_after_page(
    transactional_db: None, live_server: LiveServer
) -> None:
    post = make_post(*GRANTS, region=strewn_city().districts[0].region)
    found = read(live_server, "components", token=token_of(post))
    assert "components" in found["layers"]
    assert (found["count"], found["drawn"], len(found["fields"]["code"])) == (19, 19, 19)
    assert set(found["fields"]["state"]) == {"in_use", "damaged"}
