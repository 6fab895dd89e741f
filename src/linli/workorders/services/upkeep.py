"""Forgetting what orders said once nobody needs it, like the contacts of cases (P7)."""

from __future__ import annotations

from datetime import datetime, timedelta

from linli.cases.models import Case
from linli.cases.queries.settings import settings
from linli.cases.rules.stages import ENDED
from linli.workorders.models import Order
from linli.workorders.rules.kinds import OrderState

_AT_ONCE = 1_000


def forget_messages(*, now: datetime) -> int:
    """Empty the messages of orders that have ended and came longer ago than contacts are kept; how
    many. Their numbers, states and news stay. Safe to run twice."""
    edge = now - timedelta(days=settings().contact_days)
    count, after = 0, 0
    while True:
        rows = Order.objects.filter(received_at__lt=edge, pk__gt=after).exclude(body=b"")
        found = list(rows.order_by("pk").values_list("pk", "state", "followed_id")[:_AT_ONCE])
        if not found:
            return count
        after = found[-1][0]
        cases = [case for _pk, _state, case in found if case is not None]
        ended = set(Case.objects.filter(pk__in=cases, stage__in=ENDED).values_list("pk", flat=True))
        gone = [pk for pk, state, case in found if state == OrderState.RETURNED or case in ended]
        count += Order.objects.filter(pk__in=gone).update(body="", fixes="", phone_index=None)
