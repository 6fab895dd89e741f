"""The map of cases, with a table beside it that says the same."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from linli.cases.rules.filters import CaseFilter
from linli.kernel.errors import BadInput
from linli.maps import queries
from linli.maps.forms import MapFilterForm, query_of, read_filter
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page("cases.see")
def case_map(request: StaffRequest) -> HttpResponse:
    """Cases on the map and the newest of them as rows; everything about it stands in the address.

    Without a filter it shows what is open.
    """
    if not request.GET:
        return redirect(f"{request.path}?stage=open")
    now, refusal = timezone.now(), ""
    try:
        wanted = read_filter(request.GET)
        beside = queries.beside_map(
            request.user, wanted, now=now, cursor=request.GET.get("cursor") or None
        )
    except BadInput as error:
        wanted, beside, refusal = CaseFilter(), None, str(error)
    context: dict[str, Any] = {
        "beside": beside,
        "refusal": refusal,
        "now": now,
        "query": urlencode(query_of(wanted)),
        "list_query": urlencode(wanted.query()),
    }
    status = 422 if refusal else 200
    if request.htmx and request.htmx.target == "beside":  # type: ignore[attr-defined]  # django_htmx
        return render(request, "maps/map.html#beside", context, status=status)
    context["form"] = MapFilterForm(request.user, wanted, request.GET if refusal else None)
    window = queries.window_for(request.user, today=timezone.localdate(now))
    context["bounds"] = ",".join(f"{edge:.5f}" for edge in window) if window else ""
    return render(request, "maps/map.html", context, status=status)


@require_safe
@staff_page("cases.see")
def summary(request: StaffRequest) -> HttpResponse:
    """A few cases in a few words, for the map's popover: `?number=` up to ten times."""
    found = queries.cases_by_numbers(request.user, request.GET.getlist("number"))
    context = {"cases": found, "now": timezone.now()}
    return render(request, "maps/summary.html", context)
