"""Is the city well today, where not, who drags."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from linli.cockpit import queries
from linli.cockpit.apps import LEADS
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page(LEADS)
def today(request: StaffRequest) -> HttpResponse:
    """The figures of a period; each number opens its list."""
    now = timezone.now()
    period = request.GET.get("period", "today")
    period = period if period in queries.PERIODS else "today"
    context = {
        "overview": queries.overview_for(request.user, period, now=now),
        "period": period,
        "tabs": [
            {"label": label, "url": f"?period={key}", "count": None, "current": key == period}
            for key, (label, _days) in queries.PERIODS.items()
        ],
        "now": now,
    }
    if request.htmx and request.htmx.target == "overview":  # type: ignore[attr-defined]  # django_htmx
        return render(request, "cockpit/today.html#overview", context)
    return render(request, "cockpit/today.html", context)
