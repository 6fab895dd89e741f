"""The page after too many wrong passwords: it says until when."""

from __future__ import annotations

from typing import Any

from axes.helpers import get_client_username
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from linli.staff import queries
from linli.staff.rules import LOCKED_FOR


def locked_page(
    request: HttpRequest,
    original_response: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """429 with `until`, the moment the account opens again, and `failure_limit`."""
    now = timezone.now()
    username = get_client_username(request, credentials) or request.POST.get("login", "")
    until = queries.locked_until(username, now=now) or now + LOCKED_FOR
    response = render(
        request,
        "account/locked.html",
        {
            "until": until,
            "cooloff_timedelta": LOCKED_FOR,
            "failure_limit": settings.AXES_FAILURE_LIMIT,
            "username": username,
        },
        status=429,
    )
    response["Retry-After"] = str(max(1, int((until - now).total_seconds())))
    return response
