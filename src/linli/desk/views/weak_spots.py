"""Where a class of components is weak: by place, by component, by unit, by age."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from linli.desk.forms.weak_spots import WeakSpotsForm
from linli.desk.queries import weak_spots as queries
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page("components.see")
def weak_spots(request: StaffRequest) -> HttpResponse:
    """The weak spots of a class; without one, the form to choose it."""
    form = WeakSpotsForm(request.GET)
    found = None
    if "class" in request.GET and form.is_valid():
        asked = form.cleaned_data
        found = queries.weak_spots(
            request.user,
            asked["class"],
            region=asked["region"],
            days=asked["days"],
            now=timezone.now(),
        )
    wrong = "class" in request.GET and not form.is_valid()
    if not request.GET.get("class"):
        form.errors.clear()
    context = {"form": form, "found": found, "most_aged": queries.MOST_AGED}
    return render(request, "desk/weak_spots.html", context, status=422 if wrong else 200)
