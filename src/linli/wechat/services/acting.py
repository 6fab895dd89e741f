"""What a message asks to be done with cases: by a job, through the cases' own doors."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from linli.cases import queries
from linli.cases import services as cases
from linli.cases.queries import Followed
from linli.cases.queries.people import centre_for
from linli.cases.rules import Channel
from linli.cases.rules.inputs import Place
from linli.cases.services.reporting import secret_of
from linli.deliveries.services import queue_delivery
from linli.kernel import limits
from linli.kernel.errors import NotFound, Refused
from linli.territory import queries as territory
from linli.wechat.models import Fan, InMessage, Submission
from linli.wechat.queries.reports import own_one
from linli.wechat.rules.dialogue import Draft
from linli.wechat.rules.kinds import MediaState, News, WorkState
from linli.wechat.services import telling

CHANNEL = Channel.WECHAT.value


def act(*, message_id: int, now: datetime) -> None:
    """Do what a message asks. Safe to run twice: what is done is noted with it.

    What the cases refuse is said to the person, in the words of the refusal.
    """
    row = (
        InMessage.objects.select_related("account", "fan")
        .filter(pk=message_id, state=WorkState.WAITING)
        .first()
    )
    if row is None:
        return
    task = json.loads(row.sealed_task)
    with translation.override(row.account.language):
        try:
            with transaction.atomic():
                row = (
                    InMessage.objects.select_for_update(of=("self",))
                    .select_related("account", "fan")
                    .get(pk=message_id)
                )
                if row.state == WorkState.WAITING:
                    _do(row, task, now)
                    _settle(row, WorkState.DONE, "")
        except Refused as refusal:
            with transaction.atomic():
                _settle(row, WorkState.REFUSED, str(refusal))
                telling.tell_refusal(row, now=now)


def _do(row: InMessage, task: dict[str, Any], now: datetime) -> None:
    match task["do"]:
        case "report":
            _report(row, Draft.read(task["draft"]), task["files_of"], now)
        case "rate":
            found = _followed(row.fan, task["number"])
            cases.following.rate(
                followed=found, rating=task["rating"], words=task["words"], now=now
            )
        case "answer":
            found = _followed(row.fan, task["number"])
            cases.following.answer(followed=found, words=task["words"], now=now)


def _settle(row: InMessage, state: str, said: str) -> None:
    row.state, row.said = state, said[:300]
    row.save(update_fields=["state", "said", "case_id", "report_number"])


def _report(row: InMessage, draft: Draft, draft_number: int, now: datetime) -> None:
    """The draft becomes a report. Files that were not fetched yet join it when they are."""
    account, fan = row.account, row.fan
    limits.admit(
        "wechat.report",
        f"fan:{fan.pk}",
        most=settings.PUBLIC_REPORTS_PER_HOUR,
        per=timedelta(hours=1),
        now=now,
    )
    files = list(InMessage.objects.select_for_update().filter(fan=fan, draft_number=draft_number))
    uploads = [one.upload for one in files if one.media_state == MediaState.KEPT]
    place = Place(*draft.place, "gcj02") if draft.place else None
    filed = cases.report(
        description=draft.words or _("Voice message: please listen to the recording."),
        now=now,
        channel=CHANNEL,
        place=place,
        address=draft.address,
        # Where only an address is named: the centre of the account looks where that is.
        centre=None if place else centre_for(territory.tree().ancestors_of(account.region_id)),
        uploads=uploads,
        holder=fan.holder,
        submission_key=f"wechat:report:{row.pk}",
        language=account.language,
    )
    Submission.objects.create(
        case_id=filed.case.pk,
        number=filed.report_number,
        account_id=account.pk,
        fan_id=fan.pk,
        sent_at=now,
    )
    for one in [*files, row]:
        one.case_id, one.report_number = filed.case.pk, filed.report_number
        one.save(update_fields=["case_id", "report_number"])
    queue_delivery(
        kind=telling.KIND,
        target=telling.target_of(account.pk),
        lane=telling.lane_of(fan.pk),
        payload={
            "case": filed.case.pk, "number": filed.report_number, "of": filed.case.pk,
            "news": News.RECEIVED.value,
        },
        now=now,
    )  # fmt: skip


def _followed(fan: Fan, number: str) -> Followed:
    """A report of this person, as the reporter's page has it. Raises NotFound."""
    found = own_one(fan, number)
    if found is None:
        raise NotFound(_("There is no such report of yours."))
    row, _case = found
    return queries.followed(row.case.number, secret_of(row.case_id, row.number))


def add_file(row: InMessage, *, now: datetime) -> None:
    """A file that was fetched after its report had been sent: a further word of the same person.

    Raises what the case refuses: it may have ended meanwhile.
    """
    submission = Submission.objects.select_related("case").get(
        case_id=row.case_id,
        number=row.report_number,  # type: ignore[misc]  # both are set by now
    )
    secret = secret_of(submission.case_id, submission.number)
    cases.following.add(
        followed=queries.followed(submission.case.number, secret),
        words=_("A file that belongs to the report"),
        now=now,
        channel=CHANNEL,
        uploads=[row.upload],
        holder=row.fan.holder,
        submission_key=f"wechat:file:{row.pk}",
        language=row.account.language,
    )
