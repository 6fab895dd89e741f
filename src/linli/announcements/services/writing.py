"""An announcement from its draft over approval to its correction or withdrawal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from linli.announcements import policy, queries, rules
from linli.announcements.models import Announcement, Attachment
from linli.announcements.rules import Audience, Deed, Importance, State
from linli.announcements.services.publishing import notify, publish, remember
from linli.files import services as files
from linli.kernel.errors import BadInput, NotYours, Refused
from linli.kernel.text import clean
from linli.notices.rules import Channel
from linli.staff.policy import require, seat_with

if TYPE_CHECKING:
    from linli.staff.models import User


class Text(NamedTuple):
    """What an author gives. `units`, `regions` and `roles` (post templates) are ids; `letters` are
    channels; `keep` the numbers of attachments that stay, `uploads` ids of files that wait."""

    title: str
    body: str
    importance: str
    audience: str
    must_confirm: bool = False
    last_on: date | None = None
    units: Sequence[int] = ()
    regions: Sequence[int] = ()
    roles: Sequence[int] = ()
    letters: Sequence[str] = ()
    keep: Sequence[int] = ()
    uploads: Sequence[str] = ()


@transaction.atomic
def write_draft(
    *, actor: User, text: Text, now: datetime, draft_id: int | None = None
) -> Announcement:
    """Begin a draft, or change one's own. Raises NotYours, NotFound, BadInput naming the field."""
    require(actor, policy.WRITE)
    seat = seat_with(actor, policy.WRITE)
    if seat is None:
        raise NotYours(_("Announcements are written by people with a post."))
    if draft_id is None:
        draft = Announcement(author=actor, unit_id=seat.unit_id, made_at=now)
    else:
        draft = queries.own_draft(actor, draft_id, lock=True)
    _fill(draft, text, policy.ground_of(actor, policy.WRITE))
    draft.changed_at = now
    draft.save()
    _attach(draft, text, actor=actor, now=now)
    if draft_id is None:
        remember(draft, Deed.WRITTEN, actor=actor, now=now)
    return draft


def _fill(draft: Announcement, text: Text, ground: policy.Ground) -> None:
    """Check and take over what the author gave."""
    if text.importance not in Importance.values:
        raise BadInput(_("Choose how important it is."), field="importance")
    if text.audience not in Audience.values:
        raise BadInput(_("Choose whom it is for."), field="audience")
    units, regions = text.units, text.regions
    if text.audience == Audience.UNITS:
        regions = ()
        if not units or rules.outside(units, ground.unit_ids):
            raise BadInput(_("Choose units of your own or below it."), field="units")
    elif text.audience in (Audience.REGIONS, Audience.DUTY):
        units = ()
        if not regions or rules.outside(regions, ground.region_ids):
            raise BadInput(_("Choose regions that your post covers."), field="regions")
    else:
        units = regions = ()
    least = queries.settings_now().letters_from
    if set(text.letters) - set(Channel.values):
        raise BadInput(_("Choose e-mail or text message."), field="letters")
    if text.letters and not rules.reaches(text.importance, least):
        raise BadInput(
            _("The city sends no e-mails or text messages for this importance. Leave them out."),
            field="letters",
        )
    draft.title = clean(text.title, field="title", most=80, least=1)
    draft.body = clean(text.body, field="body", most=5_000, least=1)
    draft.importance, draft.audience = text.importance, text.audience
    draft.must_confirm, draft.last_on = text.must_confirm, text.last_on
    draft.units, draft.regions = sorted(set(units)), sorted(set(regions))
    draft.roles, draft.letters = sorted(set(text.roles)), sorted(set(text.letters))


def _attach(draft: Announcement, text: Text, *, actor: User, now: datetime) -> None:
    """Let go of attachments that are not kept, add what was uploaded."""
    present = queries.files_of(draft)
    kept = [file for file in present if file.number in text.keep]
    if len(kept) + len(text.uploads) > rules.MOST_FILES:
        raise BadInput(
            _("At most %(most)d files. Remove some.") % {"most": rules.MOST_FILES}, field="files"
        )
    _let_go([file for file in present if file not in kept], now=now)
    number = max((file.number for file in present), default=0)
    for file in files.claim(upload_ids=text.uploads, owner=actor, holder=None, now=now):
        number += 1
        files.discard_objects(keys=[file.thumb_key, file.sealed_key], now=now)
        Attachment.objects.create(
            announcement=draft, number=number, name=file.name, mime=file.mime,
            size_bytes=file.size_bytes, key=file.key,
        )  # fmt: skip


def _let_go(some: Sequence[Attachment], *, now: datetime) -> None:
    """Drop attachments, and their objects where no other version has them."""
    ids, keys = [file.pk for file in some], {file.key for file in some}
    Attachment.objects.filter(pk__in=ids).delete()
    still = set(Attachment.objects.filter(key__in=keys).values_list("key", flat=True))
    files.discard_objects(keys=keys - still, now=now)


@transaction.atomic
def discard_draft(*, actor: User, draft_id: int, now: datetime) -> None:
    """Throw one's own draft away. Raises NotFound."""
    draft = queries.own_draft(actor, draft_id, lock=True)
    _let_go(queries.files_of(draft), now=now)
    draft.delete()


@transaction.atomic
def submit(*, actor: User, draft_id: int, now: datetime) -> Announcement:
    """Publish one's own draft, or hand it in where its importance needs a second person.

    Raises NotFound, NotYours, Refused where it is meant for nobody or nobody could approve it.
    """
    require(actor, policy.WRITE)
    draft = queries.own_draft(actor, draft_id, lock=True)
    if not rules.reaches(draft.importance, queries.settings_now().approval_from):
        publish(draft, actor=actor, now=now)
        return draft
    approvers = queries.approvers_of(draft.unit_id, but=actor.pk, grant=policy.APPROVE, now=now)
    if not approvers:
        raise Refused(
            _("Nobody in your unit or above may approve announcements. Ask the security"
              " administrator for such a post, or choose a lower importance."),
            field="importance",
        )  # fmt: skip
    draft.state = State.WAITING
    draft.changed_at = now
    draft.save(update_fields=["state", "changed_at"])
    remember(draft, Deed.SUBMITTED, actor=actor, now=now)
    url = f"{draft.path}receipts/"
    notify(draft, approvers, "announcements.to_approve", now=now, url=url)
    return draft


@transaction.atomic
def decide(
    *, actor: User, announcement_id: int, approved: bool, words: str, now: datetime
) -> Announcement:
    """Approve what waits, which publishes it, or return it to its author with words.

    Raises NotFound, NotYours for one's own, Refused for what does not wait.
    """
    require(actor, policy.APPROVE)
    found = queries.watched(actor, announcement_id, lock=True)
    if not policy.approves(actor, found):
        raise NotYours(_("A second person has to approve what you wrote."))
    if found.state != State.WAITING:
        raise Refused(_("This announcement does not wait for approval any more."))
    if approved:
        publish(found, actor=actor, now=now)
        return found
    reason = clean(words, field="words", most=500, least=1)
    found.state, found.changed_at = State.DRAFT, now
    found.save(update_fields=["state", "changed_at"])
    remember(found, Deed.RETURNED, actor=actor, now=now, words=reason)
    url = f"{found.path}edit/"
    notify(found, [found.author_id], "announcements.returned", now=now, url=url)
    return found


@transaction.atomic
def withdraw(*, actor: User, announcement_id: int, words: str, now: datetime) -> Announcement:
    """Take back what was published, saying why; those who have read it are told.

    Its author may, and whoever approves for its unit. Raises NotFound, BadInput, Refused.
    """
    found = queries.watched(actor, announcement_id, lock=True)
    if found.state != State.PUBLISHED:
        raise Refused(_("Only what is published can be withdrawn."))
    reason = clean(words, field="words", most=500, least=1)
    found.state = State.WITHDRAWN
    found.save(update_fields=["state"])
    remember(found, Deed.WITHDRAWN, actor=actor, now=now, words=reason)
    readers = found.receipts.filter(read_at__isnull=False).values_list("user_id", flat=True)
    notify(found, list(readers), "announcements.withdrawn", now=now)
    return found


@transaction.atomic
def correct(*, actor: User, announcement_id: int, now: datetime) -> Announcement:
    """A draft of the next version, with everything as it was; the one begun before if there is one.

    Raises NotYours, NotFound, Refused for what is not published or not one's own.
    """
    require(actor, policy.WRITE)
    found = queries.watched(actor, announcement_id, lock=True)
    if found.author_id != actor.pk or found.kind != rules.Kind.ANNOUNCEMENT:
        raise NotYours(_("Its author corrects an announcement. You may withdraw it."))
    if found.state != State.PUBLISHED:
        raise Refused(_("Only what is published can be corrected."))
    begun = Announcement.objects.filter(first=found.thread, version__gt=found.version).first()
    if begun is not None:
        return begun
    attached = queries.files_of(found)
    draft = Announcement(
        author=actor, unit_id=found.unit_id, made_at=now, changed_at=now, title=found.title,
        body=found.body, importance=found.importance, must_confirm=found.must_confirm,
        last_on=found.last_on, audience=found.audience, units=found.units, regions=found.regions,
        roles=found.roles, letters=found.letters, first_id=found.thread, version=found.version + 1,
    )  # fmt: skip
    draft.save()
    for file in attached:
        file.pk, file.announcement = None, draft
    Attachment.objects.bulk_create(attached)
    remember(draft, Deed.WRITTEN, actor=actor, now=now)
    return draft
