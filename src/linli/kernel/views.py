"""Pages that belong to no package: errors, health and figures for a monitor."""

from __future__ import annotations

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from linli.kernel import health
from linli.kernel.logs import REFERENCE, new_reference

AWAY_S = 10  # a restart of the database takes about as long


def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: the process answers. No database."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def readyz(request: HttpRequest) -> HttpResponse:
    """Ready to work: database, migrations, worker, disk. 503 with the reasons otherwise."""
    checks = health.readiness()
    ready = all(check.fine for check in checks)
    return JsonResponse(
        {"ready": ready, "checks": {c.name: {"fine": c.fine, "says": c.says} for c in checks}},
        status=200 if ready else 503,
    )


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures in Prometheus' text form; no personal data."""
    return HttpResponse(health.metrics_text(), content_type="text/plain; version=0.0.4")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A bug (500), or a database out of reach (503, with when to come back).

    The answer names the number under which the log has it (Django logs it after this).
    """
    reference = new_reference()
    setattr(request, REFERENCE, reference)
    away = isinstance(sys.exception(), OperationalError | InterfaceError)
    status = 503 if away else 500
    if request.path_info.startswith(settings.JSON_PATHS):
        title = (
            _("The database is restarting or busy. Send it again in a minute; recorded under %s.")
            if away
            else _("Something went wrong on our side. It is recorded under %s.")
        )
        answer: HttpResponse = JsonResponse(
            {
                "type": "about:blank",
                "title": title % reference,
                "status": status,
                "code": "out_of_reach" if away else "server_error",
                "field": None,
                "reference": reference,
            },
            status=status,
            content_type="application/problem+json",
        )
    else:
        answer = render(request, f"errors/{status}.html", {"reference": reference}, status=status)
    if away:
        answer["Retry-After"] = str(AWAY_S)
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", status=403)
