"""The outbox: messages to residents, by e-mail or text message."""

from __future__ import annotations

import json
import logging
import smtplib
from datetime import datetime

from django.core import mail
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound, Refused
from linli.kernel.jobs import later
from linli.notices import rules
from linli.notices.models import Message
from linli.notices.rules import Channel, State
from linli.notices.services import carriers

log = logging.getLogger(__name__)


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
    later("notices.send_message", message_id=message.pk)
    return message


@transaction.atomic
def send_message(*, message_id: int, now: datetime) -> bool:
    """Try once to send a queued message; True if it should be tried again later.

    Safe to run twice: the row is locked while it is sent, and only a queued one is sent. If the
    process dies between sending and committing, it is sent a second time rather than never.
    """
    message = (
        Message.objects.select_for_update(skip_locked=True)
        .filter(pk=message_id, state=State.QUEUED)
        .first()
    )
    if message is None:
        return False
    message.attempts += 1
    try:
        _carry(message)
    except carriers.CannotCarry as reason:
        message.state, message.last_error = State.HELD, str(reason)[:300]
    except (smtplib.SMTPRecipientsRefused, carriers.Rejected) as error:
        message.state, message.last_error = State.FAILED, _error_words(error)
    except (smtplib.SMTPException, OSError) as error:
        message.last_error = _error_words(error)
        if message.attempts >= rules.MOST_TRIES:
            message.state = State.FAILED
    else:
        message.state, message.sent_at, message.last_error = State.SENT, now, ""
    message.save(update_fields=["state", "attempts", "last_error", "sent_at"])
    log.info(
        "message tried",
        extra={"message_id": message.pk, "state": message.state, "attempts": message.attempts},
    )
    return message.state == State.QUEUED


def _carry(message: Message) -> None:
    with translation.override(message.language):
        letter = rules.letter(message.kind, message.channel, message.params)
    if message.channel == Channel.EMAIL:
        mail.EmailMessage(letter.subject, letter.body, to=[message.address]).send()
    else:
        carriers.sms().send(message.address, letter.body)


def _error_words(error: Exception) -> str:
    """What kind of failure it was; never the server's words, which repeat the address."""
    code = getattr(error, "smtp_code", None) or getattr(error, "errno", None)
    return type(error).__name__ + (f" {code}" if code else "")


@transaction.atomic
def retry_message(*, message_id: int, now: datetime) -> None:
    """Queue a failed or held message again, with all its tries. Raises NotFound, Refused."""
    message = Message.objects.select_for_update().filter(pk=message_id).first()
    if message is None:
        raise NotFound(_("There is no such message."))
    if message.state not in {State.FAILED, State.HELD}:
        raise Refused(_("Only a failed or held message can be sent again."), field="state")
    message.state, message.attempts = State.QUEUED, 0
    message.save(update_fields=["state", "attempts"])
    later("notices.send_message", message_id=message.pk)
