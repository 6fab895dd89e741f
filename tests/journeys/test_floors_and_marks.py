"""On the map: into a building by its floors, a mark by mouse and by keyboard, a grid counted and
printed with the mark on it."""

from __future__ import annotations

from urllib.parse import unquote

from django.contrib.gis.geos import Point
from playwright.sync_api import Page, expect

from linli.marks.models import Mark
from linli.territory.models import Address, Building
from tests.cases.city import square
from tests.journeys.conftest import Scene
from tests.journeys.test_on_the_map import click, drawn, opened, pytestmark, until
from tests.maps.conftest import case_at

__all__ = ["pytestmark"]


def tall_house(scene: Scene) -> Building:
    """Six floors with two units, a case at one of its doors."""
    made = Building.objects.create(
        name="邻里公寓", outline=square(121.004, 31.004, 0.0005), floors=6
    )
    place = Point(121.0042, 31.0042, srid=4326)
    for unit in ("1单元", "2单元"):
        for floor in range(1, 7):
            Address.objects.create(
                text=f"邻里路1号{unit}{floor}01", unit=unit, room=f"{floor}01", place=place
            )
    case = case_at(scene.city, 0, place)
    case.address = "邻里路1号2单元501"
    case.save()
    return made


def share(scene: Scene) -> None:
    """The chief may mark for everybody."""
    post = scene.city.districts[0].posts["street_chief"]
    post.grants = [*post.grants, "marks.share"]
    post.save()


def test_into_a_building_by_its_floors(scene: Scene) -> None:
    tall_house(scene)
    page = opened(scene)
    page.evaluate("window.map.jumpTo({center: [121.00435, 31.00435], zoom: 17})")
    until(page, "window.map.areTilesLoaded()")
    page.locator("canvas.maplibregl-canvas").focus()
    page.keyboard.press("Enter")
    popover = page.locator(".map-popover")
    expect(popover).to_contain_text("邻里公寓")
    until(page, "window.map.getSource('named')")  # the border of the grid is drawn
    popover.get_by_role("link", name="Floors and dwellings").click()
    plan = page.get_by_role("table")
    expect(plan.get_by_role("row")).to_have_count(7)
    expect(plan.get_by_role("columnheader", name="2单元")).to_be_visible()
    door = plan.get_by_role("row", name="5").get_by_role("link", name="501 has cases")
    door.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#door")).to_contain_text("邻里路1号2单元501")
    expect(page.locator("#door").get_by_role("listitem")).to_have_count(1)
    page.get_by_role("link", name="All of them on the map").click()
    expect(page.locator("#beside").get_by_role("status")).to_have_text("1 case")


def test_a_solid_building_answers_where_it_is_clicked(scene: Scene) -> None:
    made = tall_house(scene)
    Building.objects.filter(pk=made.pk).update(height_m=80)
    page = opened(scene)
    page.get_by_label("3D buildings").check()
    until(page, "window.map.getPitch() > 50")
    page.evaluate("window.map.jumpTo({center: [121.00425, 31.00425], zoom: 17})")
    until(page, "window.map.areTilesLoaded()")
    top = page.evaluate(
        """() => { for (let up = 0; up < 300; up += 5) {
            const {x, y} = window.map.project([121.00425, 31.00425]);
            const layers = ['buildings-solid'];
            const seen = (y) => window.map.queryRenderedFeatures([x, y], {layers}).length;
            if (seen(y - up) && !seen(y - up - 25)) return [x, y - up];
        } }"""
    )
    box = page.locator(".map-list .map-box").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + top[0], box["y"] + top[1])
    expect(page.locator(".map-popover")).to_contain_text("邻里公寓")


def fill_in(page: Page, text: str) -> None:
    """The form of a new mark, saved; the map is drawn again."""
    page.get_by_label("Text on the map").fill(text)
    page.get_by_label("Who sees it").select_option(label="all staff")
    page.get_by_role("button", name="Save").click()
    drawn(page)


def test_marking_an_area_and_a_point_by_keyboard(scene: Scene) -> None:
    share(scene)
    page = opened(scene)
    page.get_by_role("button", name="Mark", exact=True).click()
    for lon, lat in ((121.001, 31.003), (121.004, 31.003), (121.004, 31.007)):
        click(page, lon, lat)
    page.get_by_role("button", name="Done as an area").click()
    fill_in(page, "施工围挡")
    until(page, "window.map.querySourceFeatures('marks', {sourceLayer: 'mark-names'}).length")
    assert Mark.objects.get().shape.geom_type == "Polygon"

    page.get_by_role("button", name="Mark", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Done as an area")).to_be_visible()
    page.get_by_role("button", name="Add the centre").press("Enter")
    page.locator("canvas.maplibregl-canvas").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/map/marks/new/**")
    assert "shape=point:" in unquote(page.url)
    fill_in(page, "集合点")
    point = Mark.objects.get(text="集合点").shape
    page.evaluate("([lon, lat]) => window.map.jumpTo({center: [lon, lat], zoom: 17})", list(point))
    until(page, "window.map.areTilesLoaded()")
    click(page, *point)
    popover = page.locator(".map-popover")
    expect(popover).to_contain_text("集合点")
    popover.get_by_role("link", name="Change").click()
    page.get_by_role("button", name="Remove this mark").click()
    expect(page.get_by_role("table").get_by_role("rowheader")).to_have_text(["施工围挡"])


def test_a_grid_is_counted_and_printed_with_its_marks(scene: Scene) -> None:
    share(scene)
    tall_house(scene)
    grid = scene.city.districts[0].grids[0]
    page = opened(scene)
    page.get_by_label("Find a place on the map").fill(grid.code)
    page.get_by_role("link", name="Page").click()
    expect(page.get_by_role("heading", name=grid.name, level=1)).to_be_visible()
    expect(page.get_by_role("link", name="邻里公寓")).to_be_visible()
    page.get_by_role("link", name="Count in it").click()
    drawn(page)
    expect(page.get_by_role("heading", name=grid.name)).to_be_visible()
    until(page, "window.map.getSource('named')")
    link = page.get_by_role("link", name="Print")
    link.focus()
    link.click()
    page.wait_for_selector(".map-print[data-drawn]")
    expect(page.locator(".map-sheet-head")).to_contain_text(grid.name)
    until(page, "window.map.getLayer('marks-line') && window.map.getSource('named')")
