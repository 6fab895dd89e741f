"""Messages to residents, by e-mail or text message: written with the change, sent by the outbox."""

from __future__ import annotations

import json
import smtplib
from datetime import datetime

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.deliveries.rules import (
    DeliveryKind,
    Later,
    Never,
    Outcome,
    Parcel,
    Postponed,
    Sent,
)
from linli.deliveries.rules import State as Delivered
from linli.deliveries.services import queue_delivery
from linli.kernel.errors import NotFound, Refused
from linli.notices import queries, rules
from linli.notices.models import Message
from linli.notices.rules import State
from linli.notices.services import bounces, carriers


@transaction.atomic
def write_message(
    *, channel: str, address: str, kind: str, params: rules.Params, language: str, now: datetime
) -> Message:
    """Queue a message to a resident; it goes out after the present transaction commits.

    `language` is one of settings.LANGUAGES. Raises BadInput naming `address` if it cannot be
    reached by `channel`; KeyError for a kind nobody has signed in or a fact that its words lack.
    """
    rules.letter(kind, channel, params)
    message = Message.objects.create(
        channel=channel,
        address=rules.clean_address(channel, address),
        kind=kind,
        sealed_params=json.dumps(dict(params), ensure_ascii=False),
        language=language,
        created_at=now,
    )
    queue(message, now=now)
    return message


def queue(message: Message, *, now: datetime) -> None:
    """Have the outbox send it. Its delivery knows the message by its number alone."""
    queue_delivery(
        kind=rules.DELIVERY,
        target=rules.target_of(message.channel),
        payload={"message": message.pk},
        now=now,
    )


def send(parcel: Parcel) -> Outcome:
    """Try once. A process that dies between sending and saying so sends a second time rather than
    never."""
    message = Message.objects.filter(pk=parcel.payload["message"]).first()
    if message is None or message.state == State.SENT:
        return Sent(_("Sent before, or forgotten."))
    hours = None if rules.is_urgent(message.kind) else queries.quiet_hours(message.channel)
    until = hours.end_after(timezone.now()) if hours is not None else None
    if until is not None:
        return Postponed(_("Quiet hours."), until)
    trouble = queries.trouble_of(message.channel, message.address)
    if trouble:
        return Never(_("The address takes no messages: %s") % trouble)
    with translation.override(message.language):
        letter = queries.letter_of(message)
    try:
        carriers.carry(message.channel, message.address, letter, message_id=parcel.id.hex)
    except carriers.CannotCarry as reason:
        return _Held(str(reason))
    except smtplib.SMTPRecipientsRefused as error:
        return _refused_there(message, error)
    except carriers.Rejected as error:
        return Never(_error_words(error))
    except (smtplib.SMTPException, OSError) as error:
        return Later(_error_words(error))
    return Sent()


def _refused_there(message: Message, error: smtplib.SMTPRecipientsRefused) -> Outcome:
    """What a mail server means that does not take this recipient: not now (4xx), not this message
    (5xx), or nobody of that name there, and then the address is left alone from now on."""
    code, said = next(iter(error.recipients.values()), (0, b""))
    if 400 <= code < 500:
        return Later(f"{type(error).__name__} {code}")
    found = rules.NOBODY_THERE.search(said)
    if found is not None:
        bounces.leave_alone(
            channel=message.channel,
            address=message.address,
            says=found[0].decode(),
            now=timezone.now(),
        )
    return Never(f"{type(error).__name__} {found[0].decode() if found else code}")


class _Held(Never):
    """Nobody can carry it: a person has to do something first."""


def _error_words(error: Exception) -> str:
    """What kind of failure it was; never the server's words, which repeat the address."""
    code = getattr(error, "smtp_code", None) or getattr(error, "errno", None)
    return type(error).__name__ + (f" {code}" if code else "")


def _settled(parcel: Parcel, state: Delivered, outcome: Outcome, now: datetime) -> None:
    """The message says itself what became of it."""
    message = Message.objects.select_for_update().filter(pk=parcel.payload["message"]).first()
    if message is None or message.state == State.SENT:
        return
    message.last_error = "" if isinstance(outcome, Sent) else outcome.says[:300]
    if isinstance(outcome, Postponed):
        message.save(update_fields=["last_error"])
        return
    message.attempts = parcel.attempt
    if state == Delivered.DONE:
        message.state, message.sent_at = State.SENT, now
    elif state == Delivered.WAITING:
        message.state = State.QUEUED
    else:
        message.state = State.HELD if isinstance(outcome, _Held) else State.FAILED
    message.save(update_fields=["state", "attempts", "last_error", "sent_at"])


def _channels(keys: object) -> dict[str, str]:
    return {rules.target_of(channel): str(channel.label) for channel in rules.Channel}


MESSAGES = DeliveryKind(
    code=rules.DELIVERY,
    label=gettext_lazy("Message to a resident"),
    send=send,
    settled=_settled,
    most_tries=rules.MOST_TRIES,
    labels=_channels,
)


@transaction.atomic
def send_message(*, message_id: int, now: datetime) -> bool:
    """Hand a queued message of an earlier version to the outbox; whether there was one.

    Safe to run twice.
    """
    message = Message.objects.select_for_update().filter(pk=message_id, state=State.QUEUED).first()
    if message is None or queries.has_delivery(message):
        return False
    queue(message, now=now)
    return True


@transaction.atomic
def retry_message(*, message_id: int, now: datetime) -> None:
    """Queue a failed or held message again, with all its tries; its address is trusted again.
    Raises NotFound, Refused."""
    message = Message.objects.select_for_update().filter(pk=message_id).first()
    if message is None:
        raise NotFound(_("There is no such message."))
    if message.state not in {State.FAILED, State.HELD}:
        raise Refused(_("Only a failed or held message can be sent again."), field="state")
    bounces.trust_again(channel=message.channel, address=message.address)
    message.state, message.attempts = State.QUEUED, 0
    message.save(update_fields=["state", "attempts"])
    queue(message, now=now)
