"""Doing an errand: once, or not at all, however often the worker is killed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from linli.errands.models import Errand, ErrandFile
from linli.errands.rules import KINDS, MOST_STARTS, ErrandKind, MadeFile, Outcome, Role, State
from linli.files import services as files
from linli.kernel.errors import Refused
from linli.kernel.logs import new_reference
from linli.kernel.progress import Cancelled, heard_by
from linli.notices.services import tell
from linli.staff.policy import require

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
TOLD_EVERY_S = 0.5
_LOCKS = 7_301  # advisory locks of errands; the second number is the errand's


def run_errand(*, errand_id: int, clock: Clock = timezone.now) -> None:
    """Do an errand that waits, or one whose worker was killed in the middle.

    The work, its files' names and its end are one transaction; work by steps commits its own, and
    only its end is one with its files. Safe to run twice: what has ended is left alone, what
    another worker still does too. Raises what the work raises unless it is a refusal; before that
    the errand is marked as failed, except where the database is away: then the queue tries again.
    """
    with _line() as line:
        if not line.take(errand_id):
            return
        errand = _begin(errand_id, clock())
        if errand is None:
            return
        with translation.override(errand.language):
            _attempt(errand, KINDS[errand.kind], line, clock)


def _attempt(errand: Errand, kind: ErrandKind, line: _Line, clock: Clock) -> None:
    try:
        _do(errand, kind, line, clock)
    except Cancelled:
        words = _("Cancelled. %(left)s") % {"left": kind.left}
        _close(errand.pk, State.CANCELLED, words, clock())
    except Refused as refusal:
        _close(errand.pk, State.FAILED, str(refusal), clock())
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        # The person waits for an answer; the bug itself goes on to the queue and the log.
        reference = new_reference()
        log.error("errand failed", extra={"errand": errand.pk, "reference": reference})
        words = _(
            "Something went wrong on our side. %(left)s It is recorded under %(reference)s. Try "
            "again, and give this number if it happens again."
        )
        told = words % {"left": kind.left, "reference": reference}
        _close(errand.pk, State.FAILED, told, clock())
        raise


def _begin(errand_id: int, now: datetime) -> Errand | None:
    """Mark it as running; None if there is nothing (more) to do."""
    with transaction.atomic():
        errand = Errand.objects.select_for_update(of=("self",)).select_related("owner").filter(
            pk=errand_id
        ).first()  # fmt: skip
        if errand is None or not errand.is_open:
            return None
        errand.starts += 1
        with translation.override(errand.language):
            kind = KINDS.get(errand.kind)
            if kind is None:
                _end(errand, State.FAILED, _("This version cannot do this any more."), now)
                return None
            if errand.cancel_asked:
                words = _("Cancelled. %(left)s") % {"left": kind.left}
                _end(errand, State.CANCELLED, words, now)
                return None
            if errand.starts > MOST_STARTS:
                words = _(
                    "The program was stopped %(times)d times in the middle of it. %(left)s "
                    "Try again, with a smaller file or a narrower list if there is one."
                ) % {"times": MOST_STARTS, "left": kind.left}
                _end(errand, State.FAILED, words, now)
                return None
        errand.state, errand.says = State.RUNNING, ""
        errand.done, errand.total = 0, None
        errand.started_at = errand.started_at or now
        errand.save()
    return errand


def _do(errand: Errand, kind: ErrandKind, line: _Line, clock: Clock) -> None:
    keys = files.reserve(len(Role.values), now=clock())
    early = _work(errand, kind, line, clock) if kind.steps else None
    with transaction.atomic():
        outcome = early or _work(errand, kind, line, clock)
        # From here on nothing is reported: this transaction is about to hold the errand's row.
        unused = _keep_files(errand, outcome, keys, clock())
        files.release(unused)
        held = Errand.objects.select_for_update().get(pk=errand.pk)
        _end(held, State.DONE, outcome.words, clock())


def _work(errand: Errand, kind: ErrandKind, line: _Line, clock: Clock) -> Outcome:
    require(errand.owner, kind.grant)  # a post may have ended since
    with heard_by(line.report):
        return kind.work(errand.owner, errand.asks, clock())


def _keep_files(errand: Errand, outcome: Outcome, keys: list[str], now: datetime) -> list[str]:
    """Keep what was made; the keys that were not needed come back."""
    unused = list(keys)
    made: list[tuple[Role, MadeFile | None]] = [
        (Role.RESULT, outcome.result),
        (Role.ERRORS, outcome.errors),
    ]
    ErrandFile.objects.filter(errand=errand).delete()
    for role, file in made:
        if file is None:
            continue
        key = unused.pop()
        with file.content:
            size_bytes = files.keep(key, file.content)
        ErrandFile.objects.create(
            errand=errand,
            role=role,
            key=key,
            name=file.name[:200],
            mime=file.mime,
            size_bytes=size_bytes,
            kept_until=now + timedelta(days=settings.RESULT_DAYS),
        )
    return unused


@transaction.atomic
def _close(errand_id: int, state: State, words: str, now: datetime) -> None:
    errand = Errand.objects.select_for_update().get(pk=errand_id)
    if errand.is_open:
        _end(errand, state, words, now)


def _end(errand: Errand, state: State, words: str, now: datetime) -> None:
    """The errand is over; whoever asked hears of it, unless they called it off themselves."""
    errand.state, errand.outcome, errand.ended_at = state, words, now
    errand.says = ""
    if state == State.DONE and errand.total is not None:
        errand.done = errand.total
    errand.save()
    if state == State.CANCELLED or errand.kind not in KINDS:
        return
    kind = f"{errand.kind}.{'done' if state == State.DONE else 'failed'}"
    tell(user_ids=[errand.owner_id], kind=kind, params={}, url=page_of(errand), now=now)


def page_of(errand: Errand) -> str:
    """Where the person looks at what came of it."""
    return errand.url or f"/errands/{errand.pk}/"


class _Line:
    """A database connection beside the work's own: what is said on it is seen at once.

    It also holds the lock that keeps two workers from one errand, and lets it go when it dies.
    """

    def __init__(self) -> None:
        # Within a caller's transaction (tests) nobody else would see the errand: share it then.
        self._own = not connection.in_atomic_block
        self._connection = connection.copy() if self._own else connection
        self._errand_id = 0
        self._next = 0.0

    def take(self, errand_id: int) -> bool:
        """Whether nobody else is at it."""
        self._errand_id = errand_id
        with self._connection.cursor() as cursor:
            if self._own:
                cursor.execute("SET statement_timeout = '5s'")
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCKS, errand_id % 2**31])
            return bool(cursor.fetchone()[0])

    def report(self, done: int, total: int | None, says: str) -> None:
        """Write how far it is, now and then. Raises Cancelled if that was asked for."""
        moment = time.monotonic()
        if moment < self._next:
            return
        self._next = moment + TOLD_EVERY_S
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE errands_errand SET done = %s, total = %s, says = %s WHERE id = %s"
                    " RETURNING cancel_asked",
                    [done, total, says[:200], self._errand_id],
                )
                row = cursor.fetchone()
        except DatabaseError as fault:
            if not self._own:
                raise
            log.warning("progress not written", extra={"reason": str(fault).strip()})
            return
        if row is None or row[0]:
            raise Cancelled

    def close(self) -> None:
        """Let the lock go."""
        if self._own:
            self._connection.close()
            return
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, self._errand_id % 2**31])


@contextmanager
def _line() -> Iterator[_Line]:
    line = _Line()
    try:
        yield line
    finally:
        line.close()
