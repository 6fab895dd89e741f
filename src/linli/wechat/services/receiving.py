"""A message comes in: kept, understood, answered; whatever takes longer is left to jobs.

The request writes the message, the talk, and a job: nothing of a case, and nobody is called.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.kernel import limits
from linli.kernel.errors import TooMany
from linli.kernel.jobs import later
from linli.territory import queries as territory
from linli.territory.rules import coordinates
from linli.wechat.models import Account, Fan, InMessage, Nonce, index_of
from linli.wechat.queries import reports
from linli.wechat.rules import hearing, sayings
from linli.wechat.rules.dialogue import Draft, Question, Say, Talk, Turn, turn
from linli.wechat.rules.kinds import MediaState, Step, WorkState
from linli.wechat.rules.messages import Message
from linli.wechat.rules.signing import Forged

WINDOW = timedelta(minutes=5)  # how far WeChat's clock may be from ours
MOST_A_MINUTE = 30  # messages of one person


def receive(*, account: Account, message: Message, nonce: str, digest: bytes, now: datetime) -> str:
    """Take a message in; what is answered, "" for nothing.

    The same message again (WeChat repeats what is not answered in time) has the same answer and
    does nothing. Raises Forged for a signature that was used for something else.
    """
    index = index_of(account.pk, message.sender)
    try:
        limits.admit(
            "wechat.message", index.hex(), most=MOST_A_MINUTE, per=timedelta(minutes=1), now=now
        )
    except TooMany:
        return sayings.too_fast()
    with transaction.atomic():
        _use(account, nonce, digest, now)
        fan = _fan(account, message, index, now)
        before = InMessage.objects.filter(account=account, key=message.key).first()
        if before is not None:
            return before.sealed_reply
        return _answer(account, fan, message, now)


def _use(account: Account, nonce: str, digest: bytes, now: datetime) -> None:
    """Remember a signature. Raises Forged if it came with other content before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO wechat_nonce (account_id, value, digest, at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (account_id, value) DO NOTHING",
            [account.pk, nonce, digest, now],
        )
        if cursor.rowcount:
            return
    known = Nonce.objects.get(account=account, value=nonce)
    if bytes(known.digest) != digest:
        raise Forged(_("nonce: it was used before, for another message."), field="nonce")


def _fan(account: Account, message: Message, index: bytes, now: datetime) -> Fan:
    """The person, locked: messages of one are taken in one after the other."""
    fan = Fan.objects.select_for_update().filter(account=account, index=index).first()
    if fan is None:
        Fan.objects.bulk_create(
            [Fan(account=account, index=index, sealed_openid=message.sender, talked_at=now)],
            ignore_conflicts=True,
        )
        fan = Fan.objects.select_for_update().get(account=account, index=index)
    return fan


def _answer(account: Account, fan: Fan, message: Message, now: datetime) -> str:
    heard = hearing.heard(message)
    before = talk_of(fan)
    taken = (
        Turn(before, (Say.OUTSIDE,))
        if isinstance(heard, hearing.Here) and not _is_inside(heard.place)
        else turn(before, heard, now=now)
    )
    task: dict[str, Any] | None = None
    words = "\n\n".join(
        sayings.words_of(say, name=account.name, draft=taken.talk.draft) for say in taken.says
    )
    if taken.submit is not None:
        task = {"do": "report", "draft": taken.submit.written(), "files_of": fan.draft_number}
    after = taken.talk
    if taken.question is not None:
        said, after, task = _looked_up(fan, after, taken.question)
        words = "\n\n".join(filter(None, (words, said)))
    _keep_talk(fan, before, after, heard, message, now)
    row = InMessage.objects.create(
        account=account,
        fan=fan,
        key=message.key,
        kind=message.kind[:20],
        sealed_content=_content(message),
        sealed_reply=words,
        received_at=now,
        draft_number=fan.draft_number if taken.keep else None,
        media_state=MediaState.WAITING if taken.keep else MediaState.NONE,
        state=WorkState.WAITING if task else WorkState.NONE,
        sealed_task=json.dumps(task, ensure_ascii=False) if task else "",
    )
    if taken.keep:
        later("wechat.fetch_media", message_id=row.pk)
    if task:
        later("wechat.act", message_id=row.pk, after=f"wechat:{fan.pk}")
    return words


def talk_of(fan: Fan) -> Talk:
    """Where the talk with a person stands."""
    draft = Draft.read(json.loads(fan.sealed_draft)) if fan.sealed_draft else Draft()
    return Talk(Step(fan.step), draft, fan.began_at, fan.rating)


def _keep_talk(
    fan: Fan, before: Talk, after: Talk, heard: hearing.Heard, message: Message, now: datetime
) -> None:
    if after.began_at is not None and after.began_at != before.began_at:
        fan.draft_number += 1
    fan.step, fan.began_at, fan.rating = after.step, after.began_at, after.rating
    whole = after.step == Step.DRAFT
    fan.sealed_draft = json.dumps(after.draft.written(), ensure_ascii=False) if whole else ""
    fan.follows = not isinstance(heard, hearing.Went)
    fan.sealed_openid = message.sender  # it may have been forgotten meanwhile
    fan.talked_at = now
    fan.save()


def _is_inside(place: tuple[float, float]) -> bool:
    """Whether a location lies where reports are taken. One look at the areas."""
    lon, lat = coordinates.to_wgs84(*place, coordinates.CRS.GCJ02)
    found = territory.locate(lon, lat)
    return found.district_id is not None or found.city_id is not None


def _content(message: Message) -> str:
    """What jobs need of it, and nothing of the person."""
    kept = {name: value for name, value in asdict(message).items() if name != "sender" and value}
    return json.dumps(kept, ensure_ascii=False)


# -- what the database is asked for ---------------------------------------------------------------
def _looked_up(fan: Fan, talk: Talk, question: Question) -> tuple[str, Talk, dict[str, Any] | None]:
    """The answer, the talk after it, and what is to be done."""
    if isinstance(question, hearing.Status):
        return reports.status_words(fan, question.number), talk, None
    if isinstance(question, hearing.Rate):
        return _rate(fan, talk, question)
    numbers = _chosen(reports.answerable(fan), question.number)
    if not numbers or not question.words:
        said = sayings.reminder_to_answer() if numbers else sayings.nothing_to_answer()
        return said, talk, None
    if len(numbers) > 1:
        return sayings.which_number(pgettext("wechat verb", "answer"), numbers), talk, None
    task = {"do": "answer", "number": numbers[0], "words": question.words}
    return sayings.thanks_for_answer(), talk, task


def _rate(fan: Fan, talk: Talk, question: hearing.Rate) -> tuple[str, Talk, dict[str, Any] | None]:
    numbers = _chosen(reports.rateable(fan), question.number)
    if not numbers:
        return sayings.nothing_to_rate(), talk, None
    if len(numbers) > 1:
        return sayings.which_number(pgettext("wechat verb", "rate"), numbers), talk, None
    if not question.rating:
        return sayings.rating_question(numbers[0]), Talk(Step.RATING, rating=numbers[0]), None
    task = {
        "do": "rate", "number": numbers[0], "rating": question.rating, "words": question.words,
    }  # fmt: skip
    return sayings.thanks_for_rating(), talk, task


def _chosen(numbers: list[str], named: str) -> list[str]:
    """Those of `numbers` that the person means: all, or the one that is named."""
    plain = "".join(c for c in named if c.isdigit())
    return [n for n in numbers if not plain or n.replace("-", "") == plain]
