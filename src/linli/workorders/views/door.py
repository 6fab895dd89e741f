"""The one address that platforms call: an order in, or how one stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from linli.kernel.doors import bounded_body
from linli.kernel.errors import BadInput, NotFound, Refused, TooMany
from linli.staff.web import public_page
from linli.workorders.queries import standing
from linli.workorders.rules.documents import written
from linli.workorders.rules.kinds import MOST_BODY
from linli.workorders.services import receiving

_TYPES = {"application/json": False, "application/xml": True, "text/xml": True}


class WrongMethod(Refused):
    """The address does not take this."""

    status = 405
    code = "method"


class WrongType(Refused):
    """Neither JSON nor XML."""

    status = 415
    code = "media_type"


class TooLarge(Refused):
    """More than an order can be."""

    status = 413
    code = "too_large"


@csrf_exempt
@public_page
def door(request: HttpRequest) -> HttpResponse:
    """POST keeps an order and answers 202 (200 if it was there); GET ?number= tells how one stands.

    Everybody may knock; only who holds a platform's key is answered. Errors are told in the form of
    the request.
    """
    xml = "xml" in request.headers.get("Content-Type", request.headers.get("Accept", ""))
    try:
        if request.method not in ("GET", "HEAD", "POST"):
            raise WrongMethod(_("This address takes POST for an order and GET for how one stands."))
        body = _body(request)
        sender = receiving.sender_of(
            request.headers, method="GET" if request.method == "HEAD" else str(request.method),
            target=request.get_full_path(), body=body, now=timezone.now(),
        )  # fmt: skip
        if request.method == "POST":
            status, said = _received(request, sender, body)
        else:
            status, said = 200, _standing(request, sender)
    except Refused as refusal:
        return _refused(refusal, xml=xml)
    return _answer(said, status, xml=xml)


def _body(request: HttpRequest) -> bytes:
    """The body, bounded before it is read. Raises TooLarge, BadInput."""
    words = _("An order has at most %d kB. Send attachments as links.") % (MOST_BODY // 1024)
    try:
        return bounded_body(request, most=MOST_BODY, too_large=TooLarge(words, field="body"))
    except UnreadablePostError:
        raise BadInput(
            _("The order was cut off, and nothing was kept. Please send it again."), field="body"
        ) from None


def _received(
    request: HttpRequest, sender: receiving.Sender, body: bytes
) -> tuple[int, dict[str, Any]]:
    if not body.strip():
        raise BadInput(_("body: it is empty. Send one order."), field="body")
    kind = request.content_type
    if kind not in _TYPES:
        raise WrongType(
            _("Content-Type is application/json or application/xml, in UTF-8."),
            field="Content-Type",
        )
    arrived = receiving.receive(
        sender=sender, body=body, is_xml=_TYPES[str(kind)], now=timezone.now()
    )
    said = standing.of_order(arrived.order)
    said["again"] = arrived.again
    if not arrived.again:
        said["to_mend"] = [
            {"field": one.field, "path": one.path, "message": one.words} for one in arrived.faults
        ]
    return (200 if arrived.again else 202), said


def _standing(request: HttpRequest, sender: receiving.Sender) -> dict[str, Any]:
    number = request.GET.get("number", "")
    if not number:
        raise BadInput(_("number: say which order, as ?number=…"), field="number")
    found = standing.numbered(sender.platform, number)
    if found is None:
        raise NotFound(
            _("There is no order with this number. Send it, if it was never answered with 202."),
            field="number",
        )
    return standing.of_order(found, news=True)


# -- answers ---------------------------------------------------------------------------------------
def _refused(refusal: Refused, *, xml: bool) -> HttpResponse:
    said: dict[str, Any] = {"error": refusal.code, "message": str(refusal)}
    if refusal.field:
        said["field"] = refusal.field
    answer = _answer(said, refusal.status, xml=xml)
    if isinstance(refusal, TooMany):
        answer["Retry-After"] = str(refusal.retry_after)
    if isinstance(refusal, WrongMethod):
        answer["Allow"] = "GET, HEAD, POST"
    return answer


def _answer(said: dict[str, Any], status: int, *, xml: bool) -> HttpResponse:
    kind = "application/xml" if xml else "application/json"
    answer = HttpResponse(
        written(said, xml=xml, root="answer"), status=status, content_type=f"{kind}; charset=utf-8"
    )
    answer["Cache-Control"] = "no-store"
    patch_vary_headers(answer, ["Accept-Language"])
    return answer
