"""Grids on the map: a plan looked at, changed by a click, adopted; a grid split by its cells."""

from __future__ import annotations

from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils import timezone
from playwright.sync_api import Page, expect

from linli.planning.models import GridScheme, Plan, PlanAtom
from linli.planning.rules.schemes import BUILT_IN
from linli.planning.services import propose_plan, restore_schemes
from linli.staff.models import User
from linli.territory.models import Building, Grid, GridVersion
from tests.factories import make_post, make_user
from tests.journeys.conftest import Scene
from tests.live.test_journey import CHROMIUM

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium"),
    pytest.mark.skipif(not settings.BUILT_DIR.is_dir(), reason="needs the built islands"),
]
KEEP = "addEventListener('linli:map', (event) => { window.map = event.detail; })"


def administrator() -> User:
    user = make_user()
    make_post("territory.edit", user=user)
    user = User.objects.get(pk=user.pk)
    TOTP.activate(user, generate_totp_secret())
    return user


def shown(scene: Scene, user: User, path: str) -> Page:
    """A page with its pieces drawn."""
    page = scene.open(user)
    page.add_init_script(KEEP)
    page.goto(path)
    for _try in range(150):
        if page.evaluate(
            "() => Boolean(window.map && window.map.getLayer('pieces-fill')"
            " && window.map.queryRenderedFeatures({layers: ['pieces-fill']}).length)"
        ):
            return page
        page.wait_for_timeout(100)
    raise AssertionError("the pieces were never drawn")


def click(page: Page, lon: float, lat: float) -> None:
    """A click on a place of the map."""
    box = page.locator(".pieces .map-box").bounding_box()
    assert box is not None
    spot = page.evaluate("([lon, lat]) => window.map.project([lon, lat])", [lon, lat])
    page.mouse.click(box["x"] + spot["x"], box["y"] + spot["y"])


def test_a_plan_is_changed_by_a_click_and_adopted(scene: Scene) -> None:
    home = scene.city.districts[0]
    west, south, _east, _north = GridVersion.objects.get(grid=home.grids[0]).outline.extent
    for n in range(40):
        x, y = west + (n % 8) * 0.00125, south + (n // 8) * 0.002
        house = Polygon.from_bbox((x + 0.0004, y + 0.0006, x + 0.0009, y + 0.0014))
        Building.objects.create(floors=6, outline=MultiPolygon(house, srid=4326))
    restore_schemes()
    admin = administrator()
    plan = propose_plan(
        actor=admin,
        community=home.community,
        scheme=GridScheme.objects.get(code=BUILT_IN[0].code),
        parts=2,
        now=timezone.now(),
    )
    part = dict(PlanAtom.objects.values_list("number", "part"))
    near: dict[int, list[int]] = {number: [] for number in part}
    for a, b, *_more in plan.edges:
        near[a].append(b)
        near[b].append(a)
    piece = PlanAtom.objects.get(
        number=next(
            one
            for one in part
            if {part[other] for other in near[one]} == {0, 1}
            and sum(part[other] == part[one] for other in near[one]) >= 2
        )
    )
    page = shown(scene, admin, f"/console/territory/plans/{plan.pk}/")
    spot = piece.outline.point_on_surface
    click(page, spot.x, spot.y)
    expect(page.get_by_text("Choose a grid in the table first.")).to_be_visible()
    there = 2 - piece.part
    page.get_by_role("radio", name=str(there), exact=True).check()
    click(page, spot.x, spot.y)
    changes = page.get_by_label("Changes")
    expect(changes).to_have_value(f"{piece.number}:{there}")
    page.get_by_role("button", name="Undo").click()
    expect(changes).to_have_value("")
    click(page, spot.x, spot.y)
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    piece.refresh_from_db()
    assert piece.part == there - 1

    page.get_by_role("link", name="Adopt").click()
    page.get_by_role("button", name="Adopt").click()
    expect(page.get_by_text("The plan is adopted.")).to_be_visible()
    assert Plan.objects.get().state == "adopted"
    today = timezone.localdate()
    assert GridVersion.objects.filter(during__contains=today, grid__community=home.community)


def test_a_grid_is_split_by_giving_a_cell_to_a_new_one(scene: Scene) -> None:
    from linli.territory.services import draw_cells

    home = scene.city.districts[0]
    draw_cells(
        community_id=home.community.pk,
        from_date=timezone.localdate(),
        how="lattice",
        area_m2=100_000,
        again=True,
    )
    page = shown(scene, administrator(), f"/console/territory/dividing/{home.community.code}/")
    before = Grid.objects.filter(community=home.community, valid_to=None).count()
    west, south, _east, _north = (
        GridVersion.objects.filter(grid=home.grids[0]).latest("pk").outline.extent
    )
    page.get_by_role("radio", name="+1 a new grid").check()
    click(page, west + 0.0004, south + 0.0004)
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert Grid.objects.filter(community=home.community, valid_to=None).count() == before + 1
