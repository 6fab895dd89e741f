"""My grid on the map."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from linli.cases.rules.filters import CaseFilter
from linli.cases.rules.stages import OPEN
from linli.field.apps import OUTDOORS
from linli.field.queries import grids
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page(OUTDOORS)
def grid(request: StaffRequest) -> HttpResponse:
    """One's grids: outline, open cases, facts, neighbours."""
    now = timezone.now()
    box = grids.bounds_of(request.user, now=now)
    mine = grids.grids_of(request.user, now=now)
    wanted = CaseFilter(stages=tuple(stage.value for stage in OPEN))
    context = {
        "grids": [
            {
                "mine": one,
                "open_query": urlencode(one.open_filter.query()),
                "late_query": urlencode(one.late_filter.query()),
            }
            for one in mine
        ],
        "bounds": ",".join(f"{edge:.6f}" for edge in box) if box else "",
        "filters": urlencode(wanted.query()),
    }
    return render(request, "field/grid.html", context)


@require_safe
@staff_page(OUTDOORS)
def outline(request: StaffRequest) -> HttpResponse:
    """The outlines of one's grids as GeoJSON."""
    text = grids.outlines_of(request.user, now=timezone.now())
    return HttpResponse(text, content_type="application/geo+json")
