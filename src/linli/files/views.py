"""The door for files, open to staff and residents; what is attached is shown by its owner."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.files import forms, policy, queries, services
from linli.kernel import limits
from linli.kernel.errors import Refused, TooMany

View = Callable[..., HttpResponseBase]


class Access(NamedTuple):
    """The mark of `staff.web.public_page`, set by hand: this package lies below `staff`.

    Public means that no sign-in is asked for; an upload is still shown to its own claimant alone.
    """

    who: str = "public"
    grants: tuple[str, ...] = ()


UPLOADS_A_REPORT = 4  # the bound of anonymous uploads, as a multiple of that of reports


def _in_json(view: View) -> View:
    """Refusals as problem+json (RFC 9457), whatever the client says it accepts."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            answer = JsonResponse(
                {
                    "type": "about:blank",
                    "title": str(refusal),
                    "status": refusal.status,
                    "code": refusal.code,
                    "field": refusal.field,
                },
                status=refusal.status,
                content_type="application/problem+json",
            )
            if isinstance(refusal, TooMany):
                answer["Retry-After"] = str(refusal.retry_after)
            return answer

    return wrapped


def _as_resident(request: HttpRequest) -> bool:
    return request.GET.get("as") == "resident"


@csrf_exempt  # only until the body has its bounded reader; `_upload` is protected
@require_POST
@_in_json
def upload(request: HttpRequest) -> HttpResponseBase:
    """Take one file in the field `file`; answer its id and what to show of it."""
    if not request.user.is_authenticated:
        limits.admit(
            "files.upload",
            limits.source_of(request),
            most=settings.PUBLIC_REPORTS_PER_HOUR * UPLOADS_A_REPORT,
            per=timedelta(hours=1),
            now=timezone.now(),
        )
    forms.expect_upload(request)
    try:
        return _upload(request)
    finally:
        forms.forget_upload(request)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    content = forms.uploaded_file(request)
    who = policy.claimant_of(request, make=True, as_resident=_as_resident(request))
    kept = services.store(
        content=content,
        name=content.name or "",
        owner=who.owner,
        holder=who.holder,
        now=timezone.now(),
    )
    return JsonResponse(
        {
            "id": str(kept.pk),
            "kind": kept.kind,
            "name": kept.name,
            "size": kept.size_bytes,
            "thumb_url": reverse("files:thumb", args=[kept.pk]) if kept.thumb_key else None,
            "width": kept.width,
            "height": kept.height,
        },
        status=201,
    )


@require_safe
@_in_json
def thumb(request: HttpRequest, upload_id: uuid.UUID) -> HttpResponseBase:
    """The preview of one's own upload."""
    who = policy.claimant_of(request, as_resident=_as_resident(request))
    kept = queries.upload_for(upload_id, owner=who.owner, holder=who.holder)
    return services.respond(request, key=kept.thumb_key or kept.key, mime=kept.mime, name=kept.name)


@require_http_methods(["DELETE"])
@_in_json
def discard(request: HttpRequest, upload_id: uuid.UUID) -> HttpResponseBase:
    """Take back one's own upload before it is attached."""
    who = policy.claimant_of(request, as_resident=_as_resident(request))
    services.discard_upload(
        upload_id=upload_id, owner=who.owner, holder=who.holder, now=timezone.now()
    )
    return HttpResponse(status=204)


for view in (upload, thumb, discard):
    view.access = Access()  # type: ignore[attr-defined]  # read by staff.web.access_of
