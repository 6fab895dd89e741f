"""A report that came by Open311 becomes a report like any other."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction

from linli.cases import services as cases
from linli.cases.models import Case
from linli.cases.services.reporting import secret_of
from linli.files import services as files
from linli.kernel import limits
from linli.kernel.jobs import later
from linli.open311.models import Submission
from linli.open311.policy import Reader
from linli.open311.queries.jurisdictions import Served
from linli.open311.rules.incoming import ReportIn
from linli.open311.rules.kinds import MediaState

CHANNEL = "open311"
TWICE = timedelta(minutes=10)  # the same words by the same key within them are one report


class Taken(NamedTuple):
    """What became of a report: how it came in, its case and its secret."""

    submission: Submission
    case: Case
    secret: str
    again: bool = False


def admit(reader: Reader, *, now: datetime) -> None:
    """Bound what one key may send in an hour. Raises TooMany."""
    limits.admit(
        "open311.report",
        f"key:{reader.key_id}",
        most=settings.OPEN311_REPORTS_PER_HOUR,
        per=timedelta(hours=1),
        now=now,
    )


def keep_media(reader: Reader, media: UploadedFile[bytes], *, now: datetime) -> str:
    """The id of a picture that came with the form, until the report takes it. Outside of a
    transaction. Raises NotAccepted, TooBig, StorageDown."""
    kept = files.store(
        content=media, name=media.name or "", owner=None, holder=reader.holder, now=now
    )
    return str(kept.pk)


def digest_of(reader: Reader, served: Served, sent: Any, *, key: str = "") -> bytes:
    """What makes two submissions the same: the key that the client names, else all of it."""
    text = json.dumps([reader.key_id, served.code, key or sent], ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).digest()[:16]


def sent_before(digest: bytes, *, now: datetime, named: bool) -> Taken | None:
    """What this became, if it came already: within ten minutes, or ever if the client `named` it
    by a key of its own. Three queries at most."""
    rows = Submission.objects.filter(digest=digest)
    if not named:
        rows = rows.filter(sent_at__gt=now - TWICE)
    row = rows.order_by("-sent_at").first()
    if row is None:
        return None
    secret = secret_of(row.case_id, row.number)
    return Taken(row, Case.objects.get(pk=row.case_id), secret, again=True)


def send_report(
    *,
    reader: Reader,
    served: Served,
    report: ReportIn,
    upload: str,
    digest: bytes,
    named: bool,
    language: str,
    now: datetime,
) -> Taken:
    """Take a report in through the cases' own door; its case is at “reported”. `upload` is a
    picture that came with the form; without one, what the report points to is fetched by a job.

    The person who reports is not the one whose key it is: nobody of the staff acts. The same digest
    again answers with the first. Raises what `cases.services.report` raises.
    """
    with transaction.atomic():
        _one_at_a_time(digest)
        before = sent_before(digest, now=now, named=named)
        if before is not None:
            return before
        filed = cases.report(
            description=report.words,
            now=now,
            channel=CHANNEL,
            place=report.place,
            address=report.address,
            case_class=report.case_class,
            contact=report.contact,
            uploads=[upload] if upload else [],
            holder=reader.holder,
            language=language,
        )
        row = _submission(reader, served, report, fetch=not upload)
        row.case, row.number, row.digest, row.sent_at = filed.case, filed.report_number, digest, now
        row.save(force_insert=True)
        if row.media_url:
            later("open311.fetch_media", case_id=filed.case.pk, number=filed.report_number)
    return Taken(row, filed.case, filed.secret)


def _submission(reader: Reader, served: Served, report: ReportIn, *, fetch: bool) -> Submission:
    """How it came in, not written yet."""
    answers = [[a.code, a.question, list(a.values), a.words] for a in report.answers]
    url = report.media_url if fetch else ""
    return Submission(
        key_id=reader.key,
        jurisdiction=served.code,
        answering=served.answering,
        account_id=report.account_id,
        answers=json.dumps(answers, ensure_ascii=False) if answers else "",
        media_url=url,
        media_state=MediaState.WAITING if url else MediaState.NONE,
    )


def _one_at_a_time(digest: bytes) -> None:
    """Of the same thing sent twice at once, the second waits for the first."""
    with connection.cursor() as cursor:
        number = int.from_bytes(digest[:8], "big", signed=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
