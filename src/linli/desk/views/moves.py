"""Making a move: its form, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from linli.cases import queries, rules, services
from linli.cases.queries import reading
from linli.cases.queries import requests as asking
from linli.cases.queries.reading import ICONS
from linli.cases.rules.consents import ASKED, FIRST_MOVES, SECOND_MOVES
from linli.cases.rules.guards import hindrance
from linli.desk.forms.moves import MoveForm, form_for
from linli.desk.queries import inbox
from linli.desk.rules.moves import GRAVE, about
from linli.desk.views.case import queue_of
from linli.files import services as files
from linli.kernel.errors import Refused, Stale
from linli.kernel.web import go
from linli.staff.web import StaffRequest, staff_page

if TYPE_CHECKING:
    from linli.cases.models import Case


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("cases.see")
def move(request: StaffRequest, number: str, move: str) -> HttpResponse:
    """The form of a move, alone or in a dialog; a POST makes the move."""
    if move not in rules.MOVES:
        raise Http404
    case = queries.case_for(request.user, number)
    if request.method == "POST":
        return _make(request, case, move)
    form = form_for(move, case, request.user, initial=_initial(request, case, move))
    return _page(request, case, move, form)


def _initial(request: StaffRequest, case: Case, move: str) -> dict[str, Any]:
    """What is filled in already: the case to merge into, by the address; the day asked for."""
    found = {name: request.GET[name] for name in ("into",) if request.GET.get(name)}
    if move in ("suspend", "endorse_suspension") and case.pending_detail.get("until"):
        found["until"] = case.pending_detail["until"]
    return found


def _asked(case: Case, move: str) -> list[asking.Request]:
    """The request that `move` decides about or takes back. One query, for these moves alone."""
    if move not in FIRST_MOVES | SECOND_MOVES | {"withdraw_request"} or case.pending not in ASKED:
        return []
    return [one for one in asking.requests_of(asking.request_events(case)) if one.is_open]


def _make(request: StaffRequest, case: Case, move: str) -> HttpResponse:
    data = request.POST.copy()
    form = form_for(move, case, request.user, data)
    changed: list[reading.Entry] = []
    status = 422
    if form.is_valid():
        now = timezone.now()
        try:
            for upload in request.FILES.getlist("files_file"):
                kept = files.store(
                    content=upload, name=upload.name or "", owner=request.user, holder=None, now=now
                )
                data.appendlist("files", str(kept.pk))
            done = services.perform(
                move,
                case_id=case.pk,
                actor=request.user,
                now=now,
                seen=form.cleaned_data.get("seen"),
                **form.values(),
            )
        except Stale as refusal:
            status = 409
            changed = _since(case, form.cleaned_data.get("seen") or 0)
            data["seen"] = str(case.event_count)  # the next try is made in the light of this
            form = form_for(move, case, request.user, data)
            form.is_valid()
            form.add_error(None, str(refusal))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return _next(request, done, move)
    return _page(request, case, move, form, changed=changed, status=status)


def _since(case: Case, seen: int) -> list[reading.Entry]:
    """The events that the person had not seen."""
    story = [event for event in queries.story_of(case) if event.number > seen]
    return reading.story_entries(case, story, [])


def _next(request: StaffRequest, case: Case, move: str) -> HttpResponse:
    """To the next case of the queue the person works through, else to this case."""
    messages.success(
        request,
        _("“%(move)s” done: %(number)s.")
        % {"move": rules.MOVES[move].label, "number": case.number},
    )
    queue = queue_of(request)
    if queue:
        following = inbox.next_in(request.user, queue, but=case.pk, now=timezone.now())
        if following is not None:
            url = f"{reverse('desk:case', args=[following.number])}?queue={queue}"
            return go(request, url)
        messages.info(request, _("That was the last one in this queue."))
        return go(request, "desk:inbox")
    if not queries.may_see(request.user, case.pk):  # it has gone where this person does not see it
        return go(request, "desk:inbox")
    return go(request, resolve_url("desk:case", case.number))


def _page(
    request: StaffRequest,
    case: Case,
    move: str,
    form: MoveForm,
    *,
    changed: list[reading.Entry] | None = None,
    status: int = 200,
) -> HttpResponse:
    row = rules.MOVES[move]
    closed = None
    if case.stage not in row.sources:
        closed = _("This case is at “%(stage)s”; “%(move)s” is not open there.") % {
            "stage": rules.Stage(case.stage).label,
            "move": row.label,
        }
    elif reason := hindrance(case, move):
        closed = str(reason)
    context = {
        "case": case,
        "move": move,
        "row": row,
        "about": about(move),
        "icon": ICONS.get(move, "point"),
        "grave": move in GRAVE,
        "form": form,
        "parts": form.parts(),
        "closed": closed,
        "asked": _asked(case, move),
        "bounds": asking.bounds_words(move),
        "changed": changed or [],
        "queue": queue_of(request),
        "place": form.place_value(),
        "similar": queries.similar_to_case(request.user, case) if move == "merge" else [],
        "condition_text": None,
    }
    template = "desk/move.html#form" if request.htmx else "desk/move.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=status)
