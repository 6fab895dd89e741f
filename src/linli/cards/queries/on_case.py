"""Supervision on the page of a case, and on the leader's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from linli.cards import policy
from linli.cards.models import Card, Order
from linli.cards.queries.cards import cards_for, cards_of
from linli.cards.queries.orders import orders_for, orders_of

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.staff.models import User

MOST = 6


@dataclass(frozen=True)
class OnCase:
    """Cards and orders of a case, and what the reader may begin."""

    cards: list[Card]
    orders: list[Order]
    may_give: bool
    may_inquire: bool
    today: date

    @property
    def shown(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.cards or self.orders or self.may_give or self.may_inquire)


def on_case(user: User, case: Case, *, now: datetime) -> OnCase | None:
    """For whoever sees cards, on a case they have been shown. One query, two where a leader has
    ordered; None for others."""
    if not user.has_grant(policy.GRANT_SEE):
        return None
    unit = case.lead_unit_id
    return OnCase(
        cards=cards_of(case),
        orders=orders_of(case) if case.supervision_count else [],
        may_give=unit is not None
        and case.is_open
        and policy.seat_over(user, policy.GRANT_ISSUE, case, unit_id=unit) is not None,
        may_inquire=policy.seat_to_inquire(user, case, unit) is not None,
        today=timezone.localdate(now),
    )


@dataclass(frozen=True)
class ForLeaders:
    """Open orders by their day, cards issued and not ended, and how many are proposed."""

    orders: list[Order]
    cards: list[Card]
    proposed: int
    today: date


def for_leaders(user: User, *, now: datetime) -> ForLeaders | None:
    """What a leader's page shows; None for those who see no cards. Three queries."""
    if not user.has_grant(policy.GRANT_SEE):
        return None
    return ForLeaders(
        orders=list(orders_for(user, tab="open")[:MOST]),
        cards=list(cards_for(user, tab="open")[:MOST]),
        proposed=cards_for(user, tab="proposed").count(),
        today=timezone.localdate(now),
    )
