"""Outlines drawn by hand: grids of a community, regions below another; looked at before saved."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from linli.console.forms.planning import RedrawForm
from linli.console.queries import territory
from linli.console.queries.redrawing import preview_of, rows_of
from linli.console.rules import areas
from linli.console.services import redrawing as services
from linli.console.views.answering import day_of, try_form
from linli.kernel.errors import Refused
from linli.staff.web import StaffRequest, staff_page
from linli.territory.queries import bounds_of
from linli.territory.queries.redrawing import (
    Sheet,
    outlines_geojson,
    sheet_of,
    streets_geojson,
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def redraw(request: StaffRequest, code: str) -> HttpResponse:
    """The outlines of a day on the map, the steps that change them, what would come of it."""
    region, on = territory.region_of(code), day_of(request)
    sheet = sheet_of(region, on=on)
    form = RedrawForm(request.POST or None, initial={"stamp": sheet.stamp, "from_date": on})
    if request.POST.get("act") == "look":
        answer = _looked(request, sheet, on)
        if answer is not None:
            return answer
    else:

        def act(data: dict[str, Any]) -> str:
            services.redraw(actor=request.user, region=region, now=timezone.now(), **data)
            return f"{reverse('console:redraw', args=[code])}?on={data['from_date']}"

        answer = try_form(request, form, act)
        if answer is not None:
            return answer
    context = {
        "region": region,
        "sheet": sheet,
        "on": on,
        "today": on == timezone.localdate(),
        "form": form,
        "bounds": _bounds(sheet, on),
        **_preview(sheet, request.POST.get("steps", ""), on),
    }
    refused = request.POST.get("act") != "look" and form.errors
    return render(request, "console/redraw.html", context, status=422 if refused else 200)


def _looked(request: StaffRequest, sheet: Sheet, on: date) -> HttpResponse | None:
    """The preview alone, where the page asks for it by itself."""
    if not request.headers.get("HX-Request"):
        return None
    context = {"sheet": sheet, **_preview(sheet, request.POST.get("steps", ""), on)}
    status = 422 if context.get("fault") else 200
    return render(request, "console/redraw.html#preview", context, status=status)


def _preview(sheet: Sheet, steps: str, on: date) -> dict[str, Any]:
    found, fault = None, ""
    if steps.strip():
        try:
            found = preview_of(sheet, steps, on=on)
        except Refused as refusal:
            fault = str(refusal)
    return {
        "preview": found,
        "rows": rows_of(sheet, found),
        "shapes": outlines_geojson(found.after) if found is not None else "",
        "fault": fault,
    }


def _bounds(sheet: Sheet, on: date) -> Any:
    return bounds_of("region", sheet.region.pk, on=on) or next(
        (area.shape.bounds for area in sheet.areas.values()), None
    )


@require_safe
@staff_page(areas.TERRITORY)
def redraw_geojson(request: StaffRequest, code: str) -> HttpResponse:
    """The outlines of a day, the ground they divide, and the streets to snap to."""
    sheet = sheet_of(territory.region_of(code), on=day_of(request))
    streets = streets_geojson(sheet) if sheet.of_grids else []
    body = outlines_geojson(sheet.shapes, frame=sheet.frame, more=streets)
    return HttpResponse(body, content_type="application/geo+json")
