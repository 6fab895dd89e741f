"""Notices on the screens of staff."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q

from linli.kernel import live
from linli.kernel.rows import Batch
from linli.notices import rules
from linli.notices.models import BadAddress, Message, Notice

KEPT = timedelta(days=180)  # a notice, after it was read
MARKS_KEPT = timedelta(days=365)
SENT_KEPT = timedelta(days=90)  # a message, after it was sent or, if it never was, written
_PEOPLE_A_TIME = 500  # NOTIFY carries less than 8,000 bytes


def tell(
    *,
    user_ids: Iterable[int],
    kind: str,
    params: rules.Params,
    url: str,
    now: datetime,
    batch: Batch | None = None,
) -> int:
    """Put a notice on the screens of these people, each once; how many. One query, or none where
    it is written with the caller's `batch`.

    Commits or rolls back with the caller's change. `params` are ids, numbers and codes, never
    personal data. Raises KeyError for a kind nobody has signed in or a fact that its words lack.
    """
    rules.check_params(rules.notice_kind(kind).sentence, params)
    people = sorted(set(user_ids))
    own = Batch() if batch is None else batch
    own.insert(
        *(
            Notice(user_id=user_id, kind=kind, params=dict(params), url=url, created_at=now)
            for user_id in people
        )
    )
    for start in range(0, len(people), _PEOPLE_A_TIME):
        users = people[start : start + _PEOPLE_A_TIME]
        own.notify(live.CHANNEL, live.payload("notice", {"users": users}))
    if batch is None:
        own.write()
    return len(people)


@transaction.atomic
def mark_read(*, user: AbstractBaseUser, notice_ids: Iterable[int], now: datetime) -> int:
    """Mark these of one's own notices as read; how many were unread. Others' are passed over."""
    return _mark(user, Q(pk__in=list(notice_ids)), now)


@transaction.atomic
def mark_all_read(*, user: AbstractBaseUser, until_id: int, now: datetime) -> int:
    """Mark everything up to the newest notice the person has seen as read; how many were unread."""
    return _mark(user, Q(pk__lte=until_id), now)


@transaction.atomic
def mark_read_at(*, user: AbstractBaseUser, url: str, now: datetime) -> int:
    """Mark one's own notices that lead to `url` as read: it was opened another way."""
    return _mark(user, Q(url=url), now)


def _mark(user: AbstractBaseUser, which: Q, now: datetime) -> int:
    changed = Notice.objects.filter(which, user_id=user.pk, read_at__isnull=True).update(
        read_at=now
    )
    if changed:
        live.publish("notice", {"users": [user.pk]})  # the bell counts again
    return changed


def prune(*, now: datetime) -> int:
    """Delete notices read over 180 days ago, messages of over 90 days ago, sent or not, and marks
    of addresses that took no messages a year ago: they may be somebody else's by now.

    Returns how many rows went. Safe to run twice.
    """
    old, _kinds = Notice.objects.filter(read_at__lt=now - KEPT).delete()
    before = now - SENT_KEPT
    done, _kinds = Message.objects.filter(
        Q(state=rules.State.SENT, sent_at__lt=before)
        | Q(state__in=(rules.State.FAILED, rules.State.HELD), created_at__lt=before)
    ).delete()
    marks, _kinds = BadAddress.objects.filter(since__lt=now - MARKS_KEPT).delete()
    return old + done + marks
