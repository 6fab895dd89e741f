"""What the answers of another system mean for the case here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.cases import services as cases
from linli.cases.models import Case
from linli.cases.queries import cases_for
from linli.cases.rules.stages import Stage
from linli.kernel import outbound
from linli.kernel.errors import Refused
from linli.notices import services as notices
from linli.open311.models import Forward
from linli.open311.rules.kinds import ForwardState
from linli.open311.services.media import fetched
from linli.staff.queries.acting import actor_of_post

if TYPE_CHECKING:
    from linli.staff.models import User

NOTICE = "open311.closed_there"
ARRIVED, CLOSED = "arrived", "closed"  # what has been said here


def tell_here(*, forward_id: int, now: datetime, last: bool = False) -> None:
    """Do here what the answer means: with `acts` the post accepts the case once it has arrived, and
    reports back once it is closed there and a picture shows it; else a person is told. Safe to run
    twice. Raises OSError where the picture cannot be had now, unless this was the `last` time.
    """
    forward = Forward.objects.select_related("destination__post").filter(pk=forward_id).first()
    if forward is None:
        return
    actor = (
        actor_of_post(forward.destination.post_id, now=now) if forward.destination.acts else None
    )
    if forward.state == ForwardState.SENT and not forward.said_here:
        if actor is not None:
            _accept(forward, actor, now=now)
        _said(forward, ARRIVED)
    elif forward.state == ForwardState.DONE and forward.said_here != CLOSED:
        if actor is None or not _report_back(forward, actor, now=now, last=last):
            _tell(forward, now=now)
        _said(forward, CLOSED)


def _said(forward: Forward, what: str) -> None:
    Forward.objects.filter(pk=forward.pk).update(said_here=what)


def _case_at(forward: Forward, actor: User, *stages: str) -> Case | None:
    """The case, if the post sees it and it stands there."""
    rows = cases_for(actor).filter(pk=forward.case_id, stage__in=stages)
    return rows.filter(lead_unit_id=forward.destination.unit_id).first()


def _accept(forward: Forward, actor: User, *, now: datetime) -> None:
    case = _case_at(forward, actor, Stage.DISPATCHED)
    if case is None:
        return  # somebody of the unit was quicker
    try:
        cases.accept(
            case_id=case.pk,
            actor=actor,
            now=now,
            opinion=_words(forward, forward.remote_id or forward.remote_token),
        )
    except Refused as reason:
        _note(forward, str(reason))


def _report_back(forward: Forward, actor: User, *, now: datetime, last: bool) -> bool:
    """Whether the post has reported back: that takes words and a picture (R58)."""
    if not forward.remote_media:
        return False
    case = _case_at(forward, actor, Stage.DISPATCHED, Stage.HANDLING)
    if case is None:
        return False
    if case.stage == Stage.DISPATCHED:
        _accept(forward, actor, now=now)
    try:
        photo = fetched(forward.remote_media, owner=actor, now=now)
        cases.report_back(
            case_id=forward.case_id,
            actor=actor,
            now=now,
            opinion=_words(forward, forward.remote_notes or _("Closed there.")),
            uploads=[photo],
        )
    except (outbound.NotAllowed, outbound.TooLarge, Refused) as reason:
        _note(forward, str(reason))
        return False
    except OSError as reason:
        if not last:
            raise
        _note(forward, str(reason))
        return False
    return True


def _words(forward: Forward, words: str) -> str:
    return f"{forward.destination.name}：{words}"[:2000]


def _note(forward: Forward, words: str) -> None:
    Forward.objects.filter(pk=forward.pk).update(last_error=words[:300])


def _tell(forward: Forward, *, now: datetime) -> None:
    notices.tell(
        user_ids=[forward.destination.post.user_id],
        kind=NOTICE,
        params={"number": forward.case_number, "name": forward.destination.name},
        url=f"/desk/cases/{forward.case_number}/",
        now=now,
    )
