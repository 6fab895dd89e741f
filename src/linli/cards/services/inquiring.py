"""责任查究建议: proposed by a leader of the city, with reason and legal basis (R3)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.cards import policy
from linli.cards.models import Inquiry
from linli.cards.queries.orders import inquiry_for
from linli.cards.services.writing import words_of
from linli.cases.queries import people
from linli.cases.services.core import locked
from linli.kernel.errors import BadInput, NotYours, Refused
from linli.notices.services import tell
from linli.staff.policy import unit_tree

if TYPE_CHECKING:
    from linli.staff.models import User


@transaction.atomic
def sign_inquiry(
    *,
    actor: User,
    case_id: int,
    unit_id: int,
    reason: str,
    legal_basis: str,
    proposal: str,
    now: datetime,
) -> Inquiry:
    """Sign a proposal about a unit; it is told. Raises NotFound, NotYours, BadInput."""
    case = locked(case_id, actor)
    node = unit_tree().nodes.get(unit_id)
    if node is None:
        raise BadInput(_("unit: choose the unit that is responsible."), field="unit")
    seat = policy.seat_to_inquire(actor, case, unit_id)
    if seat is None:
        raise NotYours(
            _("Only a leader of the city's centre proposes an inquiry into responsibility.")
        )
    numbers = Inquiry.objects.filter(case_id=case.pk).order_by("-number")
    last = numbers.values_list("number", flat=True).first() or 0
    made = Inquiry.objects.create(
        case=case, number=last + 1, unit_id=unit_id, signed_at=now, signed_by=actor,
        post_id=seat.post_id,
        reason=words_of(reason, field="reason", least=10),
        legal_basis=words_of(legal_basis, field="legal_basis", least=4),
        proposal=words_of(proposal, field="proposal", least=4),
    )  # fmt: skip
    _remember(made, "cards.inquiry_signed", actor, now)
    return made


@transaction.atomic
def recall_inquiry(
    *, actor: User, number: str, inquiry_number: int, words: str, now: datetime
) -> Inquiry:
    """Take a signed proposal back, with a reason; it stays readable. Raises NotFound, NotYours."""
    found = inquiry_for(actor, number, inquiry_number)
    locked(found.case_id, actor)
    found.refresh_from_db(fields=["recalled_at"])
    if found.recalled_at is not None:
        raise Refused(_("This proposal has been recalled already."), field="words")
    if not policy.may_recall(actor, found):
        raise NotYours(_("Only a leader of the city's centre recalls it."))
    found.recalled_at, found.recalled_by = now, actor
    found.recall_words = words_of(words)
    found.save()
    _remember(found, "cards.inquiry_recalled", actor, now)
    return found


def _remember(inquiry: Inquiry, action: str, actor: User, now: datetime) -> None:
    number = inquiry.case.number
    record(
        actor=actor, action=action, object_type="inquiry", now=now,
        object_id=f"{number}/{inquiry.number}", detail={"unit": inquiry.unit_id},
    )  # fmt: skip
    tell(
        user_ids=people.users_with_grant(policy.GRANT_ANSWER, unit_id=inquiry.unit_id),
        kind="cards.inquiry", params={"number": number}, now=now,
        url=f"/supervision/inquiries/{number}/{inquiry.number}/",
    )  # fmt: skip
