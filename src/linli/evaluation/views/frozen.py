"""Closed periods: closing one, its versions, and what differs between them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linli.evaluation import policy
from linli.evaluation.forms import FreezeForm
from linli.evaluation.queries import frozen as queries
from linli.evaluation.queries.drilling import id_or_none
from linli.evaluation.services import freezing
from linli.kernel.errors import NotFound, NotYours, Refused
from linli.kernel.forms import refuse
from linli.staff.web import StaffRequest, staff_page


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page((policy.SEE, policy.PEOPLE))
def periods(request: StaffRequest) -> HttpResponse:
    """Every closed period with its versions; whoever may closes one here."""
    may = request.user.has_grant(policy.FREEZE)
    form = FreezeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            freezing.freeze(actor=request.user, now=timezone.now(), **given)
        except NotYours:
            raise
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The period is being counted; it appears below."))
            return redirect("evaluation:periods")
    rows = queries.freezes()[:200]
    context = {
        "form": form if may else None,
        "periods": [(one, queries.period_of(one)) for one in rows],
        "counting": queries.any_counted(rows, now=timezone.now()),
    }
    status = 422 if form.errors else 200
    return render(request, "evaluation/periods.html", context, status=status)


@require_safe
@staff_page((policy.SEE, policy.PEOPLE))
def differences(request: StaffRequest, freeze_id: int) -> HttpResponse:
    """What a version of a closed period counts otherwise than the one before, case by case."""
    new = queries.freeze_by_id(freeze_id)
    old = queries.before(new)
    if old is None:
        raise NotFound(_("This is the first version of the period: there is none before it."))
    after = id_or_none(request.GET.get("after", ""))
    context = {
        "period": queries.period_of(new),
        "found": queries.differences(request.user, old, new, after=after),
    }
    return render(request, "evaluation/differences.html", context)
