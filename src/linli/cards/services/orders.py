"""How supervision orders end, and who hears before and after their day."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.cards import policy
from linli.cards.models import Order
from linli.cards.queries.orders import order_for
from linli.cards.rules.orders import Outcome, day_before
from linli.cards.services.writing import words_of
from linli.cases.queries import people
from linli.cases.services.core import locked
from linli.catalogue import queries as catalogue
from linli.kernel.errors import BadInput, NotYours, Refused
from linli.notices.services import tell

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_TOLD = 2_000  # orders a run looks at


@transaction.atomic
def decide_order(
    *, actor: User, number: str, order_number: int, outcome: str, words: str, now: datetime
) -> Order:
    """A leader says how the order ended: met, not met (once its day is over) or withdrawn.

    Raises NotFound, NotYours, BadInput, Refused.
    """
    if outcome not in Outcome.values:
        raise BadInput(_("outcome: choose met, not met or withdrawn."), field="outcome")
    order = order_for(actor, number, order_number)
    locked(order.case_id, actor)
    order.refresh_from_db(fields=["outcome"])
    seat = policy.may_decide_order(actor, order.case)
    if seat is None:
        raise NotYours(_("Only a leader who supervises this case decides on the order."))
    if not order.is_open:
        raise Refused(
            _("The order has ended already: %(outcome)s.")
            % {"outcome": order.get_outcome_display()},
            field="outcome",
        )
    if outcome == Outcome.NOT_MET and timezone.localdate(now) <= order.due_on:
        raise Refused(
            _("The order runs until %(day)s; only then can it be not met. It can be withdrawn.")
            % {"day": order.due_on.isoformat()},
            field="outcome",
        )
    order.outcome, order.outcome_words = outcome, words_of(words)
    order.decided_at, order.decided_by = now, actor
    order.save()
    record(
        actor=actor, action="cards.order_decided", object_type="order", now=now,
        object_id=f"{number}/{order_number}", detail={"outcome": outcome}, post_id=seat.post_id,
    )  # fmt: skip
    _tell(order, "cards.order_decided", now, leaders=False)
    return order


def remind_orders(*, now: datetime) -> int:
    """Those who can act hear once on the working day before the day of an open order, and once
    when the day is over, with the leader; how many notices. Safe to run twice."""
    today, calendar = timezone.localdate(now), catalogue.calendar()
    waiting = Order.objects.filter(outcome="").filter(
        Q(due_on__lt=today, over_told_at__isnull=True)
        | Q(due_on__gte=today, soon_told_at__isnull=True)
    )
    count = 0
    for order in waiting.select_related("case").order_by("due_on")[:MOST_TOLD]:
        over = order.due_on < today
        if not over and today < day_before(calendar, order.due_on):
            continue
        count += _remind(order, over, now)
    return count


@transaction.atomic
def _remind(order: Order, over: bool, now: datetime) -> int:
    column = "over_told_at" if over else "soon_told_at"
    mine = Order.objects.filter(
        case_id=order.case_id, number=order.number, outcome="", **{f"{column}__isnull": True}
    )
    if not mine.update(**{column: now}):
        return 0  # another run was quicker
    return _tell(order, "cards.order_over" if over else "cards.order_soon", now, leaders=over)


def _tell(order: Order, kind: str, now: datetime, *, leaders: bool) -> int:
    """The unit that has the case now, or the centre if none has; the leader when it is over."""
    case = order.case
    if case.lead_unit_id is not None:
        users = people.users_with_grant("cases.handle", unit_id=case.lead_unit_id)
    else:
        users = people.users_with_grant("cases.dispatch", centre_id=case.centre_id)
    if leaders and order.given_by_id is not None:
        users.append(order.given_by_id)
    return tell(
        user_ids=users, kind=kind, params={"number": case.number},
        url=f"/supervision/orders/{case.number}/{order.number}/", now=now,
    )  # fmt: skip
