"""Who brings readings over HTTP: known by a key or a signature, bounded, never twice."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from linli.kernel import limits
from linli.kernel.errors import BadInput, Refused, Unauthorized
from linli.kernel.signatures import check_signature
from linli.sensors.models import Sender
from linli.sensors.rules.incoming import Fault, Message, read_message
from linli.sensors.rules.kinds import Reason
from linli.sensors.rules.signing import nonce_of
from linli.sensors.services.taking import Taken, note_refusals, take


class Replayed(Refused):
    """The same signed message again."""

    status = 409
    code = "replayed"


def receive(*, headers: Mapping[str, str], body: bytes, now: datetime) -> Taken:
    """A message over HTTP. Raises Unauthorized, Replayed, TooMany, BadInput; then nothing of it is
    kept. Readings that are refused one by one are among the faults of what was taken."""
    sender, nonce = _sender_of(headers, body, now=now)
    message = _read(sender, body, now=now)
    limits.admit(
        "sensors.readings",
        f"sender:{sender.pk}",
        most=settings.SENSORS_READINGS_PER_MINUTE,
        per=timedelta(minutes=1),
        now=now,
        weight=len(message.items) + len(message.faults),
    )
    with transaction.atomic():
        if nonce is not None:
            _claim(nonce, now=now)
        taken = take(message.items, now=now, sender_id=sender.pk)
        Sender.objects.filter(pk=sender.pk).update(heard_at=now)
    _note_unreadable(message.faults, sender.code, now=now)
    faults = sorted([*message.faults, *taken.faults])
    return taken._replace(faults=faults)


def _note_unreadable(faults: list[Fault], code: str, *, now: datetime) -> None:
    note_refusals(((one.code or code, Reason.UNREADABLE, one.sentence) for one in faults), now=now)


def _read(sender: Sender, body: bytes, *, now: datetime) -> Message:
    try:
        return read_message(body)
    except BadInput as refusal:
        note_refusals([(sender.code, Reason.UNREADABLE, str(refusal))], now=now)
        raise


def _sender_of(
    headers: Mapping[str, str], body: bytes, *, now: datetime
) -> tuple[Sender, bytes | None]:
    """Who sent it, and the mark of a signed message. One query."""
    kind, _space, given = headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and ":" in given:
        code, _colon, secret = given.strip().rpartition(":")
        sender = _named(code)
        if sender is None or not hmac.compare_digest(sender.secret.encode(), secret.encode()):
            raise _unknown()
        return sender, None
    code = headers.get("Linli-Sender", "")
    if not code:
        raise Unauthorized(
            _(
                "Say who you are: Authorization: Bearer CODE:SECRET, or Linli-Sender with"
                " webhook-id, webhook-timestamp and webhook-signature."
            ),
            field="Authorization",
        )
    sender = _named(code)
    if sender is None:
        raise _unknown()
    message_id = headers.get("webhook-id", "")
    check_signature(
        secret=sender.secret,
        message_id=message_id,
        stamp=headers.get("webhook-timestamp", ""),
        signed=headers.get("webhook-signature", ""),
        body=body,
        now=now,
    )
    return sender, nonce_of(sender.pk, message_id)


def _named(code: str) -> Sender | None:
    return Sender.objects.filter(code=code[:60], active=True).first()


def _unknown() -> Unauthorized:
    return Unauthorized(
        _("The sender is unknown or switched off, or its secret is wrong."), field="Authorization"
    )


def _claim(nonce: bytes, *, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sensors_nonce (digest, at) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [nonce, now],
        )
        if not cursor.rowcount:
            raise Replayed(
                _("webhook-id: this message was taken already; nothing was done again."),
                field="webhook-id",
            )
