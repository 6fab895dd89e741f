"""Messages of WeChat as values, and answers as it reads them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput
from linli.kernel.text import clean

MOST_BYTES = 64 * 1024  # of a message; WeChat's own are below 10 kB
MOST_REPLY = 2048  # bytes of a text answer
MOST_WORDS = 2000
MOST_ID = 128  # letters
FILES = {"image": "photo", "voice": "audio", "video": "video", "shortvideo": "video"}


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `key` is the same when WeChat sends it again; `sent_s` is in seconds since 1970.

    `place` is lon, lat in GCJ-02, as Chinese map programs have it.
    """

    to: str
    sender: str
    sent_s: int
    kind: str
    key: str
    words: str = ""
    place: tuple[float, float] | None = None
    label: str = ""
    media_id: str = ""
    event: str = ""


def fields_of(body: bytes) -> dict[str, str]:
    """The elements right below <xml>. Raises BadInput naming what cannot be read."""
    try:
        root = fromstring(body.decode("utf-8"), forbid_dtd=True)
    except UnicodeDecodeError:
        raise BadInput(_("body: the message is not UTF-8."), field="body") from None
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise BadInput(
            _("body: the message is not plain XML without entities."), field="body"
        ) from None
    if root.tag != "xml":
        raise BadInput(_("body: the message does not begin with <xml>."), field="body")
    found: dict[str, str] = {}
    for element in root:
        if element.tag in found:
            raise BadInput(_("body: %s is there twice.") % element.tag[:40], field="body")
        found[element.tag] = element.text or ""
    return found


def message_of(fields: Mapping[str, str]) -> Message:
    """Raises BadInput naming the element at fault."""
    sender, kind = _short(fields, "FromUserName", least=1), _short(fields, "MsgType", least=1)
    sent_s, event = _number(fields, "CreateTime"), _short(fields, "Event")
    msg_id = _short(fields, "MsgId")
    place = None
    if kind == "location":
        place = (_degrees(fields, "Location_Y", 180), _degrees(fields, "Location_X", 90))
    return Message(
        to=_short(fields, "ToUserName", least=1),
        sender=sender,
        sent_s=sent_s,
        kind=kind.lower(),
        # Events have no number: WeChat says to know them by sender and moment.
        key=msg_id or _digest(sender, str(sent_s), event, fields.get("EventKey", "")),
        words=_words(fields.get("Content") or fields.get("Recognition") or ""),
        place=place,
        label=clean(fields.get("Label", "")[:200], field="Label", most=200),
        media_id=_short(fields, "MediaId", most=256),
        event=event.lower(),
    )


def _words(text: str) -> str:
    """Cleaned; what is too long is kept one letter too long, for the talk to say so."""
    return clean(text[: MOST_WORDS + 1], field="Content", most=MOST_WORDS + 1)


def _short(fields: Mapping[str, str], name: str, *, least: int = 0, most: int = MOST_ID) -> str:
    value = clean(fields.get(name, ""), field=name, most=most)
    if len(value) < least:
        raise BadInput(_("%s is missing: this is no message of WeChat.") % name, field=name)
    return value


def _number(fields: Mapping[str, str], name: str) -> int:
    text = fields.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise BadInput(_("%s is no moment in seconds, such as 1409735668.") % name, field=name)
    return int(text)


def _degrees(fields: Mapping[str, str], name: str, most: int) -> float:
    try:
        value = float(fields.get(name, ""))
    except ValueError:
        value = math.nan
    if not abs(value) <= most:
        raise BadInput(_("%s is no number of degrees, such as 121.47.") % name, field=name)
    return value


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]


# -- answers --------------------------------------------------------------------------------------
def reply_xml(*, to: str, sender: str, at_s: int, words: str) -> str:
    """A text to the person, at most 2,048 bytes of it."""
    return _xml(
        ToUserName=to,
        FromUserName=sender,
        CreateTime=at_s,
        MsgType="text",
        Content=bounded(words, MOST_REPLY),
    )


def envelope_xml(*, sealed: str, signature: str, at_s: int, nonce: str) -> str:
    """A sealed answer."""
    return _xml(Encrypt=sealed, MsgSignature=signature, TimeStamp=at_s, Nonce=nonce)


def bounded(words: str, most_bytes: int) -> str:
    """`words`, cut between letters where they are longer than so many bytes."""
    if len(words.encode()) <= most_bytes:
        return words
    return words.encode()[: most_bytes - 3].decode(errors="ignore") + "…"


def _xml(**values: str | int) -> str:
    inner = "".join(
        f"<{name}>{value if isinstance(value, int) else _cdata(value)}</{name}>"
        for name, value in values.items()
    )
    return f"<xml>{inner}</xml>"


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
