"""The first page of the console, and what its fields suggest while somebody types."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html_join
from django.views.decorators.http import require_safe

from linli.catalogue.queries import current
from linli.console.queries import overview as queries
from linli.console.queries import territory
from linli.console.rules import areas
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page(areas.OVERVIEW)
def overview(request: StaffRequest) -> HttpResponse:
    """What needs attention, for this administrator."""
    found = queries.attention_for(request.user, now=timezone.now())
    return render(request, "console/overview.html", {"found": found})


def _typed(request: StaffRequest) -> str:
    """The code or word in the one field that is sent, whatever it is called."""
    return next(iter(request.GET.dict().values()), "")[:60].split(" ")[0]


@require_safe
@staff_page((*areas.OVERVIEW, areas.DUTIES))
def find_regions(request: StaffRequest) -> HttpResponse:
    """Options of a datalist: regions by code or part of a name."""
    typed = _typed(request)
    rows = territory.regions_by_words(typed, on=timezone.localdate())[:20] if typed else []
    return HttpResponse(
        format_html_join("", '<option value="{} {}"></option>', ((r.code, r.name) for r in rows))
    )


@require_safe
@staff_page(areas.CATALOGUE)
def find_classes(request: StaffRequest) -> HttpResponse:
    """Options of a datalist: classes by code or part of a name."""
    typed = _typed(request)
    known = current().classes(on=timezone.localdate())
    found = [
        one
        for one in known
        if typed and (one.code.startswith(typed.upper()) or typed in one.name or typed in one.label)
    ]
    return HttpResponse(
        format_html_join(
            "", '<option value="{} {}"></option>', ((c.code, c.name) for c in found[:20])
        )
    )
