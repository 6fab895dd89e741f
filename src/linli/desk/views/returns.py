"""What units send back: which rule, which unit, which class, with the trail."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from linli.desk.queries import returns as queries
from linli.routing.policy import may_edit
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page("routing.see")
def returned(request: StaffRequest) -> HttpResponse:
    """The lines of a period, the most frequent first; and what arbitration decided."""
    text = request.GET.get("days", "")
    days = int(text) if text in map(str, queries.PERIODS) else queries.PERIODS[0]
    context = {
        "page": queries.page_for(request.user, days=days, now=timezone.now()),
        "days": days,
        "may_edit": may_edit(request.user),
        "tabs": [
            {
                "label": ngettext("The last %(n)d day", "The last %(n)d days", n) % {"n": n},
                "url": f"?days={n}",
                "current": n == days,
            }
            for n in queries.PERIODS
        ],
    }
    return render(request, "desk/returned.html", context)
