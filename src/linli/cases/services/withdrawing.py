"""What a device reported is gone before anybody was sent: its case ends by itself (ADR 0023)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from linli.cases import rules
from linli.cases.models import Case
from linli.cases.rules.moves import MoveRefused
from linli.cases.services.core import Act, advance, locked
from linli.kernel.transactions import whole


@whole()
def withdraw(*, case_id: int, opinion: str, reports: int, now: datetime) -> Case:
    """End a case that a device opened: dismissed while reported, voided while filed.

    Only while the device is its only reporter (`reports` are its own) and nobody was ever sent, for
    who handles never closes (R12) and whoever was sent has to be able to say what they found.
    Raises MoveRefused otherwise, NotFound.
    """

    def change(act: Act) -> None:
        act.case.assignee_id = None

    case = locked(case_id, None)
    move = {rules.Stage.REPORTED: "dismiss", rules.Stage.FILED: "void"}.get(rules.Stage(case.stage))
    if move is None or case.dispatched_at is not None:
        raise MoveRefused(_("Somebody was sent already; they say what they found."), field="move")
    if case.report_count > reports:
        raise MoveRefused(_("Others have reported this problem too."), field="move")
    return advance(case_id, move, actor=None, now=now, opinion=opinion, change=change)
