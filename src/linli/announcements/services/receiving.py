"""What readers do: open it, confirm it; its sender sees that at once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from linli.announcements import rules
from linli.announcements.models import Receipt
from linli.kernel import live
from linli.kernel.errors import NotFound, Refused
from linli.notices.services import mark_read_at

if TYPE_CHECKING:
    from linli.announcements.models import Announcement
    from linli.staff.models import User


@transaction.atomic
def note_reading(*, reader: User, announcement: Announcement, now: datetime) -> bool:
    """Remember that the person has opened it, the first time; whether it was that. Nothing for
    whoever was not told of it."""
    own = Receipt.objects.filter(announcement=announcement, user=reader, read_at__isnull=True)
    if not own.update(read_at=now):
        return False
    mark_read_at(user=reader, url=announcement.path, now=now)
    _tell_sender(announcement)
    return True


@transaction.atomic
def confirm(*, reader: User, announcement: Announcement, now: datetime) -> None:
    """The person has read it and will act on it. A second time changes nothing.

    Raises NotFound for whoever was not told, Refused where no confirmation is asked for.
    """
    own = Receipt.objects.filter(announcement=announcement, user=reader)
    if not own.exists():
        raise NotFound(_("There is no such announcement, or it is not for you."))
    if not announcement.must_confirm or announcement.state != rules.State.PUBLISHED:
        raise Refused(_("No confirmation is asked for here any more."))
    first = own.filter(confirmed_at__isnull=True)
    if first.update(read_at=Coalesce(F("read_at"), Value(now)), confirmed_at=now):
        mark_read_at(user=reader, url=announcement.path, now=now)
        _tell_sender(announcement)


def _tell_sender(announcement: Announcement) -> None:
    live.publish("notice", {"users": [announcement.author_id]})  # their page of receipts renews
