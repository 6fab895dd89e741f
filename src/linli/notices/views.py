"""The door at which providers tell of messages that came back."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from linli.kernel.errors import BadInput, NotFound
from linli.kernel.signatures import check_signature
from linli.notices import forms
from linli.notices.services import note_bounce


class Access(NamedTuple):
    """The mark of `staff.web.public_page`, set by hand: this package lies below `staff`.

    Public means that no sign-in is asked for; the body is signed.
    """

    who: str = "public"
    grants: tuple[str, ...] = ()


@csrf_exempt
@require_POST
def bounces(request: HttpRequest) -> HttpResponse:
    """Take bounces, signed with LINLI_BOUNCE_SECRET (Standard Webhooks); how many messages they
    were about, and how many nobody knows any more. Without a secret there is no such door."""
    now = timezone.now()
    if not settings.BOUNCE_SECRET:
        raise NotFound(_("Bounces are not taken here: LINLI_BOUNCE_SECRET is not set."))
    body = _body(request)
    check_signature(
        secret=settings.BOUNCE_SECRET,
        message_id=request.headers.get("webhook-id", ""),
        stamp=request.headers.get("webhook-timestamp", ""),
        signed=request.headers.get("webhook-signature", ""),
        body=body,
        now=now,
    )
    told = forms.bounces_of(body)
    known = sum(note_bounce(message_uid=one.message, says=one.says, now=now) for one in told)
    return JsonResponse({"noted": known, "unknown": len(told) - known})


def _body(request: HttpRequest) -> bytes:
    try:
        return request.body
    except (RequestDataTooBig, UnreadablePostError):
        raise BadInput(
            _("The body is too large, or was cut off: at most 64 kB."), field="body"
        ) from None


bounces.access = Access()  # type: ignore[attr-defined]  # a mark, as `staff.web` sets it
