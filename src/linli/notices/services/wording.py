"""The city's own words of messages, and its quiet hours. Who may is asked by who calls this."""

from __future__ import annotations

from datetime import datetime, time

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from linli.audit.services import Actor, record
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.text import clean
from linli.notices import rules
from linli.notices.models import MessageWords, QuietHours
from linli.notices.rules import Channel, Texts

MOST = {"subject": 200, "body": 4_000, "short": 500}


def checked_texts(*, kind: str, language: str, texts: Texts) -> Texts:
    """`texts` as they can be kept. Raises NotFound, BadInput naming the text at fault."""
    if kind not in {one.code for one in rules.message_kinds()} or language not in dict(
        settings.LANGUAGES
    ):
        raise NotFound(_("There is no such message."))
    found = Texts(
        *(
            clean(words, field=field, most=MOST[field], least=1)
            for field, words in zip(Texts._fields, texts, strict=True)
        )
    )
    with translation.override(language):
        standard = rules.standard_texts(kind)
    rules.check_texts(found, standard)
    return found


@transaction.atomic
def word_message(
    *, actor: Actor, kind: str, language: str, texts: Texts | None, now: datetime
) -> MessageWords:
    """Put a kind of message into the city's own words, from the next one sent; None: back to those
    of the program. Raises NotFound, BadInput naming the text at fault."""
    found = texts and checked_texts(kind=kind, language=language, texts=texts)
    kept = MessageWords.objects.create(
        kind=kind, language=language, changed_at=now, changed_by_id=actor.pk,
        **(found._asdict() if found else {}),
    )  # fmt: skip
    record(
        actor=actor, action="notices.worded", object_type="message_words",
        object_id=f"{kind} {language}", now=now, detail={"version": kept.pk, "own": bool(found)},
    )  # fmt: skip
    return kept


@transaction.atomic
def set_quiet_hours(
    *, actor: Actor, channel: str, begins: time | None, ends: time | None, now: datetime
) -> None:
    """When a channel is silent; neither: never. Raises BadInput naming `begins` or `ends`."""
    if channel not in Channel.values:
        raise BadInput(_("There is no such channel."), field="channel")
    if (begins is None) != (ends is None):
        field = "begins" if begins is None else "ends"
        raise BadInput(_("Give both the beginning and the end, or neither."), field=field)
    if begins is None or ends is None:
        QuietHours.objects.filter(pk=channel).delete()
    elif begins == ends:
        raise BadInput(_("The beginning and the end are the same."), field="ends")
    else:
        QuietHours.objects.update_or_create(
            channel=channel, defaults={"begins": begins, "ends": ends}
        )
    record(
        actor=actor, action="notices.quietened", object_type="channel", object_id=channel, now=now,
        detail={"begins": str(begins or ""), "ends": str(ends or "")},
    )  # fmt: skip
