"""A write sent twice under one key is done once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from linli.api import services
from linli.api.models import Idempotency
from linli.cases.models import Case, CaseEvent
from linli.kernel.errors import TooMany
from tests.api.conftest import Caller, report_of, token_of
from tests.cases.city import City, make_city


def test_a_report_sent_twice_is_one_case_and_one_answer(city: City, call: Any) -> None:
    operator, body = call("operator"), report_of(city)
    first = operator.post("/cases", body, Idempotency_Key="4c6b-0001")
    again = operator.post("/cases", body, Idempotency_Key="4c6b-0001")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Case.objects.count() == 1


def test_a_move_sent_twice_is_made_once(city: City, call: Any) -> None:
    number = call("operator").post("/cases", report_of(city)).json()["number"]
    chief = call("chief")
    for _i in range(2):
        answer = chief.post(f"/cases/{number}/moves/file", {"seen": 1}, Idempotency_Key="k-000001")
        assert answer.status_code == 200
    assert CaseEvent.objects.filter(move="file").count() == 1


def test_a_key_stands_for_one_request(city: City, call: Any) -> None:
    operator = call("operator")
    operator.post("/cases", report_of(city), Idempotency_Key="k-000001")
    other = operator.post(
        "/cases", report_of(city, description="another"), Idempotency_Key="k-000001"
    )
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_used"
    assert Case.objects.count() == 1


def test_keys_of_two_tokens_do_not_meet(city: City, call: Any) -> None:
    for caller in (call("operator"), call("operator")):
        assert not caller.post("/cases", report_of(city), Idempotency_Key="k-000001").get(
            "Idempotency-Replayed"
        )
    assert Case.objects.count() == 2


def test_a_refused_write_leaves_its_key_free(city: City, call: Any) -> None:
    operator = call("operator")
    bad = operator.post("/cases", report_of(city, case_class="E9999"), Idempotency_Key="k-000001")
    assert bad.status_code == 404
    good = operator.post("/cases", report_of(city), Idempotency_Key="k-000001")
    assert good.status_code == 201


@pytest.mark.parametrize("key", ["short", "x" * 81, "键键键键键键键键"])
def test_a_bad_key_is_refused_by_name(city: City, call: Any, key: str) -> None:
    answer = call("operator").post("/cases", report_of(city), Idempotency_Key=key)
    assert answer.status_code == 400
    assert answer.json()["field"] == "Idempotency-Key"


def test_what_a_key_keeps_is_sealed_and_forgotten_after_two_days(city: City, call: Any) -> None:
    secret = call("operator").post("/cases", report_of(city), Idempotency_Key="k-000001").json()
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM api_idempotency")
        (raw,) = cursor.fetchone()
    assert secret["secret"].encode() not in bytes(raw)
    assert services.prune(now=timezone.now()) == 0
    assert services.prune(now=timezone.now() + timedelta(hours=49)) == 1
    assert not Idempotency.objects.exists()


def test_beyond_the_limit_writes_are_refused_for_a_while(
    city: City, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_WRITES", 20)
    now = timezone.now()
    for _i in range(39):
        services.admit_write(actor="token:0", now=now)
    with pytest.raises(TooMany):
        services.admit_write(actor="token:0", now=now)
    operator = call("operator")
    answers = [operator.post("/cases", {"description": ""}) for _i in range(3)]
    assert {a.status_code for a in answers} == {400}  # reads and bad input are not counted


@pytest.mark.django_db(transaction=True)
def test_two_at_once_under_one_key_are_one_case() -> None:
    city = make_city()
    token, answers = token_of(city.districts[0].posts["operator"]), []
    gate = threading.Barrier(4)

    def send() -> None:
        try:
            caller = Caller(token, Client())
            gate.wait(10)
            answers.append(caller.post("/cases", report_of(city), Idempotency_Key="k-000001"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [a.status_code for a in answers] == [201] * 4
    assert len({a.content for a in answers}) == 1
    assert Case.objects.count() == 1
