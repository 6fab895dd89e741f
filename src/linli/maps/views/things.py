"""The map of components with a table beside it that says the same."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from linli.cases.queries.on_things import NONE, counts_on
from linli.components import queries
from linli.components.forms import ComponentFilterForm
from linli.components.queries.references import carers
from linli.components.rules.filters import STANDING, ComponentFilter
from linli.kernel.errors import BadInput
from linli.maps.views.page import sheet_of, window_of
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page("components.see")
def component_map(request: StaffRequest) -> HttpResponse:
    """Components on the map and the first of them as rows; everything about it stands in the
    address. Without a filter it shows what has not been removed."""
    if not request.GET:
        return redirect(f"{request.path}?state={STANDING}")
    context = _shown(request)
    status = 422 if context["refusal"] else 200
    if request.htmx and request.htmx.target == "beside":  # type: ignore[attr-defined]  # django_htmx
        return render(request, "maps/things.html#beside", context, status=status)
    given = request.GET if context["refusal"] else context["wanted"].query()
    context |= {
        "form": ComponentFilterForm(request.user, given),
        "satellite": bool(settings.MAP_XYZ),
        "sees_cases": request.user.has_grant("cases.see"),
        "bounds": window_of(request, timezone.now()),
    }
    return render(request, "maps/things.html", context, status=status)


def _shown(request: StaffRequest) -> dict[str, Any]:
    """What the table beside the map says; what cannot be read is answered in it."""
    refusal, page, count = "", None, None
    wanted = ComponentFilter()
    try:
        wanted = ComponentFilter.parse({name: request.GET.getlist(name) for name in request.GET})
        page = queries.page_for(request.user, wanted, cursor=request.GET.get("cursor"))
        count = queries.count_for(request.user, wanted)
    except BadInput as error:
        refusal = str(error)
    query = urlencode(wanted.query())
    return {
        "wanted": wanted,
        "rows": [(one, queries.class_label(one.code)) for one in page.rows] if page else [],
        "next": page.next if page else None,
        "count": count,
        "query": query or f"state={STANDING}",
        "list_query": query,
        "refusal": refusal,
    }


@require_safe
@staff_page("components.see")
def print_components(request: StaffRequest) -> HttpResponse:
    """The map of components on one sheet of A4 or A3, landscape."""
    context = _shown(request)
    says = ComponentFilterForm(request.user, context["wanted"].query()).says()
    context |= sheet_of(request, timezone.now()) | {"says": says}
    return render(
        request, "maps/things_print.html", context, status=422 if context["refusal"] else 200
    )


@require_safe
@staff_page("components.see")
def component_summary(request: StaffRequest) -> HttpResponse:
    """A few components in a few words, for the map's popover: `?code=` up to ten times."""
    found = queries.components_by_codes(request.user, request.GET.getlist("code"))
    counts = counts_on(request.user, [one.code for one in found], now=timezone.now())
    told = [
        (one, queries.class_label(one.code), carers(one.care), counts.get(one.code, NONE))
        for one in found
    ]
    return render(request, "maps/things_summary.html", {"told": told})
