"""The address that WeChat's servers call."""

from __future__ import annotations

import hashlib
import os
import re
from datetime import datetime
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from linli.kernel.doors import bounded_body
from linli.kernel.errors import BadInput, Refused
from linli.staff.web import public_page
from linli.wechat.queries.accounts import account_by_code
from linli.wechat.rules import messages, signing
from linli.wechat.rules.kinds import Mode
from linli.wechat.rules.messages import MOST_BYTES
from linli.wechat.services.receiving import WINDOW
from linli.wechat.services.receiving import receive as take_in
from linli.wechat.services.setting import note_reached

if TYPE_CHECKING:
    from linli.wechat.models import Account

_ECHO = re.compile(r"[A-Za-z0-9_=+/-]{1,200}", re.ASCII)
_NONCE = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)


@csrf_exempt
@require_http_methods(["GET", "POST"])
@public_page
def receive(request: HttpRequest, code: str) -> HttpResponse:
    """The handshake (GET), or a message (POST). Refusals are one sentence of plain text."""
    now = timezone.now()
    try:
        account = account_by_code(code)
        with translation.override(account.language):
            if request.method == "GET":
                return _plain(_echo(request, account, now))
            return _message(request, account, now)
    except Refused as refusal:
        return _plain(str(refusal), status=refusal.status)


def _echo(request: HttpRequest, account: Account, now: datetime) -> str:
    """What WeChat wants to hear from whoever knows the token."""
    _signed(request, account, now, "signature")
    echo = request.GET.get("echostr", "")
    if not _ECHO.fullmatch(echo):
        raise BadInput(_("echostr is missing, or is no plain word."), field="echostr")
    note_reached(account, now=now)
    return echo


def _message(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    body, key = _body_of(request), b""
    if account.mode == Mode.SAFE:
        fields = messages.fields_of(body)
        _signed(request, account, now, "msg_signature", fields.get("Encrypt", ""))
        body, key = _opened(account, fields.get("Encrypt", ""), now)
    else:
        _signed(request, account, now, "signature")
    message = messages.message_of(messages.fields_of(body))
    if account.original_id and message.to != account.original_id:
        raise signing.Forged(_("ToUserName: this is for another account."), field="ToUserName")
    words = take_in(
        account=account,
        message=message,
        nonce=_nonce_of(request),
        digest=hashlib.sha256(body).digest(),
        now=now,
    )
    if not words:
        return _plain("success")
    at_s = int(now.timestamp())
    reply = messages.reply_xml(to=message.sender, sender=message.to, at_s=at_s, words=words)
    if key:
        reply = _sealed(account, key, reply, at_s)
    return HttpResponse(reply, content_type="application/xml; charset=utf-8")


def _body_of(request: HttpRequest) -> bytes:
    """Raises BadInput (413) beyond 64 kB."""
    refusal = BadInput(_("body: a message has at most 64 kB."), field="body")
    refusal.status = 413
    return bounded_body(request, most=MOST_BYTES, too_large=refusal)


def _signed(request: HttpRequest, account: Account, now: datetime, name: str, *more: str) -> None:
    """Raises Forged unless WeChat signed this within the last minutes."""
    stamp, nonce = request.GET.get("timestamp", ""), request.GET.get("nonce", "")
    given = request.GET.get(name, "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12 and _NONCE.fullmatch(nonce)):
        raise signing.Forged(_("timestamp and nonce are missing: this is not from WeChat."))
    if not signing.is_signed(given, account.token, stamp, nonce, *more):
        raise signing.Forged(_("%s is wrong. Compare the token here and at WeChat.") % name)
    if abs(int(stamp) - now.timestamp()) > WINDOW.total_seconds():
        raise signing.Forged(_("timestamp is over 5 minutes from our clock. Set the clock right."))


def _nonce_of(request: HttpRequest) -> str:
    """A signature belongs to a moment and a nonce."""
    return f"{request.GET['timestamp']}:{request.GET['nonce']}"


def _opened(account: Account, sealed: str, now: datetime) -> tuple[bytes, bytes]:
    """The message and the key that opened it: ours, or the one before while WeChat changes."""
    letters = [account.aes_key]
    if account.old_aes_key and account.old_until is not None and now < account.old_until:
        letters.append(account.old_aes_key)
    for one in letters[:-1]:
        key = signing.read_key(one)
        try:
            return signing.open_sealed(key, sealed, app_id=account.app_id), key
        except signing.Forged:
            continue
    key = signing.read_key(letters[-1])
    return signing.open_sealed(key, sealed, app_id=account.app_id), key


def _sealed(account: Account, key: bytes, reply: str, at_s: int) -> str:
    nonce = os.urandom(8).hex()
    sealed = signing.seal(key, reply.encode(), app_id=account.app_id, salt=os.urandom(signing.SALT))
    signature = signing.signature(account.token, str(at_s), nonce, sealed)
    return messages.envelope_xml(sealed=sealed, signature=signature, at_s=at_s, nonce=nonce)


def _plain(text: str, *, status: int = 200) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
    answer["Cache-Control"] = "no-store"
    return answer
