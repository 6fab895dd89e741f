"""The public board of a grid, and finding one's own (R39)."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from linli.files import services as files
from linli.kernel.qr import qr
from linli.portal.forms.report import point_of
from linli.portal.queries import boards, choices
from linli.staff.web import public_page
from linli.territory import queries as territory

DAYS = 30


@require_safe
@public_page
def grids(request: HttpRequest) -> HttpResponse:
    """By place (?lon=&lat=), by words (?q=: name or address), or down the tree (?in=)."""
    on = timezone.localdate()
    point = point_of(request.GET)
    if point is not None:
        spot = choices.spot_at(*point, on=on)
        if spot.grid_code:
            return redirect("portal:board", spot.grid_code)
    words = request.GET.get("q", "").strip()[:100]
    context = {
        "words": words,
        "nowhere": point is not None,
        "found": territory.grids_by_words(words, on=on) if words else [],
        "places": choices.places_found(words) if words else [],
        "branch": boards.branch(request.GET.get("in", "")[:12], on=on),
    }
    return render(request, "portal/grids.html", context)


@require_safe
@public_page
def portrait(request: HttpRequest, code: str) -> HttpResponseBase:
    """The picture of the grid's worker, for as long as they agree to it."""
    key = boards.portrait_key(code, now=timezone.now())
    return files.respond(request, key=key, mime="image/jpeg", name="worker.jpg")


@require_safe
@public_page
def board(request: HttpRequest, code: str) -> HttpResponse:
    """Outline, worker, services, figures of 30 days, and a QR code to report here; prints on A3."""
    now = timezone.now()
    link = request.build_absolute_uri(reverse("portal:report")) + f"?grid={code}"
    context = {
        "board": boards.board_of(code, now=now, since=now - timedelta(days=DAYS)),
        "days": DAYS,
        "link": link,
        "qr": qr(link),
        "today": timezone.localdate(),
    }
    return render(request, "portal/board.html", context)
