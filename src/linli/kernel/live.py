"""Telling open pages that something has changed: one NOTIFY in the transaction of the change."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import connection

CHANNEL = "linli_live"


def publish(topic: str, facts: dict[str, Any]) -> None:
    """Send `facts` (ids and codes only, never personal data; < 8,000 bytes) when this commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload(topic, facts)])


def payload(topic: str, facts: dict[str, Any]) -> str:
    """What `publish` sends, for those who notify together with other writes (kernel.rows)."""
    return json.dumps({"topic": topic, **facts}, separators=(",", ":"))


# -- boards: what many look at, drawn once for all who see the same ------------------------------
class Painter(Protocol):
    """Draws one board again and again; may keep between two drawings what changes slowly."""

    def paint(self, onlooker: Any, *, now: datetime) -> dict[str, str]:
        """The pieces of the board by name."""


@dataclass(frozen=True)
class Board:
    """A page whose pieces the event stream brings, drawn once for everybody with the same `key`."""

    onlooker: Callable[[Any], Any | None]  # a person as the board knows them; None: not for them
    by_cookies: Callable[[Mapping[str, str], datetime], Any | None]  # where nobody has signed in
    key: Callable[[Any], Hashable]  # of an onlooker: equal keys, equal boards
    painter: Callable[[str], Painter]  # for a language


BOARDS: dict[str, Board] = {}


def register_board(name: str, board: Board) -> None:
    """Called in `ready()` of the face whose page it is."""
    BOARDS[name] = board
