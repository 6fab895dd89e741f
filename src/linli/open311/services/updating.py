"""Service request updates that come in: more words of whoever reported, or their dispute."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.utils.translation import gettext as _

from linli.cases import services as cases
from linli.cases.models import Case, CaseEvent
from linli.cases.queries import Followed, followed
from linli.cases.rules.stages import Stage
from linli.cases.services.reporting import secret_of
from linli.kernel.errors import NotFound
from linli.kernel.jobs import later
from linli.kernel.transactions import whole
from linli.open311.models import Submission
from linli.open311.policy import Reader
from linli.open311.rules.kinds import MediaState
from linli.open311.rules.statuses import DISPUTES
from linli.open311.services.reporting import CHANNEL


def report_of(reader: Reader, case: Case) -> Followed:
    """The report of the case that this key has sent. Four queries. Raises NotFound."""
    row = Submission.objects.filter(case_id=case.pk, key_id=reader.key).order_by("number")[:1]
    for sent in row:
        return followed(case.number, secret_of(sent.case_id, sent.number))
    raise NotFound(
        _("service_request_id %(number)s was not sent with this api_key.")
        % {"number": case.number},
        field="service_request_id",
    )


@whole()
def take_update(
    *,
    reader: Reader,
    found: Followed,
    update_id: str,
    status: str,
    words: str,
    media_url: str,
    now: datetime,
) -> None:
    """Add the words to the case; a solved case that is called open again is disputed, within the
    city's number of days. The same `update_id` again changes nothing.

    Raises what `cases.services.following` raises: MoveRefused for a case that takes no words.
    """
    case = found.case
    solved = case.stage in (Stage.CLOSED, Stage.EVALUATED)
    if status in DISPUTES and solved:
        cases.following.dispute(followed=found, words=words, now=now)
        return
    if status in DISPUTES and _disputed_with(case, words):
        return
    text = f"{reader.key_id}:{found.own_case.pk}:{update_id}"
    key = hashlib.sha256(text.encode()).hexdigest()[:40]
    before = case.report_count
    case = cases.following.add(
        followed=found,
        words=words,
        now=now,
        channel=CHANNEL,
        submission_key=f"open311:update:{key}",
        language=found.report.language,
    )
    if media_url and case.report_count > before:
        first = Submission.objects.get(case_id=found.own_case.pk, number=found.report.number)
        Submission.objects.create(
            case=case,
            number=case.report_count,
            key_id=first.key_id,
            jurisdiction=first.jurisdiction,
            answering=first.answering,
            media_url=media_url,
            media_state=MediaState.WAITING,
            digest=hashlib.sha256(text.encode()).digest()[:16],
            sent_at=now,
        )
        later("open311.fetch_media", case_id=case.pk, number=case.report_count)


def _disputed_with(case: Case, words: str) -> bool:
    """Whether this dispute came already: its answer was lost and it is sent again."""
    return CaseEvent.objects.filter(
        case_id=case.pk, move="reopen", opinion=words, actor=None
    ).exists()
