"""What a reporter may do by number and secret, without an account (design §3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from linli.cases.models import Case
from linli.cases.queries.following import Followed
from linli.cases.queries.settings import settings
from linli.cases.rules.moves import MoveRefused
from linli.cases.services import closing, reporting, tiers


def rate(*, followed: Followed, rating: int, words: str, now: datetime) -> Case:
    """The resident's rating of a closed case; the last word of the seven steps."""
    return closing.evaluate(
        case_id=followed.case.pk,
        actor=None,
        now=now,
        rating=rating,
        report_number=followed.own_report_number,
        opinion=words,
    )


def dispute(
    *,
    followed: Followed,
    words: str,
    now: datetime,
    uploads: Sequence[str] = (),
    holder: str | None = None,
) -> Case:
    """It was not solved: the case is reopened, within the city's number of days."""
    case = followed.case
    days = settings().reopen_days
    if case.closed_at is not None and now > case.closed_at + timedelta(days=days):
        raise MoveRefused(
            _("A closed case can be disputed for %(days)d days. Please report it anew.")
            % {"days": days}
        )
    return closing.reopen(
        case_id=case.pk,
        actor=None,
        now=now,
        opinion=words,
        uploads=uploads,
        holder=holder,
        said_by=(followed.own_case.pk, followed.report.number),
    )


def answer(
    *,
    followed: Followed,
    words: str,
    now: datetime,
    uploads: Sequence[str] = (),
    holder: str | None = None,
) -> Case:
    """The answer to a question of the centre; the clock goes on."""
    return tiers.answer(
        case_id=followed.case.pk,
        actor=None,
        now=now,
        opinion=words,
        uploads=list(uploads),
        holder=holder,
        said_by=(followed.own_case.pk, followed.report.number),
    )


def add(
    *,
    followed: Followed,
    words: str,
    now: datetime,
    channel: str,
    uploads: Sequence[str] = (),
    holder: str | None = None,
    submission_key: str | None = None,
    language: str = "zh-hans",
) -> Case:
    """More words or photos to an open case, kept as a further report by the same person."""
    filed = reporting.add_report(
        case_id=followed.case.pk,
        description=words,
        now=now,
        channel=channel,
        uploads=uploads,
        holder=holder,
        submission_key=submission_key,
        language=language,
        follows=(followed.own_case.pk, followed.report.number),
    )
    return filed.case
