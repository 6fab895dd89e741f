"""Where a person goes after signing in."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from linli.staff.areas import first_area
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page()
def start(request: StaffRequest) -> HttpResponse:
    """To the first area of work that the person's posts open."""
    return redirect(first_area(request.user))
