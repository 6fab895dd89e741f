"""Forgetting what was settled long ago."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from linli.deliveries.models import Delivery, Target
from linli.deliveries.rules import KINDS, State

KEPT = timedelta(days=90)  # what was given up or dropped
_AT_ONCE = 5_000


def prune(*, now: datetime) -> int:
    """Delete what arrived longer ago than its kind is kept, and what was given up or dropped 90
    days ago; then targets of which nothing is left. Returns how many went. Safe to run twice."""
    old = Q(ended_at__lt=now - KEPT)
    for kind in KINDS.values():
        old |= Q(state=State.DONE, kind=kind.code, ended_at__lt=now - kind.kept)
    gone = 0
    while ids := list(Delivery.objects.filter(old).values_list("pk", flat=True)[:_AT_ONCE]):
        gone += Delivery.objects.filter(pk__in=ids).delete()[0]
    idle = Q(last_ok_at__isnull=True) | Q(last_ok_at__lt=now - KEPT)
    for target in Target.objects.filter(idle):
        if not Delivery.objects.filter(target=target.key).exists():
            target.delete()
    return gone
