"""Where suggestions stand: desk, portal, interface; and the page of their versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from linli.cases.models import Case
from linli.catalogue.models import CaseClass
from linli.staff.models import User
from linli.suggestions.models import ModelVersion, SuggestionSettings
from linli.suggestions.queries import kept
from linli.suggestions.rules.training import train
from linli.suggestions.services import adopt
from tests.cases.city import City, make_city
from tests.conftest import NOW
from tests.desk.lives import make_case, make_report
from tests.factories import make_post
from tests.suggestions.test_rules import lessons

pytestmark = pytest.mark.django_db
CODES = {"lamp": "E0401", "cover": "E0102", "noise": "E0102"}
LAMP = "门口的路灯一直不亮"


@pytest.fixture
def city(settings: Any, tmp_path: Path) -> City:
    """A city in which words of lamps mean road collapse, and everything else rubbish."""
    settings.MEDIA_ROOT = tmp_path
    kept.forget()
    made = make_city()
    CaseClass.objects.update(public=True)
    taught = [type(one)(one.text, CODES[one.label], one.source) for one in lessons()]
    adopt(
        purpose="class", source="texts", model=train(taught), examples=len(taught),
        held_out=taught[:20], now=NOW, actor=None,
    )  # fmt: skip
    units = [
        type(one)(one.text, str(made.districts[0].department.pk if one.label == "lamp"
                                else made.districts[0].utility.pk), one.source)
        for one in lessons()
    ]  # fmt: skip
    adopt(
        purpose="unit", source="cases", model=train(units), examples=len(units), held_out=[],
        now=NOW, actor=None,
    )  # fmt: skip
    return made


def seated(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def manager(city: City) -> Client:
    user = make_post("suggestions.manage", unit=city.centre, region=city.region).user
    TOTP.activate(user, generate_totp_secret())
    return seated(User.objects.get(pk=user.pk))


def test_the_operator_sees_the_class_while_typing(city: City) -> None:
    client = seated(city.districts[0].user("street_operator"))
    shown = client.post("/desk/intake/classes", {"description": LAMP}).content.decode()
    assert 'data-value="E0401 ' in shown
    assert "% sure" in shown
    assert "灯" in shown.split("because of")[1]
    assert "E0401" not in client.post("/desk/intake/classes", {"description": "x"}).content.decode()
    assert client.get("/desk/intake/classes").status_code == 405


def test_a_case_shows_classes_and_units_until_it_is_dispatched(city: City) -> None:
    case = make_case(city, "file", description=LAMP)
    client = seated(city.districts[0].user("street_chief"))
    url = f"/desk/cases/{case.number}/suggestions"
    shown = client.get(url).content.decode()
    assert "E0401" in shown
    assert city.districts[0].department.label in shown
    assert (
        f"value='{city.districts[0].department.pk}'"
        in client.get(f"{url}?for=unit").content.decode()
    )
    stranger = seated(city.districts[1].user("street_chief"))
    assert stranger.get(url).status_code == 404
    Case.objects.filter(pk=case.pk).update(
        stage="dispatched", lead_unit=city.districts[0].department
    )
    assert "E0401" not in client.get(url).content.decode()


def test_a_resident_is_offered_kinds_and_none_is_chosen(city: City) -> None:
    web = Client(headers={"Accept-Language": "en"})
    shown = web.post("/report/suggested", {"description": LAMP}).content.decode()
    assert 'name="case_class" value="E0401"' in shown
    assert "checked" not in shown
    SuggestionSettings.objects.create(pk=1, portal_on=False)
    assert "E0401" not in web.post("/report/suggested", {"description": LAMP}).content.decode()


def test_the_interface_suggests_and_finds_similar_cases(city: City) -> None:
    user = city.districts[0].user("street_chief")
    client = seated(user)

    def post(path: str, body: dict[str, Any]) -> Any:
        answer = client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()

    status, found = post("/suggestions", {"description": LAMP})
    assert (status, found["classes"][0]["code"]) == (200, "E0401")
    assert found["classes"][0]["words"]
    status, problem = post("/suggestions", {"description": ""})
    assert status in {400, 422}
    case = make_report(city, description=LAMP).case
    Case.objects.filter(pk=case.pk).update(reported_at=_now())
    place = city.districts[0].place()
    body = {"description": LAMP, "lon": place.lon, "lat": place.lat}
    status, found = post("/similar", body)
    assert status == 200
    assert found["cases"][0]["chance"] > 0.5
    assert "the same point" in found["cases"][0]["reasons"]
    status, problem = post("/similar", {"lon": 1.0})
    assert "lat" in json.dumps(problem)
    shown = client.get(f"/api/v1/cases/{Case.objects.get(pk=case.pk).number}/suggestions").json()
    assert {"classes", "units"} == set(shown)


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


def test_the_page_lists_versions_switches_off_and_has_one_learned(city: City) -> None:
    client = manager(city)
    page = client.get("/console/suggestions/").content.decode()
    assert "Labelled texts" in page
    assert "In force" in page
    version = ModelVersion.objects.get(purpose="class")
    figures = client.get(f"/console/suggestions/{version.pk}/").content.decode()
    assert "E0102" in figures
    assert version.sha256[:12] in figures
    client.post("/console/suggestions/", {"units_on": "on", "least_percent": "30"})
    row = SuggestionSettings.objects.get()
    assert (row.classes_on, row.units_on, row.least_percent) == (False, True, 30)
    wrong = client.post("/console/suggestions/", {"least_percent": "0"})
    assert wrong.status_code == 422
    client.post("/console/suggestions/learn/unit")
    assert ProcrastinateJob.objects.filter(task_name="suggestions.learn").count() == 1
    other = adopt(
        purpose="class", source="texts", model=train(lessons()), examples=1, held_out=[], now=NOW,
        actor=None,
    )  # fmt: skip
    client.post(f"/console/suggestions/{version.pk}/choose")
    version.refresh_from_db()
    other.refresh_from_db()
    assert (version.state, version.reason, other.state) == ("in_force", "by_hand", "kept")
    assert seated(city.user("operator")).get("/console/suggestions/").status_code == 403


def test_the_desk_says_when_nothing_was_learned_yet(city: City) -> None:
    client = seated(city.user("operator"))
    untaught, words = "No class can be suggested yet", {"description": LAMP}
    assert untaught not in client.post("/desk/intake/classes", words).content.decode()
    ModelVersion.objects.all().delete()
    assert untaught in client.post("/desk/intake/classes", words).content.decode()
    assert (
        untaught not in client.post("/desk/intake/classes", {"description": "灯"}).content.decode()
    )
    SuggestionSettings.objects.create(classes_on=False)
    assert untaught not in client.post("/desk/intake/classes", words).content.decode()
