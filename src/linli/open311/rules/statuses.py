"""Our stages as others read them: open or closed, in words, and as mySociety's finer states."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from linli.cases.rules.stages import OPEN, Stage

STATUSES = ("open", "closed")
ON_HOLD = _("On hold")
#: The stages as states of service request updates (mySociety's extension).
FINER: dict[str, str] = {
    Stage.REPORTED: "OPEN",
    Stage.VERIFYING: "INVESTIGATING",
    Stage.FILED: "INVESTIGATING",
    Stage.DISPATCHED: "ACTION_SCHEDULED",
    Stage.HANDLING: "IN_PROGRESS",
    Stage.HANDLED: "IN_PROGRESS",
    Stage.CHECKING: "IN_PROGRESS",
    Stage.CLOSED: "FIXED",
    Stage.EVALUATED: "FIXED",
    Stage.DISMISSED: "NO_FURTHER_ACTION",
    Stage.MERGED: "DUPLICATE",
    Stage.VOIDED: "CLOSED",
}
#: All states of that extension, by whether something is still to be done.
STATES: dict[str, str] = {
    "OPEN": "open",
    "INVESTIGATING": "open",
    "IN_PROGRESS": "open",
    "ACTION_SCHEDULED": "open",
    "REOPEN": "open",
    "FIXED": "closed",
    "CLOSED": "closed",
    "DUPLICATE": "closed",
    "NOT_COUNCILS_RESPONSIBILITY": "closed",
    "NO_FURTHER_ACTION": "closed",
    "INTERNAL_REFERRAL": "closed",
}
#: What a person says who finds that it was not solved.
DISPUTES = ("OPEN", "REOPEN")


def status_of(stage: str) -> str:
    """open or closed."""
    return "open" if stage in OPEN else "closed"


def stages_of(statuses: tuple[str, ...]) -> list[str]:
    """The stages that are one of `statuses`."""
    return [stage.value for stage in Stage if status_of(stage) in statuses]
