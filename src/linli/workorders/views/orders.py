"""The inbox of work orders, and one order with what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.kernel.errors import NotFound, NotYours, Refused
from linli.kernel.forms import refuse_plainly
from linli.staff.web import StaffRequest, staff_page
from linli.workorders import forms
from linli.workorders.policy import GRANT_CONTACT, GRANT_HANDLE
from linli.workorders.queries import orders as queries
from linli.workorders.rules.kinds import OrderState
from linli.workorders.services import answering, taking


@require_safe
@staff_page(GRANT_HANDLE)
def orders(request: StaffRequest) -> HttpResponse:
    """The inbox, newest first. Four queries."""
    form = forms.OrderFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    page = queries.order_page(request.user, **asked, cursor=request.GET.get("cursor"))
    context = {
        "form": form, "page": page, "cases": queries.case_numbers(request.user, page.rows),
        "now": timezone.now(),
    }  # fmt: skip
    return render(request, "workorders/orders.html", context)


@require_safe
@staff_page(GRANT_HANDLE)
def order(request: StaffRequest, order_id: int) -> HttpResponse:
    """One order: what they sent, what became of it, what they were told."""
    return _page(request, order_id)


@require_POST
@staff_page(GRANT_HANDLE)
def take(request: StaffRequest, order_id: int) -> HttpResponse:
    """Let a held order become a case of its own."""
    return _act(
        request, order_id, "", None,
        lambda _data: taking.take_order(
            actor=request.user, order_id=order_id, now=timezone.now()
        ),
        _("The order has become a case."),
    )  # fmt: skip


@require_POST
@staff_page(GRANT_HANDLE)
def join(request: StaffRequest, order_id: int) -> HttpResponse:
    """Join it to an open case as a further report."""
    return _act(
        request, order_id, "join", forms.JoinForm(request.POST),
        lambda data: taking.join_order(
            actor=request.user, order_id=order_id, now=timezone.now(), **data
        ),
        _("The order has joined the case."),
    )  # fmt: skip


@require_POST
@staff_page(GRANT_HANDLE)
def mend(request: StaffRequest, order_id: int) -> HttpResponse:
    """Set fields by hand."""
    one = queries.order_for(request.user, order_id)
    known = _mended(one, queries.reading_of(one).values)
    form = forms.MendForm(request.POST, initial=known)
    faults = queries.faults_of(one)
    return _act(
        request, order_id, "mend", form,
        lambda _data: taking.mend_order(
            actor=request.user, order_id=order_id, values=form.values(faults), now=timezone.now()
        ),
        _("The order is mended. Take it in, or join it to a case."),
    )  # fmt: skip


@require_POST
@staff_page(GRANT_HANDLE)
def give_back(request: StaffRequest, order_id: int) -> HttpResponse:
    """Return it to the platform."""
    return _act(
        request, order_id, "give_back", forms.ReturnForm(request.POST),
        lambda data: answering.return_order(
            actor=request.user, order_id=order_id, now=timezone.now(), **data
        ),
        _("The order goes back, with its reason."),
    )  # fmt: skip


@require_POST
@staff_page(GRANT_HANDLE)
def more_time(request: StaffRequest, order_id: int) -> HttpResponse:
    """Ask the platform for more time."""
    return _act(
        request, order_id, "more_time", forms.TimeForm(request.POST),
        lambda data: answering.ask_for_time(
            actor=request.user, order_id=order_id, now=timezone.now(), **data
        ),
        _("They are asked for more time."),
    )  # fmt: skip


@require_POST
@staff_page(GRANT_HANDLE)
def tell_again(request: StaffRequest, order_id: int) -> HttpResponse:
    """Send what was not confirmed once more."""
    return _act(
        request, order_id, "", None,
        lambda _data: answering.tell_again(
            actor=request.user, order_id=order_id, now=timezone.now()
        ),
        _("What they have not confirmed is sent again."),
    )  # fmt: skip


@require_POST
@staff_page(GRANT_HANDLE)
def message(request: StaffRequest, order_id: int) -> HttpResponse:
    """The message as it arrived, for a purpose that is logged."""
    form = forms.PurposeForm(request.POST)
    if not form.is_valid():
        return _page(request, order_id, failed="message", form=form)
    text = taking.show_message(
        actor=request.user, order_id=order_id, now=timezone.now(), **form.cleaned_data
    )
    answer = _page(request, order_id, shown=text)
    answer["Cache-Control"] = "no-store"
    return answer


def _act(
    request: StaffRequest,
    order_id: int,
    name: str,
    form: Form | None,
    act: Callable[[dict[str, Any]], object],
    words: str,
) -> HttpResponse:
    """Do it and show the order; 422 with the sentence at its field where it is refused."""
    queries.order_for(request.user, order_id)
    if form is not None and not form.is_valid():
        return _page(request, order_id, failed=name, form=form)
    try:
        act(form.cleaned_data if form is not None else {})
    except (NotFound, NotYours):
        raise
    except Refused as refusal:
        if form is None:
            messages.error(request, str(refusal))
            return redirect("workorders:order", order_id)
        refuse_plainly(form, refusal)
        return _page(request, order_id, failed=name, form=form)
    messages.success(request, words)
    return redirect("workorders:order", order_id)


def _page(
    request: StaffRequest,
    order_id: int,
    *,
    failed: str = "",
    form: Form | None = None,
    shown: str = "",
) -> HttpResponse:
    """The page of an order; `form` is the one that was refused. Eight queries at most."""
    one, now = queries.order_for(request.user, order_id), timezone.now()
    reading = queries.reading_of(one)
    held = one.state == OrderState.HELD
    known = {
        "join": forms.JoinForm(initial={"number": _visible(request, one.repeat_of)}),
        "mend": forms.MendForm(initial=_mended(one, reading.values)),
        "give_back": forms.ReturnForm(),
        "more_time": forms.TimeForm(initial={"until": forms.wished_until(one)}),
        "message": forms.PurposeForm(),
    }
    if form is not None:
        known[failed] = form
    context = {
        "order": one,
        "said": queries.said_in(one, reading),
        "faults": queries.faults_of(one),
        "case_number": queries.case_numbers(request.user, [one]).get(one.case_id or 0, ""),
        "repeat_of": _visible(request, one.repeat_of),
        "news": queries.news_of(one),
        "files": queries.files_of(one),
        "forms": known,
        "failed": failed,
        "held": held,
        "returnable": _returnable(one, now),
        "reads_contact": request.user.has_grant(GRANT_CONTACT),
        "shown": shown,
        "now": now,
    }
    return render(request, "workorders/order.html", context, status=422 if failed else 200)


def _visible(request: StaffRequest, number: str) -> str:
    return number if queries.case_named(request.user, number) is not None else ""


def _mended(one: Any, values: Any) -> dict[str, Any]:
    found = {name: values.get(name, "") for name in forms.MendForm.base_fields}
    number = "" if one.number.startswith("?") else one.number
    return found | {"case_class": values.get("class", ""), "number": number, "leave_out": False}


def _returnable(one: Any, now: Any) -> bool:
    return (
        one.state != OrderState.RETURNED
        and one.return_until is not None
        and now <= one.return_until
    )
