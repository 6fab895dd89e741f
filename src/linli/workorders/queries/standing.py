"""How an order stands, as its platform may read it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from linli.workorders.models import News, Order, Platform
from linli.workorders.rules.kinds import Status


def numbered(platform: Platform, number: str) -> Order | None:
    """A platform's own order. One query."""
    return Order.objects.filter(platform=platform, number=number).first()


def of_order(order: Order, *, news: bool = False) -> dict[str, Any]:
    """Number, state and case; with `news` what has happened, oldest first. One query with news."""
    said: dict[str, Any] = {
        "number": "" if order.number.startswith("?") else order.number,
        "state": order.state,
        "received_at": _moment(order.received_at),
        "case": order.case_number or None,
        "return_until": _moment(order.return_until),
    }
    if not news:
        return said
    rows = list(News.objects.filter(order=order).order_by("pk"))
    said["status"] = rows[-1].status if rows else None
    said["news"] = [
        {
            "id": str(row.uid),
            "status": row.status,
            "status_words": str(Status(row.status).label),
            "at": _moment(row.at),
            "words": row.words,
        }
        for row in rows
    ]
    return said


def _moment(moment: Any) -> str | None:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else None
