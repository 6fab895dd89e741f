"""Small answers while somebody types: units, classes, conditions, places."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_safe

from linli.cases.queries import choosing
from linli.desk.forms.moves import condition_choices
from linli.desk.queries import choices
from linli.staff.web import StaffRequest, staff_page


def _typed(request: StaffRequest) -> str:
    """The one value of the query, whatever the field is called."""
    return next((str(request.GET[name]) for name in request.GET if name != "queue"), "")


@require_safe
@staff_page("cases.see")
def find_units(request: StaffRequest) -> HttpResponse:
    """Options of a datalist: units whose name contains what was typed."""
    found = choices.find_units(_typed(request))
    return _options((option.value, option.label) for option in found)


@require_safe
@staff_page("cases.see")
def find_classes(request: StaffRequest) -> HttpResponse:
    """Options of a datalist: classes by code or words."""
    typed = _typed(request)
    found = choosing.find_classes(typed or "E") + ([] if typed else choosing.find_classes("C"))
    return _options((choosing.class_text(c), c.major_label) for c in found)


def _options(pairs: object) -> HttpResponse:
    return HttpResponse(
        format_html_join("", '<option value="{}">{}</option>', pairs)  # type: ignore[arg-type]  # any pairs
    )


@require_safe
@staff_page("cases.see")
def find_conditions(request: StaffRequest) -> HttpResponse:
    """Options of a select: the filing conditions of the class that was typed."""
    code = choosing.class_code_of(request.GET.get("case_class", ""))
    return HttpResponse(
        format_html_join("", '<option value="{}">{}</option>', condition_choices(code))
    )


@require_safe
@staff_page("cases.see")
def find_places(request: StaffRequest) -> HttpResponse:
    """Places that fit an address, each with its point."""
    words = request.GET.get("address", "") or request.GET.get("q", "")
    return render(request, "desk/places.html", {"places": choices.find_places(words)})


@require_safe
@staff_page("cases.see")
def where(request: StaffRequest) -> HttpResponse:
    """Below a map: grid, community, street and district of a point."""
    text = choices.where_words(request.GET.get("lon", ""), request.GET.get("lat", ""))
    return HttpResponse(format_html("<p>{}</p>", text))
