"""Supervision orders: the list, one order and how it ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from linli.cards import policy
from linli.cards.forms import OutcomeForm
from linli.cards.queries import orders as queries
from linli.cards.services.orders import decide_order
from linli.cards.views.answering import Words, done, file_answer, status_of, tab_of, tabs_of
from linli.staff.web import StaffRequest, staff_page

MOST = 200
MOST_IN_FILE = 20_000
TABS: dict[str, Words] = {
    "open": pgettext_lazy("orders", "Open"),
    "met": pgettext_lazy("order", "Met"),
    "not_met": pgettext_lazy("order", "Not met"),
    "withdrawn": pgettext_lazy("order", "Withdrawn"),
    "all": gettext_lazy("All"),
}


@require_safe
@staff_page(policy.GRANT_SEE)
def orders(request: StaffRequest) -> HttpResponse:
    """The orders one sees; open ones by their day."""
    tab = tab_of(request, TABS)
    rows = list(queries.orders_for(request.user, tab=tab)[: MOST + 1])
    context = {
        "rows": rows[:MOST],
        "more": len(rows) > MOST,
        "today": timezone.localdate(),
        "tabs": tabs_of(TABS, tab, queries.counts_for(request.user)),
        "tab": tab,
    }
    return render(request, "cards/orders.html", context)


@require_safe
@staff_page(policy.GRANT_SEE)
def orders_file(request: StaffRequest) -> HttpResponse:
    """The list as a file."""
    head = (
        _("Case"),
        pgettext("card", "Unit"),
        _("Level"),
        _("Order"),
        _("Given by"),
        _("Given on"),
        pgettext("card", "Due"),
        _("Outcome"),
        pgettext("card", "Why"),
    )
    rows = queries.orders_for(request.user, tab=tab_of(request, TABS))[:MOST_IN_FILE]
    lines = (
        (
            one.case.number,
            one.unit.label if one.unit else "",
            one.get_level_display(),
            one.words,
            one.given_by or "",
            timezone.localdate(one.given_at).isoformat(),
            one.due_on.isoformat(),
            one.get_outcome_display() or _("Still open"),
            one.outcome_words,
        )
        for one in rows
    )
    return file_answer(request, "orders", head, lines)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.GRANT_SEE)
def order(request: StaffRequest, number: str, order_number: int) -> HttpResponse:
    """One order; a leader says how it ended."""
    found = queries.order_for(request.user, number, order_number)
    may = found.is_open and policy.may_decide_order(request.user, found.case) is not None
    form = OutcomeForm(request.POST or None)
    if request.method == "POST" and done(
        form, decide_order, actor=request.user, number=number, order_number=order_number
    ):
        messages.success(request, _("The order has ended."))
        return redirect("cards:order", number, order_number)
    context = {
        "order": found,
        "form": form,
        "may": may or form.is_bound,
        "today": timezone.localdate(),
    }
    return render(request, "cards/order.html", context, status=status_of(form))
