"""What waits for a person: the badges of the navigation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from linli.cards import policy
from linli.cards.models import Card, Order, Wish
from linli.cards.rules.states import State

if TYPE_CHECKING:
    from linli.staff.models import User

MOST = 1_000


def waiting_for(user: User) -> dict[str, int]:
    """Cards on which the person's posts may act next, and open orders. Two queries; none for those
    who see no cards."""
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
        "cards": Card.objects.filter(seen & states)[:MOST].count(),
        "orders": Order.objects.filter(seen, outcome="")[:MOST].count(),
    }


def wishes_mail(user: User) -> bool:
    """Whether the person is reminded by e-mail too. One query."""
    return Wish.objects.filter(user_id=user.pk).exists()
