"""Who sent it: HMAC-SHA256 over method, address, moment, nonce and body, in both directions."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import datetime

KEY, MOMENT, NONCE, SIGNATURE = "X-Key-Id", "X-Timestamp", "X-Nonce", "X-Signature"
API_KEY = "X-Api-Key"
_NONCE = re.compile(r"[A-Za-z0-9._~-]{8,64}")


def new_secret() -> str:
    """A fresh secret: 64 hex digits, used as the text it is."""
    return secrets.token_hex(32)


def new_key_id() -> str:
    """A fresh name of a key; no secret."""
    return "wo" + secrets.token_hex(6)


def digest(secret: str) -> bytes:
    """What is kept of a header key: enough to know it again. It is random, so no salt is needed."""
    return hashlib.sha256(secret.encode()).digest()


def signature(
    secret: str, *, method: str, target: str, moment: str, nonce: str, body: bytes
) -> str:
    """The signature in hex: over five lines, the last of them the SHA-256 of the body in hex.

    `target` is the path with its query, as it stands in the request line.
    """
    lines = "\n".join((method, target, moment, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), lines.encode(), hashlib.sha256).hexdigest()


def headers(
    key_id: str, secret: str, *, method: str, target: str, nonce: str, at: datetime, body: bytes
) -> dict[str, str]:
    """The four headers of a signed request."""
    moment = str(int(at.timestamp()))
    signed = signature(secret, method=method, target=target, moment=moment, nonce=nonce, body=body)
    return {KEY: key_id, MOMENT: moment, NONCE: nonce, SIGNATURE: signed}


def is_signed(
    given: Mapping[str, str], secret: str, *, method: str, target: str, body: bytes
) -> bool:
    """Whether the signature is right; compared in constant time."""
    made = signature(
        secret, method=method, target=target, moment=given.get(MOMENT, ""),
        nonce=given.get(NONCE, ""), body=body,
    )  # fmt: skip
    return hmac.compare_digest(made.encode(), given.get(SIGNATURE, "").lower().encode())


def seconds_off(moment: str, now: datetime) -> int | None:
    """How far a moment (seconds since 1970; milliseconds are understood) is from now; None for
    nonsense."""
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 13):
        return None
    seconds = int(moment) / (1000 if len(moment) == 13 else 1)
    return round(abs(seconds - now.timestamp()))


def is_nonce(text: str) -> bool:
    """Whether it has the form of a nonce: 8 to 64 letters, digits, dots, hyphens."""
    return _NONCE.fullmatch(text) is not None
