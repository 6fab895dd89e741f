"""The unit replies and appeals; two others decide the appeal."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cards import policy
from linli.cards.models import Card
from linli.cards.rules.states import REVIEWERS, REVIEWS, State, outcome_of
from linli.cards.services.deciding import restore_former, tell_unit
from linli.cards.services.writing import (
    locked_card,
    log,
    nearest_with,
    remember,
    tell_people,
    words_of,
)
from linli.kernel.errors import BadInput, Refused

if TYPE_CHECKING:
    from linli.staff.models import User


@transaction.atomic
def reply_to_card(*, actor: User, case_id: int, number: int, words: str, now: datetime) -> Card:
    """What the unit says, once; after its days it is kept too, and shown as late."""
    card, history = locked_card(actor, case_id, number)
    seat = policy.require_seat(actor, "reply", card, history)
    card.replied_at = now
    remember(card, "reply", now=now, actor=actor, seat=seat, words=words_of(words))
    log(card, "cards.replied", actor, now)
    _tell_issuer(card, "cards.answered", now)
    return card


@transaction.atomic
def appeal_card(*, actor: User, case_id: int, number: int, words: str, now: datetime) -> Card:
    """The unit asks two others to look at it: once, within its days. Raises Refused after them."""
    card, history = locked_card(actor, case_id, number)
    seat = policy.require_seat(actor, "appeal", card, history)
    if card.appeal_until is not None and now > card.appeal_until:
        raise Refused(
            _("An appeal was possible until %(day)s. The centre may still withdraw the card.")
            % {"day": timezone.localtime(card.appeal_until).strftime("%Y-%m-%d")},
            field="words",
        )
    card.state, card.appealed_at = State.APPEALED, now
    remember(card, "appeal", now=now, actor=actor, seat=seat, words=words_of(words))
    log(card, "cards.appealed", actor, now)
    _tell_issuer(card, "cards.answered", now)
    reviewers = nearest_with(policy.GRANT_REVIEW, card.case.centre_id, fewest=REVIEWERS + 1)
    tell_people(card, "cards.to_review", set(reviewers) - {card.issued_by_id}, now)
    return card


@transaction.atomic
def review_card(
    *, actor: User, case_id: int, number: int, verdict: str, words: str, now: datetime
) -> Card:
    """One of the two says whether the card stands, with reasons. The second decides: it stands
    only if both say so. Raises NotFound, NotYours, BadInput."""
    if verdict not in REVIEWS:
        raise BadInput(_("verdict: choose whether the card stands."), field="verdict")
    card, history = locked_card(actor, case_id, number)
    seat = policy.require_seat(actor, verdict, card, history)
    remember(card, verdict, now=now, actor=actor, seat=seat, words=words_of(words))
    log(card, "cards.reviewed", actor, now, verdict=verdict)
    said = [event.deed for event in history if event.deed in REVIEWS]
    outcome = outcome_of([*said, verdict])
    if outcome is not None:
        card.state, card.ended_at = outcome, now
        remember(card, "upheld" if outcome == State.UPHELD else "lifted", now=now)
        tell_unit(card, "cards.decided", now)
        _tell_issuer(card, "cards.decided", now)
        if outcome == State.WITHDRAWN:
            restore_former(card, now)
    return card


def _tell_issuer(card: Card, kind: str, now: datetime) -> None:
    if card.issued_by_id is not None:
        tell_people(card, kind, [card.issued_by_id], now)
