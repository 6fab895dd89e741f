"""Planning on the console: plans asked for, adjusted, adopted; cells, repairs, staffing."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import shapely
from django.urls import reverse
from django.utils import timezone

from linli.errands.models import Errand
from linli.errands.services import run_errand
from linli.planning.models import GridScheme, Plan, PlanAtom
from linli.planning.services import restore_schemes
from linli.territory.models import Building, Cell, Grid, GridVersion
from tests.console.conftest import City, Person
from tests.territory.factories import geos

pytestmark = pytest.mark.django_db
CODE = "310101013001"


@pytest.fixture(autouse=True)
def four_schemes(db: None) -> None:
    """As the migration leaves them; a test that flushes takes them away."""
    restore_schemes()


@pytest.fixture
def built(city: City) -> City:
    """Fifty houses on the community's ground."""
    for n in range(50):
        x, y = 120.0 + (n % 10) * 0.0004, 30.0 + (n // 10) * 0.0004
        Building.objects.create(
            floors=6, outline=geos(shapely.box(x + 0.0001, y + 0.0001, x + 0.0003, y + 0.0003))
        )
    Grid.objects.update(households=900)
    return city


@pytest.fixture
def plan(system: Person, built: City) -> Plan:
    """A draft of two grids, made as a person has it made."""
    answer = system.client.post(
        reverse("console:planner_of", args=[CODE]),
        {"scheme": "district", "parts": 2, "work_share": 0, "stay": "on", "seed": 0},
    )
    errand = Errand.objects.get()
    assert answer.headers["Location"] == reverse("errands:errand", args=[errand.pk])
    run_errand(errand_id=errand.pk)
    errand.refresh_from_db()
    assert errand.state == "done", errand.outcome
    return Plan.objects.get()


def test_the_planner_lists_communities_and_their_drafts(system: Person, plan: Plan) -> None:
    page = system.client.get(reverse("console:planner")).content.decode()
    assert "承兴居委会" in page
    page = system.client.get(reverse("console:planner_of", args=[CODE])).content.decode()
    assert reverse("console:plan", args=[plan.pk]) in page


def test_the_planner_asks_again_for_what_makes_no_sense(system: Person, built: City) -> None:
    url = reverse("console:planner_of", args=[CODE])
    answer = system.client.post(url, {"scheme": "none", "work_share": 0, "seed": 0})
    assert answer.status_code == 422
    answer = system.client.post(url, {"scheme": "district", "parts": 0, "work_share": 0, "seed": 0})
    assert answer.status_code == 422


def test_a_plan_is_shown_beside_todays_grids(
    system: Person, plan: Plan, django_assert_max_num_queries: object
) -> None:
    url = reverse("console:plan", args=[plan.pk])
    system.client.get(url)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        page = system.client.get(url).content.decode()
    assert "Largest load against the mean" in page
    assert "Grid 1" in page
    told = json.loads(system.client.get(reverse("console:plan_geojson", args=[plan.pk])).content)
    assert len(told["features"]) == 50
    today = system.client.get(reverse("console:plan_today_geojson", args=[plan.pk]))
    assert len(json.loads(today.content)["features"]) == 1


def test_pieces_move_by_hand_and_nonsense_is_told_apart(system: Person, plan: Plan) -> None:
    url = reverse("console:plan", args=[plan.pk])
    part = {atom.number: atom.part for atom in PlanAtom.objects.all()}
    near: dict[int, list[int]] = {number: [] for number in part}
    for a, b, *_more in plan.edges:
        near[a].append(b)
        near[b].append(a)
    piece = next(
        one
        for one in part
        if {part[other] for other in near[one]} == {0, 1}
        and sum(part[other] == part[one] for other in near[one]) >= 2
    )
    answer = system.client.post(url, {"moves": f"{piece}:{2 - part[piece]}", "version": 1})
    assert answer.status_code == 302
    assert PlanAtom.objects.get(number=piece).part == 1 - part[piece]
    for words in ("", "hello", "1:99", "9999:1", "x:1"):
        assert system.client.post(url, {"moves": words, "version": 2}).status_code == 422


def test_a_plan_is_adopted_from_a_day_on(system: Person, plan: Plan) -> None:
    url = reverse("console:adopt_plan", args=[plan.pk])
    day = timezone.localdate()
    past = system.client.post(url, {"version": 1, "from_date": "2020-01-01"})
    assert past.status_code == 422
    done = system.client.post(url, {"version": 1, "from_date": day.isoformat()})
    assert done.status_code == 302
    assert GridVersion.objects.filter(during__contains=day).count() == 2
    page = system.client.get(reverse("console:plan", args=[plan.pk])).content.decode()
    assert "Adopted" in page
    assert reverse("console:drop_plan", args=[plan.pk]) not in page


def test_a_plan_is_dropped(system: Person, plan: Plan) -> None:
    system.client.post(reverse("console:drop_plan", args=[plan.pk]))
    plan.refresh_from_db()
    assert plan.state == "dropped"


def test_cells_are_drawn_and_given_to_a_new_grid(system: Person, city: City) -> None:
    day = timezone.localdate().isoformat()
    drawn = system.client.post(
        reverse("console:draw_cells", args=[CODE]),
        {"how": "lattice", "area_m2": 10_000, "from_date": day},
    )
    assert drawn.status_code == 302
    assert Cell.objects.count() >= 6
    page = system.client.get(reverse("console:assemble", args=[CODE]))
    assert page.status_code == 200, page.content.decode()[:3000]
    assert "001 Grid 1" in page.content.decode()
    told = json.loads(system.client.get(reverse("console:cells_geojson", args=[CODE])).content)
    assert {one["properties"]["part"] for one in told["features"]} == {0}
    assert told["plan"]["edges"]
    url = reverse("console:assemble", args=[CODE])
    done = system.client.post(url, {"moves": "001:+1, 002:+1", "from_date": day})
    assert done.status_code == 302
    assert Grid.objects.filter(valid_to__isnull=True).count() == 2
    assert system.client.post(url, {"moves": "777:001", "from_date": day}).status_code == 422
    assert system.client.post(url, {"moves": "001:777", "from_date": day}).status_code == 422


def test_a_gap_is_repaired_by_a_button(system: Person, city: City) -> None:
    half = shapely.box(120.0, 30.0, 120.003, 30.002)
    GridVersion.objects.update(outline=geos(half))
    page = system.client.get(reverse("console:topology_of", args=[CODE])).content.decode()
    start = page.index(reverse("console:repair", args=[CODE]))
    url = page[start : page.index('"', start)].replace("&amp;", "&")
    answer = system.client.post(url, follow=True).content.decode()
    assert "Repaired" in answer
    assert "No fault" in answer
    again = system.client.post(url, follow=True).content.decode()
    assert "no gap here any more" in again
    wrong = system.client.post(reverse("console:repair", args=[CODE]), follow=True)
    assert "no fix of this name" in wrong.content.decode()


def test_a_building_in_two_grids_of_cells_is_mended_by_a_cell(system: Person, city: City) -> None:
    day = timezone.localdate().isoformat()
    system.client.post(
        reverse("console:draw_cells", args=[CODE]),
        {"how": "lattice", "area_m2": 10_000, "from_date": day},
    )
    to_cells = reverse("console:assemble", args=[CODE])
    system.client.post(to_cells, {"moves": "001:+1, 002:+1", "from_date": day})
    one, two = (
        shapely.from_wkb(bytes(version.outline.wkb))
        for version in GridVersion.objects.filter(
            during__endswith=None, grid__valid_to__isnull=True
        )
    )
    middle = shapely.line_interpolate_point(shapely.line_merge(one & two), 0.3, normalized=True)
    Building.objects.create(source_key="between", outline=geos(middle.buffer(0.0001)))
    page = system.client.get(reverse("console:topology_of", args=[CODE])).content.decode()
    assert "Buildings in no grid, or in several" in page
    assert f'href="{to_cells}"' in page
    assert "fault=building" not in page


def test_staffing_lists_communities_that_are_short(system: Person, city: City) -> None:
    Grid.objects.update(households=2_400)
    url = reverse("console:staffing")
    page = system.client.get(url + "?state=short").content.decode()
    assert "承兴居委会" in page
    assert "-6" in page or "−6" in page
    saved = system.client.post(
        reverse("console:profile", args=[CODE]), {"mixed": "on", "people": 7}
    )
    assert saved.status_code == 302
    assert "承兴居委会" not in _rows(system.client.get(url + "?state=short").content.decode())
    by_hundred = system.client.get(url + "?scheme=hundred").content.decode()
    assert "-17" in by_hundred


def _rows(page: str) -> str:
    return page[page.index("<main") :] if "<tbody" in page else ""


def test_a_scheme_is_changed_and_put_in_force(system: Person, city: City) -> None:
    page = system.client.get(reverse("console:schemes")).content.decode()
    assert "200–500" in page
    system.client.post(reverse("console:choose_scheme", args=["yichang"]))
    assert GridScheme.objects.get(in_force=True).code == "yichang"
    url = reverse("console:scheme", args=["yichang"])
    page = system.client.get(url)
    form = page.context["form"].initial
    saved = system.client.post(url, {**form, "town_most": 320})
    assert saved.status_code == 302
    assert GridScheme.objects.get(code="yichang").town_most == 320
    assert system.client.post(url, {**form, "town_least": 900}).status_code == 422


def test_residents_are_counted_by_day_and_compared_with_the_scheme(
    system: Person, city: City
) -> None:
    """R31: 人口1000-1500人; a number of no person, with the day it was counted."""
    GridScheme.objects.update(in_force=False)
    GridScheme.objects.filter(code="nangang").update(in_force=True)
    assert GridScheme.objects.get(code="nangang").people_most == 1500
    page = reverse("console:edit_grid", args=[city.grid.code])
    values = {"name": city.grid.name, "kind": "", "households": 400, "people": 1200}
    first = {**values, "counted_on": "2026-01-01", "source": "人口普查"}
    assert system.client.post(page, first).status_code == 302
    second = {**values, "counted_on": "2026-07-01", "people": 1800}
    refused = system.client.post(page, second)
    assert (refused.status_code, *refused.context["form"].errors) == (422, "reason")
    assert system.client.post(page, {**second, "reason": "新楼入住"}).status_code == 302
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    later = system.client.post(page, {**values, "counted_on": tomorrow})
    assert (later.status_code, *later.context["form"].errors) == (422, "counted_on")

    grid = reverse("console:grid", args=[city.grid.code])
    assert "1800" in system.client.get(grid).content.decode()
    assert "1200" in system.client.get(f"{grid}?on=2026-06-30").content.decode()
    odd = reverse("console:grids") + "?band=on"
    assert city.grid.code in system.client.get(odd).content.decode()
    assert city.grid.code not in system.client.get(f"{odd}&on=2026-06-30").content.decode()


def test_the_profile_of_the_staff_has_a_page_for_a_region(system: Person, city: City) -> None:
    url = reverse("console:staff_profile")
    page = system.client.get(url, {"region": city.district.code}).content.decode()
    assert "not told" in page
    assert "people work here" in page
    assert url in system.client.get(reverse("console:staffing")).content.decode()
