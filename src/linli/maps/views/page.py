"""The map of cases with a table beside it that says the same, and what its tools ask for."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from linli.cases import queries as case_queries
from linli.cases.rules.filters import CaseFilter
from linli.kernel.errors import BadInput
from linli.kernel.web import degrees
from linli.maps import queries
from linli.maps.forms import MapDayForm, MapFilterForm, query_of, read_filter
from linli.maps.rules.address import parse_day, row_id
from linli.staff.web import StaffRequest, staff_page

PAPERS = ("A4", "A3")


@require_safe
@staff_page("cases.see")
def case_map(request: StaffRequest) -> HttpResponse:
    """Cases on the map and the newest of them as rows; everything about it stands in the address:
    the list's filters, `area` drawn on the map, `on` the day of the borders.

    Without a filter it shows what is open.
    """
    if not request.GET:
        return redirect(f"{request.path}?stage=open")
    now = timezone.now()
    wanted, context = _shown(request, now)
    status = 422 if context["refusal"] else 200
    if request.htmx and request.htmx.target == "beside":  # type: ignore[attr-defined]  # django_htmx
        return render(request, "maps/map.html#beside", context, status=status)
    drawn = {"area": context["area"], "on": context["on"]}
    typed = request.GET if context["refusal"] else None
    context |= {
        "form": MapFilterForm(request.user, wanted, typed, drawn=drawn),
        "day_form": MapDayForm(initial={"on": context["on"]}, auto_id="map_%s"),
        "satellite": bool(settings.MAP_XYZ),
        "thing_url": reverse("maps:component_summary") if _sees_things(request) else "",
        "bounds": window_of(request, now),
    }
    return render(request, "maps/map.html", context, status=status)


def _shown(request: StaffRequest, now: datetime) -> tuple[CaseFilter, dict[str, Any]]:
    """What the table beside the map says; what cannot be read is answered in it."""
    wanted, area, beside, figures, refusal = CaseFilter(), None, None, None, ""
    today = timezone.localdate(now)
    on = today
    try:
        wanted = read_filter(request.GET)
        on = parse_day(request.GET.get("on", "")) or today
        area = queries.area_of(request.GET.get("area", ""), on=on)
        beside = queries.beside_map(
            request.user, wanted, now=now, cursor=request.GET.get("cursor") or None, area=area
        )
        if area is not None:
            figures = queries.figures_of(request.user, wanted, area, now=now, on=on)
    except BadInput as error:
        wanted, refusal = CaseFilter(), str(error)
    query = query_of(wanted) | ({"area": area.text} if area else {})
    query |= {"on": on.isoformat()} if on != today else {}
    return wanted, {
        "beside": beside,
        "figures": figures,
        "refusal": refusal,
        "now": now,
        "area": area.text if area else "",
        "area_name": area.name if area else "",
        "on": on.isoformat() if on != today else "",
        "query": urlencode(query),
        "list_query": urlencode(wanted.query()),
        "whole_query": urlencode(_without(query, "area")),
    }


def _without(query: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in query.items() if key != name}


def _sees_things(request: StaffRequest) -> bool:
    return request.user.has_grant("components.see")


def window_of(request: StaffRequest, now: datetime) -> str:
    """Where the map begins: `box` of the address, else where the person works."""
    box = _box(request.GET)
    window = box or queries.window_for(request.user, today=timezone.localdate(now))
    return ",".join(f"{edge:.5f}" for edge in window) if window else ""


def _box(query: QueryDict) -> tuple[float, float, float, float] | None:
    """west,south,east,north of an address; None for anything else, which harms nobody."""
    try:
        west, south, east, north = (float(part) for part in query.get("box", "").split(","))
    except ValueError:
        return None
    if not all(map(math.isfinite, (west, south, east, north))):
        return None
    return (west, south, east, north) if west < east and south < north else None


@require_safe
@staff_page("cases.see")
def print_map(request: StaffRequest) -> HttpResponse:
    """The map on one sheet of A4 or A3, landscape: with legend, scale, day and what is shown."""
    now = timezone.now()
    wanted, context = _shown(request, now)
    context |= sheet_of(request, now) | {"says": MapFilterForm(request.user, wanted).says()}
    status = 422 if context["refusal"] else 200
    return render(request, "maps/print.html", context, status=status)


def sheet_of(request: StaffRequest, now: datetime) -> dict[str, Any]:
    """What every sheet on paper has (maps/sheet.html): its size, its window, its ground."""
    paper = request.GET.get("paper", "A4")
    return {
        "paper": paper if paper in PAPERS else "A4",
        "papers": PAPERS,
        "bounds": window_of(request, now),
        "today": timezone.localdate(now),
        "box": request.GET.get("box", "")[:80],
        "ground": request.GET.get("ground", "")[:12],
        "hidden": request.GET.get("hide", "")[:80],
    }


@require_safe
@staff_page("cases.see")
def summary(request: StaffRequest) -> HttpResponse:
    """A few cases in a few words, for the map's popover: `?number=` up to ten times."""
    found = queries.cases_by_numbers(request.user, request.GET.getlist("number"))
    reporters = case_queries.reporters_of(request.user, found)
    told = [(case, reporters.get(case.pk)) for case in found]
    context = {"told": told, "now": timezone.now()}
    return render(request, "maps/summary.html", context)


@require_safe
@staff_page("cases.see")
def here(request: StaffRequest) -> HttpResponse:
    """What is at a point, for the map's popover: `?lon=&lat=`, `&on=` the day of the borders,
    `&building=` the one that was clicked."""
    now = timezone.now()
    today = timezone.localdate(now)
    found = queries.here(
        request.user,
        degrees(request.GET.get("lon", ""), "lon", 180),
        degrees(request.GET.get("lat", ""), "lat", 85),
        now=now,
        today=today,
        on=parse_day(request.GET.get("on", "")) or today,
        building_id=row_id(request.GET.get("building", ""), "building"),
    )
    return render(request, "maps/here.html", {"here": found})


@require_safe
@staff_page("cases.see")
def search(request: StaffRequest) -> HttpResponse:
    """Places that answer to `?q=`, as buttons that fly there; `&lon=&lat=` is what is looked at."""
    words = request.GET.get("q", "")[:100]
    near = None
    if request.GET.get("lon") and request.GET.get("lat"):
        near = degrees(request.GET["lon"], "lon", 180), degrees(request.GET["lat"], "lat", 85)
    hits = queries.places_for(request.user, words, on=timezone.localdate(), near=near)
    return render(request, "maps/found.html", {"hits": hits, "words": words.strip()})
