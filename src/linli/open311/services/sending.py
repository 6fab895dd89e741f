"""Handing a case to another system, at most once there, and what came of it."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cases.models import Case
from linli.cases.queries import cases_for
from linli.deliveries.rules import Later, Never, Outcome, Parcel, Sent, State
from linli.kernel.jobs import later
from linli.open311.models import Forward
from linli.open311.rules import client
from linli.open311.rules.client import Unreadable
from linli.open311.rules.kinds import ForwardState
from linli.open311.services import client as remote
from linli.open311.services import showing
from linli.staff.queries.acting import actor_of_post

BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
MOST_WORDS = 3500  # of the description; the rest is ours


def send(parcel: Parcel) -> Outcome:
    """Send one case (deliveries' sender). Outside of any transaction; the same parcel again finds
    what has arrived and doubles nothing."""
    now = timezone.now()
    forward = (
        Forward.objects.select_related("destination").filter(pk=parcel.payload["forward"]).first()
    )
    ended = (ForwardState.DONE, ForwardState.DROPPED)
    if forward is None or forward.state in ended or forward.round != parcel.payload.get("round", 1):
        return Sent(_("There is nothing to send any more."))
    if forward.remote_id or forward.remote_token:
        return Sent(_("It had arrived already."))
    case = _case_of(forward, now=now)
    if case is None:
        return Never(_("The case is not open any more, or the post does not see it any more."))
    try:
        return _send(forward, case, now=now)
    except Unreadable as fault:
        return Later(_("It may have arrived, but the answer cannot be read: %s") % fault)


def _case_of(forward: Forward, *, now: datetime) -> Case | None:
    """The case as the acting post sees it, if it is still to be handled."""
    actor = actor_of_post(forward.destination.post_id, now=now)
    if actor is None:
        return None
    case = cases_for(actor).select_related("case_class").filter(pk=forward.case_id).first()
    return case if case is not None and case.is_open and case.place is not None else None


def _send(forward: Forward, case: Case, *, now: datetime) -> Outcome:
    destination = forward.destination
    fields = fields_of(forward, case)
    if forward.tried:  # an answer was lost: look before sending again
        known = remote.find_by_mark(
            destination,
            mark=mark_of(forward),
            service_code=fields["service_code"],
            since=forward.created_at,
            now=now,
        )
        if known:
            _arrived(forward, remote.Receipt(known, ""), now=now)
            return Sent(_("It had arrived already, as %s.") % known)
    Forward.objects.filter(pk=forward.pk).update(tried=True)
    answer = remote.post(destination, fields, once=f"linli-{mark_of(forward)[1:-1]}")
    if 200 <= answer.status < 300:
        receipt = remote.receipt_of(answer.body)
        _arrived(forward, receipt, now=now)
        return Sent(receipt.remote_id or _("Taken in; a number will follow."))
    said = client.said_in(answer.body)
    words = f"{answer.status} {said}".strip()
    if answer.status in BUSY:
        return Later(words, after=answer.retry_after(now))
    if 300 <= answer.status < 400:
        return Never(_("The address leads elsewhere (%s). Correct the endpoint.") % answer.status)
    Forward.objects.filter(pk=forward.pk).update(tried=False)  # refused: nothing has arrived
    return Never(words)


def fields_of(forward: Forward, case: Case) -> dict[str, str]:
    """What is told of a case: class, place, deadline, under which number they had it before, and,
    where the destination is to have them, the words and a picture; never who reported. Our number
    stands in it, to find it again by."""
    kind, place, destination = case.case_class, case.place, forward.destination
    assert kind is not None
    assert place is not None
    said = [case.description[:MOST_WORDS] if destination.sends_words else kind.label]
    if forward.earlier_ids:
        said.append(_("Not done yet; you had it as %s.") % forward.earlier_ids[-1])
    if case.due_at is not None:
        day = timezone.localtime(case.due_at).strftime("%Y-%m-%d %H:%M")
        said.append(_("To be done by %s") % day)
    return {
        "service_code": destination.services.get(kind.code, kind.code),
        "lat": f"{place.y:.7f}",
        "long": f"{place.x:.7f}",
        "address_string": case.address if destination.sends_words else "",
        "description": "\n".join([*said, mark_of(forward)]),
        "account_id": case.number,
        "media_url": showing.address_of(forward, case) if destination.sends_photos else "",
    }


def mark_of(forward: Forward) -> str:
    """What our number looks like in the words of a case that was sent on; of a later round with
    its number behind it, so that each is found for itself."""
    return f"[{forward.case_number}{f'/{forward.round}' if forward.round > 1 else ''}]"


def _arrived(forward: Forward, receipt: remote.Receipt, *, now: datetime) -> None:
    Forward.objects.filter(pk=forward.pk).update(
        state=ForwardState.SENT,
        remote_id=receipt.remote_id,
        remote_token=receipt.token,
        remote_status="open",
        sent_at=now,
        last_error="",
    )
    later("open311.tell_here", forward_id=forward.pk)


def settled(parcel: Parcel, state: State, outcome: Outcome, now: datetime) -> None:
    """What a try has led to, for the page of what was sent on (deliveries' settled)."""
    rows = Forward.objects.filter(pk=parcel.payload["forward"])
    rows.update(attempts=parcel.attempt)
    if isinstance(outcome, Sent):
        return
    rows.update(last_error=outcome.says[:300])
    waiting = rows.filter(state=ForwardState.WAITING)
    if state == State.DEAD:
        waiting.update(state=ForwardState.FAILED, ended_at=now)
    elif state == State.DROPPED:
        waiting.update(state=ForwardState.DROPPED, ended_at=now)
