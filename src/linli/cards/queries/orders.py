"""Supervision orders and inquiries: lists and one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from linli.cards import policy
from linli.cards.models import Inquiry, Order
from linli.cards.rules.orders import Outcome
from linli.cases import rules as case_rules
from linli.kernel.errors import NotFound

if TYPE_CHECKING:
    from datetime import date

    from linli.cases.models import Case
    from linli.staff.models import User

_SHOWN = ("case__case_class", "unit", "given_by", "decided_by")
TABS: dict[str, Q] = {
    "open": Q(outcome=""),
    "met": Q(outcome=Outcome.MET),
    "not_met": Q(outcome=Outcome.NOT_MET),
    "withdrawn": Q(outcome=Outcome.WITHDRAWN),
    "all": Q(),
}


def orders_for(
    user: User, *, tab: str = "all", since: date | None = None, until: date | None = None
) -> QuerySet[Order]:
    """The orders `user` may see: open ones by their day, others newest first. One query."""
    rows = Order.objects.filter(policy.visible_to(user) & TABS[tab]).select_related(*_SHOWN)
    if since is not None:
        rows = rows.filter(given_at__date__gte=since)
    if until is not None:
        rows = rows.filter(given_at__date__lte=until)
    order = ("due_on", "-given_at") if tab == "open" else ("-given_at",)
    return rows.order_by(*order, "case_id", "number")


def counts_for(user: User) -> dict[str, int]:
    """How many orders each tab holds. One query."""
    found: dict[str, int] = Order.objects.filter(policy.visible_to(user)).aggregate(
        **{
            tab: Count("number", filter=which) if which else Count("number")
            for tab, which in TABS.items()
        }
    )
    return found


def order_for(user: User, number: str, order_number: int) -> Order:
    """One order. One query. Raises NotFound, also for one of others."""
    parsed = case_rules.parse_case_number(number)
    if parsed is not None and order_number < 2**31:
        rows = Order.objects.filter(policy.visible_to(user), case_id=parsed[0], number=order_number)
        order = rows.select_related(*_SHOWN).first()
        if order is not None and order.case.reported_on == parsed[1]:
            return order
    raise NotFound(_("There is no such order, or you may not see it."))


def orders_of(case: Case) -> list[Order]:
    """The orders on a case the reader has been shown, oldest first. One query."""
    rows = Order.objects.filter(case_id=case.pk).select_related("given_by", "decided_by")
    found = list(rows.order_by("number"))
    for order in found:
        order.case = case
    return found


def inquiries_for(user: User) -> QuerySet[Inquiry]:
    """The inquiries proposed on cases `user` may see, newest first. One query."""
    rows = Inquiry.objects.filter(policy.visible_to(user))
    shown = rows.select_related("case", "unit", "signed_by", "post__unit", "recalled_by")
    return shown.order_by("-signed_at", "-case_id", "-number")


def inquiry_for(user: User, number: str, inquiry_number: int) -> Inquiry:
    """One. One query. Raises NotFound."""
    parsed = case_rules.parse_case_number(number)
    if parsed is not None and inquiry_number < 2**15:
        found = inquiries_for(user).filter(case_id=parsed[0], number=inquiry_number).first()
        if found is not None and found.case.reported_on == parsed[1]:
            return found
    raise NotFound(_("There is no such proposal, or you may not see it."))
