"""Which state of the territory is the present one."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection


class Versions(NamedTuple):
    """The counters of `TerritoryState`; (0, 0) before the first change."""

    version: int
    boundaries: int


def versions() -> Versions:
    """The counters as this transaction sees them. One query, 0.1 ms."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version, boundaries FROM territory_territorystate")
        row = cursor.fetchone()
    return Versions(*row) if row else Versions(0, 0)
