"""Is the city well today, where not, who drags."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from linli.announcements.policy import MESSAGE
from linli.cards.queries.on_case import for_leaders
from linli.cockpit import queries
from linli.cockpit.forms import DayForm
from linli.cockpit.policy import LEADS
from linli.evaluation.queries.figures import waiting
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page(LEADS)
def today(request: StaffRequest) -> HttpResponse:
    """The figures of a period; each number opens its list."""
    now = timezone.now()
    period = request.GET.get("period", "today")
    period = period if period in queries.PERIODS else "today"
    form = DayForm(request.GET or None)
    on = form.cleaned_data["on"] if form.is_valid() else None
    keep = f"&on={on}" if on else ""
    context = {
        "overview": queries.overview_for(request.user, period, now=now, on=on),
        "day_form": form,
        "keep": keep,
        "period": period,
        "tabs": [
            {"label": label, "url": f"?period={key}{keep}", "count": None, "current": key == period}
            for key, (label, _days) in queries.PERIODS.items()
        ],
        "now": now,
        "may_message": request.user.has_grant(MESSAGE),
        "supervision": for_leaders(request.user, now=now),
        "waiting": waiting(),
    }
    if request.htmx and request.htmx.target == "overview":  # type: ignore[attr-defined]  # django_htmx
        return render(request, "cockpit/today.html#overview", context)
    return render(request, "cockpit/today.html", context)
