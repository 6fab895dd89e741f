"""Signed messages between systems, as Standard Webhooks has it (symmetric scheme v1)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from linli.kernel.errors import Unauthorized

SECRET_MARK = "whsec_"  # noqa: S105  how Standard Webhooks marks a secret, not one
SKEW = timedelta(minutes=5)  # how far the clocks of two systems may be apart


def signature(secret: str, *, message_id: str, at: datetime, body: bytes) -> str:
    """HMAC-SHA256 over id, moment and body. Raises ValueError for a secret that is not base64."""
    key = base64.b64decode(secret.removeprefix(SECRET_MARK))
    signed = f"{message_id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def is_secret(text: str) -> bool:
    """Whether `text` can sign: 16 bytes at least, in base64, with the mark before them or not."""
    try:
        return len(base64.b64decode(text.removeprefix(SECRET_MARK), validate=True)) >= 16
    except (binascii.Error, ValueError):
        return False


def check_signature(
    *, secret: str, message_id: str, stamp: str, signed: str, body: bytes, now: datetime
) -> None:
    """Raises Unauthorized for a moment that is no number or too far off, and a wrong signature."""
    if not (message_id and len(message_id) <= 100):
        raise Unauthorized(
            _("webhook-id: 1 to 100 characters, another for each message."), field="webhook-id"
        )
    try:
        at = datetime.fromtimestamp(int(stamp), UTC) if len(stamp) <= 12 else None
    except (ValueError, OverflowError, OSError):
        at = None
    if at is None:
        raise Unauthorized(
            _("webhook-timestamp: seconds since 1970, as a whole number."),
            field="webhook-timestamp",
        )
    if abs(now - at) > SKEW:
        raise Unauthorized(
            _(
                "webhook-timestamp is %(seconds)d s off the clock here, at most %(most)d are"
                " allowed. Set the clock of the sender."
            )
            % {
                "seconds": int(abs(now - at).total_seconds()),
                "most": int(SKEW.total_seconds()),
            },
            field="webhook-timestamp",
        )
    expected = signature(secret, message_id=message_id, at=at, body=body)
    if not any(hmac.compare_digest(expected.encode(), one.encode()) for one in signed.split(" ")):
        raise Unauthorized(
            _(
                "webhook-signature does not fit: v1, and HMAC-SHA256 in base64 over id.timestamp."
                "body with the sender's secret."
            ),
            field="webhook-signature",
        )
