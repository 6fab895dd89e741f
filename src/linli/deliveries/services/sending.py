"""Emptying the outbox: lease what is due, hand it over, note what came of it.

Nothing is held in a transaction while another system is talked to. A worker that dies leaves a
lease behind, which runs out; the delivery is made again then, under the same id.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from linli.deliveries import rules
from linli.deliveries.models import Delivery, Target
from linli.deliveries.rules import KINDS, Later, Never, Outcome, Parcel, Postponed, Sent, State
from linli.kernel.logs import new_reference

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
THREADS = 8  # deliveries that are on the way at the same time, to whatever target
BUDGET_S = 50.0  # then another job goes on, so that nobody else's waits for long
OK_NOTED_S = 60.0  # how exactly a target's last success is known


def send_due(*, clock: Clock = timezone.now, budget_s: float = BUDGET_S) -> int:
    """Hand over what is due, until nothing is or the time is up; how many tries were made.

    Safe to run twice and at once: a delivery is leased to one worker. In a transaction (tests) it
    works without threads.
    """
    note_targets()
    ends, tries = time.monotonic() + budget_s, 0
    with _executor() as pool, translation.override(settings.LANGUAGE_CODE):
        under_way: dict[Future[Outcome], Delivery] = {}
        while True:
            if time.monotonic() < ends:
                for leased in lease_due(now=clock(), most=THREADS - len(under_way)):
                    under_way[pool.submit(_attempt, parcel_of(leased))] = leased
            if not under_way:
                return tries
            for finished in wait(under_way, return_when=FIRST_COMPLETED).done:
                settle(under_way.pop(finished), finished.result(), now=clock())
                tries += 1


# -- leasing --------------------------------------------------------------------------------------
_NOTE_TARGETS = """
    WITH RECURSIVE seen AS (
        (SELECT target FROM deliveries_delivery WHERE state = 'waiting' ORDER BY target LIMIT 1)
        UNION ALL
        SELECT (SELECT d.target FROM deliveries_delivery d
                WHERE d.state = 'waiting' AND d.target > seen.target ORDER BY d.target LIMIT 1)
        FROM seen WHERE seen.target IS NOT NULL
    )
    INSERT INTO deliveries_target (key) SELECT target FROM seen WHERE target IS NOT NULL
    ON CONFLICT DO NOTHING"""
# Per target whose circuit is closed, or may be probed by one: what is due, first in its lane and
# nobody's. The lock on the target keeps two workers from counting its free places at once.
_DUE = """
    WITH ready AS MATERIALIZED (
        SELECT t.key, CASE WHEN t.failures >= %(breaks_at)s THEN 1 ELSE %(at_once)s END - (
            SELECT count(*) FROM deliveries_delivery d
            WHERE d.target = t.key AND d.leased_until IS NOT NULL AND d.leased_until > %(now)s
        ) AS free
        FROM deliveries_target t WHERE t.open_until IS NULL OR t.open_until <= %(now)s
        FOR UPDATE SKIP LOCKED
    )
    SELECT due.id FROM ready CROSS JOIN LATERAL (
        SELECT d.id, d.due_at FROM deliveries_delivery d
        WHERE d.target = ready.key AND d.state = 'waiting' AND d.due_at <= %(now)s
            AND (d.leased_until IS NULL OR d.leased_until <= %(now)s)
            AND (d.lane = '' OR NOT EXISTS (
                SELECT 1 FROM deliveries_delivery before
                WHERE before.target = d.target AND before.lane = d.lane AND before.lane <> ''
                    AND before.id < d.id AND before.state IN ('waiting', 'dead')
                    AND (before.state = 'waiting' OR before.kind = ANY(%(strict)s))))
        ORDER BY d.due_at, d.id LIMIT greatest(ready.free, 0)
        FOR UPDATE SKIP LOCKED
    ) due ORDER BY due.due_at, due.id LIMIT %(most)s"""


def note_targets() -> None:
    """A row for each target that has something waiting; targets are few, the walk jumps."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_TARGETS)


@transaction.atomic
def lease_due(*, now: datetime, most: int) -> list[Delivery]:
    """Take what may be tried now for this worker, at most `most`; a lease is a try. Two queries."""
    if most <= 0:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _DUE,
            {
                "now": now,
                "most": most,
                "at_once": rules.AT_ONCE,
                "breaks_at": rules.BREAKS_AT,
                "strict": [kind.code for kind in KINDS.values() if kind.strict],
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return []
    found = {row.pk: row for row in Delivery.objects.filter(pk__in=ids)}
    leased = [found[one] for one in ids]
    for row in leased:
        row.attempts, row.leased_until = row.attempts + 1, now + rules.LEASE
    Delivery.objects.bulk_update(leased, ["attempts", "leased_until"])
    return leased


def parcel_of(row: Delivery) -> Parcel:
    """A delivery as its kind gets it."""
    return Parcel(
        row.uid, row.kind, row.target, row.lane, row.contents, row.attempts, row.created_at
    )


# -- handing over ---------------------------------------------------------------------------------
def _attempt(parcel: Parcel) -> Outcome:
    """One try, in a thread of its own; a bug of the sender is a try that failed."""
    kind = KINDS.get(parcel.kind)
    if kind is None:
        return Never(_("This version does not know this kind of delivery any more."))
    if parcel.attempt > kind.most_tries:
        return Never(_("The program was stopped in the middle of the last try."))
    try:
        return kind.send(parcel)
    except OSError as fault:
        return Later(str(fault) or type(fault).__name__)
    except Exception:
        reference = new_reference()
        log.exception("delivery failed", extra={"kind": parcel.kind, "reference": reference})
        return Later(_("A fault of this program; it is recorded under %s.") % reference)


class _Inline(Executor):
    """Does it at once: a test's transaction is seen by its own connection alone."""

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]  # as Executor's
        done: Future[Outcome] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@contextmanager
def _executor() -> Iterator[Executor]:
    if connection.in_atomic_block:
        yield _Inline()
        return
    with ThreadPoolExecutor(THREADS, thread_name_prefix="deliveries") as pool:
        yield _Closing(pool)


class _Closing(Executor):
    """Threads of which each leaves no connection to the database behind."""

    def __init__(self, pool: Executor) -> None:
        self._pool = pool

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]  # as Executor's
        def work() -> Outcome:
            try:
                with translation.override(settings.LANGUAGE_CODE):
                    return fn(*args, **kwargs)  # type: ignore[no-any-return]
            finally:
                connection.close()

        return self._pool.submit(work)


# -- what came of it ------------------------------------------------------------------------------
@transaction.atomic
def settle(leased: Delivery, outcome: Outcome, *, now: datetime) -> None:
    """Note the outcome of a try, unless the lease has run out and somebody else has it."""
    row = Delivery.objects.select_for_update().filter(pk=leased.pk).first()
    if row is None or row.leased_until != leased.leased_until:
        return
    kind = KINDS.get(row.kind)
    state = rules.state_after(kind, row.attempts, outcome)
    row.state, row.outcome = state, outcome.says[: rules.MOST_WORDS]
    row.tries = [*row.tries, [now.isoformat(), row.outcome]][-rules.TRIES_SHOWN :]
    row.leased_until = None
    if isinstance(outcome, Postponed):
        row.attempts, row.due_at = row.attempts - 1, outcome.until
    elif state == State.WAITING:
        row.due_at = now + _pause(row.attempts, outcome)
    else:
        row.ended_at = now
    row.save()
    if not isinstance(outcome, Postponed):
        _note_target(row.target, outcome, dead=state == State.DEAD, now=now)
    if kind is not None and kind.settled is not None:
        kind.settled(parcel_of(row), state, outcome, now)
    log.info(
        "delivery tried",
        extra={"delivery": str(row.uid), "kind": row.kind, "state": state, "tries": row.attempts},
    )


def _pause(attempt: int, outcome: Outcome) -> timedelta:
    usual = rules.pause(attempt, random.random())  # noqa: S311  spreads tries, guards nothing
    wished = outcome.after if isinstance(outcome, Later) else None
    return min(max(usual, wished), rules.LONGEST_PAUSE) if wished else usual


def _note_target(key: str, outcome: Outcome, *, dead: bool, now: datetime) -> None:
    """How the target is doing. No write for one that has just been well and still is."""
    target = Target.objects.select_for_update().get_or_create(key=key)[0]
    before = (target.failures, target.failing_since, target.open_until)
    if isinstance(outcome, Sent):
        target.failures, target.failing_since, target.open_until = 0, None, None
        ok = target.last_ok_at
        if before == (0, None, None) and ok and (now - ok).total_seconds() < OK_NOTED_S:
            return
        target.last_ok_at = now
    else:
        target.failing_since = target.failing_since or now
        if isinstance(outcome, Later):
            target.failures += 1
            rest = rules.break_of(target.failures, random.random())  # noqa: S311  as above
            rest = max(rest or timedelta(), outcome.after or timedelta())
            target.open_until = now + min(rest, rules.LONGEST_PAUSE) if rest else None
        else:
            target.failures, target.open_until = 0, None  # somebody answers, if only “no”
    told = dead and (target.told_at is None or now - target.told_at > rules.TOLD_EVERY)
    if told:
        target.told_at = now
    target.save()
    if told:
        rules.tell_given_up(key, now)
