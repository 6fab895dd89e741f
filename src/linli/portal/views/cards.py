"""Contact cards: chosen by grid, counted, printed ten to a sheet of A4 (R40)."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from linli.kernel.errors import BadInput
from linli.portal import services
from linli.portal.queries import cards as queries
from linli.staff.web import StaffRequest, staff_page

USUAL = 100  # cards a grid


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("staff.duties")
def cards(request: StaffRequest) -> HttpResponse:
    """The grids with how many cards each has had; a POST notes a printing and opens its sheet."""
    now, refusal = timezone.now(), ""
    given = request.POST.get("copies", str(USUAL)).strip()
    if request.method == "POST":
        try:
            copies = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
            batch = services.issue_cards(
                codes=request.POST.getlist("grid"), copies=copies, actor=request.user, now=now
            )
            return redirect("portal:card_sheet", batch)
        except BadInput as error:
            refusal = str(error)
    words = request.GET.get("q", "").strip()[:100]
    context = {
        "grids": queries.issued_for(request.user, on=timezone.localdate(now), words=words),
        "words": words,
        "copies": given,
        "most": services.MOST_COPIES,
        "chosen": request.POST.getlist("grid"),
        "refusal": refusal,
    }
    return render(request, "portal/cards.html", context, status=422 if refusal else 200)


@require_safe
@staff_page("staff.duties")
def card_sheet(request: StaffRequest, batch: uuid.UUID) -> HttpResponse:
    """The cards of one printing on sheets of A4. Opening it again counts nothing."""
    root = request.build_absolute_uri(reverse("portal:report"))
    found = queries.cards_of(request.user, batch, now=timezone.now(), root=root)
    return render(request, "portal/card_sheet.html", {"cards": found})
