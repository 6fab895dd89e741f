"""What a person does with errands: asks for one, calls it off, has it tried again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.errands import policy, queries
from linli.errands.models import Errand, ErrandFile
from linli.errands.rules import KINDS, LANES, MOST_OPEN, State, TooManyErrands
from linli.kernel.errors import NotFound, Stale
from linli.kernel.jobs import later
from linli.staff.models import User
from linli.staff.policy import require, seat_with


@transaction.atomic
def start_errand(
    *, actor: User, kind: str, name: str, asks: Mapping[str, Any], now: datetime, url: str = ""
) -> Errand:
    """Ask for long work; the worker begins once this commits. `asks` holds what JSON can.

    Raises KeyError for a kind nobody has signed in, NotYours, TooManyErrands.
    """
    grant = KINDS[kind].grant
    require(actor, grant)
    User.objects.select_for_update().get(pk=actor.pk)  # two at once are counted one by one
    if queries.open_count(actor) >= MOST_OPEN:
        raise TooManyErrands(
            _("%d of your background jobs are not done yet. Wait for one, or cancel one.")
            % MOST_OPEN
        )
    seat = seat_with(actor, grant)
    errand = Errand.objects.create(
        kind=kind,
        name=name[:200],
        owner=actor,
        post_id=seat.post_id if seat is not None else None,
        language=translation.get_language() or actor.language,
        asks=dict(asks),
        url=url,
        created_at=now,
    )
    _queue(errand)
    return errand


@transaction.atomic
def cancel_errand(*, actor: User, errand_id: int, now: datetime) -> Errand:
    """Call one's errand off: at once while it waits, else as soon as the work looks up.

    Raises NotFound for somebody else's, Stale for one that has ended.
    """
    errand = _own(actor, errand_id)
    if not errand.is_open:
        raise Stale(_("This background job has ended already."))
    errand.cancel_asked = True
    if errand.state == State.WAITING:
        errand.state, errand.ended_at = State.CANCELLED, now
        errand.outcome = _("Cancelled before it began.")
    errand.save()
    record(
        actor=actor, action="errands.cancelled", object_type="errand", object_id=errand.pk, now=now
    )
    return errand


@transaction.atomic
def retry_errand(*, actor: User, errand_id: int, now: datetime) -> Errand:
    """Have one's failed or cancelled errand done again from its beginning. Raises NotFound, Stale,
    NotYours, TooManyErrands."""
    errand = _own(actor, errand_id)
    if errand.state not in (State.FAILED, State.CANCELLED):
        raise Stale(_("Only a background job that failed or was cancelled can be tried again."))
    kind = KINDS.get(errand.kind)
    if kind is None:
        raise NotFound(_("There is no such background job."))
    require(actor, kind.grant)
    if queries.open_count(actor) >= MOST_OPEN:
        raise TooManyErrands(
            _("%d of your background jobs are not done yet. Wait for one, or cancel one.")
            % MOST_OPEN
        )
    errand.state, errand.outcome, errand.says = State.WAITING, "", ""
    errand.done, errand.total, errand.starts = 0, None, 0
    errand.cancel_asked, errand.started_at, errand.ended_at = False, None, None
    errand.created_at = now
    errand.save()
    _queue(errand)
    return errand


def fetched(*, actor: User, errand: Errand, file: ErrandFile, now: datetime) -> None:
    """Somebody downloads a file: allowed while they hold the grant; written to the access log.

    Raises NotFound.
    """
    if not policy.may_fetch(actor, errand):
        raise NotFound(_("There is no such background job."))
    record(
        actor=actor,
        action="errands.fetched",
        object_type="errand",
        object_id=errand.pk,
        now=now,
        detail={"kind": errand.kind, "file": file.role, "bytes": file.size_bytes},
    )


def _own(actor: User, errand_id: int) -> Errand:
    found = Errand.objects.select_for_update().filter(pk=errand_id, owner_id=actor.pk).first()
    if found is None:
        raise NotFound(_("There is no such background job."))
    return found


def _queue(errand: Errand) -> None:
    later("errands.run", after=f"errands.{errand.pk % LANES}", errand_id=errand.pk)
