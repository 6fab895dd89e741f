"""What webhooks tell, and how: CloudEvents 1.0, signed as Standard Webhooks has it (ADR 0013)."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from linli.kernel.signatures import SECRET_MARK, signature

EVENT, TARGET = "webhooks.event", "webhooks:"
CASE, PING = "linli.case.", "linli.ping"
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
SECRET_BYTES = 32
OVERLAP = timedelta(days=1)  # how long a secret that was replaced still signs
PATIENCE = timedelta(days=5)  # nothing arrived for so long: switched off, and people are told
TIMEOUT_S = 15.0


class State(TextChoices):
    """Whether a subscription is told anything. Broken: switched off by the program."""

    ON = "on", pgettext_lazy("webhook", "On")
    OFF = "off", pgettext_lazy("webhook", "Switched off")
    BROKEN = "broken", pgettext_lazy("webhook", "Switched off after failures")
    ENDED = "ended", pgettext_lazy("webhook", "Ended")


def target_of(subscription_id: int) -> str:
    """The target of its deliveries."""
    return f"{TARGET}{subscription_id}"


def subscription_of(target: str) -> int:
    """The subscription that a target belongs to."""
    return int(target.removeprefix(TARGET))


def new_secret() -> str:
    """A fresh secret, in the form receivers' libraries take."""
    return SECRET_MARK + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(keys: Iterable[str], *, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a message: its id, the moment, and one signature by each secret in use."""
    signed = (signature(key, message_id=message_id, at=at, body=body) for key in keys)
    return {
        "Content-Type": CONTENT_TYPE,
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }


def cloud_event(
    *, event_id: str, kind: str, source: str, at: datetime, subject: str, data: Mapping[str, Any]
) -> bytes:
    """A CloudEvent 1.0 in structured JSON."""
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": kind,
        "subject": subject,
        "time": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": dict(data),
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
