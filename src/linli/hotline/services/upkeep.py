"""What the clock does by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from linli.cases.queries.settings import settings
from linli.hotline.models import Call


def forget_callers(*, now: datetime) -> int:
    """Erase who called, as long after the call as contacts of cases are kept; returns how many.

    Calls that somebody still has to be called back about keep theirs until that is done. Safe to
    run twice.
    """
    edge = now - timedelta(days=settings().contact_days)
    over = Call.objects.filter(ended_at__lt=edge, phone_index__isnull=False)
    over |= Call.objects.filter(ended_at__lt=edge).exclude(name=b"")
    waiting = Call.objects.filter(call_backs__done_at__isnull=True, call_backs__isnull=False)
    return over.exclude(pk__in=waiting.values("pk")).update(name="", phone="", phone_index=None)
