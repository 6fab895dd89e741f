"""The hash chain of a case's events: each carries the hash of the one before (design §3)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

GENESIS = "0" * 64


def link(previous: str, facts: Mapping[str, object]) -> str:
    """SHA-256 (hex) over the previous hash and `facts` as canonical JSON: sorted, times in UTC."""
    body = json.dumps(
        {key: _plain(value) for key, value in facts.items()},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value
