"""The last place a refusal can land: it becomes a page, a fragment or problem+json.

And the first look at a request: NUL, which no text of a database may hold, is refused at the door.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput, Refused, TooMany


class RefusalMiddleware:
    """Answers a `Refused` no view has caught, with its own status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or (
            "%00" in request.META.get("QUERY_STRING", "") and not _speaks_json(request)
        ):
            return refusal_page(request, _unreadable("address"))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DataError) and ("NUL" in str(error) or "\\u0000" in str(error)):
            error = _unreadable("form")  # of a field that is read without a form
        if not isinstance(error, Refused):
            return None
        answer = refusal_page(request, error)
        if isinstance(error, TooMany):
            answer["Retry-After"] = str(error.retry_after)
        return answer


def _unreadable(field: str) -> BadInput:
    sentence = (
        _("The address holds a character that is no text (NUL). Remove it and try again.")
        if field == "address"
        else _("A field holds a character that is no text (NUL). Type it anew and send again.")
    )
    return BadInput(sentence, field=field)


def _speaks_json(request: HttpRequest) -> bool:
    """Whether the address is one for programs; those name the parameter at fault themselves."""
    return request.path_info.startswith(settings.JSON_PATHS)


def refusal_page(request: HttpRequest, error: Refused) -> HttpResponse:
    """`error` in the form the client reads: problem+json for JSON clients, else a page."""
    if _speaks_json(request) or "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(
            {
                "type": "about:blank",
                "title": str(error),
                "status": error.status,
                "code": error.code,
                "field": error.field,
            },
            status=error.status,
            content_type="application/problem+json",
        )
    return render(request, "errors/refused.html", {"refusal": error}, status=error.status)
