"""The page of a case, its print, and who reported."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from linli.cards.queries.on_case import on_case
from linli.cases import policy, queries
from linli.cases import services as case_services
from linli.cases.queries import choosing, clock_words, reading, requests
from linli.cases.queries.details import rating_words
from linli.cases.queries.reading import ICONS
from linli.cases.queries.routes import Suggestion, suggestion_for
from linli.cases.queries.things import thing_of
from linli.cases.rules.consents import YES
from linli.cases.rules.filters import QUEUES
from linli.cases.rules.purposes import Purpose
from linli.desk.rules.columns import light_of
from linli.desk.rules.moves import GRAVE, MAIN
from linli.kernel import versions
from linli.kernel.errors import Refused
from linli.staff.web import StaffRequest, staff_page

if TYPE_CHECKING:
    from linli.cases.models import Case

BEFORE_DISPATCH = ("reported", "verifying", "filed")


@require_safe
@staff_page("cases.see")
@versions.learned_once
def case(request: StaffRequest, number: str) -> HttpResponse:
    """One case: steps, story, map, clock, facts, and the moves this person may make."""
    found = queries.case_for(request.user, number)
    context = case_context(request, found)
    if request.htmx and request.htmx.target == "case":  # type: ignore[attr-defined]  # django_htmx
        return render(request, "desk/case.html#case", context)
    return render(request, "desk/case.html", context)


@require_safe
@staff_page("cases.see")
@versions.learned_once
def sheet(request: StaffRequest, number: str) -> HttpResponse:
    """案卷单 on paper (standards §5.3): facts, photos, the whole story, room to sign."""
    found = queries.case_for(request.user, number)
    return render(request, "desk/print.html", case_context(request, found))


def case_context(request: StaffRequest, case: Case) -> dict[str, Any]:
    """Everything the page of a case shows. Ten queries or so."""
    now = timezone.now()
    story = queries.story_of(case)
    files = queries.files_of(case)
    entries = reading.story_entries(case, story, files)
    clocks = clock_words.clock_rows(queries.clocks_of(case), story)
    asked_for = requests.requests_of(story)
    similar = []
    before_dispatch = case.stage in BEFORE_DISPATCH
    if before_dispatch:
        similar = queries.similar_to_case(request.user, case)
    merged = list(queries.merged_into(request.user, case))
    co_units = choosing.unit_names(case.co_units)
    return {
        "case": case,
        "now": now,
        "light": light_of(case, now),
        "steps": reading.steps_of(case, story),
        "entries": entries,
        "order": reading.order_of(case, entries),
        "files": files,
        "running": [c for c in clocks if c.ended_at is None],
        "ended": [c for c in clocks if c.ended_at is not None],
        "requests": asked_for,
        "asked": requests.pending_words(case, asked_for),
        "counts": reading.counts_of(case),
        "thing": thing_of(request.user, case),
        "co_units": list(co_units.values()),
        "reports": _reports(request, case),
        "purposes": Purpose.choices,
        "merged": merged,
        "voices": queries.voices_of(case, merged),
        "into": _merged_into(request, case),
        "similar": similar,
        "before_dispatch": before_dispatch,
        "why": reading.why_this_unit(case, entries),
        "suggestion": _suggestion(request, case, now),
        "moves": moves_of(request, case),
        "queue": queue_of(request),
        "waits_for": reading.waits_for(case),
        "rating": rating_words(case.rating),
        "supervision": on_case(request.user, case, now=now),
    }


def _suggestion(request: StaffRequest, case: Case, now: datetime) -> Suggestion | None:
    """Whose work a filed case is, for whoever may send it there."""
    if "dispatch" not in policy.moves_for(request.user, case):
        return None
    return suggestion_for(case, now=now)


def moves_of(request: StaffRequest, case: Case) -> list[dict[str, Any]]:
    """The buttons: what moves the case on first, numbered for the keyboard. No query."""
    rows = queries.moves_with_forms(request.user, case)
    asked = YES.get(case.pending)  # a request that waits comes first
    rows.sort(
        key=lambda row: (
            row[0] in GRAVE,
            row[0] != asked,
            MAIN.index(row[0]) if row[0] in MAIN else len(MAIN),
        )
    )
    return [
        {
            "name": name,
            "label": row.label,
            "icon": ICONS.get(name, "point"),
            "grave": name in GRAVE,
            "primary": i == 0 and name not in GRAVE and name in (*MAIN[:9], asked),
            "key": str(i + 1) if i < 9 else "",
        }
        for i, (name, row) in enumerate(rows)
    ]


def queue_of(request: StaffRequest) -> str:
    """The queue the person is working through, if the address names one."""
    queue = request.POST.get("queue") or request.GET.get("queue") or ""
    return queue if queue in QUEUES else ""


def _merged_into(request: StaffRequest, case: Case) -> Case | None:
    if case.merged_into is None:
        return None
    return queries.cases_for(request.user).filter(pk=case.merged_into).first()


def _reports(request: StaffRequest, case: Case) -> list[dict[str, Any]]:
    """The reports without persons; whether somebody may ask for the number, masked."""
    reads = policy.may_read_contacts(request.user, case) is not None
    contacts = queries.contacts_of(case) if reads else {}
    return [
        {"report": report, "contact": contacts.get(report.number), "reads": reads}
        for report in queries.reports_of(case)
    ]


@require_POST
@staff_page("cases.call_back")
def show_contact(request: StaffRequest, number: str, report_number: int) -> HttpResponse:
    """Name and number of a reporter, for a purpose; the look is logged."""
    found = queries.case_for(request.user, number)
    context: dict[str, Any] = {"case": found, "report_number": report_number}
    context["purposes"] = Purpose.choices
    status = 200
    try:
        context["contact"] = case_services.show_contact(
            case=found,
            report_number=report_number,
            actor=request.user,
            purpose=request.POST.get("purpose", ""),
            now=timezone.now(),
        )
    except Refused as refusal:
        if not request.htmx or refusal.status != 400:  # type: ignore[attr-defined]  # django_htmx
            raise
        context["refusal"], status = str(refusal).removeprefix(f"{refusal.field}: "), 422
        context["contact"] = queries.contacts_of(found).get(report_number)
        context["masked"] = True
    template = "desk/contact.html#contact" if request.htmx else "desk/contact.html"  # type: ignore[attr-defined]
    answer = render(request, template, context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer
