"""The one table of moves (design §3). Pages, API, checks, docs and the diagram read it.

To add a move: a row here, a verb in `services`, its words in `locale`; docs/howto/add-a-move.md.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from linli.cases.rules.stages import OPEN, Stage
from linli.kernel.errors import Refused


class Axis(StrEnum):
    """Whose move it is; who handles never checks or closes (R12)."""

    CENTRE = "centre"  # the owning centre: file, dispatch, close
    UNIT = "unit"  # the lead unit: accept, decline, report back
    CO_UNIT = "co_unit"  # a unit that helps the lead unit
    GRID = "grid"  # a worker of the grid: verify, check, self-handle
    ABOVE = "above"  # the centre above the owning one, or the topmost itself: arbitrate
    SECOND = "second"  # the centre whose second consent is waited for: the one above, if there is
    LEADER = "leader"  # whoever sees the case and leads: supervise, comment, sign
    REPORTER = "reporter"  # the person who reported, by number and secret
    SYSTEM = "system"  # the clock


class Input(NamedTuple):
    """One thing a move takes. `kind` decides the form field and the API type."""

    name: str
    kind: str  # text, reason, bool, unit, units, centre, post, class, condition, urgency, handling
    #            place, files, date, number, limit, rating, level
    required: bool = False


class Move(NamedTuple):
    """`target` None: the stage stays. `grant` lets a person make it; `axis` says on which side."""

    sources: tuple[Stage, ...]
    target: Stage | None
    grant: str
    axis: Axis
    label: str | Promise
    inputs: tuple[Input, ...] = ()


_OPINION = Input("opinion", "text")
_REASON = Input("opinion", "reason", required=True)
_FILES = Input("files", "files")
_PHOTO = Input("files", "files", required=True)
_S = Stage


MOVES: dict[str, Move] = {
    # -- the seven steps ---------------------------------------------------------------------
    "request_verification": Move(
        (_S.REPORTED,),
        _S.VERIFYING,
        "cases.intake",
        Axis.CENTRE,
        pgettext_lazy("move", "Ask for verification"),
        (Input("assignee", "post"), _OPINION),
    ),
    "verify": Move(
        (_S.VERIFYING,),
        _S.REPORTED,
        "cases.verify",
        Axis.GRID,
        pgettext_lazy("move", "Verify"),
        (Input("true", "bool", required=True), Input("place", "place"), _FILES, _OPINION),
    ),
    "file": Move(
        (_S.REPORTED,),
        _S.FILED,
        "cases.file",
        Axis.CENTRE,
        pgettext_lazy("move", "File"),
        (
            Input("case_class", "class"),
            Input("condition", "condition"),
            Input("urgency", "urgency"),
            Input("handling", "handling"),
            Input("place", "place"),
            _OPINION,
        ),
    ),
    "dispatch": Move(
        (_S.FILED,),
        _S.DISPATCHED,
        "cases.dispatch",
        Axis.CENTRE,
        pgettext_lazy("move", "Dispatch"),
        (Input("unit", "unit", required=True), Input("co_units", "units"), _OPINION),
    ),
    "accept": Move(
        (_S.DISPATCHED,),
        _S.HANDLING,
        "cases.handle",
        Axis.UNIT,
        pgettext_lazy("move", "Accept"),
        (_OPINION,),
    ),
    "report_back": Move(
        (_S.HANDLING,),
        _S.HANDLED,
        "cases.handle",
        Axis.UNIT,
        pgettext_lazy("move", "Report back"),
        (Input("opinion", "reason", required=True), _PHOTO, Input("place", "place")),
    ),
    "request_check": Move(
        (_S.HANDLED,),
        _S.CHECKING,
        "cases.request_check",
        Axis.CENTRE,
        pgettext_lazy("move", "Ask for a check"),
        (Input("assignee", "post"), _OPINION),
    ),
    "check": Move(
        (_S.CHECKING,),
        None,
        "cases.check",
        Axis.GRID,
        pgettext_lazy("move", "Check on site"),
        (
            Input("passed", "bool", required=True),
            Input("place", "place", required=True),
            _PHOTO,
            _OPINION,
        ),
    ),
    "close": Move(
        (_S.CHECKING,),
        _S.CLOSED,
        "cases.close",
        Axis.CENTRE,
        pgettext_lazy("move", "Close"),
        (_OPINION,),
    ),
    "evaluate": Move(
        (_S.CLOSED,),
        _S.EVALUATED,
        "cases.evaluate",
        Axis.REPORTER,
        pgettext_lazy("move", "Rate"),
        (Input("rating", "rating", required=True), _OPINION),
    ),
    # -- side doors --------------------------------------------------------------------------
    "self_handle": Move(
        (_S.REPORTED,),
        _S.CLOSED,
        "cases.self_handle",
        Axis.GRID,
        pgettext_lazy("move", "Handled on the spot"),
        (
            Input("case_class", "class"),
            Input("place", "place"),
            _PHOTO,
            Input("opinion", "reason", required=True),
        ),
    ),
    "dismiss": Move(
        (_S.REPORTED, _S.VERIFYING),
        _S.DISMISSED,
        "cases.file",
        Axis.CENTRE,
        pgettext_lazy("move", "Dismiss"),
        (_REASON,),
    ),
    "merge": Move(
        (_S.REPORTED, _S.VERIFYING, _S.FILED),
        _S.MERGED,
        "cases.intake",
        Axis.CENTRE,
        pgettext_lazy("move", "Merge into another case"),
        (Input("into", "number", required=True), _REASON),
    ),
    "unmerge": Move(
        (_S.MERGED,),
        _S.REPORTED,
        "cases.intake",
        Axis.CENTRE,
        pgettext_lazy("move", "Undo the merge"),
        (_REASON,),
    ),
    "void": Move(
        (_S.FILED, _S.DISPATCHED, _S.HANDLING, _S.HANDLED, _S.CHECKING),
        _S.VOIDED,
        "cases.void",
        Axis.CENTRE,
        pgettext_lazy("move", "Void"),
        (_REASON,),
    ),
    "decline": Move(
        (_S.DISPATCHED,),
        _S.FILED,
        "cases.handle",
        Axis.UNIT,
        pgettext_lazy("move", "Decline"),
        (_REASON, _FILES),
    ),
    "arbitrate": Move(
        (_S.FILED,),
        _S.DISPATCHED,
        "cases.arbitrate",
        Axis.ABOVE,
        pgettext_lazy("move", "Decide whose work it is"),
        (
            Input("unit", "unit", required=True),
            Input("co_units", "units"),
            Input("legal_basis", "reason", required=True),
            Input("opinion", "reason", required=True),
        ),
    ),
    "rework": Move(
        (_S.CHECKING,),
        _S.DISPATCHED,
        "cases.close",
        Axis.CENTRE,
        pgettext_lazy("move", "Send back for rework"),
        (_REASON,),
    ),
    "reopen": Move(
        (_S.CLOSED, _S.EVALUATED),
        _S.FILED,
        "cases.reopen",
        Axis.CENTRE,
        pgettext_lazy("move", "Reopen"),
        (_REASON, _FILES),
    ),
    "co_report": Move(
        (_S.DISPATCHED, _S.HANDLING, _S.HANDLED),
        None,
        "cases.handle",
        Axis.CO_UNIT,
        pgettext_lazy("move", "Report our part"),
        (_REASON, _FILES),
    ),
    "give_feedback": Move(
        (_S.HANDLED, _S.CHECKING),
        None,
        "cases.call_back",
        Axis.CENTRE,
        pgettext_lazy("move", "Tell the person"),
        (_REASON,),
    ),
    "ask_suspension": Move(
        (_S.DISPATCHED, _S.HANDLING),
        None,
        "cases.handle",
        Axis.UNIT,
        pgettext_lazy("move", "Ask for a suspension"),
        (Input("until", "date", required=True), _REASON),
    ),
    "suspend": Move(
        (_S.FILED, _S.DISPATCHED, _S.HANDLING),
        None,
        "cases.suspend",
        Axis.CENTRE,
        pgettext_lazy("move", "Suspend"),
        (Input("until", "date", required=True), _REASON),
    ),
    "endorse_suspension": Move(
        (_S.FILED, _S.DISPATCHED, _S.HANDLING),
        None,
        "cases.suspend",
        Axis.CENTRE,
        pgettext_lazy("move", "Pass a long suspension up"),
        (Input("until", "date", required=True), _REASON),
    ),
    "refuse_suspension": Move(
        (_S.DISPATCHED, _S.HANDLING),
        None,
        "cases.suspend",
        Axis.CENTRE,
        pgettext_lazy("move", "Refuse the suspension"),
        (_REASON,),
    ),
    "consent_suspension": Move(
        (_S.FILED, _S.DISPATCHED, _S.HANDLING),
        None,
        "cases.consent",
        Axis.SECOND,
        pgettext_lazy("move", "Consent to the suspension"),
        (_OPINION,),
    ),
    "resume": Move(
        (_S.FILED, _S.DISPATCHED, _S.HANDLING),
        None,
        "cases.suspend",
        Axis.CENTRE,
        pgettext_lazy("move", "Resume"),
        (_OPINION,),
    ),
    "ask_extension": Move(
        (_S.DISPATCHED, _S.HANDLING),
        None,
        "cases.handle",
        Axis.UNIT,
        pgettext_lazy("move", "Ask for more time"),
        (Input("limit", "limit", required=True), _REASON),
    ),
    "extend": Move(
        (_S.DISPATCHED, _S.HANDLING),
        None,
        "cases.extend",
        Axis.CENTRE,
        pgettext_lazy("move", "Grant more time"),
        (_OPINION,),
    ),
    "endorse_extension": Move(
        (_S.DISPATCHED, _S.HANDLING),
        None,
        "cases.extend",
        Axis.CENTRE,
        pgettext_lazy("move", "Pass the request for more time up"),
        (_REASON,),
    ),
    "refuse_extension": Move(
        (_S.DISPATCHED, _S.HANDLING),
        None,
        "cases.extend",
        Axis.CENTRE,
        pgettext_lazy("move", "Refuse more time"),
        (_REASON,),
    ),
    "consent_extension": Move(
        (_S.DISPATCHED, _S.HANDLING),
        None,
        "cases.consent",
        Axis.SECOND,
        pgettext_lazy("move", "Consent to more time"),
        (_OPINION,),
    ),
    "refuse_consent": Move(
        (_S.FILED, _S.DISPATCHED, _S.HANDLING),
        None,
        "cases.consent",
        Axis.SECOND,
        pgettext_lazy("move", "Refuse the second consent"),
        (_REASON,),
    ),
    "withdraw_request": Move(
        (_S.DISPATCHED, _S.HANDLING),
        None,
        "cases.handle",
        Axis.UNIT,
        pgettext_lazy("move", "Withdraw the request"),
        (_OPINION,),
    ),
    "ask_reporter": Move(
        (_S.REPORTED, _S.VERIFYING, _S.FILED, _S.HANDLING),
        None,
        "cases.call_back",
        Axis.CENTRE,
        pgettext_lazy("move", "Ask the reporter"),
        (_REASON,),
    ),
    "answer": Move(
        (_S.REPORTED, _S.VERIFYING, _S.FILED, _S.HANDLING),
        None,
        "cases.call_back",
        Axis.CENTRE,
        pgettext_lazy("move", "Note the reporter's answer"),
        (_REASON, _FILES),
    ),
    "escalate": Move(
        (_S.REPORTED, _S.FILED),
        None,
        "cases.escalate",
        Axis.CENTRE,
        pgettext_lazy("move", "Escalate to the tier above"),
        (_REASON,),
    ),
    "sign_escalation": Move(
        (_S.REPORTED, _S.FILED),
        None,
        "cases.sign",
        Axis.CENTRE,
        pgettext_lazy("move", "Sign the escalation"),
        (_OPINION,),
    ),
    "refuse_escalation": Move(
        (_S.REPORTED, _S.FILED),
        None,
        "cases.sign",
        Axis.CENTRE,
        pgettext_lazy("move", "Refuse the escalation"),
        (_REASON,),
    ),
    "delegate": Move(
        (_S.REPORTED, _S.FILED),
        None,
        "cases.delegate",
        Axis.CENTRE,
        pgettext_lazy("move", "Delegate to the tier below"),
        (Input("centre", "centre", required=True), _OPINION),
    ),
    "transfer": Move(
        (_S.REPORTED, _S.FILED),
        None,
        "cases.transfer",
        Axis.CENTRE,
        pgettext_lazy("move", "Transfer to another district"),
        (Input("centre", "centre", required=True), _REASON),
    ),
    "amend": Move(
        (_S.REPORTED, _S.VERIFYING, _S.FILED, _S.DISPATCHED, _S.HANDLING),
        None,
        "cases.amend",
        Axis.CENTRE,
        pgettext_lazy("move", "Amend"),
        (
            Input("case_class", "class"),
            Input("condition", "condition"),
            Input("urgency", "urgency"),
            Input("handling", "handling"),
            Input("place", "place"),
            Input("address", "text"),
            _REASON,
        ),
    ),
    "supervise": Move(
        OPEN,
        None,
        "cases.supervise",
        Axis.LEADER,
        pgettext_lazy("move", "Supervise"),
        (Input("level", "level"), _REASON, Input("until", "date")),
    ),
    "comment": Move(
        tuple(Stage),
        None,
        "cases.comment",
        Axis.LEADER,
        pgettext_lazy("move", "Comment"),
        (_REASON,),
    ),
}

#: Events that are no move of the table: a case begins, or another report joins it.
BEGINNINGS = ("report", "add_report")


class MoveRefused(Refused):
    """The move is not open at this stage, or a rule forbids it now."""

    status = 409
    code = "move_refused"


def moves_from(stage: str) -> list[str]:
    """The moves open at `stage`, in the order of the table."""
    return [name for name, move in MOVES.items() if stage in move.sources]


def after(stage: str, move: str) -> Stage:
    """The stage `move` leads to from `stage`. Raises MoveRefused if it is not open there."""
    if move not in MOVES:
        raise MoveRefused(
            _("There is no move “%(move)s”. The moves of this case are listed with it.")
            % {"move": move},
            field="move",
        )
    if stage not in MOVES[move].sources:
        raise MoveRefused(
            _("This case is at “%(stage)s”; “%(move)s” is not open there.")
            % {"stage": Stage(stage).label, "move": MOVES[move].label},
            field="move",
        )
    return MOVES[move].target or Stage(stage)
