"""What may happen to a sheet, by whose hand: the one table. No sheet without persons (P14)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

OPEN, SCORE, REVIEW = "appraisal.open", "appraisal.score", "appraisal.review"
HEAR, SIGN, SCHEMES = "appraisal.hear", "appraisal.sign", "appraisal.schemes"


class State(TextChoices):
    """Where a sheet is (standards §5.4: 自评上报→评分→归档, with review and appeal between)."""

    REPORTING = "reporting", pgettext_lazy("appraisal", "Self-report")
    SCORING = "scoring", pgettext_lazy("appraisal", "Scoring")
    REVIEW = "review", pgettext_lazy("appraisal", "Review")
    SHOWN = "shown", pgettext_lazy("appraisal", "Shown to the worker")
    APPEALED = "appealed", pgettext_lazy("appraisal", "Under appeal")
    HEARD = "heard", pgettext_lazy("appraisal", "Kept on appeal")
    AGREED = "agreed", pgettext_lazy("appraisal", "Confirmed by the worker")
    SIGNED = "signed", pgettext_lazy("appraisal", "Signed")
    ARCHIVED = "archived", pgettext_lazy("appraisal", "Archived")
    DROPPED = "dropped", pgettext_lazy("appraisal", "Dropped")


#: Never changed again.
FROZEN = (State.SIGNED, State.ARCHIVED)


class Side(StrEnum):
    """Who acts. Whoever has acted on a sheet for one of SEPARATED never acts for another."""

    WORKER = "worker"
    CLERK = "clerk"
    SCORER = "scorer"
    REVIEWER = "reviewer"
    HEARER = "hearer"
    SIGNER = "signer"


SEPARATED = (Side.SCORER, Side.REVIEWER, Side.HEARER, Side.SIGNER)


class Deed(NamedTuple):
    """One line of the table. `target` None: decided by the service. `why`: words are needed."""

    sources: tuple[State, ...]
    target: State | None
    grant: str  # empty: whoever the sheet is about
    side: Side
    label: str | Promise
    done: str | Promise
    why: bool = False


DEEDS: dict[str, Deed] = {
    "report": Deed(
        (State.REPORTING,), State.SCORING, "", Side.WORKER,
        pgettext_lazy("appraisal", "Send the self-report"),
        pgettext_lazy("appraisal", "Self-report sent"), why=True,
    ),
    "skip": Deed(
        (State.REPORTING,), State.SCORING, SCORE, Side.SCORER,
        pgettext_lazy("appraisal", "Go on without a self-report"),
        pgettext_lazy("appraisal", "Went on without a self-report"), why=True,
    ),
    "submit": Deed(
        (State.SCORING,), State.REVIEW, SCORE, Side.SCORER,
        pgettext_lazy("appraisal", "Hand over for review"),
        pgettext_lazy("appraisal", "Handed over for review"),
    ),
    "send_back": Deed(
        (State.REVIEW,), State.SCORING, REVIEW, Side.REVIEWER,
        pgettext_lazy("appraisal", "Send back to the scorer"),
        pgettext_lazy("appraisal", "Sent back to the scorer"), why=True,
    ),
    "show": Deed(
        (State.REVIEW,), State.SHOWN, REVIEW, Side.REVIEWER,
        pgettext_lazy("appraisal", "Show to the worker"),
        pgettext_lazy("appraisal", "Shown to the worker"),
    ),
    "agree": Deed(
        (State.SHOWN,), State.AGREED, "", Side.WORKER,
        pgettext_lazy("appraisal", "Confirm, without appeal"),
        pgettext_lazy("appraisal", "Confirmed by the worker"),
    ),
    "appeal": Deed(
        (State.SHOWN,), State.APPEALED, "", Side.WORKER,
        pgettext_lazy("appraisal", "Appeal"),
        pgettext_lazy("appraisal", "Appeal of the worker"), why=True,
    ),
    "keep": Deed(
        (State.APPEALED,), None, HEAR, Side.HEARER,
        pgettext_lazy("appraisal", "Appeal: the sheet is right"),
        pgettext_lazy("appraisal", "Appeal heard: the sheet is right"), why=True,
    ),
    "change": Deed(
        (State.APPEALED,), None, HEAR, Side.HEARER,
        pgettext_lazy("appraisal", "Appeal: score anew"),
        pgettext_lazy("appraisal", "Appeal heard: to be scored anew"), why=True,
    ),
    "sign": Deed(
        (State.SHOWN, State.AGREED, State.HEARD), State.SIGNED, SIGN, Side.SIGNER,
        pgettext_lazy("appraisal", "Sign"),
        pgettext_lazy("appraisal", "Signed"),
    ),
    "archive": Deed(
        (State.SIGNED,), State.ARCHIVED, OPEN, Side.CLERK,
        pgettext_lazy("appraisal", "Archive"),
        pgettext_lazy("appraisal", "Archived"),
    ),
    "correct": Deed(
        FROZEN, None, OPEN, Side.CLERK,
        pgettext_lazy("appraisal", "Begin a correction sheet"),
        pgettext_lazy("appraisal", "Correction sheet begun"), why=True,
    ),
    "drop": Deed(
        (State.REPORTING, State.SCORING, State.REVIEW), State.DROPPED, OPEN, Side.CLERK,
        pgettext_lazy("appraisal", "Drop the sheet"),
        pgettext_lazy("appraisal", "Dropped"), why=True,
    ),
}  # fmt: skip
#: Lines of the history that are no deeds of the table.
HAPPENED: dict[str, str | Promise] = {
    "open": pgettext_lazy("appraisal", "Opened"),
    "figures": pgettext_lazy("appraisal", "Figures taken from the system"),
    "score": pgettext_lazy("appraisal", "Points entered"),
    "adjust": pgettext_lazy("appraisal", "Points added or deducted"),
    "unadjust": pgettext_lazy("appraisal", "Addition or deduction taken back"),
    "kept": pgettext_lazy("appraisal", "Kept: both say so"),
    "anew": pgettext_lazy("appraisal", "Back to scoring on appeal"),
}
#: The deeds by which a sheet that waits for somebody else than its worker goes on.
FORWARD = ("skip", "submit", "show", "keep", "sign", "archive")
#: Every line of a history that a person's hand may make.
ACTED = (*DEEDS, *HAPPENED)
HEARINGS = ("keep", "change")
HEARERS = 2


def outcome_of(said: Iterable[str]) -> State | None:
    """What two hearings decide; None until both are in. The sheet is kept only if both say so: in
    doubt it is scored anew."""
    verdicts = list(said)
    if len(verdicts) < HEARERS:
        return None
    return State.HEARD if all(one == "keep" for one in verdicts) else State.SCORING


def side_of(deed: str) -> Side | None:
    """Whose side a line of the history was done for; None for what nobody's hand made."""
    if deed in DEEDS:
        return DEEDS[deed].side
    if deed in ("figures", "score", "adjust", "unadjust"):
        return Side.SCORER
    return Side.CLERK if deed == "open" else None
