"""What waits for a person: the badges of the navigation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from linli.cards import policy
from linli.cards.models import Card, Order, Wish
from linli.cards.rules.states import State

if TYPE_CHECKING:
    from datetime import datetime

    from linli.staff.models import User


MOST = 1_000


def waiting(user: User, now: datetime) -> dict[str, QuerySet[Any]]:
    """Cards on which the person's posts may act next, and open orders; nothing for those who see
    no cards."""
    if not user.has_grant(policy.GRANT_SEE):
        return {}
    states = Q(state="")
    if user.has_grant(policy.GRANT_ISSUE):
        states |= Q(state=State.PROPOSED)
    if user.has_grant(policy.GRANT_REVIEW):
        states |= Q(state=State.APPEALED)
    if user.has_grant(policy.GRANT_ANSWER):
        states |= Q(state=State.ISSUED, replied_at__isnull=True)
    seen = policy.visible_to(user)
    return {
        "cards": Card.objects.filter(seen & states),
        "orders": Order.objects.filter(seen, outcome=""),
    }


def wishes_mail(user: User) -> bool:
    """Whether the person is reminded by e-mail too. One query."""
    return Wish.objects.filter(user_id=user.pk).exists()
