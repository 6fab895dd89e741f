"""What a report is about: components near by, by code, by a label's link; who may name what."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from linli.cases.models import Case
from linli.cases.rules.inputs import Place
from linli.cases.services import report
from linli.catalogue.models import CaseClass
from linli.components import queries
from linli.components.models import Component, Wording
from linli.components.rules import parse_code
from linli.components.rules.quads import quad_of
from linli.components.rules.states import State
from linli.kernel.errors import BadInput
from linli.kernel.models import Hit
from linli.staff.models import User
from tests.cases.city import City
from tests.components.test_cases import bin_class, bin_in, coded_city
from tests.conftest import NOW
from tests.factories import make_post


@pytest.fixture
def city(db: None) -> City:
    made = coded_city()
    bin_class(made)
    CaseClass.objects.update(public=True)
    Hit.objects.all().delete()
    return made


def moved(thing: Component, metres_north: float) -> Component:
    """The same thing, somewhere else."""
    at = Point(thing.place.x, thing.place.y + metres_north / 110_900, srid=4326)
    Component.objects.filter(pk=thing.pk).update(place=at, quad=quad_of(at.x, at.y))
    thing.refresh_from_db()
    return thing


def told(city: City, thing: Component, **more: Any) -> Case:
    given = {"description": "果皮箱破损", "channel": "portal", "now": NOW}
    return report(**(given | more), component=thing.number).case


def operator(city: City) -> Client:
    home = city.districts[0]
    post = make_post(
        "components.see", "cases.see", "cases.report", "cases.intake",
        unit=home.centre, region=home.region,
    )  # fmt: skip
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(User.objects.get(pk=post.user_id))
    return client


# -- the service ----------------------------------------------------------------------------------
def test_the_case_stands_where_its_component_stands(city: City) -> None:
    thing = bin_in(city)
    thing.wording = Wording.objects.create(district=310101, text="人民路3号旁", bigrams=[])
    thing.save()
    beside = Place(thing.place.x + 0.0005, thing.place.y)
    case = told(city, thing, place=beside)
    assert case.place is not None
    assert case.place.coords == thing.place.coords
    assert case.address == "人民路3号旁"
    assert told(city, thing, address="桥下").address == "桥下"


@pytest.mark.parametrize(("metres", "refused"), [(250, False), (350, True)])
def test_a_component_far_from_the_mark_is_refused(city: City, metres: int, refused: bool) -> None:
    thing = bin_in(city)
    mark = Place(thing.place.x, thing.place.y + metres / 110_900)
    if not refused:
        assert told(city, thing, place=mark).component_code == thing.code
        return
    with pytest.raises(BadInput, match=r"component: .* 350 m") as refusal:
        told(city, thing, place=mark)
    assert refusal.value.field == "component"


def test_a_mark_in_another_system_is_compared_on_the_ground(city: City) -> None:
    thing = moved(bin_in(city), 0)
    here = Place(thing.place.x, thing.place.y, "gcj02")  # some 500 m from the same numbers
    with pytest.raises(BadInput, match="component"):
        told(city, thing, place=here)


def test_a_removed_component_is_refused_with_the_way_out(city: City) -> None:
    thing = bin_in(city)
    Component.objects.update(state=State.REMOVED)
    with pytest.raises(BadInput, match="removed from the register") as refusal:
        told(city, thing)
    assert refusal.value.field == "component"


# -- the list to choose from ----------------------------------------------------------------------
def test_a_label_says_the_code_however_it_is_read() -> None:
    code = 3101010307000001
    for text in (str(code), " 310101 0307 000001 ", f"https://city.example/c/{code}/"):
        assert parse_code(text) == code
    assert parse_code(f"https://city.example/c/{code}7/") is None


def test_residents_are_told_no_more_than_the_label_says(city: City) -> None:
    thing = bin_in(city)
    Component.objects.update(note="钥匙在门卫", name="甲")
    (choice,) = queries.choosing(None, (thing.place.x, thing.place.y)).choices
    assert (choice.code, choice.class_code, choice.label) == (thing.number, "C0307", "果皮箱")
    assert choice.state == ""
    page = Client().get(f"/report/components?lon={thing.place.x}&lat={thing.place.y}")
    text = page.content.decode()
    assert thing.number in text
    for hidden in ("钥匙", "环卫", "in use"):
        assert hidden not in text


def test_residents_see_the_classes_they_may_report_and_what_stands(city: City) -> None:
    thing = bin_in(city)
    at = (thing.place.x, thing.place.y)
    assert queries.choosing(None, at).choices
    Component.objects.update(state=State.REMOVED)
    assert not queries.choosing(None, at).choices
    assert queries.public_choice(thing.number) is None
    Component.objects.update(state=State.LOST)
    CaseClass.objects.filter(code="C0307").update(public=False)
    assert not queries.choosing(None, at).choices
    assert queries.public_choice(thing.number) is None


def test_what_is_named_comes_first_wherever_it_stands(city: City) -> None:
    near, far = bin_in(city, 1), moved(bin_in(city, 2), 400)
    found = queries.choosing(None, (near.place.x, near.place.y), far.number)
    assert [one.code for one in found.choices] == [far.number, near.number]
    assert (found.chosen, found.unknown) == (far.number, "")
    wrong = queries.choosing(None, None, "3101010307999999")
    assert (wrong.choices, wrong.chosen, wrong.unknown) == ([], "", "3101010307999999")


def test_staff_choose_among_what_they_see(city: City) -> None:
    thing = bin_in(city)
    at = (thing.place.x, thing.place.y)
    posts = [make_post("components.see", region=home.region) for home in city.districts]
    here, there = (User.objects.get(pk=post.user_id) for post in posts)
    assert [one.code for one in queries.choosing(here, at).choices] == [thing.number]
    assert not queries.choosing(there, at, thing.number).choices


# -- the desk -------------------------------------------------------------------------------------
def test_the_operator_types_the_code_that_the_caller_reads(city: City) -> None:
    thing = bin_in(city)
    client = operator(city)
    opened = client.get(f"/desk/intake/?component={thing.number}").content.decode()
    assert f'value="{thing.number}"' in opened
    assert f'data-lon="{thing.place.x}"' in opened
    whole = {"description": "x", "channel": "hotline", "urgency": "normal", "handling": "general"}
    refused = client.post("/desk/intake/", whole | {"component_code": "31010103"})
    assert refused.status_code == 422
    assert "has 16 digits" in refused.content.decode()
    answer = client.post("/desk/intake/", whole | {"component_code": f" {thing.number} "})
    assert answer.status_code == 302, answer.content.decode()
    assert Case.objects.get().component_code == thing.code


def test_a_wrong_code_is_answered_beside_the_map(city: City) -> None:
    text = operator(city).get("/desk/intake/components?component_code=3101010307999999")
    assert "There is no component 3101010307999999" in text.content.decode()


# -- the resident ---------------------------------------------------------------------------------
def test_a_label_opens_the_report_with_class_and_place(city: City) -> None:
    thing = bin_in(city)
    web = Client(headers={"Accept-Language": "en"})
    page = web.get(f"/c/{thing.number}/", follow=True)
    text = page.content.decode()
    assert page.redirect_chain[-1][0] == f"/report/?component={thing.number}"
    assert f'value="{thing.number}"' in text
    assert 'value="C0307" checked' in text
    sent = web.post("/report/", {"component": thing.number, "submission_key": "of-a-label"})
    assert sent.status_code == 302, sent.content.decode()
    case = Case.objects.get()
    assert (case.component_code, case.description) == (thing.code, "果皮箱")
    assert case.case_class is not None
    assert case.case_class.code == "C0307"


def test_a_label_nobody_knows_opens_the_report_all_the_same(city: City) -> None:
    web = Client(headers={"Accept-Language": "en"})
    for code in ("3101010307999999", "hello"):
        page = web.get(f"/c/{code}/", follow=True)
        assert page.status_code == 200
        assert f"There is no component {code}" in page.content.decode()
    refused = web.post("/report/", {"component": "3101010307999999", "description": "x"})
    assert refused.status_code == 422
    assert "no component with this code" in refused.content.decode()


def test_whoever_asks_too_often_is_told_nothing_of_components(city: City, settings: Any) -> None:
    thing = bin_in(city)
    settings.PUBLIC_COMPONENTS_PER_HOUR = 2
    web = Client()
    address = f"/report/components?lon={thing.place.x}&lat={thing.place.y}"
    seen = [thing.number in web.get(address).content.decode() for _time in range(3)]
    assert seen == [True, True, False]
    page = web.get(f"/report/?component={thing.number}")
    assert page.status_code == 200  # reporting stays possible
    assert f'value="{thing.number}"' not in page.content.decode()


def test_people_at_work_come_to_their_own_pages(city: City) -> None:
    thing = bin_in(city)
    home = city.districts[0]
    client = operator(city)
    assert client.get(f"/c/{thing.number}/")["Location"] == f"/desk/components/{thing.number}/"
    worker = home.user("worker")
    post = worker.posts.get()
    post.grants = [*post.grants, "components.see"]
    post.save()
    walking = Client()
    walking.force_login(User.objects.get(pk=worker.pk))
    there = walking.get(f"/c/{thing.number}/")["Location"]
    assert there == f"/field/report/?component={thing.number}"
    assert f'value="{thing.number}"' in walking.get(there).content.decode()


# -- the worker -----------------------------------------------------------------------------------
def test_a_worker_reports_what_the_map_shows_not_where_they_stand(city: City) -> None:
    thing = bin_in(city)
    home = city.districts[0]
    worker = home.user("worker")
    post = worker.posts.get()
    post.grants = [*post.grants, "components.see"]
    post.save()
    walking = Client(headers={"Accept-Language": "en"})
    walking.force_login(User.objects.get(pk=worker.pk))
    at = {"map_lon": thing.place.x, "map_lat": thing.place.y}
    near = walking.post("/field/report/components", at).content.decode()
    assert thing.number in near
    away = {"lon": thing.place.x, "lat": thing.place.y + 0.005}
    sent = walking.post("/field/report/", at | away | {"component": thing.number})
    assert sent.status_code == 302, sent.content.decode()
    case = Case.objects.get()
    assert (case.component_code, case.grid_id) == (thing.code, thing.grid_id)
    assert case.case_class is not None
    assert case.case_class.code == "C0307"
    shown = walking.get(f"/field/cases/{case.number}/").content.decode()
    assert f"果皮箱 {thing.number}" in shown
    alone = walking.post("/field/report/", away | {"component": thing.number})
    assert alone.status_code == 422
    assert "m from the place marked" in alone.content.decode()
