"""The proof of the access log, made by night and told to whoever answers for it."""

from __future__ import annotations

import logging
from datetime import datetime

from linli.audit.queries import Verdict, verify_seals
from linli.audit.services import record
from linli.notices.services import tell
from linli.staff.models import Post
from linli.staff.models.seats import held_at

log = logging.getLogger(__name__)
SEALS = "/console/audit/seals/"


def verify_audit(*, now: datetime) -> Verdict:
    """Verify every seal; on a break log it and tell the audit administrators.

    Written to the log itself either way, so that a night without a proof is seen.
    """
    verdict = verify_seals()
    record(
        actor=None,
        action="audit.verified",
        object_type="log",
        object_id="",
        now=now,
        detail={"holds": verdict.holds, "entries": verdict.entries, "seals": verdict.seals},
    )
    if not verdict.holds:
        log.error("the access log does not fit its seals", extra={"entries": verdict.broken})
        people = Post.objects.filter(
            held_at(now), grants__contains=["audit.see"], user__is_active=True
        ).values_list("user_id", flat=True)
        tell(
            user_ids=people, kind="audit.broken", params={"entries": verdict.broken}, url=SEALS,
            now=now,
        )  # fmt: skip
    return verdict
