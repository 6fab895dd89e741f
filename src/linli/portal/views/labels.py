"""What the QR code on a component's label leads to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from linli.staff.web import public_page


@require_safe
@public_page
def label(request: HttpRequest, code: str) -> HttpResponse:
    """Residents come to the report form, with class and place of the component filled in; people at
    work to theirs: whoever walks grids reports on the phone, others see the component."""
    query = urlencode({"component": code[:40]})
    user: Any = request.user
    if user.is_authenticated and user.has_grant("components.see"):
        if any(seat.grid_ids for seat in user.seats) and user.has_grant("cases.report"):
            return redirect(f"{reverse('field:report')}?{query}")
        return redirect("desk:component", code[:40])
    return redirect(f"{reverse('portal:report')}?{query}")
