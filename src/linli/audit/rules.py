"""The actions the log knows, by code; packages name theirs in `apps.py: ready()`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.utils.functional import Promise

# Entries are kept three years (PIPL 56; CSL 21 asks for six months) and then let go. The database
# holds to it too: the trigger of the log refuses to let younger ones go.
KEPT_YEARS = 3
KEPT = timedelta(days=366 * KEPT_YEARS)

ACTIONS: dict[str, str | Promise] = {}


def register_actions(labels: Mapping[str, str | Promise]) -> None:
    """A package names what it records. Raises ValueError for a code that is not `package.verb`."""
    for code in labels:
        if "." not in code or len(code) > 60:
            raise ValueError(
                f"An action is named package.verb in at most 60 letters, not “{code}”."
            )
    ACTIONS.update(labels)


def label_of(action: str) -> str:
    """The name of an action on screen; the code itself if nobody registered it."""
    return str(ACTIONS.get(action, action))


class Entry(NamedTuple):
    """What a seal covers of one log entry."""

    id: int
    at: datetime
    user_id: int | None
    post_id: int | None
    action: str
    object_type: str
    object_id: str
    purpose: str
    address: str
    detail: dict[str, Any]


def digest_of(previous: bytes, entries: Iterable[Entry]) -> bytes:
    """SHA-256 over the digest before and every entry in order, each as canonical JSON."""
    total = hashlib.sha256(previous)
    for entry in entries:
        values = [entry.id, entry.at.astimezone(UTC).isoformat(), *entry[2:]]
        total.update(json.dumps(values, sort_keys=True, ensure_ascii=False).encode())
        total.update(b"\n")
    return total.digest()
