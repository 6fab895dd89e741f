"""The last place a refusal can land: it becomes a page, a fragment or problem+json."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from linli.kernel.errors import Refused, TooMany


class RefusalMiddleware:
    """Answers a `Refused` no view has caught, with its own status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        answer = refusal_page(request, error)
        if isinstance(error, TooMany):
            answer["Retry-After"] = str(error.retry_after)
        return answer


def refusal_page(request: HttpRequest, error: Refused) -> HttpResponse:
    """`error` in the form the client reads: problem+json for JSON clients, else a page."""
    if "application/json" in request.headers.get("Accept", ""):
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
