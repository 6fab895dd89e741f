"""Calls to WeChat's servers; the one place where access tokens are asked for and renewed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db import transaction
from django.utils.translation import gettext as _

from linli.kernel import outbound
from linli.wechat.models import AccessToken, Account

T = TypeVar("T")
TIMEOUT_S = 15.0
EARLY = timedelta(minutes=5)  # before its end a token is renewed
#: WeChat's codes for a token that is wrong or over.
STALE = frozenset({40001, 40014, 42001})


class ApiFault(Exception):
    """WeChat refuses. `code` is its own number for why."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(_("WeChat refuses (%(code)d): %(words)s") % {"code": code, "words": words})
        self.code = code


def access_token(account: Account, *, now: datetime, wrong: str = "") -> str:
    """A token that is good for the next minutes; renewed by one process while the others wait.

    `wrong` is one that WeChat does not take any more. Raises OSError, ApiFault.
    """
    fault: Exception | None = None
    with transaction.atomic():
        AccessToken.objects.get_or_create(account=account)
        row = AccessToken.objects.select_for_update().get(account=account)
        kept = row.sealed_value
        if kept and kept != wrong and row.until is not None and row.until - EARLY > now:
            return kept
        try:
            value, lives = _new_token(account, force=bool(wrong) and kept == wrong)
        except (OSError, ApiFault) as error:
            row.trouble, fault = str(error)[:300], error
        else:
            row.sealed_value, row.until, row.trouble = value, now + lives, ""
        row.save()
    if fault is not None:
        raise fault
    return row.sealed_value


def _new_token(account: Account, *, force: bool) -> tuple[str, timedelta]:
    asked = {
        "grant_type": "client_credential",
        "appid": account.app_id,
        "secret": account.app_secret,
        "force_refresh": force,
    }
    answer = outbound.fetch(
        "POST",
        f"{account.api_base}/cgi-bin/stable_token",
        body=json.dumps(asked).encode(),
        headers={"Content-Type": "application/json"},
        timeout_s=TIMEOUT_S,
    )
    found = _checked(answer)
    value, seconds = found.get("access_token"), found.get("expires_in")
    if not isinstance(value, str) or not value or not isinstance(seconds, int) or seconds <= 0:
        raise outbound.Unreachable(_("The answer holds no access token."))
    return value, timedelta(seconds=seconds)


def post(account: Account, path: str, asked: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """Call `path` with JSON; again with a new token if ours is over. Raises OSError, ApiFault."""
    body = json.dumps(asked, ensure_ascii=False).encode()

    def call(token: str) -> dict[str, Any]:
        answer = outbound.fetch(
            "POST",
            f"{account.api_base}{path}?{urlencode({'access_token': token})}",
            body=body,
            headers={"Content-Type": "application/json; charset=utf-8"},
            timeout_s=TIMEOUT_S,
        )
        return _checked(answer)

    return _with_token(account, call, now)


def media(account: Account, media_id: str, *, most_bytes: int, now: datetime) -> bytes:
    """The content of a file that somebody sent, of at most so many bytes. A video is where the
    answer says. Raises OSError, NotAllowed, TooLarge, ApiFault."""

    def call(token: str) -> bytes:
        query = urlencode({"access_token": token, "media_id": media_id})
        answer = outbound.fetch(
            "GET",
            f"{account.api_base}/cgi-bin/media/get?{query}",
            timeout_s=TIMEOUT_S * 2,
            most_bytes=most_bytes,
        )
        if answer.status != 200 or not answer.body.lstrip().startswith(b"{"):
            return _content(answer)
        elsewhere = _checked(answer).get("video_url")
        if not isinstance(elsewhere, str):
            raise outbound.Unreachable(_("The answer holds no file."))
        return _content(
            outbound.fetch(
                "GET", elsewhere, timeout_s=TIMEOUT_S * 2, most_bytes=most_bytes, redirects=2
            )
        )

    return _with_token(account, call, now)


def _with_token(account: Account, call: Callable[[str], T], now: datetime) -> T:
    token = access_token(account, now=now)
    try:
        return call(token)
    except ApiFault as fault:
        if fault.code not in STALE:
            raise
    return call(access_token(account, now=now, wrong=token))


def _content(answer: outbound.Answer) -> bytes:
    if answer.status != 200 or not answer.body:
        raise outbound.Unreachable(_("The server answered %(status)d.") % {"status": answer.status})
    return answer.body


def _checked(answer: outbound.Answer) -> dict[str, Any]:
    """What it says. Raises Unreachable for nonsense and busy servers, ApiFault for a refusal."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        found = None
    if answer.status != 200 or not isinstance(found, dict):
        raise outbound.Unreachable(_("The server answered %(status)d.") % {"status": answer.status})
    code = found.get("errcode", 0)
    if code == -1:
        raise outbound.Unreachable(_("WeChat is busy."))
    if code:
        number = code if isinstance(code, int) else 0
        raise ApiFault(number, str(found.get("errmsg", ""))[:120])
    return found
