"""Who sees which card and order, and who may do what with it (design §4).

Everything begins at the cases a person may see; a unit also sees the cards it was given itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from linli.cards.rules.states import DEEDS, REVIEWS, Side
from linli.cases import policy as cases
from linli.cases.models import Case
from linli.kernel.errors import NotYours
from linli.staff.policy import Seat, unit_tree

if TYPE_CHECKING:
    from linli.cards.models import Card, CardEvent, Inquiry
    from linli.staff.models import User

GRANT_SEE, GRANT_ISSUE, GRANT_ANSWER = "cards.see", "cards.issue", "cards.answer"
GRANT_REVIEW, GRANT_INQUIRE, GRANT_RULES = "cards.review", "cards.inquire", "cards.rules"


def visible_to(user: User) -> Q:
    """Which cards, orders and inquiries `user` may see: lists, counts and exports start here."""
    seats = [seat for seat in user.seats if GRANT_SEE in seat.grants]
    if not seats:
        return cases.NOBODY
    seen = cases.visible_to(user)
    if not seen:
        return Q()
    own = {unit for seat in seats if seat.reach == "unit" for unit in seat.unit_ids}
    # asked of each card by its case's key: as a list, the cases of half a city would be gathered
    case = Case.objects.filter(seen, pk=OuterRef("case_id"))
    return Q(Exists(case)) | Q(unit_id__in=sorted(own))


def _of_unit(seat: Seat, unit_id: int) -> bool:
    """Whether the post belongs to the unit, or to one below it."""
    return seat.unit_id in unit_tree().below(unit_id)


def seat_over(user: User, grant: str, case: Case, *, unit_id: int | None = None) -> Seat | None:
    """The first post with `grant` that sees the case; none of `unit_id` itself (nobody gives a
    card to the own unit)."""
    facts = cases.Facts.of(case)
    for seat in user.seats:
        scope = cases.scope_of(seat)
        if grant not in seat.grants or scope is None or not scope.covers(facts):
            continue
        if unit_id is None or not _of_unit(seat, unit_id):
            return seat
    return None


def seat_for(user: User, deed: str, card: Card, history: list[CardEvent]) -> Seat | None:
    """The post by which `user` may do `deed` with the card now, or None. No query."""
    row = DEEDS[deed]
    if card.state not in row.sources or (deed == "reply" and card.replied_at is not None):
        return None
    if deed == "appeal" and card.appealed_at is not None:
        return None
    if row.side == Side.UNIT:
        mine = (s for s in user.seats if row.grant in s.grants and card.unit_id in s.unit_ids)
        return next((seat for seat in mine if seat.reach == "unit"), None)
    if row.side == Side.REVIEW and not _may_review(user, card, history):
        return None
    return seat_over(user, row.grant, card.case, unit_id=card.unit_id)


def _may_review(user: User, card: Card, history: list[CardEvent]) -> bool:
    """Neither the issuer, nor who reviewed already, nor anybody of the unit by any post."""
    if user.pk == card.issued_by_id or any(_of_unit(s, card.unit_id) for s in user.seats):
        return False
    return all(event.actor_id != user.pk for event in history if event.deed in REVIEWS)


def deeds_for(user: User, card: Card, history: list[CardEvent]) -> list[str]:
    """What `user` may do with the card now: the page's buttons. No query."""
    return [deed for deed in DEEDS if seat_for(user, deed, card, history) is not None]


def require_seat(user: User, deed: str, card: Card, history: list[CardEvent]) -> Seat:
    """The post for `deed`. Raises NotYours with the reason."""
    seat = seat_for(user, deed, card, history)
    if seat is not None:
        return seat
    row = DEEDS[deed]
    if card.state not in row.sources:
        words = _("The card is “%(state)s” by now; “%(deed)s” is not open.")
        raise NotYours(words % {"state": card.get_state_display(), "deed": row.label}, field="deed")
    if row.side == Side.REVIEW:
        words = _(
            "Two people decide an appeal: not who issued the card, nobody of the unit, and each"
            " only once. Leave it to somebody else."
        )
        raise NotYours(words, field="deed", code="not_a_reviewer")
    raise NotYours(
        _("Your posts do not allow “%(deed)s” on this card.") % {"deed": row.label}, field="deed"
    )


def may_decide_order(user: User, case: Case) -> Seat | None:
    """A leader who supervises the case."""
    return seat_over(user, "cases.supervise", case)


def seat_to_inquire(user: User, case: Case, unit_id: int | None) -> Seat | None:
    """A leader of the topmost centre (R3: lower tiers cannot issue a 责任查究建议)."""
    seat = seat_over(user, GRANT_INQUIRE, case, unit_id=unit_id)
    topmost = seat is not None and seat.centre_id is not None and seat.centre_above is None
    return seat if topmost else None


def may_recall(user: User, inquiry: Inquiry) -> bool:
    """Whoever may sign one may take it back."""
    return (
        inquiry.recalled_at is None
        and seat_to_inquire(user, inquiry.case, inquiry.unit_id) is not None
    )
