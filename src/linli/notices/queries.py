"""What staff are told, and what became of messages to residents."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser

from linli.kernel.rows import ask
from linli.kernel.web import Page, page_after
from linli.notices.models import Message, Notice


def unread_count(user: AbstractBaseUser) -> int:
    """How many notices the person has not read. One query on the partial index."""
    asked = "SELECT count(*) FROM notices_notice WHERE user_id = %s AND read_at IS NULL"
    return int(ask(asked, [user.pk])[0][0])


def notices_for(
    user: AbstractBaseUser, *, cursor: str | None = None, size: int = 30, unread: bool = False
) -> Page:
    """The person's notices, newest first, by pages. One query. Each has a `sentence`."""
    rows = Notice.objects.filter(user_id=user.pk)
    if unread:
        rows = rows.filter(read_at__isnull=True)
    return page_after(rows, keys=("id",), cursor=cursor, size=size)


def messages(*, state: str | None = None, cursor: str | None = None, size: int = 50) -> Page:
    """The outbox, newest first, by pages. One query. Show `masked_address`, not `address`."""
    rows = Message.objects.all()
    if state:
        rows = rows.filter(state=state)
    return page_after(rows, keys=("id",), cursor=cursor, size=size)
