"""The words of notices and messages: higher packages sign them in, this one fills them in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.kernel.errors import BadInput

Params = Mapping[str, str | int]
Words = str | Promise
MOST_TRIES = 10  # the first included; the pauses are those of kernel.jobs.PATIENT


class Channel(TextChoices):
    """How a resident is reached."""

    EMAIL = "email", gettext_lazy("E-mail")
    SMS = "sms", gettext_lazy("Text message")


class State(TextChoices):
    """Where a message is. Held: waits for a person, because no provider can carry it."""

    QUEUED = "queued", gettext_lazy("Queued")
    SENT = "sent", gettext_lazy("Sent")
    FAILED = "failed", gettext_lazy("Failed")
    HELD = "held", gettext_lazy("Held")


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """A kind of notice to staff: lazily translated words with %(name)s gaps for its params."""

    code: str
    sentence: Words
    icon: str = "bell"


@dataclass(frozen=True, slots=True)
class MessageKind:
    """A kind of message to residents; `subject` is for e-mail, `short` for text messages."""

    code: str
    subject: Words
    body: Words
    short: Words


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it is read."""

    subject: str
    body: str


_notice_kinds: dict[str, NoticeKind] = {}
_message_kinds: dict[str, MessageKind] = {}


def register_notices(*kinds: NoticeKind) -> None:
    """Sign in kinds of notices, from `apps.py: ready()`; a code signed in again is replaced."""
    _notice_kinds.update({kind.code: kind for kind in kinds})


def register_messages(*kinds: MessageKind) -> None:
    """Sign in kinds of messages, from `apps.py: ready()`."""
    _message_kinds.update({kind.code: kind for kind in kinds})


class _Gaps(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def notice_kind(code: str) -> NoticeKind:
    """The kind with this code. Raises KeyError: a code nobody has signed in is a bug."""
    return _notice_kinds[code]


def sentence(code: str, params: Params) -> str:
    """A notice in the language of the moment. Old rows may lack a fact or a kind: never raises."""
    kind = _notice_kinds.get(code)
    if kind is None:
        return _("Something has changed; open it to see what.")
    return str(kind.sentence) % _Gaps(params)


def check_params(words: Words, params: Params) -> None:
    """Raises KeyError if `words` have a gap that `params` do not fill: a bug of the caller."""
    str(words) % dict(params)


def letter(code: str, channel: str, params: Params) -> Letter:
    """A message in the language of the moment. Raises KeyError for an unknown code or a gap."""
    kind = _message_kinds[code]
    filled = dict(params)
    if channel == Channel.SMS:
        return Letter("", " ".join((str(kind.short) % filled).split()))
    subject = " ".join((str(kind.subject) % filled).split())  # a subject is one line
    return Letter(subject, str(kind.body) % filled)


def clean_address(channel: str, address: str) -> str:
    """`address` in the one form it is kept in. Raises BadInput naming `address`."""
    address = address.strip()
    if channel == Channel.EMAIL:
        try:
            validate_email(address)
        except ValidationError:
            raise BadInput(
                _("The e-mail address is not complete. It looks like name@example.cn."),
                field="address",
            ) from None
        return address
    digits = re.sub(r"[\s()-]", "", address)
    if not re.fullmatch(r"(\+?86)?1[3-9]\d{9}|\+[1-9]\d{6,14}", digits, re.ASCII):
        raise BadInput(
            _("The phone number cannot get text messages. A mobile number has 11 digits."),
            field="address",
        )
    return digits


def masked(channel: str, address: str) -> str:
    """`address` for lists: 138****1234, z***@example.cn."""
    if channel == Channel.EMAIL:
        name, _at, host = address.rpartition("@")
        return f"{name[:1]}***@{host}"
    return f"{address[:3]}****{address[-4:]}"
