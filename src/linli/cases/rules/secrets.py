"""The secret of a report: what its follow link carries beside the number."""

from __future__ import annotations

import base64
import hashlib
import hmac

LENGTH = 20  # letters: 100 bits


def report_secret(key: bytes, *, case_id: int, report_number: int, salt: bytes) -> str:
    """20 letters a–z, 2–7. Made anew from a key outside the database and the report's own salt."""
    message = f"report:{case_id}:{report_number}:".encode() + salt
    digest = hmac.new(key, message, hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:LENGTH]


def same_secret(a: str, b: str) -> bool:
    """Comparison that takes the same time wherever they differ."""
    return hmac.compare_digest(a.encode(), b.strip().lower().encode())
