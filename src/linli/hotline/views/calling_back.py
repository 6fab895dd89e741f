"""Who is to be called back: the list, one call, what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.cases import policy as cases_policy
from linli.cases.rules.purposes import Purpose
from linli.hotline import policy, services
from linli.hotline.forms.calling_back import CallBackForm, InVainForm, NeedlessForm
from linli.hotline.queries import calling_back as queries
from linli.hotline.views.calling import answer_with_number
from linli.kernel.errors import Refused
from linli.kernel.forms import refuse
from linli.staff.web import StaffRequest, staff_page

if TYPE_CHECKING:
    from linli.cases.models import Case

LISTS = ("now", "later", "done")


@require_safe
@staff_page(policy.GRANT_CALL_BACK)
def call_backs(request: StaffRequest) -> HttpResponse:
    """Who must be called and why: now, later, or done. Three queries."""
    which = request.GET.get("which", "now")
    which = which if which in LISTS else "now"
    now = timezone.now()
    labels = {
        "now": _("To call now"),
        "later": pgettext("hotline", "Later"),
        "done": pgettext("hotline", "Done"),
    }
    here = reverse("hotline:call_backs")
    tabs = [
        {"label": labels[one], "url": f"{here}?which={one}", "current": one == which, "count": None}
        for one in LISTS
    ]
    context = {
        "rows": queries.call_backs_for(request.user, which, now=now),
        "which": which,
        "tabs": tabs,
        "now": now,
        "most": queries.A_PAGE,
    }
    return render(request, "hotline/call_backs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.GRANT_CALL_BACK)
def call_back(request: StaffRequest, call_back_id: int) -> HttpResponse:
    """One person to call: the number behind a purpose, the case, what they say."""
    found = queries.call_back_for(request.user, call_back_id)
    own = queries.case_of(request.user, found)
    case = queries.told_of(request.user, own)
    form = _form(request, case)
    if form.is_valid():
        try:
            services.note_call_back(
                actor=request.user,
                call_back_id=call_back_id,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Kept. The next call is on top of the list."))
            return redirect("hotline:call_backs")
    context = {
        "one": found,
        "case": case,
        "who": queries.masked_of(found, own),
        "dialled": queries.dialled(found),
        "form": form,
        "in_vain": InVainForm(auto_id="id_in_vain_%s"),
        "needless": NeedlessForm(auto_id="id_needless_%s"),
        "purposes": Purpose.choices,
        "span": f"back-{found.pk}",
        "said": queries.report_back_of(case),
        "now": timezone.now(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "hotline/call_back.html", context, status=status)


@require_POST
@staff_page(policy.GRANT_CALL_BACK)
def in_vain(request: StaffRequest, call_back_id: int) -> HttpResponse:
    """Nobody took the call."""
    form = InVainForm(request.POST)
    words = form.cleaned_data["words"] if form.is_valid() else request.POST.get("words", "")
    done = services.dial_in_vain(
        actor=request.user, call_back_id=call_back_id, words=words, now=timezone.now()
    )
    if done.done_at is None:
        messages.success(request, _("Noted. It stands in the list again later."))
    else:
        messages.success(request, _("Noted. After so many tries it is given up."))
    return redirect("hotline:call_backs")


@require_POST
@staff_page(policy.GRANT_CALL_BACK)
def needless(request: StaffRequest, call_back_id: int) -> HttpResponse:
    """Nobody needs to call any more."""
    services.needless(
        actor=request.user,
        call_back_id=call_back_id,
        words=request.POST.get("words", ""),
        now=timezone.now(),
    )
    messages.success(request, _("Taken off the list."))
    return redirect("hotline:call_backs")


@require_POST
@staff_page(policy.GRANT_CALL_BACK)
def number(request: StaffRequest, call_back_id: int) -> HttpResponse:
    """Whom to call, for a purpose; the look is logged."""
    shown = services.show_number(
        actor=request.user,
        call_back_id=call_back_id,
        purpose=request.POST.get("purpose", ""),
        now=timezone.now(),
    )
    back = reverse("hotline:call_back", args=[call_back_id])
    return answer_with_number(request, f"back-{call_back_id}", shown, back)


def _form(request: StaffRequest, case: Case | None) -> CallBackForm:
    ended = case is not None and case.stage in ("closed", "evaluated")
    may_reopen = (
        case is not None
        and ended
        and cases_policy.seat_for(request.user, "reopen", case) is not None
    )
    data = request.POST if request.method == "POST" else None
    return CallBackForm(data, rated=ended, may_reopen=may_reopen)
