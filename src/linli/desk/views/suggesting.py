"""What the words suggest, beside the forms: class and unit, with how sure and why."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from linli.cases import queries
from linli.cases.services.reporting import MOST_DESCRIPTION
from linli.desk.views.case import BEFORE_DISPATCH
from linli.staff.web import StaffRequest, staff_page
from linli.suggestions import queries as suggestions


@require_POST  # what a caller says belongs in no address line and in no log
@staff_page("cases.intake")
def suggest_classes(request: StaffRequest) -> HttpResponse:
    """Classes for what has been typed so far."""
    words = request.POST.get("description", "")[:MOST_DESCRIPTION]
    found = suggestions.class_suggestions(words)
    context = {
        "classes": found,
        "fill": "#id_case_class",
        "untaught": not found and suggestions.is_untaught(words),
    }
    return render(request, "desk/suggested.html", context)


@require_safe
@staff_page("cases.see")
def suggest_for_case(request: StaffRequest, number: str) -> HttpResponse:
    """Classes and units for a case that is not dispatched; ?for=class or ?for=unit fills a form."""
    case = queries.case_for(request.user, number)
    wanted = request.GET.get("for", "")
    context: dict[str, object] = {"fill": "#move [name=case_class]" if wanted == "class" else ""}
    if case.stage in BEFORE_DISPATCH:
        if wanted != "unit":
            found = suggestions.class_suggestions(case.description)
            context["classes"] = [one for one in found if one.class_id != case.case_class_id]
        if wanted != "class" and case.stage == "filed":
            context["units"] = suggestions.unit_suggestions(case)
            context["fill_units"] = wanted == "unit"
    return render(request, "desk/suggested.html", context)
