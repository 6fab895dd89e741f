"""What people do with what did not arrive.

Who may is asked by the face that calls: this package lies below the posts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from linli.audit.services import Actor, record
from linli.deliveries.models import Delivery, Target
from linli.deliveries.rules import KINDS, MOST_WORDS, Never, State
from linli.deliveries.services.queueing import wake
from linli.deliveries.services.sending import parcel_of
from linli.kernel.errors import NotFound, Stale
from linli.kernel.text import clean

AT_ONCE = 10_000  # deliveries that one press of a button changes; press again for the rest


@transaction.atomic
def replay_deliveries(*, actor: Actor, ids: Collection[int], now: datetime) -> int:
    """Send these again, with all their tries and under the same ids: given up and dropped ones, and
    where the kind allows it ones that arrived; one that waits is tried now. How many.

    Raises NotFound if there is none of them, Stale if none of them can be sent again.
    """
    fit = _locked(ids, _may_replay)
    for row in fit:
        if row.state != State.WAITING:
            row.attempts, row.ended_at = 0, None
        row.state, row.due_at = State.WAITING, now
    Delivery.objects.bulk_update(fit, ["state", "attempts", "due_at", "ended_at"], 500)
    for target in {row.target for row in fit}:
        _close_circuit(target)
    _note(actor, "deliveries.replayed", fit, now, {})
    wake()
    return len(fit)


@transaction.atomic
def drop_deliveries(*, actor: Actor, ids: Collection[int], reason: str, now: datetime) -> int:
    """Do not send these any more, for a reason that stays with them. How many.

    Raises BadInput naming `reason`, NotFound, Stale where all are settled or on their way.
    """
    reason = clean(reason, field="reason", most=200, least=1)
    fit = _locked(ids, _may_drop)
    _end(fit, State.DROPPED, reason, now)
    _note(actor, "deliveries.dropped", fit, now, {"reason": reason})
    return len(fit)


@transaction.atomic
def give_up_target(*, target: str, reason: str, now: datetime) -> int:
    """Everything that waits for `target` is given up, for its owner closes it; how many.

    What is on its way just now is left to its try.
    """
    waiting = Q(target=target, state=State.WAITING, leased_until__isnull=True)
    total = 0
    while rows := list(Delivery.objects.select_for_update().filter(waiting)[:AT_ONCE]):
        _end(rows, State.DEAD, reason, now)
        total += len(rows)
    return total


@transaction.atomic
def try_target_now(*, actor: Actor, target: str, now: datetime) -> int:
    """Everything that waits for `target` is due now, and its circuit is closed. How many."""
    waiting = Delivery.objects.filter(target=target, state=State.WAITING)
    due = waiting.filter(due_at__gt=now).update(due_at=now)
    _close_circuit(target)
    record(
        actor=actor, action="deliveries.tried", object_type="target", object_id=target, now=now,
        detail={"count": due},
    )  # fmt: skip
    wake()
    return due


def _locked(ids: Collection[int], may: Callable[[Delivery], bool]) -> list[Delivery]:
    """Those of `ids` that `may` be, of at most AT_ONCE, oldest first, for this transaction alone.

    Raises NotFound if there is none of them, Stale if none may.
    """
    rows = Delivery.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk")[:AT_ONCE]
    if not rows:
        raise NotFound(_("There is no such delivery. It may have been forgotten meanwhile."))
    fit = [row for row in rows if may(row)]
    if not fit:
        raise Stale(_("It has arrived, or is on its way just now. Look again in a minute."))
    return fit


def _may_replay(row: Delivery) -> bool:
    if row.leased_until is not None:
        return False
    kind = KINDS.get(row.kind)
    return kind is not None and (row.state != State.DONE or kind.again)


def _may_drop(row: Delivery) -> bool:
    return row.state == State.DEAD or (row.state == State.WAITING and row.leased_until is None)


def _end(rows: list[Delivery], state: State, words: str, now: datetime) -> None:
    """Settle without a try; the kinds hear of it as of a refusal."""
    for row in rows:
        row.state, row.outcome, row.ended_at = state, words[:MOST_WORDS], now
    Delivery.objects.bulk_update(rows, ["state", "outcome", "ended_at"], 500)
    for row in rows:
        kind = KINDS.get(row.kind)
        if kind is not None and kind.settled is not None:
            kind.settled(parcel_of(row), state, Never(words), now)


def _close_circuit(target: str) -> None:
    Target.objects.filter(key=target).update(failures=0, open_until=None)


def _note(
    actor: Actor, action: str, rows: list[Delivery], now: datetime, detail: dict[str, str]
) -> None:
    """One entry of the access log for each target."""
    for target in sorted({row.target for row in rows}):
        own = [row.pk for row in rows if row.target == target]
        record(
            actor=actor, action=action, object_type="target", object_id=target, now=now,
            detail={**detail, "count": len(own), "first": own[0]},
        )  # fmt: skip
