"""Saved questions: saving, opening, sharing, having them sent, removing them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.analysis import policy
from linli.analysis.queries import saved as queries
from linli.analysis.queries.saved import RHYTHMS
from linli.analysis.rules.query import Query
from linli.analysis.services import saving
from linli.kernel.web import go
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page(policy.SEE)
def saved(request: StaffRequest) -> HttpResponse:
    """One's own questions and those shared with one; which are sent to one."""
    postings = queries.postings_of(request.user)
    rows = [
        {
            "saved": one,
            "mine": one.owner_id == request.user.pk,
            "rhythm": postings[one.pk].rhythm if one.pk in postings else "",
        }
        for one in queries.saved_for(request.user)
    ]
    context = {"rows": rows, "rhythms": RHYTHMS, "address": request.user.email}
    return render(request, "analysis/saved.html", context)


@require_POST
@staff_page(policy.SEE)
def save(request: StaffRequest) -> HttpResponse:
    """Keep a question under a name."""
    words = QueryDict(request.POST.get("query", "")[:1000])
    query = Query.parse({name: str(value) for name, value in words.items()})
    one = saving.save_query(
        actor=request.user,
        name=request.POST.get("name", ""),
        query=query,
        audience=request.POST.get("audience", "own"),
        now=timezone.now(),
    )
    messages.success(request, _("Saved: %(name)s.") % {"name": one.name})
    return redirect(f"{reverse('analysis:ask')}?{one.text}")


@require_safe
@staff_page(policy.SEE)
def open_saved(request: StaffRequest, saved_id: int) -> HttpResponse:
    """A saved question, asked anew with one's own rights."""
    query = queries.query_of(queries.saved_by_id(request.user, saved_id))
    return redirect(f"{reverse('analysis:ask')}?{query.text()}")


@require_POST
@staff_page(policy.SEE)
def send(request: StaffRequest, saved_id: int) -> HttpResponse:
    """Have it sent to oneself, or no longer."""
    rhythm = request.POST.get("rhythm", "")
    saving.send_to_me(actor=request.user, saved_id=saved_id, rhythm=rhythm)
    said = _("You get it from now on.") if rhythm else _("You do not get it any more.")
    messages.success(request, said)
    return go(request, "analysis:saved")


@require_POST
@staff_page(policy.SEE)
def remove(request: StaffRequest, saved_id: int) -> HttpResponse:
    """Forget a saved question."""
    saving.remove_query(actor=request.user, saved_id=saved_id)
    messages.success(request, _("Removed."))
    return go(request, "analysis:saved")
