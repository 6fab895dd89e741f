"""The lists behind the numbers of the overview and the wall."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from linli.cases.services.keeping import MOST_CASES
from linli.cases.views import go_on_at_desk
from linli.cockpit.forms import CountedForm
from linli.cockpit.policy import LOOKS
from linli.cockpit.queries import area
from linli.cockpit.queries import counted as queries
from linli.kernel.forms import asked_of
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page(LOOKS)
def cases(request: StaffRequest) -> HttpResponse:
    """The cases that a number counted, the newest first."""
    given = asked_of(CountedForm(request.GET))
    days = queries.Days(given["since"], given["until"])
    found = queries.cases_of(
        request.user, given["count"], days, by=given["by"], key=given["key"],
        part=given["part"], now=timezone.now(), after=given["after"],
    )  # fmt: skip
    more = queries.url(given["count"], days, by=given["by"], key=given["key"], part=given["part"])
    return render(
        request,
        "cockpit/counted.html",
        {
            "base": given["base"],
            "part": queries.PART_LABELS.get(given["part"], ""),
            "days": days,
            "found": found,
            "more": f"{more}&after={found.after}" if found.after else "",
            "keep": request.GET.urlencode(),
        },
    )


@require_POST
@staff_page(LOOKS)
def keep(request: StaffRequest) -> HttpResponse:
    """Go on with the cases that a number counted in the desk's list."""
    now = timezone.now()
    given = asked_of(CountedForm(request.GET))
    days = queries.Days(given["since"], given["until"])
    ids = queries.ids_of_count(
        request.user, given["count"], days, by=given["by"], key=given["key"], part=given["part"],
        most=MOST_CASES, now=now,
    )  # fmt: skip
    span = f"{days.since} – {days.until}" if days.since != days.until else str(days.since)
    part = str(queries.PART_LABELS.get(given["part"], ""))
    words = " · ".join(filter(None, [str(given["base"].label), part, span]))
    return go_on_at_desk(request, ids, words=words, now=now)


@require_safe
@staff_page(LOOKS)
def ground(request: StaffRequest) -> HttpResponse:
    """Grids, households and people on duty of the area, by the regions below it."""
    now = timezone.now()
    rows, total = area.ground(request.user, today=timezone.localdate(now), now=now)
    return render(request, "cockpit/ground.html", {"rows": rows, "total": total})
