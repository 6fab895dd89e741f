"""Reports in, requests out."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput
from linli.kernel.seal import keys
from linli.open311.forms.incoming import Given, form_of, media_of, query_of
from linli.open311.forms.report import read_report
from linli.open311.queries import requests, sent
from linli.open311.queries.jurisdictions import served_as
from linli.open311.queries.rows import request_rows
from linli.open311.rules import asking
from linli.open311.rules.documents import Document
from linli.open311.rules.kinds import Answering
from linli.open311.rules.tokens import request_token
from linli.open311.services import reporting
from linli.open311.views.door import door, reader, sender

MOST_KEY = 80


@door("GET", "HEAD", "POST")
def request_list(request: HttpRequest) -> Document:
    """Requests (R1–R7), or with POST a new one (P1–P6)."""
    return _send(request) if request.method == "POST" else _list(request)


def _list(request: HttpRequest) -> Document:
    given, now = query_of(request), timezone.now()
    served = served_as(given.text("jurisdiction_id"))
    asked = asking.read(given, now=now)
    seen = requests.requests_for(reader(request, given), served, asked, now=now)
    return Document(
        "service_requests",
        request_rows(seen, origin=origin_of(request), extensions=asked.extensions),
    )


@door("GET", "HEAD")
def one_request(request: HttpRequest, number: str) -> Document:
    """One request (Q1, Q2)."""
    given, now = query_of(request), timezone.now()
    served = served_as(given.text("jurisdiction_id"))
    asked = asking.read({"extensions": given.text("extensions")}, now=now)
    seen = requests.request_for(reader(request, given), served, number, now=now)
    rows = request_rows([seen], origin=origin_of(request), extensions=asked.extensions)
    return Document("service_requests", rows)


@door("GET", "HEAD")
def token(request: HttpRequest, token: str) -> Document:
    """The number that a token stands for, empty while there is none to tell (T1, T2)."""
    served = served_as(query_of(request).text("jurisdiction_id"))
    number = sent.number_of_token(served, token)
    return Document("service_requests", [{"service_request_id": number, "token": token}])


def _send(request: HttpRequest) -> Document:
    given, now = form_of(request), timezone.now()
    served = served_as(given.text("jurisdiction_id"))
    by = sender(request, given)
    report = read_report(given, served, on=timezone.localdate(now))
    media, key = media_of(request), _key(request)
    digest = reporting.digest_of(by, served, _sent(given, request), key=key)
    taken = reporting.sent_before(digest, now=now, named=bool(key))
    if taken is None:
        reporting.admit(by, now=now)
        upload = reporting.keep_media(by, media, now=now) if media is not None else ""
        taken = reporting.send_report(
            reader=by,
            served=served,
            report=report,
            upload=upload,
            digest=digest,
            named=bool(key),
            language=translation.get_language() or "zh-hans",
            now=now,
        )
    return Document("service_requests", [_receipt(request, taken)])


def _key(request: HttpRequest) -> str:
    """The key by which a client knows its own report (as at /api/v1/), if it names one."""
    key = request.headers.get("Idempotency-Key", "")
    if key and not (8 <= len(key) <= MOST_KEY and key.isascii() and key.isprintable()):
        raise BadInput(
            _("Idempotency-Key is 8 to 80 ASCII characters, for example a UUID."),
            field="Idempotency-Key",
        )
    return key


def _sent(given: Given, request: HttpRequest) -> list[Any]:
    """Everything that was sent but the key."""
    media = media_of(request)
    content: Any = None
    if media is not None:
        content = [media.size, _hash_of(media)]
    fields = {name: given.get(name, "") for name in given if name != "api_key"}
    return [sorted(fields.items()), sorted(given.attributes.items()), content]


def _hash_of(media: Any) -> str:
    """SHA-256 of an uploaded file, which stands at its beginning afterwards."""
    digest = hashlib.sha256()
    for piece in media.chunks():
        digest.update(piece)
    media.seek(0)
    return digest.hexdigest()


def _receipt(request: HttpRequest, taken: reporting.Taken) -> dict[str, Any]:
    """Number or token, never both (P3, P4); and where the person who reported can follow it."""
    row, answering = taken.submission, taken.submission.answering
    told: dict[str, Any] = {}
    if answering == Answering.BATCH:
        told["token"] = request_token(keys().blind, case_id=row.case_id, report_number=row.number)
    else:
        told["service_request_id"] = taken.case.number if answering == Answering.REALTIME else None
    follow = request.build_absolute_uri(
        reverse("portal:follow", args=[taken.case.number, taken.secret])
    )
    notice = None
    if answering == Answering.REALTIME:
        notice = _("Only for the person who reported: follow it, answer and rate at %(link)s") % {
            "link": follow
        }
    return {**told, "service_notice": notice, "account_id": row.account_id or None}


def origin_of(request: HttpRequest) -> str:
    """This site as the client reached it: https://city.example."""
    return request.build_absolute_uri("/").rstrip("/")
