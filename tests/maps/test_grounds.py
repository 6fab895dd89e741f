"""Pages of the ground: floors of a building; a grid or region and who answers for it."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from linli.cases.models import Case, Report, ReportContact
from linli.kernel.text import bigrams
from linli.maps.queries import house_for
from linli.territory.models import Address, Building
from tests.cases.city import STEP, City, square
from tests.conftest import NOW
from tests.maps.conftest import case_at
from tests.maps.test_doors import signed_in


@pytest.fixture
def house(city: City) -> Building:
    """A building of six floors, two of its units with doors, one case at a door."""
    home = city.districts[0]
    made = Building.objects.create(outline=square(home.x + 0.001, 31.001, 0.0002), floors=6)
    for unit, room in (("1单元", "101"), ("1单元", "102"), ("2单元", "501"), ("", "")):
        Address.objects.create(
            text=(text := f"邻里路8弄3号楼{unit}{room}"), bigrams=bigrams(text),
            street_name="邻里路", number="8弄", building="3号楼",
            unit=unit, room=room, place=Point(home.x + 0.0011, 31.0011, srid=4326),
        )  # fmt: skip
    case = case_at(city, 0, Point(home.x + 0.0011, 31.0011, srid=4326))
    case.address = "邻里路8弄3号楼2单元501"
    case.save()
    return made


def page_of(city: City, path: str, person: str = "street_chief") -> str:
    answer = signed_in(city, person).get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


# -- a building -----------------------------------------------------------------------------------
def test_a_building_opens_its_units_floors_and_dwellings(city: City, house: Building) -> None:
    text = page_of(city, f"/map/buildings/{house.pk}/")
    rows = re.findall(r'<tr[^>]*><th scope="row">(\d)</th>(.*?)</tr>', text, re.DOTALL)
    assert [number for number, _cells in rows] == ["6", "5", "4", "3", "2", "1"]
    assert re.findall(r'<th scope="col">([^<]*单元)</th>', text) == ["1单元", "2单元"]
    assert "101" in rows[5][1]
    assert "501" in rows[1][1]
    assert "door-reported" in rows[1][1]
    assert "door-reported" not in rows[5][1]
    assert "邻里路8弄3号楼" in text  # what its doors have in common


def test_a_door_tells_its_own_cases(city: City, house: Building) -> None:
    door = Address.objects.get(room="501")
    number = Case.objects.get(address=door.text).number
    own = page_of(city, f"/map/buildings/{house.pk}/?room={door.pk}")
    assert own.count(number) == 4  # the door and the building, each in address and words
    other = Address.objects.get(room="101")
    quiet = page_of(city, f"/map/buildings/{house.pk}/?room={other.pk}")
    assert "No case that you may see was reported at this address." in quiet


def test_a_building_hides_the_cases_of_others(city: City, house: Building) -> None:
    stranger = city.districts[1].user("street_chief")
    found = house_for(stranger, house.pk, now=NOW)
    assert found.cases.rows == []
    assert found.reported == frozenset()


def test_where_only_floors_are_known_the_page_says_so(city: City) -> None:
    home = city.districts[0]
    outline = square(home.x + 0.003, 31.003, 0.0002)
    bare = Building.objects.create(outline=outline, floors=3)
    assert "that there are 3 floors. No unit" in page_of(city, f"/map/buildings/{bare.pk}/")
    nothing = Building.objects.create(outline=outline)
    assert "Only the outline is known: neither" in page_of(city, f"/map/buildings/{nothing.pk}/")


def test_a_building_costs_the_same_however_many_doors(
    city: City, house: Building, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = city.districts[0].user("street_chief")
    house_for(user, house.pk, now=NOW)  # what is read once and kept
    with django_assert_num_queries(100, exact=False) as before:
        house_for(user, house.pk, now=NOW)
    for n in range(200):
        Address.objects.create(
            text=f"{n}", unit=f"{n % 3}单元", room=f"{n // 20 + 1}{n % 20:02d}",
            place=Point(city.districts[0].x + 0.0011, 31.0011, srid=4326),
        )  # fmt: skip
    with django_assert_num_queries(len(before)):
        house_for(user, house.pk, now=NOW)
    assert len(before) <= 7


def test_a_building_of_many_corners_still_opens_on_the_map(city: City) -> None:
    circle = Point(city.districts[0].x + 0.002, 31.002, srid=4326).buffer(0.0003, quadsegs=200)
    made = Building.objects.create(outline=f"SRID=4326;MULTIPOLYGON({circle.wkt[8:]})")
    area = house_for(city.districts[0].user("street_chief"), made.pk, now=NOW).area
    assert page_of(city, f"/map/?stage=all&area={area}")


def test_the_map_leads_to_the_building(city: City, house: Building) -> None:
    link = f'href="/map/buildings/{house.pk}/"'
    x = city.districts[0].x
    assert link in page_of(city, f"/map/here/?lon={x + 0.0011}&lat=31.0011")
    assert link in page_of(city, f"/map/here/?lon={x + 0.008}&lat=31.008&building={house.pk}")
    assert link in page_of(city, "/map/search/?q=邻里路8弄3号楼2单元501")
    assert link in page_of(city, f"/map/grids/{city.districts[0].grids[0].code}/")


# -- a grid, a region -----------------------------------------------------------------------------
def test_a_grid_tells_its_worker_its_border_and_what_stands_in_it(
    city: City, house: Building
) -> None:
    home = city.districts[0]
    grid = home.grids[0]
    type(grid).objects.filter(pk=grid.pk).update(households=300)
    text = page_of(city, f"/map/grids/{grid.code}/")
    facts = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", text))
    assert (facts["Buildings"], facts["Dwellings"], facts["Households"]) == ("1", "3", "300")
    assert str(home.posts["worker"].user) in text
    assert f"/map/grids/{grid.code}/outline.json" in text
    outline = json.loads(page_of(city, f"/map/grids/{grid.code}/outline.json"))
    assert outline["features"][0]["properties"]["code"] == grid.code


def test_a_region_tells_its_centre_and_who_leads_there(city: City) -> None:
    home = city.districts[0]
    version = home.community.versions.get()
    version.centre_place = Point(home.x + STEP / 2, 31.005, srid=4326)
    version.save()
    text = page_of(city, f"/map/regions/{home.community.code}/")
    assert f"{home.x + STEP / 2:.5f}, 31.00500" in text
    street = page_of(city, f"/map/regions/{home.street.code}/")
    assert f'href="/map/regions/{home.community.code}/"' in street
    leader = next(post for post in home.posts.values() if "cases.supervise" in post.grants)
    assert leader.region is not None
    assert str(leader.user) in page_of(city, f"/map/regions/{leader.region.code}/")


def test_few_households_are_hidden_but_from_those_who_may_count_them(city: City) -> None:
    home = city.districts[0]
    type(home.grids[0]).objects.filter(pk=home.grids[0].pk).update(households=4)
    path = f"/map/grids/{home.grids[0].code}/"
    assert "<dt>Households</dt><dd>fewer than 5</dd>" in page_of(city, path)
    post = home.posts["street_chief"]
    post.grants = [*post.grants, "maps.count_few"]
    post.save()
    assert "<dt>Households</dt><dd>4</dd>" in page_of(city, path)


def test_a_grid_or_region_can_be_counted_like_a_drawn_area(strewn: City) -> None:
    home = strewn.districts[0]
    path = f"/map/?stage=all&area=grid:{home.grids[0].code}"
    text = page_of(strewn, path)
    user = home.user("street_chief")
    inside = [
        case
        for case in Case.objects.filter(district=home.region, place__isnull=False)
        if case.place and home.x <= case.place.x <= home.x + STEP / 2
    ]
    assert user.seats
    assert f'<td class="num">{len(inside)}</td></tr></tfoot>' in text
    assert f'<h2 id="figures-head">{home.grids[0].name}</h2>' in text
    refused = signed_in(strewn, "street_chief").get("/map/?stage=all&area=grid:nowhere")
    assert refused.status_code == 422
    assert "area names a grid or region without an outline" in refused.content.decode()


@pytest.mark.parametrize(
    "path", ["/map/buildings/999999/", "/map/grids/nowhere/", "/map/regions/000000000000/"]
)
def test_what_is_not_there_is_answered_404(city: City, path: str) -> None:
    assert signed_in(city, "street_chief").get(path).status_code == 404


@pytest.mark.parametrize("query", ["?room=x", "?room=-1", f"?room={'9' * 30}"])
def test_a_door_that_is_no_number_is_refused_by_name(
    city: City, house: Building, query: str
) -> None:
    answer = signed_in(city, "street_chief").get(
        f"/map/buildings/{house.pk}/{query}", headers={"Accept": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.json()["field"] == "room"


# -- who reported (R107) --------------------------------------------------------------------------
def test_the_popover_masks_who_reported_and_hides_it_from_others(city: City) -> None:
    case = case_at(city, 0, Point(121.005, 31.005, srid=4326))
    case.save()
    common = {"case_id": case.pk, "number": 1}
    Report.objects.create(
        **common, channel="hotline", description="x", reported_at=timezone.now(), salt=b"12345678"
    )
    ReportContact.objects.create(**common, name="欧阳明", phone="13988887654", email="")
    path = f"/map/summary/?number={case.number}"
    assert "shown to those who call back" in page_of(city, path, "street_chief")
    assert "139****7654" not in page_of(city, path, "street_chief")
    shown = page_of(city, path, "operator")
    assert "139****7654" in shown
    assert "13988887654" not in shown
    assert "欧**" in shown


def test_the_popover_names_the_worker_who_reported_with_the_units_telephone(city: City) -> None:
    case = case_at(city, 0, Point(121.005, 31.005, srid=4326))
    case.save()
    worker = city.districts[0].posts["worker"]
    type(worker.unit).objects.filter(pk=worker.unit_id).update(public_phone="021-12345")
    Report.objects.create(
        case_id=case.pk, number=1, channel="grid", description="x", reported_at=timezone.now(),
        salt=b"12345678", by_user_id=worker.user_id, post=worker,
    )  # fmt: skip
    shown = page_of(city, f"/map/summary/?number={case.number}")
    assert str(worker.user) in shown
    assert "021-12345" in shown


def test_the_pages_are_for_staff_who_see_cases(city: City, client: Client, house: Building) -> None:
    for path in (f"/map/buildings/{house.pk}/", f"/map/grids/{city.districts[0].grids[0].code}/"):
        assert client.get(path).status_code == 302
