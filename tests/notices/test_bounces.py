"""What came back is told by the provider, and its address is left alone until a person knows."""

from __future__ import annotations

import base64
import json
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from linli.deliveries import services as outbox
from linli.deliveries.models import Delivery
from linli.kernel.signatures import signature
from linli.notices import queries, rules, services
from linli.notices.models import BadAddress, Message
from linli.notices.services import carriers
from tests.notices.test_messages import KIND, PARAMS

SECRET = base64.b64encode(b"sixteen bytes, or more").decode()
Tell = Callable[..., Any]


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(rules, "_message_kinds", {})
    rules.register_messages(KIND)


@pytest.fixture
def tell(client: Client, settings: Any) -> Tell:
    """The provider tells `body`, signed; `headers` replace what it would send."""
    settings.BOUNCE_SECRET = SECRET

    def told(body: Any, *, at: datetime | None = None, **headers: str) -> Any:
        at = at or timezone.now()
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {
            "webhook-id": "m1",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature(SECRET, message_id="m1", at=at, body=text),
        }
        return client.post(
            "/messages/bounces", text, content_type="application/json", headers=sent | headers
        )

    return told


def written(address: str = "a.b@example.cn") -> Message:
    """A message that went out, or was kept from it."""
    made = services.write_message(
        channel="email", address=address, kind="cases.received", params=PARAMS, language="en",
        now=timezone.now(),
    )  # fmt: skip
    outbox.send_due(clock=timezone.now)
    made.refresh_from_db()
    return made


def id_of(message: Message) -> str:
    """As our e-mails carry it: Message-ID."""
    (row,) = Delivery.objects.filter(payload__message=message.pk)
    return f"<{row.uid.hex}@city.example>"


def test_a_bounce_fails_its_message_and_spares_the_address(tell: Tell) -> None:
    message = written()
    reason = "550 5.1.1 <a.b@example.cn> unknown"
    for _twice in range(2):
        answer = tell({"id": id_of(message), "reason": reason})
        assert (answer.status_code, answer.json()) == (200, {"noted": 1, "unknown": 0})
    message.refresh_from_db()
    assert message.state == "failed"
    assert "unknown" in message.last_error
    assert "@" not in message.last_error, "the address stands nowhere in the open"
    mail.outbox.clear()
    kept = written("A.B@example.cn")
    assert (kept.state, mail.outbox) == ("failed", [])
    assert kept.last_error.endswith("550 5.1.1 … unknown")
    assert written("ab@example.cn").state == "sent", "another person's, though it looks alike"


def test_a_person_has_it_tried_again(tell: Tell) -> None:
    message = written()
    tell([{"id": id_of(message), "reason": "mailbox closed"}])
    services.retry_message(message_id=message.pk, now=timezone.now())
    outbox.send_due(clock=timezone.now)
    message.refresh_from_db()
    assert (message.state, BadAddress.objects.count()) == ("sent", 0)


def test_what_nobody_knows_any_more_is_counted_and_changes_nothing(tell: Tell) -> None:
    answer = tell([{"id": "0" * 32, "reason": "x"}])
    assert (answer.status_code, answer.json()) == (200, {"noted": 0, "unknown": 1})
    assert not BadAddress.objects.exists()


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        ({"webhook-signature": "v1,AAAA"}, "webhook-signature"),
        ({"webhook-timestamp": "1"}, "webhook-timestamp"),
        ({"webhook-timestamp": "now"}, "webhook-timestamp"),
        ({"webhook-id": ""}, "webhook-id"),
    ],
)
def test_what_is_not_signed_is_not_heard(tell: Tell, headers: dict[str, str], field: str) -> None:
    message = written()
    answer = tell({"id": id_of(message), "reason": "x"}, **headers)
    assert (answer.status_code, answer.json()["field"]) == (401, field)
    assert not BadAddress.objects.exists()


def test_an_old_call_is_not_heard_again(tell: Tell) -> None:
    call = {"id": id_of(written()), "reason": "x"}
    assert tell(call, at=timezone.now() - timedelta(minutes=6)).status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", "body"), (b"\xff", "body"), ([], "body"), ([1], "body"), (b"[" * 5000, "body"),
        ({"reason": "x"}, "id"), ({"id": "17"}, "id"), (b'"' + b"x" * 70_000 + b'"', "body"),
    ],
)  # fmt: skip
def test_bad_calls_are_told_the_field(tell: Tell, body: Any, field: str) -> None:
    answer = tell(body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_without_a_secret_there_is_no_such_door(tell: Tell, settings: Any) -> None:
    settings.BOUNCE_SECRET = ""
    assert tell({"id": "0" * 32}).status_code == 404


@pytest.mark.parametrize(
    ("code", "says", "state", "spared"),
    [
        (550, b"5.1.1 no such user", "failed", True),
        (550, b"5.2.1 disabled", "failed", True),
        (550, b"5.7.1 looks like spam", "failed", False),
        (450, b"4.2.0 greylisted", "queued", False),
    ],
)
def test_a_mail_server_tells_at_once(
    monkeypatch: pytest.MonkeyPatch, code: int, says: bytes, state: str, spared: bool
) -> None:
    def refuse(*_given: Any, **_more: Any) -> None:
        raise smtplib.SMTPRecipientsRefused({"a.b@example.cn": (code, says)})

    monkeypatch.setattr(carriers, "carry", refuse)
    message = written()
    assert message.state == state
    assert bool(queries.trouble_of("email", "a.b@example.cn")) == spared


def test_marks_are_forgotten_after_a_year() -> None:
    services.note_bounce(
        message_uid=Delivery.objects.get(payload__message=written().pk).uid, says="x",
        now=timezone.now() - timedelta(days=366),
    )  # fmt: skip
    services.prune(now=timezone.now())
    assert not BadAddress.objects.exists()
