"""What a move needs of a case beyond its stage: pure questions, answered in a sentence."""

from __future__ import annotations

from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Facts(Protocol):
    """What the guards read of a case."""

    @property
    def is_suspended(self) -> bool: ...
    @property
    def waiting(self) -> bool: ...
    @property
    def pending(self) -> str: ...
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
    {"resume", "void", "comment", "supervise", "co_report", "extend", "refuse_extension"}
)
#: What may happen while an escalation waits for the leader's signature (R17).
WHILE_ESCALATING = frozenset(
    {"sign_escalation", "refuse_escalation", "comment", "supervise", "amend"}
)
#: What may happen while the tier above decides whose work a case is (R79, R175).
WHILE_ARBITRATING = frozenset(
    {"arbitrate", "comment", "supervise", "amend", "void", "ask_reporter", "answer"}
)
_EXTENSION = frozenset({"extend", "refuse_extension"})
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
    if move in _EXTENSION and case.pending != "extension":
        return _("Nobody has asked for more time.")
    if move == "ask_extension" and case.pending == "extension":
        return _("More time has been asked for already and waits for an answer.")
    return _by_move(case, move)


def _by_move(case: Facts, move: str) -> str | Promise | None:
    match move:
        case "resume" if not case.is_suspended:
            return _("The case is not suspended.")
        case "suspend" if case.suspension_count:
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
