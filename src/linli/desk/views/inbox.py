"""The inbox."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from linli.desk.queries import inbox as queries
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page("cases.see")
def inbox(request: StaffRequest) -> HttpResponse:
    """The person's queues with the rows that press most."""
    now = timezone.now()
    queues = queries.queues_of(request.user, now=now)
    context = {
        "queues": queues,
        "waiting": [q for q in queues if q.rows],
        "now": now,
        "nothing": not any(q.count for q in queues),
    }
    if request.htmx and request.htmx.target == "queues":  # type: ignore[attr-defined]  # django_htmx
        return render(request, "desk/inbox.html#queues", context)
    return render(request, "desk/inbox.html", context)
