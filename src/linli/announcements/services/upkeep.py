"""Letters, reminders and forgetting: jobs, each safe to run twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings as site
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from linli.announcements import queries, rules
from linli.announcements.models import Announcement, Receipt, Settings
from linli.announcements.rules import Deed, Importance, State
from linli.announcements.services.publishing import notify, remember
from linli.kernel.errors import BadInput
from linli.notices.rules import Channel
from linli.notices.services import write_message
from linli.staff.queries import system_actor

AT_ONCE = 200


def write_letters(*, announcement_id: int, now: datetime) -> int:
    """E-mails or text messages to everybody told who can be reached by them, once each; how many.

    They hold the title and the address of the page, never the text. Nothing while no address of
    the site is known (PUBLIC_ORIGIN), or once it is withdrawn.
    """
    count = 0
    while (written := _letters(announcement_id, now)) is not None:
        count += written
    return count


@transaction.atomic
def _letters(announcement_id: int, now: datetime) -> int | None:
    """One lot; how many letters, None where nobody is left."""
    found = Announcement.objects.filter(pk=announcement_id, state=State.PUBLISHED).first()
    if found is None or not found.letters or not site.PUBLIC_ORIGIN:
        return None
    rows = Receipt.objects.filter(announcement=found, written_at__isnull=True)
    lot = list(rows.select_for_update(of=("self",)).select_related("user").order_by("id")[:AT_ONCE])
    if not lot:
        return None
    urgent = found.importance == Importance.URGENT
    facts = {"title": found.title, "link": f"{site.PUBLIC_ORIGIN}{found.path}"}
    count = 0
    for receipt in lot:
        person = receipt.user
        for channel, address in ((Channel.EMAIL, person.email), (Channel.SMS, person.phone)):
            if channel not in found.letters or not address:
                continue
            try:
                write_message(
                    channel=channel, address=address, params=facts, language=person.language,
                    kind="announcements.urgent" if urgent else "announcements.letter", now=now,
                )  # fmt: skip
            except BadInput:
                continue  # a number that takes no text messages
            count += 1
    Receipt.objects.filter(pk__in=[receipt.pk for receipt in lot]).update(written_at=now)
    return count


def remind(*, now: datetime) -> int:
    """Tell those again who have not read, or not confirmed where that is asked for, what still
    holds: as often and as late as the city says. Returns how many. Two queries, three more for
    each announcement with somebody to remind."""
    city, on = queries.settings_now(), timezone.localdate(now)
    current = Announcement.objects.select_related("unit").filter(
        Q(last_on__isnull=True) | Q(last_on__gte=on),
        state=State.PUBLISHED,
        published_at__gte=now - rules.KEPT,
    )
    return sum(_remind(one.pk, city, now) for one in current) if city.most_reminders else 0


@transaction.atomic
def _remind(announcement_id: int, city: Settings, now: datetime) -> int:
    found = (
        Announcement.objects.select_related("unit")
        .select_for_update(of=("self",))
        .get(pk=announcement_id)
    )
    if found.state != State.PUBLISHED:
        return 0  # meanwhile withdrawn
    after = timedelta(hours=city.remind_after_hours)
    due = Receipt.objects.filter(
        queries.still_open(),
        announcement=found,
        reminders__lt=city.most_reminders,
        user__is_active=True,
    ).annotate(last=Coalesce("reminded_at", "told_at"))
    users = list(due.filter(last__lte=now - after).values_list("user_id", flat=True))
    if not users:
        return 0
    Receipt.objects.filter(announcement=found, user_id__in=users).update(
        reminders=F("reminders") + 1, reminded_at=now
    )
    notify(found, users, "announcements.reminder", now=now)
    remember(found, Deed.REMINDED, actor=system_actor(), now=now, words=str(len(users)))
    return len(users)


def forget(*, now: datetime) -> int:
    """A year after, who read an announcement is forgotten; how many did stays. Returns how many
    receipts went."""
    old = Announcement.objects.filter(
        published_at__lt=now - rules.KEPT, read__isnull=True, state__in=rules.SENT
    )
    return sum(_forget(one) for one in old.order_by("id")[:1_000])


@transaction.atomic
def _forget(announcement: Announcement) -> int:
    progress = queries.receipts_of(announcement).progress
    announcement.read, announcement.confirmed = progress.read, progress.confirmed
    announcement.save(update_fields=["read", "confirmed"])
    count, _rows = Receipt.objects.filter(announcement=announcement).delete()
    return count
