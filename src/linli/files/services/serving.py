"""Giving files out: never as a page of this site, in parts when a player asks for them."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags

from linli.files import rules
from linli.files.services import sealing, storage

# What an uploaded file may do in a browser: be looked at.
CONTENT_SECURITY_POLICY = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'"
# Types that nobody may upload and the program makes itself; downloads like documents.
MADE_HERE = ("text/csv; charset=utf-8",)
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def respond(
    request: HttpRequest, *, key: str, mime: str, name: str, inline: bool = True
) -> HttpResponseBase:
    """The object under `key`, after the caller has asked the policy.

    Photos, recordings and videos may be shown `inline`, documents are always downloads. Answers
    Range (one), If-Range, If-None-Match and HEAD (RFC 9110). Browsers keep it for themselves and
    ask again each time, so that a lost permission is lost at once. From S3 it is streamed through,
    because the site's own policy forbids foreign media and the headers must be ours.
    Raises NotFound, StorageDown.
    """
    etag = f'"{hashlib.sha256(key.encode()).hexdigest()[:32]}"'  # an object never changes
    response: HttpResponseBase
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
        return _dressed(response, etag, mime, name, inline)
    size = storage.size_of(key)
    span = _span(request, etag, size)
    if span is None:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return _dressed(response, etag, mime, name, inline)
    start, length = span
    if request.method == "HEAD" or size == 0:
        response = HttpResponse()
    else:
        response = StreamingHttpResponse(storage.pieces(key, start, length))
    response["Content-Length"] = str(length)
    if "Range" in request.headers and length < size:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    return _dressed(response, etag, mime, name, inline)


def respond_sealed(*, sealed_key: str, name: str) -> HttpResponseBase:
    """The original of a photo, opened, as a download that nothing keeps.

    For the on-site check and for evidence only (R67): the caller asks the policy and writes the
    access down first. Raises NotFound, StorageDown; `sealing.NotOpened` if it was tampered with.
    """
    with storage.reading(sealed_key) as content:
        plain = sealing.opened(content, context=sealed_key)
    mime = rules.sniff(plain)
    response = FileResponse(plain, content_type=mime)
    _dressed(response, "", mime, rules.clean_name(name, mime), inline=False)
    response["Cache-Control"] = "no-store"
    return response


def _span(request: HttpRequest, etag: str, size: int) -> tuple[int, int] | None:
    """Start and length of what is asked for; None if it lies beyond the end."""
    words = request.headers.get("Range", "")
    asked = _RANGE.fullmatch(words.replace(" ", ""))
    if request.headers.get("If-Range", etag) != etag or asked is None or asked[0] == "bytes=-":
        return 0, size  # no range, several, or one of an older file: the whole
    first, last = asked[1], asked[2]
    if not first:
        length = min(int(last), size)
        return (size - length, length) if length else None
    start = int(first)
    stop = min(int(last), size - 1) if last else size - 1
    if start >= size:
        return None
    return (start, stop - start + 1) if stop >= start else (0, size)


def _dressed(
    response: HttpResponseBase, etag: str, mime: str, name: str, inline: bool
) -> HttpResponseBase:
    shown = inline and rules.may_open_inline(mime)
    known = mime in rules.TYPES or mime in MADE_HERE
    response["Content-Type"] = mime if known else "application/octet-stream"
    response["Content-Disposition"] = disposition(name, inline=shown)
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-cache"
    response["Accept-Ranges"] = "bytes"
    if etag:
        response["ETag"] = etag
    return response


def disposition(name: str, *, inline: bool) -> str:
    """Content-Disposition with the name in UTF-8 and an ASCII stand-in (RFC 6266, RFC 8187)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-") else "_" for c in name)
    way = "inline" if inline else "attachment"
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
