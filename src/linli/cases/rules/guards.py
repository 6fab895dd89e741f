"""What a move needs of a case beyond its stage: pure questions, answered in a sentence."""

from __future__ import annotations

from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from linli.cases.rules.consents import (
    ASKED,
    EXTENSIONS,
    FIRST_MOVES,
    SECOND,
    SECOND_MOVES,
    SUSPENSIONS,
    YES,
    Pending,
)


class Facts(Protocol):
    """What the guards read of a case."""

    @property
    def is_suspended(self) -> bool: ...
    @property
    def waiting(self) -> bool: ...
    @property
    def pending(self) -> str: ...
    @property
    def pending_by_id(self) -> int | None: ...
    @property
    def check_passed(self) -> bool | None: ...
    @property
    def suspension_count(self) -> int: ...
    @property
    def handling(self) -> str: ...
    @property
    def feedback_given(self) -> bool: ...


#: What may happen to a case while it is suspended.
WHILE_SUSPENDED = frozenset(
    {
        "resume", "void", "comment", "supervise", "co_report", "extend", "endorse_extension",
        "refuse_extension", "consent_extension", "refuse_consent", "withdraw_request",
    }
)  # fmt: skip
#: What may happen while an escalation waits for the leader's signature (R17).
WHILE_ESCALATING = frozenset(
    {"sign_escalation", "refuse_escalation", "comment", "supervise", "amend"}
)
#: What may happen while the tier above decides whose work a case is (R79, R175).
WHILE_ARBITRATING = frozenset(
    {"arbitrate", "comment", "supervise", "amend", "void", "ask_reporter", "answer"}
)
_EXTENSION = frozenset({"extend", "endorse_extension", "refuse_extension"})
_SUSPENDING = frozenset({"ask_suspension", "suspend", "endorse_suspension"})
_HANDING_OVER = frozenset({"escalate", "delegate", "transfer", "merge"})
_SIGNATURE = frozenset({"sign_escalation", "refuse_escalation"})


def hindrance(case: Facts, move: str) -> str | Promise | None:
    """Why `move` is not open on `case` although its stage would allow it; None when it is open."""
    if case.is_suspended and move not in WHILE_SUSPENDED:
        return _("The case is suspended. Resume it first.")
    if case.pending == "escalation" and move not in WHILE_ESCALATING:
        return _("The escalation waits for a leader's signature.")
    if case.pending == "arbitration" and move not in WHILE_ARBITRATING:
        return _("Units have sent the case back twice; the centre above decides whose work it is.")
    if move == "arbitrate" and case.pending != "arbitration":
        return _("Nobody disputes whose work this case is.")
    if move in _SIGNATURE and case.pending != "escalation":
        return _("No escalation waits for a signature.")
    return _of_requests(case, move) or _by_move(case, move)


def _of_requests(case: Facts, move: str) -> str | Promise | None:
    """More time and suspension: one request at a time, decided by one tier or by two."""
    pending = case.pending
    if move == "withdraw_request":
        return _nothing_to_withdraw(case)
    if move in ("ask_extension", "ask_suspension") and pending in ASKED:
        return (
            _("More time has been asked for already and waits for an answer.")
            if pending.startswith(Pending.EXTENSION)
            else _("A suspension has been asked for already and waits for an answer.")
        )
    if pending in SECOND:
        return _waiting_for_second(move, pending)
    if move in SECOND_MOVES:
        return _("No request waits for a second consent.")
    if move in _EXTENSION and pending not in EXTENSIONS:
        return _("Nobody has asked for more time.")
    if move == "refuse_suspension" and pending not in SUSPENSIONS:
        return _("Nobody has asked for a suspension.")
    if move == "endorse_suspension" and pending in EXTENSIONS:
        return _("More time has been asked for and waits for an answer; decide about that first.")
    if move == "extend" and pending == Pending.EXTENSION_FIRST:
        return _("This request needs two consents. Give the first by passing the request up.")
    if move == "endorse_extension" and pending == Pending.EXTENSION:
        return _("One consent is enough here: grant more time.")
    return None


def _nothing_to_withdraw(case: Facts) -> str | Promise | None:
    if case.pending not in ASKED:
        return _("No request for more time or a suspension waits for an answer.")
    if case.pending_by_id is None:
        return _("The centre itself proposes this suspension; the unit has asked for nothing.")
    return None


def _waiting_for_second(move: str, pending: str) -> str | Promise | None:
    if move in FIRST_MOVES:
        return _("The request has its first consent and waits for the second.")
    if move in _HANDING_OVER:
        return _("A suspension waits for the second consent; it has to be decided about first.")
    if move in SECOND_MOVES - {"refuse_consent"} and move != YES[pending]:
        return _("The request that waits is another one.")
    return None


def _by_move(case: Facts, move: str) -> str | Promise | None:
    match move:
        case "resume" if not case.is_suspended:
            return _("The case is not suspended.")
        case _ if move in _SUSPENDING and case.suspension_count:
            return _("A case can be suspended only once.")
        case "ask_reporter" if case.waiting:
            return _("The reporter has been asked already.")
        case "answer" if not case.waiting:
            return _("Nothing has been asked of the reporter.")
        case "check" if case.check_passed is not None:
            return _("The case has been checked already; close it or send it back.")
        case "close" if case.check_passed is not True:
            return _("Closing needs a passed check on site, with photo and position.")
        case "close" if case.handling == "coordinated" and not case.feedback_given:
            return _("The person has to be told the result before this case is closed.")
        case "rework" if case.check_passed is not False:
            return _("Rework needs a failed check on site.")
    return None
