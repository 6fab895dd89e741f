"""Saying which lamp: an operator and a worker on the map, a resident by the label."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from linli.cases.models import Case
from linli.catalogue.models import CaseClass
from linli.components.models import Component
from linli.staff.models import User
from tests.components.test_cases import bin_class, bin_in, with_codes
from tests.factories import make_post
from tests.journeys.conftest import Scene
from tests.journeys.test_on_the_map import KEEP, at, until
from tests.live.test_journey import CHROMIUM

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium"),
    pytest.mark.skipif(not settings.BUILT_DIR.is_dir(), reason="needs the built islands"),
]


def thing_in(scene: Scene) -> Component:
    """A bin in the city, of a class that residents report."""
    with_codes(scene.city)
    bin_class(scene.city)
    CaseClass.objects.update(public=True)
    return bin_in(scene.city)


def chosen(page: Page, thing: Component) -> None:
    """The list says that this one is meant."""
    expect(page.get_by_role("radio", name=re.compile(thing.number))).to_be_checked()


def case_on(thing: Component) -> Case:
    """The one case there is: it stands where the component stands, with its class."""
    case = Case.objects.get()
    assert case.component_code == thing.code
    assert case.place is not None
    assert case.place.coords == thing.place.coords
    assert case.case_class is not None
    assert case.case_class.code == "C0307"
    return case


def test_an_operator_picks_it_on_the_map(scene: Scene) -> None:
    thing, home = thing_in(scene), scene.city.districts[0]
    post = make_post(
        "components.see", "cases.see", "cases.report", "cases.intake",
        unit=home.centre, region=home.region,
    )  # fmt: skip
    page = scene.open(User.objects.get(pk=post.user_id))
    page.goto("/desk/intake/")
    page.get_by_label("What happened").fill("the bin is gone")
    page.get_by_label("Longitude").fill(f"{thing.place.x + 0.0002:.6f}")
    page.get_by_label("Latitude").fill(f"{thing.place.y:.6f}")
    page.get_by_label("Latitude").press("Tab")
    expect(page.get_by_role("radio", name=re.compile(thing.number))).not_to_be_checked()
    page.locator(".map-thing").click()
    chosen(page, thing)
    expect(page.get_by_label("Longitude")).to_have_value(f"{thing.place.x:.6f}")
    page.get_by_role("button", name="Record the report").last.click()
    page.wait_for_url("**/intake/done/")
    case_on(thing)


def test_a_worker_picks_it_on_the_map_of_the_phone(scene: Scene) -> None:
    thing, home = thing_in(scene), scene.city.districts[0]
    post = home.posts["worker"]
    post.grants = [*post.grants, "components.see"]
    post.save()
    here = {"longitude": thing.place.x, "latitude": thing.place.y + 0.0001, "accuracy": 8}
    page = scene.open(
        home.user("worker"), viewport={"width": 390, "height": 800},
        geolocation=here, permissions=["geolocation"],
    )  # fmt: skip
    page.goto("/field/report/")
    expect(page.get_by_role("radio", name=re.compile(thing.number))).to_be_visible()
    page.get_by_text("Mark the place").click()
    page.locator(".map-thing").click()
    chosen(page, thing)
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/field/cases/**")
    case_on(thing)


def test_a_resident_comes_by_the_label(scene: Scene) -> None:
    thing = thing_in(scene)
    page = scene.open(viewport={"width": 390, "height": 800})
    page.goto(f"/c/{thing.number}/")
    chosen(page, thing)
    expect(page.get_by_role("radio", name="果皮箱", exact=True)).to_be_checked()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/receipt/")
    assert case_on(thing).channel == "portal"


def test_a_resident_without_scripts_finds_it_in_the_list(scene: Scene) -> None:
    thing = thing_in(scene)
    page = scene.open(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page.goto(f"/report/?lon={thing.place.x}&lat={thing.place.y}")
    page.get_by_role("radio", name=re.compile(thing.number)).check()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/receipt/")
    case_on(thing)


def test_the_map_tells_of_a_component_and_leads_to_its_page(scene: Scene) -> None:
    thing, home = thing_in(scene), scene.city.districts[0]
    post = make_post("components.see", "cases.see", unit=home.centre, region=home.region)
    page = scene.open(User.objects.get(pk=post.user_id))
    page.add_init_script(KEEP)
    lon, lat = thing.place.coords
    box = ",".join(f"{edge:.6f}" for edge in (lon - 1e-3, lat - 1e-3, lon + 1e-3, lat + 1e-3))
    page.goto(f"/map/components/?state=standing&box={box}")
    page.wait_for_selector(".map-list[data-drawn]")
    until(page, "window.map.queryRenderedFeatures({layers: ['components-one']}).length === 1")
    page.mouse.click(*at(page, lon, lat))
    page.locator(".map-popover").get_by_role("link", name="果皮箱").click()
    page.wait_for_url(f"**/desk/components/{thing.number}/")
    page.go_back()
    page.wait_for_selector(".map-list[data-drawn]")  # the first picture, before it is changed
    until(page, "window.map.queryRenderedFeatures({layers: ['components-one']}).length === 1")
    page.locator("details.filters > summary").click()
    page.get_by_label("State").select_option("lost")
    expect(page.get_by_text("No component fits this filter.")).to_be_visible()
    page.wait_for_selector(".map-list[data-drawn]")
    until(page, "window.map.queryRenderedFeatures({layers: ['components-one']}).length === 0")
