"""Work that no two processes do at once: a lock of the database's session, by number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

IMPORT, LOCATING = 7_200_001, 7_200_002


@contextmanager
def alone(what: int, one: int = 0) -> Iterator[bool]:
    """Hold the lock of `what` (of several, of this `one`) meanwhile; False where another process
    does. Never waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [what, one])
        (held,) = cursor.fetchone()
    try:
        yield held
    finally:
        if held and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [what, one])
