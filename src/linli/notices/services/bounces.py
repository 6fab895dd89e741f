"""Addresses that take no messages: told by providers afterwards, or by a mail server at once."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from linli.deliveries import queries as outbox
from linli.notices import queries, rules
from linli.notices.models import BadAddress, Message
from linli.notices.rules import State


@transaction.atomic
def note_bounce(*, message_uid: uuid.UUID, says: str, now: datetime) -> bool:
    """A message that had been taken did not arrive, for good: it has failed, and its address is
    left alone. Whether there is such a message; safe to hear twice."""
    payload = outbox.payload_of(message_uid, kind=rules.DELIVERY)
    number = int(payload["message"]) if payload else 0
    message = Message.objects.select_for_update().filter(pk=number).first()
    if message is None:
        return False
    message.state = State.FAILED
    message.last_error = (_("It came back: %s") % says)[:300]
    message.save(update_fields=["state", "last_error"])
    leave_alone(channel=message.channel, address=message.address, says=says, now=now)
    return True


def leave_alone(*, channel: str, address: str, says: str, now: datetime) -> None:
    """Send nothing to this address any more. Safe to say twice."""
    BadAddress.objects.update_or_create(
        channel=channel, mark=queries.mark_of(address), defaults={"says": says[:200], "since": now}
    )


def trust_again(*, channel: str, address: str) -> None:
    """A person knows better: messages go there again."""
    BadAddress.objects.filter(channel=channel, mark=queries.mark_of(address)).delete()
