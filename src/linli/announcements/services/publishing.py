"""The moment at which people are told, and everything that follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.announcements import policy, queries, rules
from linli.announcements.models import Announcement, Entry, Receipt
from linli.announcements.rules import Deed, Importance, Kind, State
from linli.audit.services import record
from linli.kernel.errors import Refused
from linli.kernel.jobs import later
from linli.notices.services import tell

if TYPE_CHECKING:
    from linli.announcements.queries import Person
    from linli.staff.models import User


def remember(
    announcement: Announcement, deed: Deed, *, actor: User, now: datetime, words: str = ""
) -> None:
    """A line of its history and one of the access log, which keeps no words. Two queries."""
    Entry.objects.create(announcement=announcement, at=now, deed=deed, actor=actor, words=words)
    record(
        actor=actor, action=f"announcements.{deed.value}", object_type="announcement",
        object_id=announcement.pk, now=now,
        detail={"version": announcement.version, "people": announcement.people},
    )  # fmt: skip


def meant_by(announcement: Announcement) -> queries.Meant:
    """Whom it is for."""
    return queries.Meant(
        announcement.audience, announcement.units, announcement.regions, announcement.roles
    )


def publish(announcement: Announcement, *, actor: User, now: datetime) -> None:
    """Tell everybody it is meant for as of now; a version before it is replaced. In the caller's
    transaction. Raises Refused where it is meant for nobody or too many, or has run out."""
    if announcement.last_on is not None and announcement.last_on < timezone.localdate(now):
        raise Refused(
            _("Its last day, %(day)s, is over. Choose a later one.")
            % {"day": announcement.last_on.isoformat()},
            field="last_on",
        )
    grant = policy.MESSAGE if announcement.kind == Kind.MESSAGE else policy.WRITE
    ground = policy.ground_of(announcement.author, grant)
    people = queries.people_meant(meant_by(announcement), ground, now=now)
    spread(announcement, people, actor=actor, now=now)


def spread(
    announcement: Announcement, people: Sequence[Person], *, actor: User, now: datetime
) -> None:
    """Tell these people. In the caller's transaction. Raises Refused for none or too many."""
    if not people:
        raise Refused(
            _("Nobody is meant by this choice. Choose other units, regions or roles."),
            field="audience",
        )
    if len(people) > rules.MOST_PEOPLE:
        raise Refused(
            _("%(count)d people are more than the %(most)d that one announcement reaches. Choose"
              " fewer units or roles.") % {"count": len(people), "most": rules.MOST_PEOPLE},
            field="audience",
        )  # fmt: skip
    announcement.state, announcement.published_at = State.PUBLISHED, now
    announcement.people = len(people)
    announcement.save()
    Receipt.objects.bulk_create(
        (Receipt(announcement=announcement, user_id=one.user_id, unit_id=one.unit_id, told_at=now)
         for one in people),
        batch_size=2_000,
    )  # fmt: skip
    former = _replace(announcement, actor=actor, now=now)
    notify(announcement, (one.user_id for one in people), _kind(announcement, former), now=now)
    remember(announcement, Deed.PUBLISHED, actor=actor, now=now)
    if announcement.letters:
        later("announcements.write_letters", announcement_id=announcement.pk)


def _replace(announcement: Announcement, *, actor: User, now: datetime) -> bool:
    """The version before, if there is one, holds no more."""
    former = queries.newest_of(announcement)
    if former is None:
        return False
    former.state = State.SUPERSEDED
    former.save(update_fields=["state"])
    remember(former, Deed.CORRECTED, actor=actor, now=now)
    return True


def _kind(announcement: Announcement, is_correction: bool) -> str:
    if is_correction:
        return "announcements.corrected"
    if announcement.kind == Kind.MESSAGE:
        return "announcements.message"
    if announcement.importance == Importance.URGENT:
        return "announcements.urgent"
    return "announcements.to_confirm" if announcement.must_confirm else "announcements.published"


def notify(
    announcement: Announcement, user_ids: Iterable[int], kind: str, *, now: datetime, url: str = ""
) -> int:
    """A notice about it on the screens of these people; how many. One query."""
    params = {"title": announcement.title, "unit": announcement.unit.label}
    return tell(user_ids=user_ids, kind=kind, params=params, url=url or announcement.path, now=now)
