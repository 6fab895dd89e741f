"""The cases of a worker, and the whole trail of one (R75)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from linli.cases import policy, queries
from linli.cases.queries import reading, requests
from linli.cases.rules.filters import CaseFilter
from linli.cases.rules.stages import OPEN
from linli.field.queries.tasks import move_of
from linli.field.views.tasks import task_context
from linli.staff.web import StaffRequest, staff_page

SIZE = 30


@require_safe
@staff_page("cases.see")
def cases(request: StaffRequest) -> HttpResponse:
    """What I reported or was given, or what is open around me; newest first."""
    now = timezone.now()
    wanted = CaseFilter.parse(dict(request.GET.lists()))
    if not request.GET:
        wanted = CaseFilter(mine=True)
    page = queries.page_for(
        request.user, wanted, now=now, cursor=request.GET.get("cursor") or None, size=SIZE
    )
    query = wanted.query()
    context = {
        "page": page,
        "now": now,
        "tabs": _tabs(wanted),
        "older": f"?{urlencode(query | {'cursor': page.next})}" if page.next else "",
        "first": not request.GET.get("cursor"),
        "here": f"?{urlencode(query)}",
    }
    if request.htmx and request.htmx.target == "list":  # type: ignore[attr-defined]  # django_htmx
        return render(request, "field/cases.html#list", context)
    return render(request, "field/cases.html", context)


def _tabs(wanted: CaseFilter) -> list[dict[str, Any]]:
    choices = (
        (_("Mine"), CaseFilter(mine=True)),
        (_("Open here"), CaseFilter(stages=tuple(stage.value for stage in OPEN))),
        (_("Late"), CaseFilter(queue="late")),
    )
    url = reverse("field:cases")
    return [
        {"label": label, "url": f"{url}?{urlencode(one.query())}", "count": None,
         "current": one == wanted}
        for label, one in choices
    ]  # fmt: skip


@require_safe
@staff_page("cases.see")
def case(request: StaffRequest, number: str) -> HttpResponse:
    """The whole trail of a case, from the report to the end."""
    found = queries.case_for(request.user, number)
    story, files = queries.story_of(found), queries.files_of(found)
    move = move_of(found)
    asked_for = requests.requests_of(story)
    context = task_context(found) | {
        "steps": reading.steps_of(found, story),
        "entries": reading.story_entries(found, story, files),
        "counts": reading.counts_of(found),
        "requests": asked_for,
        "asked": requests.pending_words(found, asked_for),
        "move": move if move in policy.moves_for(request.user, found) else "",
    }
    if request.htmx and request.htmx.target == "case":  # type: ignore[attr-defined]  # django_htmx
        return render(request, "field/case.html#case", context)
    return render(request, "field/case.html", context)
