"""Writes made once, however often they are sent; moves by number; how many writes are admitted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from linli.api.models import Idempotency
from linli.cases import rules
from linli.cases import services as cases
from linli.kernel import limits
from linli.kernel.errors import BadInput, NotFound, Refused
from linli.kernel.transactions import whole

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.staff.models import User

KEPT = timedelta(hours=48)
MOST_WRITES = 6000  # a minute and token
_SHARE = 20  # writes counted in this process before the database is told
_MINUTE = timedelta(minutes=1)


class Answer(NamedTuple):
    """What a write is answered: the status, the body as JSON text, and whether it is a repeat."""

    status: int
    body: str
    again: bool = False


class KeyUsed(Refused):
    """The key has been used for another request."""

    code = "idempotency_key_used"


def fingerprint(*, method: str, path: str, body: bytes) -> str:
    """What makes two requests the same one."""
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).hexdigest()


@whole()
def once(
    *, actor: str, key: str, fingerprint: str, now: datetime, run: Callable[[], Answer]
) -> Answer:
    """Run a write under `key`, or repeat the answer it had the first time. Two queries beside it.

    A second request under the same key waits until the first has committed or failed. Raises
    BadInput for a bad key, KeyUsed if the key stands for another request, and what `run` raises;
    then the key is free again.
    """
    _check_key(key)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO api_idempotency (actor, key, fingerprint, body, created_at)"
            " VALUES (%s, %s, %s, '', %s) ON CONFLICT (actor, key) DO NOTHING RETURNING id",
            [actor, key, fingerprint, now],
        )
        made = cursor.fetchone()
    if made is None:
        return _again(actor, key, fingerprint)
    answer = run()
    Idempotency.objects.filter(pk=made[0]).update(status=answer.status, body=answer.body)
    return answer


@whole()
def perform(
    move: str, *, number: str, actor: User, now: datetime, seen: int | None, inputs: dict[str, Any]
) -> Case:
    """Make `move` on the case with this number; see `cases.services.perform`.

    Raises NotFound also for a number whose day is not that of the case.
    """
    parsed = rules.parse_case_number(number)
    if parsed is not None:
        case = cases.perform(move, case_id=parsed[0], actor=actor, now=now, seen=seen, **inputs)
        if case.reported_on == parsed[1]:
            return case
    raise NotFound(_("There is no such case, or you may not see it."))


def _again(actor: str, key: str, fingerprint: str) -> Answer:
    kept = Idempotency.objects.get(actor=actor, key=key)
    if kept.fingerprint != fingerprint or kept.status is None:
        raise KeyUsed(
            _(
                "This Idempotency-Key has been used for another request. Send a new key with a "
                "new request, and the same body with the same key."
            ),
            field="Idempotency-Key",
        )
    return Answer(kept.status, kept.body, again=True)


def _check_key(key: str) -> None:
    if not (8 <= len(key) <= 80 and key.isascii() and key.isprintable()):
        raise BadInput(
            _("Idempotency-Key is 8 to 80 ASCII characters, for example a UUID."),
            field="Idempotency-Key",
        )


def prune(*, now: datetime) -> int:
    """Forget keys older than 48 hours; how many. Safe to run twice."""
    return Idempotency.objects.filter(created_at__lt=now - KEPT).delete()[0]


_counts: dict[str, int] = {}
_counting = Lock()


def admit_write(*, actor: str, now: datetime) -> None:
    """Count one write of `actor`. Raises TooMany beyond 6,000 a minute.

    Counted in the process and told to the database every 20th time, so that the common case costs
    no query; with n processes up to 20 n writes more may pass.
    """
    with _counting:
        _counts[actor] = _counts.get(actor, 0) + 1
        if _counts[actor] < _SHARE:
            return
        del _counts[actor]
    limits.admit("api.write", actor, most=MOST_WRITES, per=_MINUTE, now=now, weight=_SHARE)
