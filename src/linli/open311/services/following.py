"""What becomes of cases at another system: asked for, or told by it; and what that means here."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from linli.kernel.jobs import later
from linli.open311.models import Destination, Forward
from linli.open311.policy import Reader
from linli.open311.rules.client import Heard, Unreadable
from linli.open311.rules.kinds import ForwardState
from linli.open311.services import client as remote

FOLLOWED_FOR = timedelta(days=365)
MOST_TOKENS = 50  # asked for one by one in one run


def sent_to(reader: Reader, remote_id: str) -> Forward | None:
    """The case that we sent to whoever holds this key, under their number. One query."""
    rows = Forward.objects.filter(remote_id=remote_id, destination__key_id=reader.key_id)
    return rows.order_by("-id").first() if reader.key_id is not None and remote_id else None


def ask_all(*, now: datetime) -> int:
    """Ask every destination in use for news; how many requests were told of. Safe to run twice.

    A destination that does not answer is noted with its reason, and holds nobody else up.
    """
    told = 0
    for destination in Destination.objects.filter(active=True).order_by("id"):
        try:
            told += ask_one(destination, now=now)
        except (OSError, Unreadable) as fault:
            destination.trouble = str(fault)[:300] or type(fault).__name__
        else:
            destination.trouble, destination.asked_at = "", now
        Destination.objects.filter(pk=destination.pk).update(
            trouble=destination.trouble, asked_at=destination.asked_at
        )
    return told


def ask_one(destination: Destination, *, now: datetime) -> int:
    """Ask one destination how everything stands that is open there. Raises OSError, Unreadable."""
    open_there = Forward.objects.filter(
        destination=destination, state=ForwardState.SENT, sent_at__gt=now - FOLLOWED_FOR
    ).order_by("id")
    for forward in open_there.filter(remote_id="")[:MOST_TOKENS]:
        number = remote.number_of(destination, forward.remote_token)
        if number:
            Forward.objects.filter(pk=forward.pk).update(remote_id=number)
    waiting = {one.remote_id: one.pk for one in open_there.exclude(remote_id="")}
    told = 0
    for ids in _in_batches(sorted(waiting)):
        for news in remote.ask(destination, ids):
            if news.remote_id in waiting:
                note(forward_id=waiting[news.remote_id], news=news, now=now)
                told += 1
    return told


def _in_batches(ids: list[str]) -> list[list[str]]:
    return [ids[i : i + remote.AT_ONCE] for i in range(0, len(ids), remote.AT_ONCE)]


def hear(
    *, forward: Forward, status: str, notes: str, media_url: str, at: datetime, now: datetime
) -> None:
    """An update that the other system has posted itself. Safe to hear twice."""
    news = Heard(forward.remote_id, status, notes, media_url, at)
    note(forward_id=forward.pk, news=news, now=now)


@transaction.atomic
def note(*, forward_id: int, news: Heard, now: datetime) -> None:
    """Keep what was told; what it means here follows in a job. Older news changes nothing."""
    forward = Forward.objects.select_for_update().get(pk=forward_id)
    if forward.updated_at and news.updated_at and news.updated_at < forward.updated_at:
        return
    forward.remote_status, forward.remote_notes = news.status, news.notes[:500]
    forward.remote_media = news.media_url[:1000]
    forward.updated_at = news.updated_at or forward.updated_at
    if news.closed and forward.state == ForwardState.SENT:
        forward.state, forward.ended_at = ForwardState.DONE, now
        later("open311.tell_here", forward_id=forward.pk)
    elif not news.closed and forward.state == ForwardState.DONE:  # opened again there
        forward.state, forward.ended_at, forward.said_here = ForwardState.SENT, None, ""
    forward.save()


def services_there(destination: Destination) -> int:
    """How many services a destination offers. Raises OSError, Unreadable."""
    return remote.count_services(destination)
