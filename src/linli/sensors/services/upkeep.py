"""What is kept for how long."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

NONCES_KEPT = timedelta(hours=1)
REFUSALS_KEPT = timedelta(days=90)
A_SLICE = 50_000


def prune(*, now: datetime) -> int:
    """Delete readings older than SENSORS_KEEP_DAYS, a slice at a time; how many. Safe to run twice.

    The oldest are found by the BRIN index on the moment.
    """
    gone = 0
    before = now - timedelta(days=settings.SENSORS_KEEP_DAYS)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM sensors_reading WHERE ctid = ANY(ARRAY("
                "SELECT ctid FROM sensors_reading WHERE at < %s LIMIT %s))",
                [before, A_SLICE],
            )
            gone_now = int(cursor.rowcount)
        gone += gone_now
        if gone_now < A_SLICE:
            break
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sensors_refusal WHERE last_at < %s", [now - REFUSALS_KEPT])
    return gone


def forget_nonces(*, now: datetime) -> None:
    """Delete marks of signed messages that their time stamp refuses by now."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sensors_nonce WHERE at < %s", [now - NONCES_KEPT])
