"""Bad input at every door, and who may come in: a sentence each, never a fault of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from linli.cases.models import Case
from linli.staff.models import ApiToken
from linli.staff.services import revoke_token
from tests.api.conftest import API, Caller, report_of, token_of
from tests.cases.city import City
from tests.conftest import NOW
from tests.factories import make_post


def raw(**fields: str) -> str:
    """A JSON body from raw pieces of JSON."""
    return "{" + ",".join(f'"{name}":{value}' for name, value in fields.items()) + "}"


PLACE = {"lon": "121.0025", "lat": "31.005"}


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ("", 415, "Content-Type"),
        ("{", 400, "body"),
        ("[]", 400, "body"),
        ("null", 400, "body"),
        ("1", 400, "body"),
        ('"x"', 400, "body"),
        (b"\xff\xfe", 400, "body"),
        ("[" * 100_000, 400, "body"),
        (raw(description='"x"', **PLACE, colour='"red"'), 400, "colour"),
        (raw(description="7", **PLACE), 400, "description"),
        (raw(description='""', **PLACE), 400, "description"),
        (raw(description='"\\u0000\\u0007"', **PLACE), 400, "description"),
        (raw(description='"\\ud800"', **PLACE), 400, "description"),
        (raw(description=json.dumps("x" * 4001), **PLACE), 400, "description"),
        (raw(description='"x"'), 400, "place"),
        (raw(description='"x"', lon="121.0025"), 400, "lat"),
        (raw(description='"x"', lon='"121"', lat="31"), 400, "lon"),
        (raw(description='"x"', lon="NaN", lat="31"), 400, "body"),
        (raw(description='"x"', lon="Infinity", lat="31"), 400, "body"),
        (raw(description='"x"', lon="1e999", lat="31"), 400, "lon"),
        (raw(description='"x"', lon="9" * 5000, lat="31"), 400, "body"),
        (raw(description='"x"', lon="true", lat="31"), 400, "lon"),
        (raw(description='"x"', lon="31.005", lat="121.0025"), 400, "lat"),
        (raw(description='"x"', lon="2.35", lat="48.85"), 400, "place"),
        (raw(description='"x"', **PLACE, crs='"epsg:3857"'), 400, "crs"),
        (raw(description='"x"', **PLACE, case_class='"E9999"'), 404, "class"),
        (raw(description='"x"', **PLACE, urgency='"very"'), 400, "urgency"),
        (raw(description='"x"', **PLACE, urgency='"urgent"'), 403, "urgency"),
        (raw(description='"x"', **PLACE, channel='"pigeon"'), 400, "channel"),
        (raw(description='"x"', **PLACE, wants_call='"yes"'), 400, "wants_call"),
        (raw(description='"x"', **PLACE, files='["x"]'), 400, "files"),
        (raw(description='"x"', **PLACE, files='"x"'), 400, "files"),
        (
            raw(description='"x"', **PLACE, files='["8f14e45f-ceea-467f-a8f0-000000000000"]'),
            404,
            "files",
        ),
        (raw(description='"x"', **PLACE, contact='{"phone":"call me"}'), 400, "phone"),
        (raw(description='"x"', **PLACE, contact='{"id_card":"1"}'), 400, "contact.id_card"),
    ],
)
def test_a_bad_report_is_refused_by_name(
    city: City, call: Any, body: Any, status: int, field: str
) -> None:
    answer = call("operator").post("/cases", body)
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert said["field"] == field, said
    assert said["status"] == status
    assert said["title"].endswith((".", "!")), said["title"]
    assert not Case.objects.exists()


def test_ten_megabytes_of_text_are_too_much(city: City, call: Any) -> None:
    answer = call("operator").post("/cases", raw(description=json.dumps("水" * 3_500_000), **PLACE))
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_control_characters_are_taken_out_of_what_can_be_read(city: City, call: Any) -> None:
    answer = call("operator").post("/cases", report_of(city, description="a\u0000b\u202ec\u0007"))
    assert answer.status_code == 201
    assert Case.objects.get().description == "abc"


def test_a_form_is_no_json(city: City, call: Any) -> None:
    operator = call("operator")
    answer = operator.client.post(
        f"{API}/cases", {"description": "x"}, headers={"Authorization": f"Bearer {operator.token}"}
    )
    assert answer.status_code == 415
    assert "application/json" in answer.json()["title"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("stage=lost", "stage"),
        ("colour=red", "colour"),
        ("page_size=0", "page_size"),
        ("page_size=201", "page_size"),
        ("page_size=ten", "page_size"),
        ("cursor=x", "cursor"),
        ("cursor=WzEsMl0", "cursor"),
        ("cursor=WyIyMDI2LTAxLTAxIiwxXQ", "cursor"),
        ("cursor=WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsMTAwMDAwMDAwMDAwMDAwMDAwMDAwXQ", "cursor"),
        ("since=yesterday", "since"),
        ("region=999999999999", "region"),
        ("region=x", "region"),
        ("unit=x", "unit"),
        ("q=%00", "q"),
        ("mine=maybe", "mine"),
    ],
)
def test_a_bad_filter_is_refused_by_name(city: City, call: Any, query: str, field: str) -> None:
    answer = call("operator").get(f"/cases?{query}")
    assert answer.status_code == 400, answer.content.decode()
    assert answer.json()["field"] == field


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/locate", "lon"),
        ("/locate?lon=121", "lat"),
        ("/locate?lon=nan&lat=1", "lon"),
        ("/locate?lon=1_0&lat=1", "lon"),
        ("/locate?lon=121&lat=91", "lat"),
        ("/locate?lon=121&lat=31&crs=x", "crs"),
        ("/grids", "community"),
        ("/regions?tier=x", "tier"),
        ("/units?kind=x", "kind"),
        ("/classes?kind=x", "kind"),
        ("/me?x=1", "x"),
    ],
)
def test_a_bad_question_is_refused_by_name(city: City, call: Any, path: str, field: str) -> None:
    answer = call("operator").get(path)
    assert answer.status_code == 400, answer.content.decode()
    assert answer.json()["field"] == field


@pytest.mark.parametrize(
    ("move", "inputs", "field"),
    [
        ("dispatch", {}, "unit"),
        ("dispatch", {"unit": "1"}, "unit"),
        ("dispatch", {"unit": 10**30}, "unit"),
        ("dispatch", {"unit": 1, "colour": 1}, "colour"),
        ("dispatch", {"unit": 1, "seen": -1}, "seen"),
        ("suspend", {"until": "tomorrow", "opinion": "x"}, "until"),
        ("suspend", {"until": "2026-02-31", "opinion": "x"}, "until"),
        ("ask_suspension", {"until": "soon", "opinion": "x"}, "until"),
        ("endorse_suspension", {"opinion": "x"}, "until"),
        ("consent_extension", {"limit": {"amount": 1, "unit": "work_day"}}, "limit"),
        ("merge", {"into": "12", "opinion": "x"}, "into"),
        ("ask_extension", {"limit": {"amount": 0, "unit": "work_day"}, "opinion": "x"},
         "limit.amount"),
        ("ask_extension", {"limit": {"amount": 1, "unit": "year"}, "opinion": "x"}, "limit.unit"),
        ("check", {"passed": "yes", "place": {"lon": 1, "lat": 1}, "files": ["x"]}, "passed"),
        ("check", {"passed": True, "place": {"lon": 1}, "files": ["x"]}, "place.lat"),
        ("check", {"passed": True, "place": {"lon": 1, "lat": 1}, "files": []}, "files"),
        ("evaluate", {"rating": 4}, "rating"),
        ("comment", {"opinion": ""}, "opinion"),
    ],
)  # fmt: skip
def test_a_bad_move_is_refused_by_name(
    city: City, call: Any, move: str, inputs: dict[str, Any], field: str
) -> None:
    number = call("operator").post("/cases", report_of(city)).json()["number"]
    answer = call("chief").move(number, move, **inputs)
    assert answer.status_code == 400, answer.content.decode()
    assert answer.json()["field"] == field, answer.json()


def test_a_move_that_is_not_in_the_table_is_not_there(city: City, call: Any) -> None:
    number = call("operator").post("/cases", report_of(city)).json()["number"]
    answer = call("chief").move(number, "evaporate")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_several_faults_are_told_together(city: City, call: Any) -> None:
    said = call("operator").post("/cases", {"description": 7, "colour": "red"}).json()
    assert {fault["field"] for fault in said["errors"]} == {"description", "colour"}


def test_refusals_speak_the_language_of_the_caller(city: City, call: Any) -> None:
    operator = call("operator")
    english = operator.post("/cases", {}, Accept_Language="en").json()["title"]
    chinese = operator.post("/cases", {}, Accept_Language="zh-CN").json()["title"]
    assert english == "description is missing. Please give it."
    assert chinese == "缺少 description，请填写。"


@pytest.mark.parametrize("authorization", [None, "Bearer x", "Bearer linli_abc_def", "Basic eDp5",
                                           "Bearer ", "linli_a_b"])  # fmt: skip
def test_nobody_comes_in_without_a_token(
    city: City, client: Client, authorization: str | None
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    for path in ("/cases", "/me", "/locate?lon=1&lat=1", "/units", "/badges"):
        answer = client.get(f"{API}{path}", headers=headers)
        assert answer.status_code == 401, path
        assert answer["WWW-Authenticate"] == "Bearer"
        assert answer["Content-Type"] == "application/problem+json"


def test_a_token_that_has_ended_opens_nothing_at_once(city: City, call: Any) -> None:
    operator = call("operator")
    assert operator.get("/me").status_code == 200
    token = ApiToken.objects.get()
    revoke_token(actor=token.post.user, token=token, now=NOW)
    assert operator.get("/me").status_code == 401


def test_a_narrowed_post_narrows_its_token_at_once(city: City, call: Any) -> None:
    operator = call("operator")
    assert "cases.report" in operator.get("/me").json()["seats"][0]["grants"]
    post = city.districts[0].posts["operator"]
    type(post).objects.filter(pk=post.pk).update(grants=["cases.see"])
    assert operator.get("/me").json()["seats"][0]["grants"] == ["cases.see"]


def test_a_closed_account_closes_its_tokens(city: City, call: Any) -> None:
    operator = call("operator")
    operator.get("/me")
    user = city.districts[0].posts["operator"].user
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert operator.get("/me").status_code == 401


def test_a_session_reads_and_writes_only_with_the_token_of_the_page(city: City) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        city.districts[0].user("operator"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    assert client.get(f"{API}/me").json()["by_token"] is False
    body = json.dumps(report_of(city))
    bare = client.post(f"{API}/cases", body, "application/json")
    assert bare.status_code == 403
    assert bare.json()["code"] == "csrf"
    assert not Case.objects.exists()
    client.cookies["linli_csrf"] = "a" * 32
    answer = client.post(
        f"{API}/cases", body, "application/json", headers={"X-CSRFToken": "a" * 32}
    )
    assert answer.status_code == 201, answer.content.decode()


def test_an_idle_session_opens_nothing(city: City) -> None:
    client = Client()
    client.force_login(
        city.districts[0].user("operator"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    session = client.session
    session["linli_seen_at"] = 1
    session.save()
    assert client.get(f"{API}/me").status_code == 401


def test_an_administrator_sees_no_case(city: City, client: Client) -> None:
    post = make_post("staff.accounts", unit=city.centre)
    caller = Caller(token_of(post), client)
    assert caller.get("/cases").json()["cases"] == []
    assert caller.post("/cases", report_of(city)).status_code == 403


@pytest.mark.parametrize("path", ["/", "/nothing", "/cases/x/y/z", "/../secret"])
def test_an_address_that_leads_nowhere_is_a_problem(city: City, call: Any, path: str) -> None:
    answer = call("operator").get(path)
    if path == "/":
        assert answer.json()["openapi"] == "/api/v1/openapi.json"
    else:
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"


def test_a_wrong_method_is_a_problem(city: City, call: Any) -> None:
    operator = call("operator")
    answer = operator.client.delete(
        f"{API}/cases", headers={"Authorization": f"Bearer {operator.token}"}
    )
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]
    assert answer["Content-Type"] == "application/problem+json"


def test_an_upload_that_is_no_file_is_refused(city: City, call: Any) -> None:
    operator = call("operator")
    assert operator.upload(b"#!/bin/sh\n", "x.sh").status_code == 422
    empty = operator.client.post(
        f"{API}/files", {}, headers={"Authorization": f"Bearer {operator.token}"}
    )
    assert empty.status_code in (400, 415)
    assert operator.upload().status_code == 201


def test_an_upload_of_another_cannot_be_used(city: City, call: Any) -> None:
    mine = call("operator").upload().json()["id"]
    answer = call("chief").post("/cases", report_of(city, files=[mine]))
    assert answer.status_code in (403, 404)
    other = call("operator", 1).post("/cases", report_of(city, 1, files=[mine]))
    assert other.status_code == 404
    assert other.json()["field"] == "files"
