"""What staff are told, and what became of messages to residents."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Count, QuerySet

from linli.deliveries.models import Delivery
from linli.kernel.rows import ask
from linli.kernel.seal import blind_index
from linli.kernel.web import Page, page_after
from linli.notices import rules
from linli.notices.models import BadAddress, Message, MessageWords, Notice, QuietHours


def unread_count(user: AbstractBaseUser) -> int:
    """How many notices the person has not read. One query on the partial index."""
    asked = "SELECT count(*) FROM notices_notice WHERE user_id = %s AND read_at IS NULL"
    return int(ask(asked, [user.pk])[0][0])


def unread(user: AbstractBaseUser) -> QuerySet[Notice]:
    """The notices the person has not read, for a count among others."""
    return Notice.objects.filter(user_id=user.pk, read_at__isnull=True)


def notices_for(
    user: AbstractBaseUser, *, cursor: str | None = None, size: int = 30, unread: bool = False
) -> Page:
    """The person's notices, newest first, by pages. One query. Each has a `sentence`."""
    rows = Notice.objects.filter(user_id=user.pk)
    if unread:
        rows = rows.filter(read_at__isnull=True)
    return page_after(rows, keys=("id",), cursor=cursor, size=size)


def messages(
    *, state: str = "", channel: str = "", cursor: str | None = None, size: int = 50
) -> Page:
    """The outbox, newest first, by pages. One query. Show `masked_address`, not `address`."""
    rows = Message.objects.all()
    if state:
        rows = rows.filter(state=state)
    if channel:
        rows = rows.filter(channel=channel)
    return page_after(rows, keys=("id",), cursor=cursor, size=size)


def counts() -> dict[str, int]:
    """How many messages are in which state. One query."""
    rows = Message.objects.values_list("state").annotate(count=Count("pk")).order_by()
    return dict(rows)


def has_delivery(message: Message) -> bool:
    """Whether the outbox has it already. One query."""
    own = Delivery.objects.filter(kind=rules.DELIVERY, target=rules.target_of(message.channel))
    return own.filter(payload__message=message.pk).exists()


def words_of(kind: str, language: str) -> rules.Texts | None:
    """The city's own words; None where those of the program hold. One query."""
    row = MessageWords.objects.filter(kind=kind, language=language).order_by("-pk").first()
    return rules.Texts(row.subject, row.body, row.short) if row is not None and row.body else None


def words_history(kind: str, language: str) -> list[MessageWords]:
    """Every version of the city's own words, newest first. One query."""
    rows = MessageWords.objects.filter(kind=kind, language=language).select_related("changed_by")
    return list(rows.order_by("-pk"))


def own_words() -> set[tuple[str, str]]:
    """Kinds and languages that the city has put into words of its own. One query."""
    newest = MessageWords.objects.order_by("kind", "language", "-pk").distinct("kind", "language")
    return {(row.kind, row.language) for row in newest if row.body}


def letter_of(message: Message) -> rules.Letter:
    """A message in the language of the moment, in the city's own words. One query."""
    texts = words_of(message.kind, message.language)
    return rules.letter(message.kind, message.channel, message.params, texts)


def quiet_hours(channel: str) -> rules.Hours | None:
    """When a channel is silent; None for never. One query."""
    row = QuietHours.objects.filter(pk=channel).first()
    return rules.Hours(row.begins, row.ends) if row is not None else None


def trouble_of(channel: str, address: str) -> str:
    """Why nothing is sent to this address; "" where nothing speaks against it. One query."""
    rows = BadAddress.objects.filter(channel=channel, mark=mark_of(address))
    return rows.values_list("says", flat=True).first() or ""


def mark_of(address: str) -> bytes:
    """What an address is known by without being kept. Dots and signs count, capitals do not."""
    return blind_index(address.casefold().encode().hex())
