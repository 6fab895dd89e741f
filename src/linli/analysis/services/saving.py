"""Saving a question, sharing it, having its answer sent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from linli.analysis import policy
from linli.analysis.models import Audience, Posting, Rhythm, SavedQuery
from linli.analysis.queries.saved import saved_by_id
from linli.analysis.rules.query import Query
from linli.audit.services import record
from linli.kernel.errors import BadInput
from linli.kernel.text import clean
from linli.staff import policy as staff

if TYPE_CHECKING:
    from linli.staff.models import User

MOST = 200  # saved questions of one person


@transaction.atomic
def save_query(*, actor: User, name: str, query: Query, audience: str, now: datetime) -> SavedQuery:
    """Keep `query` under `name`; one's own of the same name is replaced. Whoever it is shared with
    sees their own figures. Raises BadInput naming the field, NotYours."""
    staff.require(actor, policy.SEE)
    name = clean(name, field="name", most=60, least=1)
    if audience not in Audience.values:
        raise BadInput(_("audience: choose one of the list."), field="audience")
    seat = staff.seat_with(actor, policy.SEE)
    if audience == Audience.CENTRE and (seat is None or seat.centre_id is None):
        raise BadInput(
            _("audience: your unit belongs to no centre. Choose “My unit”."), field="audience"
        )
    own = SavedQuery.objects.filter(owner=actor)
    if own.exclude(name=name).count() >= MOST:
        raise BadInput(
            _("name: you have saved %(n)d questions. Remove one first.") % {"n": MOST},
            field="name",
        )
    saved, _made = SavedQuery.objects.update_or_create(
        owner=actor,
        name=name,
        defaults={
            "text": query.text(),
            "audience": audience,
            "unit_id": seat.unit_id if seat else None,
            "centre_id": seat.centre_id if seat else None,
            "made_at": now,
        },
    )
    if audience != Audience.OWN:
        record(
            actor=actor, action="analysis.shared", object_type="analysis",
            object_id=str(saved.pk), now=now, detail={"audience": audience},
        )  # fmt: skip
    return saved


@transaction.atomic
def remove_query(*, actor: User, saved_id: int) -> None:
    """Forget a saved question and whom it is sent to. Raises NotFound, NotYours."""
    saved = saved_by_id(actor, saved_id)
    policy.require_owner(actor, saved)
    saved.delete()


@transaction.atomic
def send_to_me(*, actor: User, saved_id: int, rhythm: str) -> None:
    """Have the answer sent to `actor`, or no longer (empty). Raises BadInput, NotFound."""
    saved = saved_by_id(actor, saved_id)
    if not rhythm:
        Posting.objects.filter(saved=saved, user=actor).delete()
        return
    if rhythm not in Rhythm.values:
        raise BadInput(_("rhythm: choose one of the list."), field="rhythm")
    Posting.objects.update_or_create(saved=saved, user=actor, defaults={"rhythm": rhythm})
