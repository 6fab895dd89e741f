"""What people do with a case that did not arrive elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.kernel.errors import Refused
from linli.kernel.text import clean
from linli.open311.models import Forward
from linli.open311.policy import GRANT_EXCHANGE
from linli.open311.queries import exchange
from linli.open311.rules.kinds import ForwardState
from linli.open311.services.choosing import queue
from linli.staff import policy as staff

if TYPE_CHECKING:
    from linli.staff.models import User


@transaction.atomic
def retry_forward(*, actor: User, forward_id: int, now: datetime) -> Forward:
    """Send it again, with all its tries; what may have arrived is looked for first.

    Raises NotYours, NotFound, and Refused for one that has arrived or waits.
    """
    forward = _locked(actor, forward_id)
    if forward.state not in (ForwardState.FAILED, ForwardState.DROPPED):
        raise Refused(_("Only a case that was not sent can be sent again."), field="state")
    forward.state, forward.ended_at, forward.last_error = ForwardState.WAITING, None, ""
    forward.save(update_fields=["state", "ended_at", "last_error"])
    queue(forward, now=now)
    _record(actor, "open311.retried", forward, now)
    return forward


@transaction.atomic
def drop_forward(*, actor: User, forward_id: int, reason: str, now: datetime) -> Forward:
    """Send it no more, and ask no more for news. Raises NotYours, NotFound, BadInput without a
    reason, Refused for one that has ended."""
    forward = _locked(actor, forward_id)
    words = clean(reason, field="reason", most=200, least=1)
    if forward.state in (ForwardState.DONE, ForwardState.DROPPED):
        raise Refused(_("This has ended already."), field="state")
    forward.state, forward.ended_at, forward.last_error = ForwardState.DROPPED, now, words
    forward.save(update_fields=["state", "ended_at", "last_error"])
    _record(actor, "open311.dropped", forward, now)
    return forward


def _locked(actor: User, forward_id: int) -> Forward:
    staff.require(actor, GRANT_EXCHANGE)
    exchange.forward_for(actor, forward_id)  # what the person may not see looks absent
    return Forward.objects.select_for_update().get(pk=forward_id)


def _record(actor: User, action: str, forward: Forward, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        object_type="open311_forward",
        object_id=forward.pk,
        now=now,
        detail={"destination": forward.destination_id, "case": forward.case_id},
    )
