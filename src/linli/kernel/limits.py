"""Rate limits of the public doors, counted in the database so that every process agrees."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _

from linli.kernel.errors import TooMany


def source_of(request: HttpRequest) -> str:
    """A keyed hash of the client's address: enough to count, useless to trace."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUST_FORWARDED_FOR:
        address = request.headers.get("X-Forwarded-For", address).split(",")[-1].strip()
    return hmac.new(settings.SECRET_KEY.encode(), address.encode(), hashlib.sha256).hexdigest()[:32]


def admit(
    door: str, source: str, *, most: int, per: timedelta, now: datetime, weight: int = 1
) -> None:
    """Count `weight` uses of `door` by `source`. One query. Raises TooMany beyond `most` in a
    window."""
    seconds = int(per.total_seconds())
    start = int(now.timestamp()) // seconds * seconds
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO kernel_hit (door, source, "window", count)'
            " VALUES (%s, %s, to_timestamp(%s), %s)"
            ' ON CONFLICT (door, source, "window")'
            " DO UPDATE SET count = kernel_hit.count + excluded.count RETURNING count",
            [door, source, start, weight],
        )
        (count,) = cursor.fetchone()
    if count > most:
        wait = start + seconds - int(now.timestamp())
        raise TooMany(
            _("Too many requests from your connection. Please try again in %(minutes)d min.")
            % {"minutes": max(1, wait // 60)},
            retry_after=max(1, wait),
        )


def forget_old(*, now: datetime) -> int:
    """Delete counts older than a day; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute('DELETE FROM kernel_hit WHERE "window" < %s', [now - timedelta(days=1)])
        return int(cursor.rowcount)
