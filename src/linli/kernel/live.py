"""Telling open pages that something has changed: one NOTIFY in the transaction of the change."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

CHANNEL = "linli_live"


def publish(topic: str, facts: dict[str, Any]) -> None:
    """Send `facts` (ids and codes only, never personal data; < 8,000 bytes) when this commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload(topic, facts)])


def payload(topic: str, facts: dict[str, Any]) -> str:
    """What `publish` sends, for those who notify together with other writes (kernel.rows)."""
    return json.dumps({"topic": topic, **facts}, separators=(",", ":"))
