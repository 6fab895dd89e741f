"""One case from report to rating, over the interface alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli.cases.models import Case
from tests.api.conftest import report_of
from tests.cases.city import City


@contextmanager
def spending() -> Iterator[list[str]]:
    """The statements of a block, without those that a serving process does not ask: there a watch
    knows the version of the territory."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as spent:
        yield found
    found += [q["sql"][:110] for q in spent if "territory_territorystate" not in q["sql"]]


def test_a_case_lives_its_seven_steps_over_the_interface(city: City, call: Any) -> None:
    operator, chief = call("operator"), call("chief")
    dispatcher, handler, worker = call("dispatcher"), call("handler"), call("worker")
    filed = operator.post("/cases", report_of(city))
    assert filed.status_code == 201, filed.content
    number = filed.json()["number"]
    assert filed.json()["stage"] == "reported"
    place = {"lon": city.districts[0].place().lon, "lat": 31.005}

    def step(who: Any, move: str, **inputs: Any) -> Any:
        answer = who.move(number, move, **inputs)
        assert answer.status_code == 200, (move, answer.content.decode())
        return answer.json()

    assert step(chief, "file", seen=1)["stage"] == "filed"
    assert step(dispatcher, "dispatch", unit=city.districts[0].department.pk)["unit"]
    step(handler, "accept")
    step(handler, "report_back", opinion="cleared", files=[handler.upload().json()["id"]])
    step(operator, "request_check")
    step(worker, "check", passed=True, place=place, files=[worker.upload().json()["id"]])
    assert step(chief, "close", opinion="done")["stage"] == "closed"
    rated = step(operator, "evaluate", rating=3)
    assert rated["stage"] == "evaluated"
    events = operator.get(f"/cases/{number}/events").json()["events"]
    assert [e["move"] for e in events] == [
        "report", "file", "dispatch", "accept", "report_back", "request_check", "check", "close",
        "evaluate",
    ]  # fmt: skip
    assert rated["seen"] == len(events)
    files = operator.get(f"/cases/{number}/files").json()["files"]
    assert [f["purpose"] for f in files] == ["after", "check"]
    picture = operator.get(files[0]["url"])
    assert picture.status_code == 200
    assert b"".join(picture.streaming_content).startswith(b"\xff\xd8")
    assert picture["Content-Disposition"].startswith("attachment")


def test_a_case_tells_which_moves_you_may_make_and_what_each_takes(city: City, call: Any) -> None:
    number = call("operator").post("/cases", report_of(city)).json()["number"]
    case = call("chief").get(f"/cases/{number}").json()
    moves = {move["move"]: move for move in case["moves"]}
    assert {"file", "dismiss"} <= set(moves)
    assert {"name": "opinion", "kind": "reason", "required": True} in moves["dismiss"]["inputs"]
    assert moves["file"]["url"] == f"/api/v1/cases/{number}/moves/file"
    assert case["clocks"][0]["stage"] == "reported"
    handler = call("operator", grants=("cases.see",))
    assert handler.get(f"/cases/{number}").json()["moves"] == []


def test_a_stale_view_is_told_what_has_changed(city: City, call: Any) -> None:
    number = call("operator").post("/cases", report_of(city)).json()["number"]
    chief = call("chief")
    assert chief.move(number, "file", seen=1).status_code == 200
    again = chief.move(number, "void", opinion="no", seen=1)
    assert again.status_code == 409
    assert again.json()["code"] == "stale"
    assert again["Content-Type"] == "application/problem+json"
    assert "File" in again.json()["title"]


def test_a_move_that_is_not_open_is_a_conflict(city: City, call: Any) -> None:
    number = call("operator").post("/cases", report_of(city)).json()["number"]
    refusal = call("chief").move(number, "close")
    assert refusal.status_code == 409
    assert refusal.json()["code"] == "move_refused"


def test_a_case_of_another_district_does_not_exist(city: City, call: Any) -> None:
    number = call("operator").post("/cases", report_of(city)).json()["number"]
    foreign, absent = call("operator", 1), "20260310-999999-1"
    for path in ("", "/events", "/reports", "/files", "/files/1"):
        answer = foreign.get(f"/cases/{number}{path}")
        assert answer.status_code == 404, path
        assert answer.json()["code"] == "not_found"
        assert answer.json()["title"] == foreign.get(f"/cases/{absent}{path}").json()["title"]
    chief = call("chief", 1)
    assert chief.move(number, "file").status_code == 404
    assert foreign.post(f"/cases/{number}/reports", {"description": "x"}).status_code == 404
    assert foreign.get("/cases").json()["cases"] == []


def test_a_number_with_another_day_is_no_case(city: City, call: Any) -> None:
    from datetime import date

    from linli.cases.rules import case_number

    operator = call("operator")
    operator.post("/cases", report_of(city))
    wrong = case_number(Case.objects.get().pk, date(2020, 1, 1))
    assert operator.get(f"/cases/{wrong}").status_code == 404
    assert call("chief").move(wrong, "file").status_code == 404


def test_a_token_of_a_worker_cannot_file(city: City, call: Any) -> None:
    number = call("operator").post("/cases", report_of(city)).json()["number"]
    refusal = call("worker").move(number, "file")
    assert refusal.status_code == 403
    assert refusal.json()["code"] == "not_your_move"


def test_a_token_without_the_grant_cannot_do_what_its_post_could(city: City, call: Any) -> None:
    number = call("operator").post("/cases", report_of(city)).json()["number"]
    narrow = call("chief", grants=("cases.see",))
    assert narrow.move(number, "file").status_code == 403
    assert narrow.post("/cases", report_of(city)).status_code == 403


def test_a_list_costs_five_queries_and_pages_by_cursor(city: City, call: Any) -> None:
    operator = call("operator")
    numbers = [operator.post("/cases", report_of(city)).json()["number"] for _i in range(5)]
    region = city.districts[0].region.code
    path = f"/cases?stage=reported&class=E01&region={region}&since=2026-01-01&page_size=2"
    operator.get(path)
    with spending() as spent:
        first = operator.get(path).json()
    assert len(spent) <= 5, spent  # the token, the catalogue twice, the units' stamp, the list
    second = operator.get(first["next"]).json()
    third = operator.get(second["next"]).json()
    assert third["next"] is None
    found = [c["number"] for page in (first, second, third) for c in page["cases"]]
    assert found == numbers[::-1]


@pytest.mark.parametrize(("key", "more"), [(None, 0), ("a-key-of-ours", 2)])
def test_what_a_report_and_a_move_cost(city: City, call: Any, key: str | None, more: int) -> None:
    operator, chief = call("operator"), call("chief")
    headers = {"Idempotency_Key": key} if key else {}
    for _warm in range(2):
        number = operator.post("/cases", report_of(city)).json()["number"]
        assert chief.post(f"/cases/{number}/moves/file", {}).status_code == 200
    with spending() as spent:
        number = operator.post("/cases", report_of(city), **headers).json()["number"]
    assert len(spent) <= 5 + more, spent  # two are a savepoint of the test
    with spending() as spent:
        assert chief.post(f"/cases/{number}/moves/file", {}, **headers).status_code == 200
    assert len(spent) <= 6 + more, spent  # token, case, clocks, the write; and the savepoint
