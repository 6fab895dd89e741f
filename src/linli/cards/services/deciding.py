"""A card is issued, dropped, given by hand or withdrawn: always by a person (P14)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from linli.cards import policy
from linli.cards.models import Card
from linli.cards.queries.cards import history_of
from linli.cards.rules.levels import POINTS, Level, What, rank
from linli.cards.rules.states import APPEAL_DAYS, REPLY_DAYS, STANDING, State, last_moment
from linli.cards.services.writing import (
    locked_card,
    log,
    next_number,
    remember,
    tell_people,
    words_of,
)
from linli.cases.queries import people
from linli.cases.services.core import locked
from linli.catalogue import queries as catalogue
from linli.kernel.errors import BadInput, NotYours, Refused

if TYPE_CHECKING:
    from linli.staff.models import User
    from linli.staff.policy import Seat


@transaction.atomic
def issue_card(*, actor: User, case_id: int, number: int, words: str, now: datetime) -> Card:
    """Issue a proposed card, with a reason the unit reads; a lower one on the same case and unit
    is replaced by it. Raises NotFound, NotYours, BadInput, Refused."""
    card, history = locked_card(actor, case_id, number)
    seat = policy.require_seat(actor, "issue", card, history)
    _issue(card, "issue", actor, seat, words_of(words), now)
    return card


@transaction.atomic
def give_card(*, actor: User, case_id: int, level: str, words: str, now: datetime) -> Card:
    """A card without a rule, on the unit that has the case. Raises NotFound, NotYours, BadInput,
    Refused."""
    if level not in Level.values:
        raise BadInput(_("level: choose one of the levels of the list."), field="level")
    case = locked(case_id, actor)
    if case.lead_unit_id is None:
        raise Refused(
            _("No unit has this case now; a card needs a unit. Dispatch the case first."),
            field="level",
        )
    seat = policy.seat_over(actor, policy.GRANT_ISSUE, case, unit_id=case.lead_unit_id)
    if seat is None:
        raise NotYours(_("Your posts do not allow giving cards on this case."), field="level")
    card = Card(
        case=case, number=next_number(case.pk), unit_id=case.lead_unit_id, what=What.BY_HAND,
        level=level, points=POINTS[level], proposed_at=now,
    )  # fmt: skip
    _issue(card, "give", actor, seat, words_of(words), now)
    return card


@transaction.atomic
def drop_card(*, actor: User, case_id: int, number: int, words: str, now: datetime) -> Card:
    """Say no to a proposal, with a reason; the rule does not propose it again at this level."""
    card, history = locked_card(actor, case_id, number)
    seat = policy.require_seat(actor, "drop", card, history)
    card.state, card.ended_at = State.DROPPED, now
    remember(card, "drop", now=now, actor=actor, seat=seat, words=words_of(words))
    log(card, "cards.dropped", actor, now)
    return card


@transaction.atomic
def withdraw_card(*, actor: User, case_id: int, number: int, words: str, now: datetime) -> Card:
    """Take an issued card back, with a reason; it counts no more."""
    card, history = locked_card(actor, case_id, number)
    seat = policy.require_seat(actor, "withdraw", card, history)
    card.state, card.ended_at = State.WITHDRAWN, now
    remember(card, "withdraw", now=now, actor=actor, seat=seat, words=words_of(words))
    log(card, "cards.withdrawn", actor, now)
    tell_unit(card, "cards.decided", now)
    restore_former(card, now)
    return card


def restore_former(card: Card, now: datetime) -> None:
    """The card that a withdrawn one had replaced stands again as it stood: a person issued it, and
    what it is for has not been taken back. Its days to appeal begin anew if nobody has appealed."""
    rows = Card.objects.filter(
        case_id=card.case_id, unit_id=card.unit_id, state=State.RAISED, ended_at=card.issued_at
    )
    former = rows.order_by("-number").first()
    if former is None:
        return
    former.case = card.case
    upheld = [event.at for event in history_of(former) if event.deed == "upheld"]
    former.state = State.UPHELD if upheld else State.ISSUED
    former.ended_at = upheld[-1] if upheld else None
    if former.appealed_at is None:
        former.appeal_until = last_moment(catalogue.calendar(), now, APPEAL_DAYS)
    remember(former, "restored", now=now)
    tell_unit(former, "cards.decided", now)


def tell_unit(card: Card, kind: str, now: datetime) -> None:
    """Those of the unit who may answer hear of it."""
    tell_people(card, kind, people.users_with_grant(policy.GRANT_ANSWER, unit_id=card.unit_id), now)


def _issue(card: Card, deed: str, actor: User, seat: Seat, words: str, now: datetime) -> None:
    """The card stands from now on; the days to reply and to appeal begin."""
    _make_room(card, actor, seat, now)
    calendar = catalogue.calendar()
    card.state, card.issued_at, card.issued_by = State.ISSUED, now, actor
    card.reply_until = last_moment(calendar, now, REPLY_DAYS)
    card.appeal_until = last_moment(calendar, now, APPEAL_DAYS)
    remember(card, deed, now=now, actor=actor, seat=seat, words=words)
    log(card, "cards.issued", actor, now)
    tell_unit(card, "cards.issued", now)


def _make_room(card: Card, actor: User, seat: Seat, now: datetime) -> None:
    """A case and unit have one standing card, which only becomes graver (standards §5.4)."""
    rows = Card.objects.filter(case_id=card.case_id, unit_id=card.unit_id, state__in=STANDING)
    former = rows.first()
    if former is None:
        return
    if former.state == State.APPEALED:
        raise Refused(
            _("An appeal against the card %(number)s of this case is being decided. Wait for it.")
            % {"number": former.number},
            field="words",
        )
    if rank(former.level) >= rank(card.level):
        raise Refused(
            _("The unit has “%(level)s” on this case already. A further card must be graver.")
            % {"level": former.get_level_display()},
            field="level",
        )
    former.case, former.state, former.ended_at = card.case, State.RAISED, now
    remember(former, "raised", now=now, actor=actor, seat=seat)
