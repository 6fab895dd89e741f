"""The door over HTTP: who may bring what, nothing twice, every fault named."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from linli.kernel.signatures import signature
from linli.sensors.models import Device, Reading, Refusal, Sender, SensorRule
from tests.cases.city import City
from tests.sensors.conftest import SECRET, body_of, make_device

pytestmark = pytest.mark.django_db
DOOR = "/sensors/v1/readings"
KEY = {"authorization": f"Bearer gw-1:{SECRET}"}


def post(client: Client, body: bytes, headers: dict[str, str] | None = None) -> Any:
    return client.post(
        DOOR, body, content_type="application/json",
        headers={"accept-language": "en", **(KEY if headers is None else headers)},
    )  # fmt: skip


def signed(
    body: bytes, *, message_id: str = "m1", off_s: int = 0, **changed: str
) -> dict[str, str]:
    at = timezone.now() + timedelta(seconds=off_s)
    return {
        "linli-sender": "gw-1", "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature(SECRET, message_id=message_id, at=at, body=body),
    } | changed  # fmt: skip


def ago(seconds: float) -> str:
    return (timezone.now() - timedelta(seconds=seconds)).isoformat()


def test_a_batch_is_taken_once_however_often_it_comes(client: Client, device: Device) -> None:
    body = body_of(
        {"device": "W-001", "value": 1, "at": ago(60)},
        {"device": "W-001", "value": 2, "at": ago(5)},
    )
    first, again = post(client, body), post(client, body)
    assert first.json() == {"new": 2, "known": 0, "refused": []}
    assert again.json() == {"new": 0, "known": 2, "refused": []}
    device.state.refresh_from_db()
    assert (device.state.last_value, Reading.objects.count()) == (2, 2)
    assert device.state.heard_at is not None


def test_a_signed_message_is_taken_and_its_replay_is_refused(
    client: Client, device: Device
) -> None:
    body = body_of({"device": "W-001", "value": 1, "at": ago(60)})
    headers = signed(body)
    assert post(client, body, headers).json()["new"] == 1
    replay = post(client, body, headers)
    assert (replay.status_code, replay.json()["code"]) == (409, "replayed")
    assert post(client, body, signed(body, message_id="m2")).json()["known"] == 1


@pytest.mark.parametrize(
    ("changed", "off_s", "said"),
    [
        ({"webhook-signature": "v1,AAAA"}, 0, "webhook-signature does not fit"),
        ({"webhook-timestamp": "soon"}, 0, "seconds since 1970"),
        ({}, 600, "Set the clock of the sender"),
        ({}, -600, "Set the clock of the sender"),
        ({"linli-sender": "gw-2"}, 0, "unknown or switched off"),
        ({"webhook-id": ""}, 0, "webhook-id: 1 to 100"),
    ],
)
def test_what_is_not_well_signed_is_refused_in_a_sentence(
    client: Client, device: Device, changed: dict[str, str], off_s: int, said: str
) -> None:
    body = body_of({"device": "W-001", "value": 1})
    answer = post(client, body, signed(body, off_s=off_s, **changed))
    assert answer.status_code == 401
    assert said in answer.json()["title"]
    assert not Reading.objects.exists()


def test_strangers_and_wrong_secrets_are_refused_alike(client: Client, device: Device) -> None:
    body = body_of({"device": "W-001", "value": 1})
    assert post(client, body, {}).status_code == 401
    for key in ("gw-1:wrong", "gw-9:wrong"):
        answer = post(client, body, {"authorization": f"Bearer {key}"})
        assert answer.status_code == 401
        assert "unknown or switched off" in answer.json()["title"]
    Sender.objects.update(active=False)
    assert post(client, body).status_code == 401


@pytest.mark.parametrize(
    ("reading", "said", "reason"),
    [
        ({"device": "W-001", "value": "9"}, "value: a number", "unreadable"),
        ({"device": "W-001", "value": True}, "value: a number", "unreadable"),
        ({"device": "a b", "value": 9}, "device: the code", "unreadable"),
        ({"device": "W-001", "value": 9, "at": "2026-01-01T00:00:00"}, "with its offset",
         "unreadable"),
        ({"device": "W-404", "value": 9}, "there is no device W-404", "unknown"),
        ({"device": "W-001", "value": 99999}, "not plausible", "implausible"),
        ({"device": "W-001", "value": 9, "at": 100}, "older than 90 days", "old"),
        ({"device": "F-001", "value": 9}, "not among the devices of this sender", "foreign"),
    ],
)  # fmt: skip
def test_each_fault_is_named_and_the_others_are_taken(
    city: City, client: Client, device: Device, reading: dict[str, Any], said: str, reason: str
) -> None:
    make_device(city, device.kind, "F-001")
    answer = post(client, body_of({"device": "W-001", "value": 3}, reading))
    found = answer.json()
    assert (answer.status_code, found["new"]) == (200, 1)
    assert [one["index"] for one in found["refused"]] == [1]
    assert said in found["refused"][0]["title"]
    kept = Refusal.objects.get()
    assert (kept.reason, kept.count) == (reason, 1)
    alone = post(client, body_of(reading))
    assert alone.status_code == 422
    kept.refresh_from_db()
    assert kept.count == 2


def test_a_clock_ahead_is_said_with_its_seconds(client: Client, device: Device) -> None:
    answer = post(client, body_of({"device": "W-001", "value": 1, "at": ago(-900)}))
    assert answer.status_code == 422
    assert "s ahead of the clock" in answer.json()["refused"][0]["title"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 400, "not JSON"), (b"[]", 400, "1 to 1000"), (b"3", 400, "readings is a list"),
        (b" " * 300_000, 413, "larger than 256 kB"), (b"[" * 100_000, 400, "not JSON"),
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(
    client: Client, device: Device, body: bytes, status: int, said: str
) -> None:
    answer = post(client, body)
    assert answer.status_code == status
    assert said in answer.json()["title"]


@override_settings(SENSORS_READINGS_PER_MINUTE=3)
def test_one_sender_is_bounded(client: Client, device: Device) -> None:
    body = body_of(*({"device": "W-001", "value": n} for n in range(4)))
    answer = post(client, body)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_a_batch_costs_the_same_statements_whatever_its_size(
    city: City, client: Client, device: Device, rule: SensorRule, django_assert_num_queries: Any
) -> None:
    for n in range(9):
        make_device(city, device.kind, f"N-{n}", sender=device.sender)
    codes = ["W-001", *(f"N-{n}" for n in range(9))]
    one = body_of({"device": "W-001", "value": 1, "at": ago(50)})
    many = body_of(
        *({"device": c, "value": 1, "at": ago(40 - n)} for c in codes for n in range(20))
    )
    for body in (one, many):
        with django_assert_num_queries(12):
            assert post(client, body).status_code == 200
    assert Reading.objects.count() == 201


def test_json_is_said_to_be_json(client: Client) -> None:
    answer = post(client, b"{}", {})
    assert json.loads(answer.content)["field"] == "Authorization"
