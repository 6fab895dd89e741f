"""Making a move by its name: what the desk's forms, the field pages and the API call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from linli.cases import rules
from linli.cases.models import Case
from linli.cases.services import asking, closing, dispatching, granting, intake, tiers
from linli.kernel.errors import BadInput

if TYPE_CHECKING:
    from linli.staff.models import User

#: One verb a move; a test proves that the two tables have the same rows.
VERBS: dict[str, Callable[..., Case]] = {
    "request_verification": intake.request_verification,
    "verify": intake.verify,
    "file": intake.file_case,
    "dispatch": dispatching.dispatch,
    "accept": dispatching.accept,
    "report_back": dispatching.report_back,
    "request_check": closing.request_check,
    "check": closing.check,
    "close": closing.close,
    "evaluate": closing.evaluate,
    "self_handle": intake.self_handle,
    "dismiss": intake.dismiss,
    "merge": intake.merge,
    "unmerge": intake.unmerge,
    "void": closing.void,
    "decline": dispatching.decline,
    "arbitrate": dispatching.arbitrate,
    "rework": closing.rework,
    "reopen": closing.reopen,
    "co_report": dispatching.co_report,
    "give_feedback": closing.give_feedback,
    "ask_suspension": asking.ask_suspension,
    "suspend": granting.suspend,
    "endorse_suspension": granting.endorse_suspension,
    "refuse_suspension": granting.refuse_suspension,
    "consent_suspension": granting.consent_suspension,
    "resume": granting.resume,
    "ask_extension": asking.ask_extension,
    "extend": granting.extend,
    "endorse_extension": granting.endorse_extension,
    "refuse_extension": granting.refuse_extension,
    "consent_extension": granting.consent_extension,
    "refuse_consent": granting.refuse_consent,
    "withdraw_request": granting.withdraw_request,
    "ask_reporter": tiers.ask_reporter,
    "answer": tiers.answer,
    "escalate": tiers.escalate,
    "sign_escalation": tiers.sign_escalation,
    "refuse_escalation": tiers.refuse_escalation,
    "delegate": tiers.delegate,
    "transfer": tiers.transfer,
    "amend": intake.amend,
    "supervise": tiers.supervise,
    "comment": tiers.comment,
}


def perform(
    move: str,
    *,
    case_id: int,
    actor: User,
    now: datetime,
    seen: int | None = None,
    **inputs: Any,
) -> Case:
    """Make `move` with the inputs its row of the table names (`files` are ids of uploads).

    Raises BadInput for a missing or unknown input, and what the verb raises.
    """
    if move not in rules.MOVES:
        rules.after("reported", move)
    row = rules.MOVES[move]
    known = {item.name: item for item in row.inputs}
    for name in inputs:
        if name not in known:
            raise BadInput(
                _("%(name)s is not part of “%(move)s”. It takes: %(known)s.")
                % {"name": name[:40], "move": row.label, "known": ", ".join(known) or "—"},
                field=name,
            )
    given = {name: value for name, value in inputs.items() if value is not None}
    for item in row.inputs:
        if item.required and item.name not in given and item.kind != "files":
            raise BadInput(
                _("%(name)s is missing. “%(move)s” needs it.")
                % {"name": item.name, "move": row.label},
                field=item.name,
            )
    if "files" in known:
        given["uploads"] = given.pop("files", ())
    return VERBS[move](case_id=case_id, actor=actor, now=now, seen=seen, **given)
