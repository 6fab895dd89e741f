"""Pictures that a report or an answer points to: fetched by a job, never while somebody waits."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from linli.cases import services as cases
from linli.cases.queries import followed
from linli.cases.services.reporting import secret_of
from linli.files import services as files
from linli.kernel import outbound
from linli.kernel.errors import Refused
from linli.kernel.transactions import whole
from linli.open311.models import Submission
from linli.open311.policy import Reader
from linli.open311.rules.kinds import MediaState
from linli.open311.services.reporting import CHANNEL

if TYPE_CHECKING:
    from linli.staff.models import User


def fetched(
    url: str, *, now: datetime, holder: str | None = None, owner: User | None = None
) -> str:
    """The id of an upload with the photo that lies at `url`. Raises as `files.services.fetch`."""
    upload = files.fetch(
        url=url, name="media", field="media_url", photo=True, owner=owner, holder=holder, now=now
    )
    return str(upload.pk)


def fetch_media(*, case_id: int, number: int, now: datetime, last: bool = False) -> None:
    """Fetch the picture of a report and add it to the case. Safe to run twice.

    Raises OSError where nobody answers, to be tried again, unless this was the `last` time; what
    cannot be used is noted with its reason.
    """
    row = Submission.objects.filter(
        case_id=case_id, number=number, media_state=MediaState.WAITING
    ).first()
    if row is None:
        return
    holder = Reader(key_id=row.key_id).holder
    try:
        upload = fetched(row.media_url, holder=holder, now=now)
    except (outbound.NotAllowed, outbound.TooLarge, Refused) as reason:
        _settle(row, MediaState.REFUSED, str(reason))
        return
    except OSError as reason:
        if not last:
            raise
        _settle(row, MediaState.REFUSED, str(reason))
        return
    try:
        _attach(row, upload, holder=holder, now=now)
    except Refused as reason:  # the case has ended meanwhile
        _settle(row, MediaState.REFUSED, str(reason))


@whole()
def _attach(row: Submission, upload: str, *, holder: str, now: datetime) -> None:
    """The picture becomes a further word of the same person (`follows`), seen on their page."""
    secret = secret_of(row.case_id, row.number)
    found = followed(row.case.number, secret)
    with translation.override(found.report.language):
        words = _("The picture that belongs to the report")
    cases.following.add(
        followed=found,
        words=words,
        now=now,
        channel=CHANNEL,
        uploads=[upload],
        holder=holder,
        submission_key=f"open311:media:{row.case_id}:{row.number}",
        language=found.report.language,
    )
    _settle(row, MediaState.KEPT, "")


def _settle(row: Submission, state: str, said: str) -> None:
    """Note what became of it; the address is not needed any more and may be personal."""
    row.media_state, row.media_said, row.media_url = state, said[:300], ""
    row.save(update_fields=["media_state", "media_said", "media_url"])
