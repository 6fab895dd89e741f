"""Writing the log, and sealing it."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Protocol

from django.db import OperationalError, connection, transaction

from linli.audit import queries
from linli.audit.models import AccessLog, AuditSeal
from linli.audit.rules import ACTIONS, KEPT, digest_of

SEALED_AT_ONCE = 20_000  # entries a seal covers at most
PATIENCE_MS = 1_000  # how long writers may be held up while the end of the log is read

# The keyed hash of the address this request came from; set by the staff middleware.
came_from: ContextVar[str] = ContextVar("came_from", default="")


class Actor(Protocol):
    """Whoever acts, as far as the log needs to know them."""

    @property
    def pk(self) -> Any: ...


def record(
    *,
    actor: Actor | None,
    action: str,
    object_type: str,
    object_id: object,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
    purpose: str = "",
    post_id: int | None = None,
) -> None:
    """Write that `actor` did `action` to an object, in the transaction of the deed. One query.

    `detail` holds codes, ids and counts, never personal values. `actor` None: not signed in.
    `post_id` not given is the post that allowed the deed, as far as that is known.
    Raises LookupError for an action nobody has registered.
    """
    if action not in ACTIONS:
        raise LookupError(f"Register the action “{action}” in apps.py: ready().")
    AccessLog.objects.create(
        at=now,
        user_id=actor.pk if actor is not None else None,
        post_id=post_id if post_id is not None else _post_of(actor),
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        purpose=purpose,
        address=came_from.get(),
        detail=dict(detail or {}),
    )


def _post_of(actor: Actor | None) -> int | None:
    """The post whose grant was asked for last, else the only one there is. No query."""
    if actor is None:
        return None
    acting: int | None = getattr(actor, "acting_post_id", None)
    if acting is not None:
        return acting
    seats = vars(actor).get("seats", ())  # only if they have been read
    return seats[0].post_id if len(seats) == 1 else None


def forget_old(*, now: datetime) -> int:
    """Let go whole sealed ranges, from the oldest on, whose three years are over; how many entries.

    The database checks it again and notes each range (AuditCut). Safe to run twice.
    """
    gone = 0
    last = queries.forgotten_until()
    due = AuditSeal.objects.filter(to_id__gt=last, at__lt=now - KEPT).order_by("from_id")
    for to_id in due.values_list("to_id", flat=True):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM audit_accesslog WHERE id <= %s", [to_id])
            gone += cursor.rowcount
    if gone:
        record(
            actor=None, action="audit.forgotten", object_type="log", object_id="", now=now,
            detail={"entries": gone, "to": queries.forgotten_until()},
        )  # fmt: skip
    return gone


def seal_log(*, now: datetime) -> int:
    """Seal what was written since the last seal; returns how many entries.

    Each seal carries the digest of the one before. Nothing is sealed while a writer is slow: the
    next run will do it. Two runs at once do not seal twice (a unique `from_id` refuses).
    """
    last = _end_of_log()
    total = 0
    while last is not None and (count := _seal_next(last, now=now)):
        total += count
    return total


def _end_of_log() -> int | None:
    """The id up to which every entry is committed or will never be.

    Ids come from a sequence, so a smaller id can still be on its way in an open transaction. A
    lock that every writer conflicts with waits for those; it is let go at once.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
            cursor.execute("LOCK TABLE audit_accesslog IN SHARE MODE")
            return queries.last_entry_id()
    except OperationalError:  # a writer took longer
        return None


@transaction.atomic
def _seal_next(last: int, *, now: datetime) -> int:
    previous = queries.last_seal()
    start = previous.to_id + 1 if previous else 1
    entries = queries.entries_between(start, last, most=SEALED_AT_ONCE)
    if not entries:
        return 0
    digest = previous.digest if previous else b""
    AuditSeal.objects.create(
        from_id=start,
        to_id=entries[-1].id,
        digest=digest_of(bytes(digest), entries),
        prev_digest=digest,
        at=now,
    )
    return len(entries)
