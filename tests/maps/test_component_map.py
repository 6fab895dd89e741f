"""The map of components: table and tiles say the same, whoever looks and however filtered."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.components.models import Care, Component, Source
from linli.components.queries import count_for, spots
from linli.components.rules.filters import FAULTY, STANDING, ComponentFilter
from linli.components.rules.quads import quad_of
from linli.components.rules.states import State
from linli.staff.models import User
from tests.cases.city import STEP, City
from tests.components.test_cases import bin_class, coded_city, report
from tests.factories import make_post, make_unit
from tests.maps.conftest import tiles_around

KINDS = ("0101", "0118", "0307")


@pytest.fixture
def filled(db: None) -> City:
    """200 things of three classes and three units over both districts, in every state."""
    city, chance = coded_city(), Random(5)
    bin_class(city)
    source = Source.objects.create(name="t")
    cares = [Care.objects.create(owner=make_unit(name=f"单位{n}")) for n in range(3)]
    things = []
    for n in range(200):
        home = city.districts[n % 2]
        at = Point(home.x + STEP * chance.random(), 31 + STEP * chance.random(), srid=4326)
        things.append(
            Component(
                code=int(f"3101{n % 2 + 1:02d}{KINDS[n % 3]}{n + 1:06d}"),
                quad=quad_of(at.x, at.y), community=home.community, grid=home.grids[n % 4 // 2],
                care=cares[n % 5 % 3], source=source, place=at,
                state=chance.choice(list(State)),
            )
        )  # fmt: skip
    Component.objects.bulk_create(things)
    return city


def looking(city: City, which: str) -> Any:
    """Somebody of the city, of the first district, of a unit, of one grid."""
    if which == "unit":
        owner = Care.objects.order_by("pk")[0].owner
        return make_post("components.see", unit=owner, reach="unit").user
    region = {"city": city.region, "district": city.districts[0].region}[which]
    return make_post("components.see", "cases.see", region=region).user


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    zoom=st.integers(9, 17),
    state=st.sampled_from([STANDING, FAULTY, "in_use", "lost,damaged", "removed"]),
    kind=st.sampled_from(["", "C01", "C0118", "C0307"]),
    region=st.sampled_from(["", "310101", "310102001", "310199"]),
    by_unit=st.booleans(),
    who=st.sampled_from(["city", "district", "unit"]),
)
def test_the_counts_of_all_tiles_are_the_count_of_the_list(
    filled: City, zoom: int, state: str, kind: str, region: str, by_unit: bool, who: str
) -> None:
    user: User = looking(filled, who)
    asked = {"state": state, "class": kind, "region": region}
    if by_unit:
        asked["unit"] = str(Care.objects.order_by("pk")[1].owner_id)
    wanted = ComponentFilter.parse(asked)
    drawn = sum(spot.count for at in tiles_around(zoom) for spot in spots(user, wanted, *at))
    assert drawn == count_for(user, wanted).count


def browser(user: User) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


def test_without_a_wish_it_shows_what_stands(filled: City) -> None:
    client = browser(looking(filled, "city"))
    assert client.get("/map/components/")["Location"] == "/map/components/?state=standing"
    page = client.get("/map/components/?state=standing")
    standing = Component.objects.exclude(state=State.REMOVED).count()
    assert f"{standing} components" in page.content.decode()
    assert page.content.decode().count("data-row data-lon") == 50


def test_the_table_follows_the_filter_and_refuses_in_a_sentence(filled: City) -> None:
    client = browser(looking(filled, "district"))
    lost = Component.objects.filter(state=State.LOST, code__lt=3101020000000000)
    text = client.get("/map/components/?state=lost").content.decode()
    assert all(one.number in text for one in lost)
    assert "310102" not in text.partition('id="beside"')[2]
    refused = client.get("/map/components/?state=asleep")
    assert refused.status_code == 422
    assert "state is one of" in refused.content.decode()


def test_the_popover_tells_of_those_one_may_see(filled: City) -> None:
    here, there = (
        Component.objects.filter(code__startswith=f"31010{n}").exclude(state=State.REMOVED)[0]
        for n in (1, 2)
    )
    report(filled, here)
    client = browser(looking(filled, "district"))
    text = client.get(
        f"/map/components/summary/?code={here.number}&code={there.number}&code=x"
    ).content.decode()
    assert here.number in text
    assert there.number not in text
    assert "1 case this year" in text
    gone = client.get(f"/map/components/summary/?code={there.number}").content.decode()
    assert "not on your map any more" in gone


def test_the_print_says_what_is_shown(filled: City) -> None:
    text = browser(looking(filled, "city")).get(
        "/map/components/print/?state=faulty&paper=A3"
    ).content.decode()  # fmt: skip
    assert "out of order" in text
    assert "map-sheet-a3" in text
    faulty = Component.objects.exclude(state__in=[State.IN_USE, State.REMOVED]).count()
    assert f"{faulty} components" in text


def test_the_map_of_cases_offers_components_to_those_who_see_them(filled: City) -> None:
    page = browser(looking(filled, "city")).get("/map/?stage=open").content.decode()
    assert 'value="components"' in page
    blind = make_post("cases.see", region=filled.region).user
    assert 'value="components"' not in browser(blind).get("/map/?stage=open").content.decode()
