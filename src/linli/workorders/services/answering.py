"""What staff answer a platform: the order goes back, it takes longer, or the status once more."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.cases import services as cases
from linli.cases.models import Case
from linli.cases.rules.stages import Stage
from linli.deliveries.services import replay_deliveries
from linli.kernel.errors import BadInput, Refused
from linli.kernel.text import clean
from linli.workorders.models import News, Order
from linli.workorders.rules.kinds import OrderState, Reason, Status, Told
from linli.workorders.services.taking import locked_for
from linli.workorders.services.telling import add_news

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_WORDS = 500


class TooLate(Refused):
    """The window for giving an order back is over."""

    status = 409
    code = "too_late"


@transaction.atomic
def return_order(*, actor: User, order_id: int, reason: str, words: str, now: datetime) -> Order:
    """退单: give the order back, with a reason of the list, within the platform's window.

    A case that it opened and that nobody has filed yet is dismissed with the same words; one with
    further reports stays. Raises NotYours, NotFound, BadInput, TooLate, Refused once it is filed.
    """
    order = locked_for(actor, order_id)
    if reason not in Reason.values:
        raise BadInput(_("reason: choose one from the list."), field="reason")
    words = clean(words, field="words", most=MOST_WORDS, least=1)
    _check_window(order, now)
    order.state, order.returned_at, order.followed_id = OrderState.RETURNED, now, None
    order.reason, order.reason_words, order.faults = reason, words, []
    before = order.case_id if order.report == 1 else None
    order.save()  # before the case: its dismissal is no news of this order any more
    if before is not None:
        _dismiss(before, actor, f"{Reason(reason).label}：{words}", now)
    add_news(order, Status.RETURNED, now=now, words=words, facts={"reason": reason})
    _note(actor, "workorders.returned", order, now, {"reason": reason})
    return order


def _check_window(order: Order, now: datetime) -> None:
    if order.state == OrderState.RETURNED:
        raise TooLate(_("This order was returned already."))
    if order.return_until is None:
        raise TooLate(_("This platform takes no orders back."))
    if now > order.return_until:
        until = timezone.localtime(order.return_until).strftime("%Y-%m-%d %H:%M")
        raise TooLate(
            _("This order could be returned until %s. Take it in, and ask for more time if needed.")
            % until
        )


def _dismiss(case_id: int, actor: User, words: str, now: datetime) -> None:
    case = Case.objects.get(pk=case_id)
    if case.report_count > 1 or case.stage in (Stage.DISMISSED, Stage.MERGED, Stage.VOIDED):
        return
    if case.stage not in (Stage.REPORTED, Stage.VERIFYING):
        raise Refused(
            _("Its case %(number)s is at “%(stage)s” already, so it cannot go back. Work on the "
              "case, or void it first.")
            % {"number": case.number, "stage": case.get_stage_display()}
        )  # fmt: skip
    cases.dismiss(case_id=case_id, actor=actor, now=now, opinion=words)


@transaction.atomic
def ask_for_time(
    *, actor: User, order_id: int, until: datetime, words: str, now: datetime
) -> Order:
    """延期: ask the platform for more time. They grant it by sending the order with a new deadline.

    Raises NotYours, NotFound, BadInput, Refused for an order that is no case or whose case has
    ended.
    """
    order = locked_for(actor, order_id)
    words = clean(words, field="words", most=MOST_WORDS, least=1)
    if order.state != OrderState.TAKEN or order.followed_id is None:
        raise Refused(_("Take the order in first; then more time can be asked for."))
    if not Case.objects.get(pk=order.followed_id).is_open:
        raise Refused(_("The case has ended; it needs no more time."))
    if until <= max(now, order.due_at or now):
        raise BadInput(
            _("until: choose a moment after the present deadline, and in the future."),
            field="until",
        )
    order.wished_until = until
    order.save(update_fields=["wished_until"])
    facts = {"until": until.isoformat(), "case": order.case_number}
    add_news(order, Status.EXTENSION, now=now, words=words, facts=facts)
    _note(actor, "workorders.extension", order, now, {"until": until.isoformat()})
    return order


@transaction.atomic
def tell_again(*, actor: User, order_id: int, now: datetime) -> int:
    """Send again what the platform has not confirmed, oldest first; how many.

    Raises NotYours, NotFound, Stale while it is on its way just now, Refused if all is confirmed.
    """
    order = locked_for(actor, order_id)
    open_news = News.objects.filter(order=order, state__in=(Told.FAILED, Told.WAITING))
    ids = [pk for pk in open_news.values_list("delivery_id", flat=True) if pk is not None]
    if not ids:
        raise Refused(_("Everything was confirmed; nothing has to be sent again."))
    count = replay_deliveries(actor=actor, ids=ids, now=now)
    open_news.update(state=Told.WAITING)
    Order.objects.filter(pk=order.pk).update(told=Told.WAITING)
    return count


def _note(actor: User, action: str, order: Order, now: datetime, detail: dict[str, Any]) -> None:
    record(
        actor=actor, action=action, object_type="workorder", object_id=order.pk, now=now,
        detail={"platform": order.platform_id, **detail},
    )  # fmt: skip
