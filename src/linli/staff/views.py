"""Where a person goes after signing in, and the language they read."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from linli.staff import services
from linli.staff.areas import first_area
from linli.staff.web import StaffRequest, public_page, staff_page


@require_safe
@staff_page()
def start(request: StaffRequest) -> HttpResponse:
    """To the first area of work that the person's posts open."""
    return redirect(first_area(request.user))


@require_POST
@public_page
def choose_language(request: HttpRequest) -> HttpResponse:
    """Another language for this browser; of somebody signed in, also for their account."""
    answer: HttpResponse = set_language(request)
    wanted = request.POST.get("language", "")
    if wanted in dict(settings.LANGUAGES) and request.user.is_authenticated:
        services.choose_language(user=request.user, language=wanted)
    return answer
