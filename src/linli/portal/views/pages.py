"""The front page, the privacy notice, the help page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from linli.cases import queries as cases
from linli.staff.web import public_page


@require_safe
@public_page
def home(request: HttpRequest) -> HttpResponse:
    """What this is, the one big button, and what was solved lately."""
    return render(request, "portal/home.html", {"solved": cases.public_solved(most=6)})


@require_safe
@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    """Who keeps what, for what, how long, and one's rights (PIPL 17)."""
    numbers = cases.settings()
    return render(request, "portal/privacy.html", {"numbers": numbers})


@require_safe
@public_page
def help_page(request: HttpRequest) -> HttpResponse:
    """How a report goes its way, and answers to the usual questions."""
    numbers = cases.settings()
    return render(request, "portal/help.html", {"numbers": numbers})
