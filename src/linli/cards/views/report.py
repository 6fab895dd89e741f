"""The supervision report (R101), and the list behind each of its numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from linli.cards import policy
from linli.cards.forms import NumberForm
from linli.cards.queries import cards, reports
from linli.cards.rules.levels import Level
from linli.cards.views.answering import Words, file_answer, tab_of
from linli.cards.views.lists import period_context
from linli.cases.services.keeping import MOST_CASES
from linli.cases.views import go_on_at_desk
from linli.kernel.errors import BadInput
from linli.kernel.forms import asked_of
from linli.kernel.web import page_after
from linli.staff.web import StaffRequest, staff_page

PAGE = 50
MOST_LINES = 500  # of a page; the file has them all
REPORTS: dict[str, Words] = {
    "unit": pgettext_lazy("card", "Units"),
    "centre": pgettext_lazy("card", "Centres"),
    "grid": pgettext_lazy("card", "Grids"),
    "cards": gettext_lazy("Yellow and red cards"),
}
SORTS: dict[str, Words] = {
    "total": gettext_lazy("Cases"),
    "closed": pgettext_lazy("report", "Closed"),
    "rate": gettext_lazy("Share closed"),
}


def _report(request: StaffRequest) -> tuple[str, str, list[reports.Line], dict[str, Any]]:
    tab = tab_of(request, REPORTS)
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else "total"
    context = period_context(request, REPORTS, tab)
    days = {"since": context["since"], "until": context["until"]}
    if tab == "cards":
        lines = reports.cards_report_for(request.user, **days)
    else:
        lines = reports.report_for(request.user, tab, sort, **days)
    return tab, sort, lines, context


@require_safe
@staff_page(policy.GRANT_SEE)
def report(request: StaffRequest) -> HttpResponse:
    """The four reports of R101."""
    tab, sort, lines, context = _report(request)
    context |= {
        "lines": lines[:MOST_LINES], "hidden": max(0, len(lines) - MOST_LINES),
        "sort": sort, "sorts": SORTS,
        "file_query": f"{context['file_query']}&sort={sort}",
        "behind": f"by={tab}&since={context['since']}&until={context['until']}",
    }  # fmt: skip
    return render(request, "cards/report.html", context)


@require_safe
@staff_page(policy.GRANT_SEE)
def report_file(request: StaffRequest) -> HttpResponse:
    """The report as a file."""
    tab, _sort, lines, _ctx = _report(request)
    marks = (_("Ordinary supervision"), _("Yellow cards"), _("Red cards"), _("Points"))
    if tab == "cards":
        head: tuple[Words, ...] = (_("Rank"), pgettext("card", "Unit"), *marks)
    else:
        head = (_("Rank"), REPORTS[tab], *SORTS.values(), *marks)
    rows = []
    for line in lines:
        own = line.standing
        given = (own.attend, own.yellow, own.red, own.points)
        rate = "—" if line.rate is None else round(line.rate, 2)
        counts = () if tab == "cards" else (line.total, line.closed, rate)
        rows.append((line.rank, line.name, *counts, *given))
    return file_answer(request, f"report-{tab}", head, rows)


@require_safe
@staff_page(policy.GRANT_SEE)
def behind(request: StaffRequest) -> HttpResponse:
    """What a number of the report counts, the newest first: as many as the number says."""
    given = asked_of(NumberForm(request.GET))
    by, key, days = given["by"], given["of"], {"since": given["since"], "until": given["until"]}
    number = given["number"]
    counts_cases = number in reports.NUMBERS
    if counts_cases:
        rows: Any = reports.cases_behind(request.user, by, key, number, **days)
        keys: tuple[str, ...] = ("reported_at", "id")
    else:
        level = "" if number == "points" else number
        rows = cards.standing_cards_for(request.user, key, level=level, **days)
        keys = ("issued_at", "case_id", "number")
    context = {
        "label": _label(number), "counts_cases": counts_cases, "count": rows.count(),
        "name": reports.subject_names(by, [key]).get(key, ""), **days,
        "page": page_after(rows, keys=keys, cursor=request.GET.get("cursor"), size=PAGE),
        "back": _back(by, **days),
        "keep": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "cards/report_number.html", context)


@require_POST
@staff_page(policy.GRANT_SEE)
def keep(request: StaffRequest) -> HttpResponse:
    """Go on with the cases of a number of the report in the desk's list."""
    given = asked_of(NumberForm(request.GET))
    by, key, number = given["by"], given["of"], given["number"]
    if number not in reports.NUMBERS:
        raise BadInput(_("number: this one counts cards, which the desk does not list."),
                       field="number")  # fmt: skip
    rows = reports.cases_behind(
        request.user, by, key, number, since=given["since"], until=given["until"]
    )
    ids = rows.order_by("-reported_at", "-pk").values_list("pk", flat=True)[:MOST_CASES]
    name = reports.subject_names(by, [key]).get(key, "")
    words = " · ".join([str(_label(number)), name, f"{given['since']} – {given['until']}"])
    return go_on_at_desk(request, ids, words=words, now=timezone.now())


def _label(number: str) -> Words:
    if number == "points":
        return _("All cards")
    return SORTS[number] if number in reports.NUMBERS else Level(number).label


def _back(by: str, *, since: date, until: date) -> str:
    return f"tab={by}&since={since}&until={until}"
