"""责任查究建议: the list, one, its sheet, and the form a leader of the city signs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linli.cards import policy
from linli.cards.forms import InquiryForm, WordsForm
from linli.cards.queries import orders as queries
from linli.cards.queries.units import unit_choices
from linli.cards.services.inquiring import recall_inquiry, sign_inquiry
from linli.cards.views.answering import done, status_of
from linli.cases import queries as cases
from linli.staff.web import StaffRequest, staff_page

MOST = 200


@require_safe
@staff_page(policy.GRANT_SEE)
def inquiries(request: StaffRequest) -> HttpResponse:
    """What has been proposed, newest first."""
    rows = list(queries.inquiries_for(request.user)[:MOST])
    return render(request, "cards/inquiries.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.GRANT_INQUIRE)
def propose(request: StaffRequest, number: str) -> HttpResponse:
    """The form, about the unit that has the case or another."""
    case = cases.case_for(request.user, number)
    form = InquiryForm(unit_choices(), request.POST or None, initial={"unit": case.lead_unit_id})
    if request.method == "POST":
        made = done(form, _sign, actor=request.user, case_id=case.pk)
        if made:
            messages.success(request, _("The proposal is signed; the unit has been told."))
            return redirect("cards:inquiries")
    return render(
        request, "cards/inquire.html", {"form": form, "case": case}, status=status_of(form)
    )


def _sign(*, unit: int, **given: object) -> object:
    return sign_inquiry(unit_id=unit, **given)  # type: ignore[arg-type]  # as the form has them


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.GRANT_SEE)
def inquiry(request: StaffRequest, number: str, inquiry_number: int) -> HttpResponse:
    """One proposal; whoever may sign one may recall it."""
    found = queries.inquiry_for(request.user, number, inquiry_number)
    form = WordsForm(_("Why it is recalled"), request.POST or None)
    if request.method == "POST" and done(
        form, recall_inquiry, actor=request.user, number=number, inquiry_number=inquiry_number
    ):
        messages.success(request, _("The proposal is recalled."))
        return redirect("cards:inquiry", number, inquiry_number)
    may = policy.may_recall(request.user, found) or form.is_bound
    context = {"inquiry": found, "form": form, "may": may}
    return render(request, "cards/inquiry.html", context, status=status_of(form))


@require_safe
@staff_page(policy.GRANT_SEE)
def sheet(request: StaffRequest, number: str, inquiry_number: int) -> HttpResponse:
    """The document on paper."""
    found = queries.inquiry_for(request.user, number, inquiry_number)
    return render(request, "cards/inquiry_sheet.html", {"inquiry": found})
