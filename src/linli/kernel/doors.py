"""What doors for other systems share: a message bounded before it is read."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from linli.kernel.errors import Refused


def bounded_body(request: HttpRequest, *, most: int, too_large: Refused) -> bytes:
    """What was posted, of at most `most` bytes.

    Raises `too_large` beyond that and for a length that is no number, UnreadablePostError for what
    was cut off.
    """
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if not (announced.isascii() and announced.isdigit()) or int(announced) > most:
        raise too_large
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_large from None
    if len(body) > most:
        raise too_large
    return body
