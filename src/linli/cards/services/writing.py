"""What every deed with a card shares: the lock, the history, who is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.cards import policy
from linli.cards.models import Card, CardEvent
from linli.cards.queries.cards import history_of
from linli.cases.queries import people
from linli.cases.services.core import locked
from linli.kernel.errors import NotFound
from linli.kernel.text import clean
from linli.notices.services import tell

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.staff.models import User
    from linli.staff.policy import Seat

MOST_WORDS = 2_000


def words_of(text: str, *, field: str = "words", least: int = 2) -> str:
    """A reason, a reply or an opinion as it is kept. Raises BadInput naming the field."""
    return clean(text, field=field, most=MOST_WORDS, least=least)


def card_url(case: Case, number: int) -> str:
    """The page of a card."""
    return f"/supervision/cards/{case.number}/{number}/"


def locked_card(actor: User, case_id: int, number: int) -> tuple[Card, list[CardEvent]]:
    """The card and its history, for this transaction alone. Raises NotFound."""
    case = locked(case_id, None)  # a unit may answer for a case that has gone to another by now
    rows = Card.objects.filter(policy.visible_to(actor), case_id=case_id, number=number)
    card = rows.select_related("unit").first()
    if card is None:
        raise NotFound(_("There is no such card, or you may not see it."))
    card.case = case
    return card, history_of(card)


def next_number(case_id: int) -> int:
    """The number of the next card of a case that is locked. One query."""
    last = Card.objects.filter(case_id=case_id).order_by("-number").values_list("number", flat=True)
    return (last.first() or 0) + 1


def remember(
    card: Card,
    deed: str,
    *,
    now: datetime,
    actor: User | None = None,
    seat: Seat | None = None,
    words: str = "",
) -> None:
    """Add a line to the history and save the card; one in the log for a person's deed."""
    card.event_count += 1
    CardEvent.objects.create(
        case_id=card.case_id, card_number=card.number, number=card.event_count, deed=deed, at=now,
        actor=actor, post_id=seat.post_id if seat else None, level=card.level, words=words,
    )  # fmt: skip
    card.save()


def log(card: Card, action: str, actor: User, now: datetime, **detail: str) -> None:
    """A line in the access log."""
    record(
        actor=actor, action=action, object_type="card", object_id=str(card), now=now,
        detail={"unit": card.unit_id, "level": card.level, **detail},
    )  # fmt: skip


def nearest_with(grant: str, centre_id: int, *, fewest: int = 1) -> list[int]:
    """Who holds `grant` in a centre, with the centres above until there are `fewest`. One query a
    centre."""
    found: list[int] = []
    above: int | None = centre_id
    while above is not None and len(found) < fewest:
        found += [
            user for user in people.users_with_grant(grant, centre_id=above) if user not in found
        ]
        above = people.parent_centre(above)
    return found


def tell_people(card: Card, kind: str, users: Iterable[int], now: datetime) -> None:
    """A notice that opens the card."""
    tell(
        user_ids=users, kind=kind, params={"number": card.case.number},
        url=card_url(card.case, card.number), now=now,
    )  # fmt: skip
