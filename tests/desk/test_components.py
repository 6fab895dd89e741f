"""Components at the desk: listed, looked at, inspected, labelled, chosen while reporting."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from linli.cases.models import Case
from linli.components.models import Component, ComponentEvent
from linli.components.rules.states import Condition, State
from linli.staff.models import User
from tests.cases.city import City
from tests.components.test_cases import bin_class, bin_in, coded_city, report
from tests.factories import make_post


@pytest.fixture
def city(db: None) -> City:
    return coded_city()


def somebody(city: City, *grants: str) -> Client:
    """Somebody of the first district, reading English."""
    home = city.districts[0]
    post = make_post("components.see", *grants, unit=home.centre, region=home.region)
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(User.objects.get(pk=post.user_id))
    return client


def test_the_list_shows_what_fits_and_counts_it(city: City) -> None:
    bin_class(city)
    for number in range(1, 4):
        bin_in(city, number)
    client = somebody(city)
    page = client.get("/desk/components/?class=C0307")
    assert page.status_code == 200
    text = page.content.decode()
    assert "3 components" in text
    assert text.count("/desk/components/3101010307") == 3
    assert "No component fits" in client.get("/desk/components/?state=lost").content.decode()
    assert client.get("/desk/components/?state=asleep").status_code == 422


def test_the_page_tells_how_often_it_was_reported_this_year(city: City) -> None:
    bin_class(city)
    thing = bin_in(city)
    for _time in range(3):
        report(city, thing)
    text = somebody(city, "cases.see").get(f"/desk/components/{thing.number}/").content.decode()
    assert "3 cases this year" in text
    assert text.count("/desk/cases/") >= 3


def test_an_inspection_is_noted_by_who_may_and_only_on_what_was_seen(city: City) -> None:
    bin_class(city)
    thing = bin_in(city)
    address = f"/desk/components/{thing.number}/"
    found: dict[str, Any] = {
        "state": State.DAMAGED.value, "condition": Condition.POOR.value, "opinion": "lid gone",
        "seen": 1,
    }  # fmt: skip
    assert somebody(city).post(address, found).status_code == 422
    client = somebody(city, "components.inspect")
    assert client.post(address, found).status_code == 302
    thing.refresh_from_db()
    assert (thing.state, thing.condition, thing.version) == (State.DAMAGED, Condition.POOR, 2)
    assert ComponentEvent.objects.get().opinion == "lid gone"
    assert client.post(address, found).status_code == 422  # somebody looked at version 1
    assert ComponentEvent.objects.count() == 1


def test_labels_carry_the_code(city: City) -> None:
    bin_class(city)
    thing = bin_in(city)
    text = somebody(city).get("/desk/components/labels/").content.decode()
    assert thing.number in text
    assert "<path d=" in text


def test_the_operator_chooses_what_the_report_is_about(city: City) -> None:
    bin_class(city)
    thing = bin_in(city)
    client = somebody(city, "cases.see", "cases.report", "cases.intake")
    near = client.get(
        f"/desk/intake/components?lon={thing.place.x}&lat={thing.place.y}"
    ).content.decode()
    assert thing.number in near
    answer = client.post(
        "/desk/intake/",
        {
            "description": "bin gone", "channel": "hotline", "urgency": "normal",
            "handling": "general", "component": thing.number,
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    assert Case.objects.get().component_code == thing.code
    assert Component.objects.get().state == State.IN_USE  # until it is filed
