"""What the clock does by itself: resume, tidy. Each may run twice without harm."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from linli.cases.models import Case, ReportContact, SubmissionKey
from linli.cases.queries.settings import settings
from linli.cases.rules.stages import ENDED
from linli.cases.services import granting
from linli.kernel.errors import Refused

KEYS_KEPT = timedelta(days=7)


def resume_due(*, now: datetime, most: int = 500) -> int:
    """Resume cases whose day has come; returns how many."""
    due = Case.objects.filter(suspended_until__lte=timezone.localdate(now)).order_by("id")
    count = 0
    for case_id in list(due.values_list("pk", flat=True)[:most]):
        try:
            granting.resume(case_id=case_id, actor=None, now=now)
            count += 1
        except Refused:  # somebody was quicker
            continue
    return count


def erase_contacts(*, now: datetime, most: int = 5_000) -> int:
    """Erase who reported, the city's number of days after the end of a case; returns how many.

    The purpose is met: to call back about the case (PIPL 19, 47; requirements 2.3).
    """
    edge = now - timedelta(days=settings().contact_days)
    over = ReportContact.objects.filter(case__stage__in=ENDED, case__stage_since__lt=edge)
    ids = list(over.order_by("case_id").values_list("case_id", flat=True).distinct()[:most])
    count, _rows = ReportContact.objects.filter(case_id__in=ids).delete()
    return count


def forget_submission_keys(*, now: datetime) -> int:
    """Delete keys older than a week; returns how many."""
    count, _rows = SubmissionKey.objects.filter(at__lt=now - KEYS_KEPT).delete()
    return count
