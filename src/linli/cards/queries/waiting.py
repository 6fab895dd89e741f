"""What waits for a person: the badges of the navigation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from linli.cards import policy
from linli.cards.models import Card, Order, Wish
from linli.cards.rules.states import State
from linli.cases.queries.badges import Counts

if TYPE_CHECKING:
    from linli.staff.models import User


def waiting_for(user: User) -> dict[str, int]:
    """Cards on which the person's posts may act next, and open orders; up to a thousand of each.
    One query; none for those who see no cards."""
    if not user.has_grant(policy.GRANT_SEE):
        return {}
    return {"cards": 0, "orders": 0, **_waiting.of(user, now=timezone.now())}


def _cards(user: User) -> QuerySet[Card]:
    states = Q(state="")
    if user.has_grant(policy.GRANT_ISSUE):
        states |= Q(state=State.PROPOSED)
    if user.has_grant(policy.GRANT_REVIEW):
        states |= Q(state=State.APPEALED)
    if user.has_grant(policy.GRANT_ANSWER):
        states |= Q(state=State.ISSUED, replied_at__isnull=True)
    return Card.objects.filter(policy.visible_to(user) & states)


_waiting = Counts(
    lambda user, now: {
        "cards": _cards(user),
        "orders": Order.objects.filter(policy.visible_to(user), outcome=""),
    },
    most=1_000,
)


def wishes_mail(user: User) -> bool:
    """Whether the person is reminded by e-mail too. One query."""
    return Wish.objects.filter(user_id=user.pk).exists()
