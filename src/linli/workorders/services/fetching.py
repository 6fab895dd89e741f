"""Attachments that orders point to: fetched by a job, cleaned, added to the case."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from linli.cases import services as cases
from linli.files import services as files
from linli.kernel import outbound
from linli.kernel.errors import Refused
from linli.kernel.transactions import whole
from linli.workorders.models import Order, OrderFile
from linli.workorders.rules.kinds import CHANNEL, OrderState

State = OrderFile.State


def fetch_files(*, order_id: int, now: datetime, last: bool = False) -> None:
    """Fetch what an order points to, and add it to the case as a further word of the same person.

    Safe to run twice. Raises OSError where somebody does not answer, to be tried again, unless this
    was the `last` time; what cannot be used is noted with its reason.
    """
    order = Order.objects.filter(pk=order_id, state=OrderState.TAKEN).first()
    if order is None:
        return
    trouble: OSError | None = None
    for row in OrderFile.objects.filter(order=order, state=State.WAITING).order_by("place"):
        try:
            _fetch(row, holder=_holder(order), now=now)
        except (outbound.NotAllowed, outbound.TooLarge, Refused) as reason:
            _settle(row, State.REFUSED, str(reason))
        except OSError as reason:
            trouble = reason
            if last:
                _settle(row, State.REFUSED, str(reason))
    if trouble is not None and not last:
        raise trouble
    _attach(order, now=now)


def _holder(order: Order) -> str:
    """Whose uploads they are until the case takes them."""
    return hashlib.sha256(f"workorder:{order.pk}".encode()).hexdigest()


def _fetch(row: OrderFile, *, holder: str, now: datetime) -> None:
    kept = files.fetch(
        url=row.url, name="attachment", field="files", owner=None, holder=holder, now=now
    )
    row.upload = kept.pk
    row.save(update_fields=["upload"])
    _settle(row, State.FETCHED, "")


def _settle(row: OrderFile, state: OrderFile.State, said: str) -> None:
    row.state, row.said, row.url = state, said[:300], ""
    row.save(update_fields=["state", "said", "url"])


def _attach(order: Order, *, now: datetime) -> None:
    """What was fetched goes to the case at once."""
    rows = OrderFile.objects.filter(order=order, state=State.FETCHED).order_by("place")
    uploads = [str(row.upload) for row in rows]
    if not uploads or order.followed_id is None or order.case_id is None or order.report is None:
        return
    with translation.override("zh-hans"):
        words = _("Attachments of the work order %s") % order.number
    try:
        _add(order, words, uploads, now)
    except Refused as reason:  # the case has ended meanwhile, or a day has gone by
        rows.update(state=State.REFUSED, said=str(reason)[:300])


@whole()
def _add(order: Order, words: str, uploads: list[str], now: datetime) -> None:
    assert order.followed_id is not None
    assert order.case_id is not None
    assert order.report is not None
    cases.reporting.add_report(
        case_id=order.followed_id,
        description=words,
        now=now,
        channel=CHANNEL,
        uploads=uploads,
        holder=_holder(order),
        submission_key=f"workorder:files:{order.pk}:{order.case_id}",
        follows=(order.case_id, order.report),
    )
    OrderFile.objects.filter(order=order, state=State.FETCHED).update(state=State.KEPT)
