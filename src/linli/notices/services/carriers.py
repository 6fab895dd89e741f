"""Who carries messages: the mail server of the settings, and a provider of text messages."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import quote

from django.conf import settings
from django.core import mail
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from linli.kernel.outbound import Answer, fetch
from linli.notices.rules import Channel, Letter

log = logging.getLogger(__name__)
_TIMEOUT_S = 20.0


class CannotCarry(Exception):
    """There is nobody to carry the message; it waits for a person."""


class Rejected(Exception):
    """The carrier will never take this message; trying again is useless."""


class SmsCarrier(Protocol):
    """What a provider of text messages must do."""

    def send(self, phone: str, words: str) -> None:
        """Hand over one message. Raises OSError (try again), Rejected, CannotCarry."""


class LogCarrier:
    """Sends nothing and says so in the log, without the number and the words."""

    def send(self, phone: str, words: str) -> None:
        log.info("text message not sent", extra={"letters": len(words)})
        raise CannotCarry(_("No provider of text messages is set (LINLI_SMS_URL)."))


_DIGESTS: Mapping[str, Callable[[bytes, bytes], bytes]] = {
    "hmac-sha256": lambda key, text: hmac.new(key, text, hashlib.sha256).digest(),
    "hmac-sha1": lambda key, text: hmac.new(key, text, hashlib.sha1).digest(),
    "sha256": lambda _key, text: hashlib.sha256(text).digest(),
    "md5": lambda _key, text: hashlib.md5(text, usedforsecurity=False).digest(),
}
_GAP = re.compile(r"\{(phone|words|id|seconds|millis|nonce|signature)\}")


class HttpCarrier:
    """Any provider with an HTTP interface, described by settings alone (SMS, a dictionary).

    `body`, `headers` and `url` are texts with the gaps {phone}, {words}, {id} (the same at each
    try of a message), {seconds} and {millis} (the moment), {nonce}, {signature}. `sign` is the
    text that is signed, `sign_by` how; `accepted` and `rejected` are looked for in the answer.
    """

    def __init__(self, message_id: str) -> None:
        self._id = message_id
        self._how: Mapping[str, str] = settings.SMS

    def send(self, phone: str, words: str) -> None:
        """Hand over one message. Raises OSError, Rejected."""
        now = timezone.now().timestamp()
        facts = {
            "phone": phone, "words": words, "id": self._id, "nonce": secrets.token_hex(8),
            "seconds": str(int(now)), "millis": str(int(now * 1000)),
        }  # fmt: skip
        facts["signature"] = self._signature(facts)
        body = self._how["body"]
        as_json = body.lstrip().startswith(("{", "["))
        answer = fetch(
            "POST",
            _filled(self._how["url"], facts, quote_plus),
            body=_filled(body, facts, _in_json if as_json else quote_plus).encode(),
            headers={
                "Content-Type": "application/json"
                if as_json
                else "application/x-www-form-urlencoded",
                **_headers(_filled(self._how["headers"], facts, str)),
            },
            timeout_s=_TIMEOUT_S,
        )
        self._judge(answer)

    def _signature(self, facts: Mapping[str, str]) -> str:
        how, _dot, form = self._how["sign_by"].partition("/")
        if not how:
            return ""
        text = _filled(self._how["sign"], facts, str).replace("{secret}", self._how["secret"])
        digest = _DIGESTS[how](self._how["secret"].encode(), text.encode())
        return base64.b64encode(digest).decode() if form == "base64" else digest.hex()

    def _judge(self, answer: Answer) -> None:
        """Whether the provider took it; what it said is kept out of the words, it may repeat the
        number. Raises OSError, Rejected."""
        said = answer.body.decode("utf-8", "replace")
        if self._how["rejected"] and re.search(self._how["rejected"], said):
            raise Rejected(_("The provider refuses this message for good."))
        taken = 200 <= answer.status < 300
        if taken and (not self._how["accepted"] or re.search(self._how["accepted"], said)):
            return
        if answer.status in (400, 404, 410, 422) and not self._how["rejected"]:
            raise Rejected(_("The provider answered with %d.") % answer.status)
        raise OSError(_("The provider answered with %d and did not take it.") % answer.status)


def quote_plus(text: str) -> str:
    """As forms and addresses write it."""
    return quote(text, safe="")


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _filled(template: str, facts: Mapping[str, str], written: Callable[[str], str]) -> str:
    return _GAP.sub(lambda gap: written(facts.get(gap.group(1), "")), template)


def _headers(text: str) -> dict[str, str]:
    """`Name: value` lines, or parts between `;`."""
    lines = [line.partition(":") for line in re.split(r"[;\n]", text) if ":" in line]
    return {name.strip(): value.strip() for name, _colon, value in lines}


def sms(message_id: str) -> SmsCarrier:
    """The carrier that the settings name, or the one that only logs."""
    path = settings.SMS_CARRIER
    if not path and settings.SMS["url"]:
        return HttpCarrier(message_id)
    carrier: SmsCarrier = import_string(path)() if path else LogCarrier()
    return carrier


def carry(channel: str, address: str, letter: Letter, *, message_id: str) -> None:
    """Hand one letter over. Raises OSError and SMTPException (try again), SMTPRecipientsRefused,
    Rejected (never), CannotCarry."""
    if channel == Channel.EMAIL:
        # a repetition is known by its id
        headers = {"Message-ID": f"<{message_id}@{_domain()}>", **_ways_out(letter)}
        mail.EmailMessage(letter.subject, letter.body, to=[address], headers=headers).send()
    else:
        sms(message_id).send(address, letter.body)


def _ways_out(letter: Letter) -> dict[str, str]:
    """The button “unsubscribe” of mail programs: RFC 2369, and RFC 8058, which asks for https."""
    if not letter.stopped_at.startswith(("https://", "http://")):
        return {}
    found = {"List-Unsubscribe": f"<{letter.stopped_at}>"}
    if letter.stopped_at.startswith("https://"):
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return found


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
