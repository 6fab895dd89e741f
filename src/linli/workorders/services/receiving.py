"""An order arrives: who sent it, whether it came before, and that it is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.catalogue import queries as catalogue
from linli.catalogue.rules.clocks import due_at
from linli.catalogue.rules.limits import Limit, LimitUnit
from linli.kernel import limits
from linli.kernel.errors import Unauthorized
from linli.kernel.jobs import later
from linli.workorders.models import Nonce, Order, Platform
from linli.workorders.queries.platforms import platform_of_header, platform_of_key
from linli.workorders.rules import signing
from linli.workorders.rules.documents import Tree, parsed
from linli.workorders.rules.kinds import OrderState
from linli.workorders.rules.mapping import Fault, mapped, rules_of


class Sender(NamedTuple):
    """Which platform it is, and whether it has signed."""

    platform: Platform
    signed: bool


class Arrived(NamedTuple):
    """The order as it is kept, whether it was there before, and what cannot be read in it."""

    order: Order
    again: bool
    faults: tuple[Fault, ...] = ()


# -- who sent it -----------------------------------------------------------------------------------
def sender_of(
    headers: Mapping[str, str], *, method: str, target: str, body: bytes, now: datetime
) -> Sender:
    """The platform that sent this. Raises Unauthorized, saying which header is wrong, and TooMany.

    A signature counts once: its nonce is noted, in a statement of its own.
    """
    if signing.KEY not in headers and headers.get(signing.API_KEY):
        platform = platform_of_header(signing.digest(headers[signing.API_KEY]))
        if platform is None:
            raise _stranger("key", _("X-Api-Key is unknown or switched off. Ask the city."))
        _admit(platform, now)
        return Sender(platform, signed=False)
    missing = [name for name in _SIGNED if not headers.get(name)]
    if missing:
        raise _stranger("unsigned", _("The header %s is missing. Sign the request.") % missing[0])
    platform = platform_of_key(headers[signing.KEY])
    if platform is None:
        raise _stranger("key", _("X-Key-Id is unknown or switched off. Ask the city."))
    _check_signature(platform, headers, method, target, body, now)
    _admit(platform, now)
    return Sender(platform, signed=True)


_SIGNED = (signing.KEY, signing.MOMENT, signing.NONCE, signing.SIGNATURE)


def _check_signature(
    platform: Platform,
    headers: Mapping[str, str],
    method: str,
    target: str,
    body: bytes,
    now: datetime,
) -> None:
    off = signing.seconds_off(headers[signing.MOMENT], now)
    if off is None:
        raise _stranger("stale", _("X-Timestamp is no number of seconds since 1970."))
    if off > platform.skew_s:
        raise _stranger(
            "stale",
            _("X-Timestamp is %(off)d s off our clock; at most %(most)d s are allowed. Set the "
              "clock, and sign each try anew.")
            % {"off": off, "most": platform.skew_s},
        )  # fmt: skip
    if not signing.is_nonce(headers[signing.NONCE]):
        raise _stranger("nonce", _("X-Nonce has 8 to 64 letters, digits, dots or hyphens."))
    secrets = [platform.secret]
    if platform.old_secret and platform.old_until is not None and platform.old_until > now:
        secrets.append(platform.old_secret)
    if not any(
        signing.is_signed(headers, secret, method=method, target=target, body=body)
        for secret in secrets
    ):
        raise _stranger(
            "forged", _("X-Signature does not fit. Compare the secret and what is signed.")
        )  # fmt: skip
    if not _first_use(platform, headers[signing.NONCE], now):
        raise _stranger("replayed", _("X-Nonce was used before. Take a fresh one for each try."))


def _first_use(platform: Platform, nonce: str, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workorders_nonce (platform_id, nonce, at) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [platform.pk, nonce, now],
        )
        return bool(cursor.rowcount)


def _stranger(code: str, words: str) -> Unauthorized:
    return Unauthorized(words, code=code)


def _admit(platform: Platform, now: datetime) -> None:
    limits.admit(
        "workorders", f"platform:{platform.pk}", most=settings.WORKORDERS_PER_HOUR,
        per=timedelta(hours=1), now=now,
    )  # fmt: skip


def forget_nonces(*, now: datetime) -> int:
    """Delete nonces that no timestamp can bring back; how many. Safe to run twice."""
    return Nonce.objects.filter(at__lt=now - timedelta(days=2)).delete()[0]


# -- keeping it ------------------------------------------------------------------------------------
@transaction.atomic
def receive(*, sender: Sender, body: bytes, is_xml: bool, now: datetime) -> Arrived:
    """Keep an order and queue its taking in; the same number again is the same order.

    Sent again with other content, an order that is not a case yet is read anew; one that is gets
    their new deadline; one that was returned waits for a person. Raises BadInput naming `body` for
    what is no message.
    """
    tree = parsed(body, xml=is_xml)
    reading = _read(sender.platform, tree)
    summed = hashlib.sha256(body).digest()
    number = reading.text("number") or f"?{summed.hex()[:32]}"
    order, made = Order.objects.select_for_update().get_or_create(
        platform=sender.platform,
        number=number,
        defaults={
            "received_at": now,
            "signed": sender.signed,
            "is_xml": is_xml,
            "body": body.decode("utf-8-sig"),
            "digest": summed,
            "return_until": _return_until(sender.platform, now),
        },
    )
    if made:
        later("workorders.take_in", order_id=order.pk)
    elif bytes(order.digest) != summed:
        _changed(order, sender, body, summed, is_xml, now)
    return Arrived(order, not made, tuple(reading.faults))


def _read(platform: Platform, tree: Tree):  # type: ignore[no-untyped-def]  # as mapped
    return mapped(tree, rules_of(platform.mapping), zone=timezone.get_default_timezone())


def _return_until(platform: Platform, now: datetime) -> datetime | None:
    if not platform.return_hours:
        return None
    limit = Limit(Decimal(platform.return_hours), LimitUnit.WORK_HOUR)
    return due_at(catalogue.calendar(), now, limit)


def _changed(
    order: Order, sender: Sender, body: bytes, summed: bytes, is_xml: bool, now: datetime
) -> None:
    """They have sent it again, and it says something else."""
    order.body, order.digest, order.is_xml = body.decode("utf-8-sig"), summed, is_xml
    order.signed = sender.signed
    fields = ["body", "digest", "is_xml", "signed"]
    if order.state == OrderState.TAKEN:
        due = _read(sender.platform, parsed(body, xml=is_xml)).values.get("due_at")
        order.due_at = due or order.due_at
        fields.append("due_at")
    elif order.state == OrderState.RETURNED:
        order.state, order.received_at = OrderState.HELD, now
        order.return_until = _return_until(sender.platform, now)
        words = _("It was returned, and they have sent it again.")
        order.faults = [["", "", words]]
        fields += ["state", "received_at", "return_until", "faults"]
    else:
        order.state = OrderState.RECEIVED
        fields.append("state")
        later("workorders.take_in", order_id=order.pk)
    order.save(update_fields=fields)
