"""One case to read, and the leader's moves on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.cards.queries.on_case import on_case
from linli.cases import queries, rules, services
from linli.cases.queries import reading, requests
from linli.cockpit.forms import MOVES, WAITING, MoveForm, forms_for
from linli.cockpit.policy import LEADS
from linli.kernel.errors import Refused, Stale
from linli.staff.web import StaffRequest, staff_page

if TYPE_CHECKING:
    from linli.cases.models import Case


@require_safe
@staff_page(LEADS)
def case(request: StaffRequest, number: str) -> HttpResponse:
    """The story of a case and what a leader may say to it."""
    return _page(request, queries.case_for(request.user, number))


@require_POST
@staff_page(LEADS)
def move(request: StaffRequest, number: str, move: str) -> HttpResponse:
    """Supervise, comment, sign or refuse; then back to the case."""
    if move not in MOVES:
        raise Http404
    found = queries.case_for(request.user, number)
    form = MoveForm(move, found, request.POST)
    status = 422
    if form.is_valid():
        try:
            services.perform(
                move,
                case_id=found.pk,
                actor=request.user,
                now=timezone.now(),
                seen=form.cleaned_data.get("seen"),
                **form.values(),
            )
        except Stale as refusal:
            status = 409
            data = request.POST.copy()
            data["seen"] = str(found.event_count)  # the next try is made in the light of this
            form = MoveForm(move, found, data)
            form.is_valid()
            form.refuse(refusal)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("“%(move)s” done.") % {"move": rules.MOVES[move].label})
            if queries.may_see(request.user, found.pk):
                return redirect("cockpit:case", found.number)
            return redirect("cockpit:today")
    return _page(request, found, form, status=status)


def _page(
    request: StaffRequest, case: Case, sent: MoveForm | None = None, *, status: int = 200
) -> HttpResponse:
    story, files = queries.story_of(case), queries.files_of(case)
    entries = reading.story_entries(case, story, files)
    asked_for = requests.requests_of(story)
    moves = [
        {
            "form": sent if sent is not None and sent.move == form.move else form,
            "move": form.move,
            "label": rules.MOVES[form.move].label,
            "icon": reading.ICONS[form.move],
            "open": form.move == sent.move if sent else form.move in WAITING,
        }
        for form in forms_for(request.user, case)
    ]
    now = timezone.now()
    context = {
        "case": case,
        "now": now,
        "supervision": on_case(request.user, case, now=now),
        "steps": reading.steps_of(case, story),
        "entries": entries,
        "order": reading.order_of(case, entries),
        "waits_for": reading.waits_for(case),
        "requests": asked_for,
        "asked": requests.pending_words(case, asked_for),
        "counts": reading.counts_of(case),
        "moves": moves,
        "refused": sent if sent is not None and all(m["form"] is not sent for m in moves) else None,
    }
    if request.htmx and request.htmx.target == "case":  # type: ignore[attr-defined]  # django_htmx
        return render(request, "cockpit/case.html#case", context)
    return render(request, "cockpit/case.html", context, status=status)
