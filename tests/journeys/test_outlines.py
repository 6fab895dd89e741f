"""Outlines on the map: a grid split by a line, its border dragged, undone, redone, saved; a new
grid drawn by keyboard; another day looked at on the map and in the list."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from playwright.sync_api import Page, expect

from linli.planning.services import restore_schemes
from linli.territory.models import Grid, GridVersion
from linli.territory.queries import topology_report
from tests.journeys.conftest import Scene
from tests.journeys.test_planning import KEEP, administrator, click
from tests.live.test_journey import CHROMIUM

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium"),
    pytest.mark.skipif(not settings.BUILT_DIR.is_dir(), reason="needs the built islands"),
]
DRAWN = """() => Boolean(window.map && window.map.getLayer('redrawn-fill')
    && window.map.queryRenderedFeatures({layers: ['redrawn-fill']}).length)"""


def opened(scene: Scene) -> Page:
    """The outlines of the first community, drawn; its frame is what its grids cover."""
    home = scene.city.districts[0]
    restore_schemes()
    page = scene.open(administrator())
    page.add_init_script(KEEP)
    page.goto(f"/console/territory/outlines/{home.community.code}/")
    page.wait_for_function(DRAWN)
    return page


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    box = page.locator(".pieces .map-box").bounding_box()
    assert box is not None
    spots = [page.evaluate("(at) => window.map.project(at)", list(at)) for at in (start, end)]
    page.mouse.move(box["x"] + spots[0]["x"], box["y"] + spots[0]["y"])
    page.mouse.down()
    page.mouse.move(box["x"] + spots[1]["x"], box["y"] + spots[1]["y"], steps=5)
    page.mouse.up()


def test_a_grid_is_split_its_new_border_bent_and_saved(scene: Scene) -> None:
    home = scene.city.districts[0]
    grid = home.grids[0]
    west, south, east, north = GridVersion.objects.get(grid=grid).outline.extent
    middle, wide = (south + north) / 2, east - west
    page = opened(scene)
    steps = page.get_by_label("Steps")
    click(page, west + wide / 4, south + (north - south) / 4)
    expect(page.get_by_role("radio", name=grid.code[13:])).to_be_checked()
    page.get_by_label("Snap").uncheck()
    page.get_by_role("button", name="Split").click()
    click(page, west - wide / 60, middle)
    click(page, east + wide / 60, middle)
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="+1")).to_be_visible()
    expect(page.get_by_text("No gap and no overlap would arise.")).to_be_visible()
    assert not Grid.objects.filter(valid_from=timezone.localdate()), "nothing is saved yet"

    drag(page, (west + wide / 2, middle), (west + wide / 2, middle + (north - south) / 8))
    expect(steps).to_have_value(re.compile("\nmove "))
    expect(page.get_by_text("No gap and no overlap would arise.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(steps).not_to_have_value(re.compile("move"))
    page.get_by_role("button", name="Redo").click()
    expect(steps).to_have_value(re.compile("\nmove "))
    page.get_by_label("Reason").fill("two workers from today")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    today = timezone.localdate()
    report = topology_report(home.community.pk, on=today)
    assert not [one for one in report.overlaps if one.layer == "responsibility"]
    new = Grid.objects.filter(community=home.community, valid_from=today)
    assert new.count() == 1
    yesterday = today - timedelta(days=1)
    past = GridVersion.objects.filter(grid__in=new, during__contains=yesterday)
    assert not past.exists()


def test_an_outline_is_drawn_by_keyboard_and_a_refused_step_is_taken_back(scene: Scene) -> None:
    page = opened(scene)
    page.get_by_label("Snap").uncheck()
    page.get_by_role("button", name="Draw").click()
    for key in ("ArrowLeft", "ArrowUp", "ArrowRight"):
        page.keyboard.press("Space")
        page.keyboard.press(key)
        page.wait_for_timeout(700)  # the map glides
    page.keyboard.press("Enter")
    expect(page.get_by_label("Steps")).to_have_value(re.compile(r"^claim \+1 POLYGON"))
    expect(page.get_by_role("radio", name="+1")).to_be_visible()
    page.get_by_role("radio", name="+1").check()
    page.get_by_role("button", name="Split").click()
    centre = page.evaluate("window.map.getCenter().toArray()")
    for shift in (0.00001, 0.00002):
        click(page, centre[0] + shift, centre[1])
    page.keyboard.press("Enter")
    expect(page.locator(".redraw-says")).to_contain_text("does not cut through")
    expect(page.get_by_label("Steps")).not_to_have_value(re.compile("split"))


def test_another_day_on_the_list_and_the_page_of_a_grid(scene: Scene) -> None:
    grid, ended = scene.city.districts[0].grids[0], date(2026, 5, 1)
    GridVersion.objects.filter(grid=grid).update(
        during=DateRange(GridVersion.objects.get(grid=grid).during.lower, ended)
    )
    Grid.objects.filter(pk=grid.pk).update(valid_to=ended)
    page = scene.open(administrator())
    page.goto("/console/territory/grids/")
    expect(page.get_by_text(grid.code)).to_have_count(0)
    page.goto("/console/territory/grids/?on=2026-04-30")
    page.locator(f"main a[href*='{grid.code}']").click()
    expect(page.get_by_text("As of 2026-04-30, not today.")).to_be_visible()
