"""Answers by e-mail: each counted when it is sent, with the rights of whom it is sent to."""

from __future__ import annotations

import logging
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from linli.analysis import policy
from linli.analysis.models import Posting, Rhythm
from linli.analysis.queries.answering import Answer, answer
from linli.analysis.queries.saved import query_of, saved_for
from linli.analysis.services.stopping import token_of
from linli.kernel.errors import BadInput, Refused
from linli.notices.rules import Channel
from linli.notices.services import tell, write_message
from linli.staff.models import User

log = logging.getLogger(__name__)
MOST_LINES = 30
_FROM = 7


def send_due(*, now: datetime) -> int:
    """Send what is due today, from seven in the morning; how many. Safe to run twice: each goes out
    once a day."""
    today = timezone.localdate(now)
    if timezone.localtime(now).hour < _FROM:
        return 0
    due = [rhythm for rhythm in Rhythm.values if _is_day(rhythm, today)]
    waiting = Posting.objects.filter(rhythm__in=due).exclude(sent_on=today)
    return sum(_send(posting_id, now=now) for posting_id in waiting.values_list("pk", flat=True))


def _is_day(rhythm: str, today: date) -> bool:
    match rhythm:
        case Rhythm.WEEK:
            return today.weekday() == 0
        case Rhythm.MONTH:
            return today.day == 1
    return True


@transaction.atomic
def _send(posting_id: int, *, now: datetime) -> bool:
    """One letter. Who may not see the question any more, or has left, gets none."""
    today = timezone.localdate(now)
    rows = Posting.objects.select_for_update(of=("self",)).exclude(sent_on=today)
    posting = rows.filter(pk=posting_id).first()
    if posting is None:
        return False
    user = User.objects.get(pk=posting.user_id)
    saved = saved_for(user).filter(pk=posting.saved_id).first()
    if saved is None or not user.is_active or not user.has_grant(policy.SEE):
        posting.delete()
        return False
    posting.sent_on = today
    posting.save(update_fields=["sent_on"])
    with translation.override(user.language):
        try:
            found = answer(user, query_of(saved), now=now)
        except Refused as reason:
            log.warning("analysis %s cannot be asked: %s", saved.pk, reason.code)
            return False
        _write(user, posting, saved.name, found, now)
    return True


def _write(user: User, posting: Posting, name: str, found: Answer, now: datetime) -> None:
    path = reverse("analysis:open", args=[posting.saved_id])
    tell(user_ids=[user.pk], kind="analysis.ready", params={}, url=path, now=now)
    if not user.email:
        return
    facts = {
        "name": name,
        "period": found.window.label,
        "table": table_text(found),
        "link": f"{settings.PUBLIC_ORIGIN}{path}",
        "stop": f"{settings.PUBLIC_ORIGIN}{reverse('analysis:stop', args=[token_of(posting)])}",
    }
    try:
        write_message(
            channel=Channel.EMAIL, address=user.email, kind="analysis.sent", params=facts,
            language=user.language, now=now,
        )  # fmt: skip
    except BadInput:
        return  # the address on the account is none


def table_text(found: Answer) -> str:
    """The table as lines of a letter: name, numbers; the first ones."""
    if found.columns:
        heads = [name for _key, name in found.columns]
        measures = [found.measures[0]] * len(heads)
    else:
        heads, measures = [str(one.label) for one in found.measures], list(found.measures)
    lines = ["\t".join(["", *heads])]
    for line in found.lines[:MOST_LINES]:
        cells = [
            one.shown(number.value) for one, number in zip(measures, line.numbers, strict=True)
        ]
        lines.append("\t".join([line.name, *cells]))
    if len(found.lines) > MOST_LINES:
        lines.append("…")
    return "\n".join(lines)
