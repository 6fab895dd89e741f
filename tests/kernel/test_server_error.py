"""A bug: the person reads a number, the log holds the same one with the trace."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import path

from linli.config import urls
from linli.kernel.logs import LineFormatter


def broken(request: Any) -> Any:
    raise ZeroDivisionError("a bug")


def out_of_reach(request: Any) -> Any:
    raise OperationalError("the database system is starting up")


urlpatterns = [
    path("api/v1/out-of-reach", out_of_reach), path("out-of-reach", out_of_reach),
    path("api/v1/broken", broken), path("broken", broken), *urls.urlpatterns,
]  # fmt: skip
handler500 = urls.handler500


@pytest.fixture
def client(settings: Any) -> Client:
    settings.ROOT_URLCONF = "tests.kernel.test_server_error"
    return Client(raise_request_exception=False, headers={"accept-language": "en"})


def logged(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    (record,) = [r for r in caplog.records if r.name == "django.request"]
    line: dict[str, Any] = json.loads(LineFormatter().format(record))
    return line


def test_a_bug_below_api_is_problem_json_with_the_number_of_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client.get("/api/v1/broken?lon=121.5", headers={"accept": "text/html"})
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert (told["status"], told["code"]) == (500, "server_error")
    assert len(told["reference"]) == 8
    assert told["reference"] in told["title"]
    line = logged(caplog)
    assert line["reference"] == told["reference"]
    assert "ZeroDivisionError: a bug" in line["trace"]
    assert "121.5" not in json.dumps(line), "no query string is logged (P6)"


@pytest.mark.django_db
def test_a_bug_on_a_page_is_a_page_with_the_number(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.kernel.views.new_reference", lambda: "7K3M9QWX")
    with caplog.at_level(logging.ERROR):
        answer = client.get("/broken")
    assert answer.status_code == 500
    assert logged(caplog)["reference"] == "7K3M9QWX"


@pytest.mark.django_db
def test_a_database_out_of_reach_is_no_bug_but_a_wait(client: Client) -> None:
    told = client.get("/api/v1/out-of-reach")
    assert (told.status_code, told.json()["code"]) == (503, "out_of_reach")
    assert int(told["Retry-After"]) > 0
    page = client.get("/out-of-reach")
    assert page.status_code == 503
    assert "not certain that the last step was saved" in page.content.decode()
    assert told.json()["reference"] in told.json()["title"]
