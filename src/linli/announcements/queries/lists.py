"""Announcements as their readers, authors and approvers see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from linli.announcements import policy, rules
from linli.announcements.models import Announcement, Attachment, Entry, Receipt, Settings
from linli.kernel.errors import NotFound
from linli.kernel.web import Page, page_after

if TYPE_CHECKING:
    from linli.staff.models import User


def settings_now() -> Settings:
    """What the city decided, or the defaults. One query."""
    return Settings.objects.filter(pk=1).first() or Settings(pk=1)


def told_to(user: User, *, cursor: str | None = None, open_only: bool = False) -> Page:
    """The receipts of a person with their announcements, newest first, by pages. One query.

    `open_only`: what still holds and is unread or, where asked for, unconfirmed.
    """
    rows = Receipt.objects.filter(user=user).select_related("announcement__unit")
    if open_only:
        rows = rows.filter(still_open(), announcement__state=rules.State.PUBLISHED)
    return page_after(rows, keys=("id",), cursor=cursor, size=30)


def still_open() -> Q:
    """Which receipts are unread or, where that is asked for, unconfirmed."""
    return Q(read_at__isnull=True) | Q(confirmed_at__isnull=True, announcement__must_confirm=True)


def written_by(user: User, *, cursor: str | None = None) -> Page:
    """What a person wrote, newest first, with `seen` and `sure` counted. One query."""
    rows = Announcement.objects.filter(author=user).annotate(
        seen=Count("receipts__read_at"),
        sure=Count("receipts__confirmed_at"),
    )
    return page_after(rows, keys=("id",), cursor=cursor, size=30)


def to_approve(user: User) -> QuerySet[Announcement]:
    """What waits for this person's approval, oldest first. One query."""
    units = policy.ground_of(user, policy.APPROVE).unit_ids
    rows = Announcement.objects.filter(state=rules.State.WAITING, unit_id__in=units)
    return rows.exclude(author=user).select_related("author", "unit").order_by("id")


def receipt_of(user: User, announcement_id: int) -> Receipt | None:
    """What a person did with an announcement; None if they were not told. One query."""
    return Receipt.objects.filter(user=user, announcement_id=announcement_id).first()


def announcement_for(user: User, announcement_id: int) -> Announcement:
    """One that the person was told of or watches. Two queries at most. Raises NotFound."""
    found = _find(announcement_id)
    if found is None or not (
        policy.watches(user, found)
        or Receipt.objects.filter(announcement=found, user=user).exists()
    ):
        raise NotFound(_("There is no such announcement, or it is not for you."))
    return found


def watched(user: User, announcement_id: int, *, lock: bool = False) -> Announcement:
    """One that the person wrote or approves. One query. Raises NotFound."""
    found = _find(announcement_id, lock=lock)
    if found is None or not policy.watches(user, found):
        raise NotFound(_("There is no such announcement, or it is not yours."))
    return found


def _find(announcement_id: int, *, lock: bool = False) -> Announcement | None:
    rows = Announcement.objects.select_related("author", "unit").filter(pk=announcement_id)
    return (rows.select_for_update(of=("self",)) if lock else rows).first()


def own_draft(user: User, announcement_id: int, *, lock: bool = False) -> Announcement:
    """A draft of the person's own. One query. Raises NotFound."""
    rows = Announcement.objects.filter(pk=announcement_id, author=user, state=rules.State.DRAFT)
    found = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound(_("There is no such draft of yours. Drafts end when they are handed in."))
    return found


def newest_of(announcement: Announcement) -> Announcement | None:
    """The version that holds where this one was corrected. One query."""
    rows = Announcement.objects.filter(
        Q(pk=announcement.thread) | Q(first=announcement.thread), state=rules.State.PUBLISHED
    )
    return rows.exclude(pk=announcement.pk).order_by("-version").first()


def history_of(announcement: Announcement) -> list[Entry]:
    """What happened to all its versions, oldest first. One query."""
    rows = Entry.objects.filter(
        Q(announcement=announcement.thread) | Q(announcement__first=announcement.thread)
    )
    return list(rows.select_related("actor", "announcement").order_by("id"))


def files_of(announcement: Announcement) -> list[Attachment]:
    """Its attachments in order. One query."""
    return list(Attachment.objects.filter(announcement=announcement).order_by("number"))


def file_for(user: User, announcement_id: int, number: int) -> Attachment:
    """An attachment of something the person may read. Three queries. Raises NotFound."""
    found = announcement_for(user, announcement_id)
    file = Attachment.objects.filter(announcement=found, number=number).first()
    withheld = found.state == rules.State.WITHDRAWN and not policy.watches(user, found)
    if file is None or withheld:
        raise NotFound(_("This file is not there any more."))
    return file


@dataclass(frozen=True)
class UnitLine:
    """How far an announcement is in one unit."""

    unit: str
    progress: rules.Progress


@dataclass(frozen=True)
class Receipts:
    """How far an announcement is: in all, by unit, and who has not read it."""

    progress: rules.Progress
    units: list[UnitLine]
    waiting: list[Receipt]  # unread or unconfirmed, at most MOST_SHOWN, by unit and name
    done: list[Receipt]
    forgotten: bool = False


def receipts_of(announcement: Announcement) -> Receipts:
    """How far it is, for its sender. Three queries; none once the receipts are forgotten."""
    if announcement.read is not None:
        kept = rules.Progress(announcement.people, announcement.read, announcement.confirmed or 0)
        return Receipts(kept, [], [], [], forgotten=True)
    rows = Receipt.objects.filter(announcement=announcement)
    counted = (
        rows.values("unit_id", "unit__name", "unit__name_en")
        .annotate(told=Count("id"), seen=Count("read_at"), sure=Count("confirmed_at"))
        .order_by("unit__path")
    )
    units = [
        UnitLine(one["unit__name"], rules.Progress(one["told"], one["seen"], one["sure"]))
        for one in counted
    ]
    sums = zip(*(line.progress for line in units), strict=True) if units else ((0,), (0,), (0,))
    people = rows.select_related("user", "unit").order_by("unit__path", "user__name", "id")
    return Receipts(
        rules.Progress(*(sum(each) for each in sums)),
        units,
        list(people.filter(still_open())[: rules.MOST_SHOWN]),
        list(people.exclude(still_open())[: rules.MOST_SHOWN]),
    )
