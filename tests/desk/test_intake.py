"""The operator's intake: a call becomes one case, or joins one."""

from __future__ import annotations

import uuid

import pytest

from linli.cases.models import Case, Report, ReportContact
from tests.cases.city import City
from tests.desk.conftest import Seated
from tests.desk.lives import make_case

pytestmark = pytest.mark.django_db


def call(city: City, **values: str) -> dict[str, str]:
    place = city.districts[0].place()
    given = {
        "key": uuid.uuid4().hex, "description": "井盖松动，车过有响声", "address": "人民路口",
        "lon": str(place.lon), "lat": str(place.lat), "case_class": "E0102 暴露垃圾",
        "channel": "hotline", "urgency": "normal", "handling": "general", "name": "李女士",
        "phone": "13912345678", "wants_call": "on",
    }  # fmt: skip
    return given | values


def test_a_call_becomes_a_case_and_the_caller_gets_number_and_code(
    city: City, at_desk: Seated
) -> None:
    client = at_desk(city.districts[0].user("street_operator"))
    assert client.get("/desk/intake/").status_code == 200
    assert client.post("/desk/intake/", call(city))["Location"] == "/desk/intake/done/"
    case = Case.objects.get()
    assert (case.channel, case.case_class.code) == ("hotline", "E0102")
    assert case.grid_id == city.districts[0].grids[0].pk
    contact = ReportContact.objects.get()
    assert (contact.name, contact.phone) == ("李女士", "13912345678")
    done = client.get("/desk/intake/done/")
    assert case.number in done.content.decode()
    assert len(done.context["secret"]) > 8


def test_the_form_sent_twice_opens_one_case(city: City, at_desk: Seated) -> None:
    client = at_desk(city.districts[0].user("street_operator"))
    fields = call(city)
    for _i in range(2):
        assert client.post("/desk/intake/", fields).status_code == 302
    assert Case.objects.count() == 1
    assert Report.objects.count() == 1


def test_the_next_call_taken_in_a_form_that_was_sent_is_not_lost(
    city: City, at_desk: Seated
) -> None:
    """The browser's way back shows the form as it was, its one-time key too."""
    client, fields = at_desk(city.districts[0].user("street_operator")), call(city)
    client.post("/desk/intake/", fields)
    client.post("/desk/intake/", fields | {"description": "路灯不亮", "name": "王先生"})
    assert {case.description for case in Case.objects.all()} == {fields["description"], "路灯不亮"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"description": ""}, "description"),
        ({"lon": "", "lat": "", "address": ""}, "lon"),
        ({"lon": "abc"}, "lon"),
        ({"lon": "12", "lat": ""}, "lon"),
        ({"lon": "10", "lat": "10"}, "lon"),
        ({"case_class": "不存在"}, "case_class"),
        ({"phone": "abc"}, "phone"),
        ({"channel": "portal"}, "channel"),
        ({"urgency": "urgent"}, "urgency"),
        ({"description": "x" * 5000}, "description"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    city: City, at_desk: Seated, wrong: dict[str, str], field: str
) -> None:
    client = at_desk(city.districts[0].user("street_operator"))
    answer = client.post("/desk/intake/", call(city, **wrong))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Case.objects.exists()


def test_a_known_problem_is_joined_once(city: City, at_desk: Seated) -> None:
    case = make_case(city)
    client = at_desk(city.districts[0].user("street_operator"))
    place = city.districts[0].place()
    # open cases of the last day are similar; this one is older than that
    Case.objects.filter(pk=case.pk).update(reported_at=_now())
    case.refresh_from_db()
    found = client.post("/desk/intake/similar", {"lon": place.lon, "lat": place.lat})
    assert f"/desk/intake/join/{case.number}" in found.content.decode()
    fields = call(city)
    for _i in range(2):
        answer = client.post(f"/desk/intake/join/{case.number}", fields)
        assert answer["Location"] == "/desk/intake/done/"
    assert Case.objects.count() == 1
    assert Report.objects.filter(case_id=case.pk).count() == 2
    stranger = at_desk(city.districts[1].user("operator"))
    assert stranger.post(f"/desk/intake/join/{case.number}", call(city)).status_code == 404


def _now() -> object:
    from django.utils import timezone

    return timezone.now()


def test_small_answers_while_typing(city: City, at_desk: Seated) -> None:
    client = at_desk(city.districts[0].user("street_operator"))
    classes = client.get("/desk/find/classes", {"case_class": "垃圾"}).content.decode()
    assert 'value="E0102' in classes
    conditions = client.get("/desk/find/conditions", {"case_class": "E0102 暴露垃圾"})
    assert "成堆" in conditions.content.decode()
    unit = city.districts[0].department
    units = client.get("/desk/find/units", {"unit": unit.name}).content.decode()
    assert f"#{unit.pk}" in units
    place = city.districts[0].place()
    where = client.get("/desk/intake/where", {"lon": place.lon, "lat": place.lat}).content.decode()
    assert city.districts[0].grids[0].name in where
    outside = client.get("/desk/intake/where", {"lon": "1", "lat": "x"}).content.decode()
    assert "outside" in outside
    assert client.get("/desk/intake/places", {"address": "人民路"}).status_code == 200
