"""The words of notices and messages: higher packages sign them in, this one fills them in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.kernel.errors import BadInput

Params = Mapping[str, str | int]
Words = str | Promise
MOST_TRIES = 14  # the first included, over about a day
#: What mail servers say of a mailbox that does not exist or is closed (RFC 3463, 5.1.x and 5.2.1).
NOBODY_THERE = re.compile(rb"\b5\.(?:1\.(?:1|2|3|6|10)|2\.1)\b")
DELIVERY = "notices.message"  # what the outbox calls a message to a resident


class Channel(TextChoices):
    """How a resident is reached."""

    EMAIL = "email", gettext_lazy("E-mail")
    SMS = "sms", gettext_lazy("Text message")


def target_of(channel: str) -> str:
    """The receiver as the outbox knows it: whoever carries a channel."""
    return f"notices:{channel}"


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
    urgent: bool = False  # goes out in quiet hours too
    stopped_at: str = ""  # the param with the address that ends such letters by one click


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it is read."""

    subject: str
    body: str
    stopped_at: str = ""  # where a POST of RFC 8058 ends letters like this one


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


class Texts(NamedTuple):
    """The words of a message with {name} gaps, as an administrator reads and writes them."""

    subject: str
    body: str
    short: str


def message_kinds() -> list[MessageKind]:
    """Every kind of message, by code."""
    return [_message_kinds[code] for code in sorted(_message_kinds)]


def is_urgent(code: str) -> bool:
    """Whether messages of this kind go out in quiet hours too."""
    kind = _message_kinds.get(code)
    return kind is not None and kind.urgent


def standard_texts(code: str) -> Texts:
    """The words the program brings, in the language of the moment. Raises KeyError."""
    kind = _message_kinds[code]
    return Texts(*(_with_braces(str(words)) for words in (kind.subject, kind.body, kind.short)))


def letter(code: str, channel: str, params: Params, texts: Texts | None = None) -> Letter:
    """A message in the language of the moment, in the city's own words if it has any.

    Raises KeyError for an unknown code or a gap.
    """
    if texts is None:
        texts = standard_texts(code)
    if channel == Channel.SMS:
        return Letter("", " ".join(_fill(texts.short, params).split()))
    subject = " ".join(_fill(texts.subject, params).split())  # a subject is one line
    kind = _message_kinds.get(code)
    stopped_at = str(params[kind.stopped_at]) if kind is not None and kind.stopped_at else ""
    return Letter(subject, _fill(texts.body, params), stopped_at)


_PERCENT_GAP = re.compile(r"%(?:\((\w+)\)[sd]|%)")
_GAP = re.compile(r"\{(\w+)\}")
_NEEDED = "link"  # without it the person can do nothing


def _with_braces(words: str) -> str:
    return _PERCENT_GAP.sub(lambda gap: f"{{{gap[1]}}}" if gap[1] else "%", words)


def _fill(words: str, params: Params) -> str:
    return _GAP.sub(lambda gap: str(params[gap[1]]), words)


def named(subject: str) -> str:
    """A subject as the name of a kind: gaps as an ellipsis."""
    return _GAP.sub("…", _with_braces(subject))


def gaps_of(words: str) -> set[str]:
    """The names of the gaps in `words`."""
    return set(_GAP.findall(words))


def check_texts(texts: Texts, standard: Texts) -> None:
    """Raises BadInput naming the text that has a gap nothing fills, or lacks one that `standard`,
    the program's own words, has and needs."""
    known = set().union(*(gaps_of(words) for words in standard))
    for field, words, before in zip(Texts._fields, texts, standard, strict=True):
        unknown = sorted(gaps_of(words) - known)
        if unknown or "{" in _GAP.sub("", words) or "}" in _GAP.sub("", words):
            raise BadInput(
                _("%(field)s: %(gap)s cannot be filled. These can: %(known)s.")
                % {
                    "field": field,
                    "gap": f"{{{unknown[0]}}}" if unknown else "{…}",
                    "known": " ".join(f"{{{name}}}" for name in sorted(known)) or "—",
                },
                field=field,
            )
        if _NEEDED in gaps_of(before) - gaps_of(words):
            raise BadInput(
                _("%(field)s: {link} is missing. Without it nobody can follow their report.")
                % {"field": field},
                field=field,
            )


def parts_of_sms(words: str) -> int:
    """How many text messages it takes: 70 characters in one, 67 in each of several (UCS-2)."""
    units = len(words.encode("utf-16-be")) // 2
    return 1 if units <= 70 else -(-units // 67)


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of each day in the city's time, over midnight if it ends before it begins."""

    begins: time
    ends: time

    def end_after(self, moment: datetime) -> datetime | None:
        """When the stretch that `moment` lies in ends; None outside."""
        local = timezone.localtime(moment)
        clock = local.time()
        if self.begins == self.ends:
            return None
        over = self.begins > self.ends
        inside = (
            clock >= self.begins or clock < self.ends if over else self.begins <= clock < self.ends
        )
        if not inside:
            return None
        day = local.date() + timedelta(days=1 if over and clock >= self.begins else 0)
        return timezone.make_aware(datetime.combine(day, self.ends))


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
