"""Clearing up after errands."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from linli.errands.models import Errand, ErrandFile
from linli.errands.rules import KINDS, OPEN, State
from linli.errands.services.running import _end
from linli.files import services as files

REMEMBERED = timedelta(days=90)  # an errand, after it has ended
_PATIENCE = timedelta(minutes=10)  # before an errand without a job in the queue counts as lost


def tidy(*, now: datetime) -> int:
    """Drop files past their day and errands that ended 90 days ago; fail those the queue has lost,
    so that their owners can have them tried again. Returns how many rows went. Safe to run twice.
    """
    with transaction.atomic():
        old = list(ErrandFile.objects.select_for_update().filter(kept_until__lte=now)[:1000])
        files.discard_objects(keys=[file.key for file in old], now=now)
        ErrandFile.objects.filter(pk__in=[file.pk for file in old]).delete()
    ended = Errand.objects.filter(ended_at__lt=now - REMEMBERED, files__isnull=True)
    forgotten, _rows = ended.delete()
    _fail_lost(now)
    return len(old) + forgotten


def _fail_lost(now: datetime) -> None:
    queued = {
        arguments.get("errand_id")
        for arguments in ProcrastinateJob.objects.filter(
            task_name="errands.run", status__in=("todo", "doing")
        ).values_list("args", flat=True)
    }
    with transaction.atomic():
        waiting = Errand.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            state__in=OPEN, created_at__lt=now - _PATIENCE
        )
        for errand in waiting.exclude(pk__in=queued):
            with translation.override(errand.language):
                kind = KINDS.get(errand.kind)
                words = _("The program was stopped in the middle of it. %(left)s") % {
                    "left": kind.left if kind else ""
                }
                _end(errand, State.FAILED, words.strip(), now)
