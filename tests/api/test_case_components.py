"""A case reported over the interface on a component."""

from __future__ import annotations

import pytest
from django.test import Client

from linli.components.models import Component
from linli.components.rules.states import State
from tests.api.conftest import Caller, token_of
from tests.cases.city import City
from tests.components.test_cases import bin_class, bin_in, coded_city
from tests.factories import make_post


@pytest.fixture
def city(db: None) -> City:
    made = coded_city()
    bin_class(made)
    return made


@pytest.fixture
def caller(city: City, client: Client) -> Caller:
    grants = ("cases.see", "cases.report", "components.see")
    return Caller(token_of(make_post(*grants, region=city.districts[0].region)), client)


def test_the_component_gives_place_and_class(city: City, caller: Caller) -> None:
    thing = bin_in(city)
    sent = caller.post("/cases", {"description": "果皮箱倒了", "component": thing.number})
    assert sent.status_code == 201, sent.content
    case = caller.get(f"/cases/{sent.json()['number']}").json()
    assert case["component"] == thing.number
    assert case["case_class"]["code"] == "C0307"
    assert case["place"] == {"lon": thing.place.x, "lat": thing.place.y}
    (listed,) = caller.get("/cases").json()["cases"]
    assert listed["component"] == thing.number


@pytest.mark.parametrize("why", ["unknown", "no code", "removed", "far", "unseen"])
def test_a_component_that_cannot_be_meant_is_refused(city: City, caller: Caller, why: str) -> None:
    thing = bin_in(city)
    given = {"description": "x", "component": thing.number}
    if why == "unknown":
        given["component"] = "3101010307999999"
    elif why == "no code":
        given["component"] = "lamp 7"
    elif why == "removed":
        Component.objects.update(state=State.REMOVED)
    elif why == "far":
        given |= {"lon": thing.place.x, "lat": thing.place.y + 0.004}
    else:
        Component.objects.update(community=city.districts[1].community)
    refused = caller.post("/cases", given)
    assert refused.status_code in (400, 422), refused.content
    assert refused.json()["field"] == "component"
    assert refused.json()["title"]
