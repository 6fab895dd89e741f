"""What is forgotten: drafts nobody sent, messages that were worked off, people whose reports are
long over."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from linli.cases.queries import settings
from linli.cases.rules.stages import ENDED
from linli.wechat.models import Fan, InMessage, Nonce, Submission
from linli.wechat.rules.dialogue import LIVES
from linli.wechat.rules.kinds import MediaState, Step, WorkState

KEPT = timedelta(days=7)  # a message, for whoever looks why something went wrong
NONCES_KEPT = timedelta(hours=1)  # the window is ten minutes
SILENT = LIVES + timedelta(days=1)  # within a day more the person is told that the draft is gone
LEFT_FOR = timedelta(days=30)  # then the WeChat number of somebody who left is forgotten
AT_ONCE = 5_000


def tidy(*, now: datetime) -> int:
    """Forget what is over; how many rows. Safe to run twice.

    A message whose work or file still waits stays. Who reported is forgotten with the contacts of
    the cases: the city's number of days after the end (PIPL 19, 47).
    """
    waiting = Q(state=WorkState.WAITING) | Q(media_state=MediaState.WAITING)
    old = InMessage.objects.filter(received_at__lt=now - KEPT).exclude(waiting)
    count = old.delete()[0]
    count += Nonce.objects.filter(at__lt=now - NONCES_KEPT).delete()[0]
    silent = Fan.objects.filter(step=Step.DRAFT, began_at__lt=now - SILENT)
    count += silent.update(step=Step.IDLE, began_at=None, sealed_draft="")
    return count + _forget_people(now)


def _forget_people(now: datetime) -> int:
    days = timedelta(days=settings().contact_days)
    over = Submission.objects.filter(case__stage__in=ENDED, case__stage_since__lt=now - days)
    ids = list(over.order_by("case_id").values_list("case_id", flat=True).distinct()[:AT_ONCE])
    count = Submission.objects.filter(case_id__in=ids).delete()[0]
    left = Fan.objects.filter(follows=False, talked_at__lt=now - LEFT_FOR)
    count += left.exclude(sealed_openid="").update(sealed_openid="")
    theirs = Submission.objects.filter(fan_id=OuterRef("pk"))
    gone = Fan.objects.filter(~Exists(theirs), talked_at__lt=now - days)
    return count + gone.delete()[0]
