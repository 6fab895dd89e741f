"""On the map: measuring, counting in an area, switching layers, borders of another day."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point
from django.db.backends.postgresql.psycopg_any import DateRange
from playwright.sync_api import Error, Page, Route, expect

from linli.territory.models import Building, GridVersion
from tests.cases.city import SINCE, STEP, square
from tests.journeys.conftest import Scene
from tests.live.test_journey import CHROMIUM
from tests.maps.conftest import case_at

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium"),
    pytest.mark.skipif(not settings.BUILT_DIR.is_dir(), reason="needs the built islands"),
]
KEEP = "addEventListener('linli:map', (event) => { window.map = event.detail; })"


def opened(scene: Scene, path: str = "/map/?stage=all") -> Page:
    """The map page of a chief of the first district, drawn."""
    page = scene.open(scene.city.districts[0].user("street_chief"))
    page.add_init_script(KEEP)
    page.goto(path)
    drawn(page)
    return page


def drawn(page: Page) -> None:
    """Wait until the map has drawn and its tools are at hand."""
    page.wait_for_selector(".map-list[data-drawn]")
    until(page, "window.map.getSource('drawn') && window.map.areTilesLoaded()")


def until(page: Page, true: str) -> None:
    """Wait for something to be true in the page; its policy keeps Playwright's own way out."""
    for _try in range(150):
        if page.evaluate(f"() => Boolean({true})"):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {true}")


def at(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Where a place is on the screen."""
    box = page.locator(".map-list .map-box").bounding_box()
    assert box is not None
    spot = page.evaluate("([lon, lat]) => window.map.project([lon, lat])", [lon, lat])
    return box["x"] + spot["x"], box["y"] + spot["y"]


def click(page: Page, lon: float, lat: float) -> None:
    page.mouse.click(*at(page, lon, lat))
    page.wait_for_timeout(350)  # two clicks at once would be a double one


def shown(page: Page, layer: str) -> bool:
    value: Any = page.evaluate("(id) => window.map.getLayoutProperty(id, 'visibility')", layer)
    return bool(value != "none")


def test_measuring_a_way_and_a_field(scene: Scene) -> None:
    page = opened(scene)
    page.get_by_role("button", name="Measure").click()
    says = page.locator("[data-says]")
    expect(says).to_contain_text("Click on the map from point to point")
    click(page, 121.002, 31.002)
    click(page, 121.004, 31.002)
    expect(says).to_contain_text(
        "Distance: 190"
    )  # 0.002° at 31° N are 190.6 m; a pixel is some 2 m
    click(page, 121.004, 31.004)
    page.get_by_role("button", name="Done").click()
    expect(says).to_contain_text("Area:")
    page.get_by_role("button", name="Take back").click()
    expect(says).not_to_contain_text("Area:")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(says).to_be_hidden()
    expect(page.get_by_role("button", name="Measure")).to_have_attribute("aria-pressed", "false")


def test_counting_in_an_area_by_mouse_and_by_keyboard(scene: Scene) -> None:
    for number, lon in enumerate((121.0025, 121.0026, 121.008)):
        case_at(scene.city, 0, Point(lon, 31.005, srid=4326), number=number).save()
    page = opened(scene)
    expect(page.get_by_role("status").filter(has_text="3 cases")).to_be_visible()
    page.get_by_role("button", name="Count in an area").click()
    for lon, lat in ((121.001, 31.003), (121.004, 31.003), (121.004, 31.007), (121.001, 31.007)):
        click(page, lon, lat)
    page.get_by_role("button", name="Done").click()
    beside = page.locator("#beside")
    expect(beside.get_by_role("heading", name="In the drawn area")).to_be_visible()
    expect(beside.get_by_role("status")).to_have_text("2 cases")
    expect(beside.locator("tfoot")).to_contain_text("2")
    assert "area=" in page.url
    page.reload()
    drawn(page)
    expect(page.locator("#beside").get_by_role("status")).to_have_text("2 cases")
    page.get_by_role("link", name="Leave the area").click()
    drawn(page)
    expect(page.locator("#beside").get_by_role("status")).to_have_text("3 cases")

    page.get_by_role("button", name="Count in an area").press("Enter")
    add = page.get_by_role("button", name="Add the centre")
    for way in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"):
        page.locator("canvas.maplibregl-canvas").focus()
        for _step in range(5 if way == "ArrowLeft" else 9):
            page.keyboard.press(way)
            page.wait_for_timeout(60)
        until(page, "!window.map.isMoving()")
        add.press("Enter")
    page.locator("canvas.maplibregl-canvas").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="In the drawn area")).to_be_visible()


def test_switching_layers_and_grounds(scene: Scene) -> None:
    Building.objects.create(outline=square(121.004, 31.004, 0.0005), floors=9)
    case_at(scene.city, 0, Point(121.005, 31.005, srid=4326)).save()
    page = opened(scene)
    assert shown(page, "cases-one")
    page.get_by_label("Cases", exact=True).uncheck()
    assert not shown(page, "cases-one")
    assert not shown(page, "cases-many")
    assert not shown(page, "cells")
    page.get_by_label("Cells").check()
    assert shown(page, "cells")
    page.get_by_label("3D buildings").check()
    assert shown(page, "buildings-solid")
    assert not shown(page, "buildings")
    until(page, "window.map.getPitch() > 50")
    page.get_by_label("Buildings", exact=True).uncheck()
    assert not shown(page, "buildings-solid")
    page.get_by_label("Plan").check()
    until(page, "window.map.getPitch() < 1")
    link = page.get_by_role("link", name="Print")
    link.focus()
    assert "hide=cases%2Cbuildings" in (link.get_attribute("href") or "")
    link.click()
    page.wait_for_selector(".map-print[data-drawn]")
    assert not shown(page, "cases-one")


def test_a_filter_changed_while_its_tiles_are_under_way_shows_no_sign_of_the_old_one(
    scene: Scene,
) -> None:
    case_at(scene.city, 0, Point(121.0025, 31.005, srid=4326), number=1).save()
    page = scene.open(scene.city.districts[0].user("street_chief"))
    page.add_init_script(KEEP)
    held: list[Route] = []
    page.route("**/tiles/cases/**stage=all**", lambda route: held.append(route))  # noqa: PLW0108
    with page.expect_request("**/tiles/cases/**stage=all**"):
        page.goto("/map/?stage=all")
    page.locator(".filters > summary").click()
    page.get_by_label("Stage").select_option("closed")
    page.wait_for_url("**stage=closed**")
    until(page, "window.map.getSource('cases').tiles[0].includes('stage=closed')")
    assert held
    for one in held:
        with suppress(Error):  # the map has given it up
            one.continue_()
    page.wait_for_timeout(300)
    until(page, "window.map.isSourceLoaded('cases')")
    assert page.evaluate("window.map.querySourceFeatures('cases', {sourceLayer: 'cases'})") == []
    order = page.evaluate("window.map.getStyle().layers.map((one) => one.id)")
    assert order.index("cases-many") < order.index("cases-one") < order.index("cases-count")


def test_borders_of_another_day(scene: Scene) -> None:
    grid, moved = scene.city.districts[0].grids[0], date(2025, 5, 1)
    GridVersion.objects.filter(grid=grid).update(during=DateRange(SINCE, moved))
    GridVersion.objects.create(
        grid=grid, outline=square(121.0, 31.0, STEP / 4), during=DateRange(moved, None)
    )
    page = opened(scene)

    def width() -> float:
        """How far the first grid reaches, as it is drawn."""
        until(page, "window.map.areTilesLoaded()")
        page.wait_for_timeout(300)
        found: float = page.evaluate(
            """(code) => Math.max(...window.map.querySourceFeatures('grids', {sourceLayer: 'grids'})
                .filter((one) => one.properties.code === code)
                .flatMap((one) => one.geometry.coordinates.flat(3).filter((n) => n > 100)))""",
            grid.code,
        )
        return found

    assert width() == pytest.approx(121.0 + STEP / 4, abs=1e-4)
    page.get_by_label("Borders as of").fill("2025-04-30")
    page.get_by_label("Borders as of").press("Tab")
    page.wait_for_url("**on=2025-04-30**")
    until(page, "window.map.getSource('grids').tiles[0].includes('on=2025-04-30')")
    assert width() == pytest.approx(121.0 + STEP / 2, abs=1e-4)
    page.reload()
    drawn(page)
    assert width() == pytest.approx(121.0 + STEP / 2, abs=1e-4)


def test_what_was_found_is_walked_by_arrows_and_makes_way_for_the_map(scene: Scene) -> None:
    home = scene.city.districts[0]
    page = opened(scene)
    field, hits = page.get_by_label("Find a place on the map"), page.locator(".map-hit")
    field.fill(home.grids[1].name)
    expect(hits.first).to_be_visible()
    field.press("ArrowDown")
    expect(hits.first).to_be_focused()
    hits.first.press("ArrowUp")
    expect(field).to_be_focused()
    page.get_by_role("button", name="Measure").click()
    expect(hits).to_have_count(0)


def test_finding_a_place_and_asking_what_is_there(scene: Scene) -> None:
    home = scene.city.districts[0]
    Building.objects.create(name="邻里大厦", outline=square(121.004, 31.004, 0.0005), floors=9)
    page = opened(scene)
    page.get_by_label("Find a place on the map").fill(home.grids[1].name)
    page.locator(".map-hit").first.click()
    until(page, "Math.abs(window.map.getCenter().lng - 121.0075) < 0.0005")
    page.evaluate("window.map.jumpTo({center: [121.00425, 31.00425], zoom: 17})")
    until(page, "window.map.areTilesLoaded()")
    page.locator("canvas.maplibregl-canvas").focus()
    page.keyboard.press("Enter")
    popover = page.locator(".map-popover")
    expect(popover).to_contain_text("邻里大厦")
    expect(popover).to_contain_text(home.grids[0].code)
