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
    asked = bool(request.GET.get("class"))
    found = None
    if asked and form.is_valid():
        given = form.cleaned_data
        found = queries.weak_spots(
            request.user,
            given["class"],
            region=given["region"],
            days=given["days"],
            now=timezone.now(),
        )
    if not asked:
        form.errors.clear()  # nothing was asked yet: nothing is missing
    context = {"form": form, "found": found, "most_aged": queries.MOST_AGED}
    return render(request, "desk/weak_spots.html", context, status=422 if form.errors else 200)
