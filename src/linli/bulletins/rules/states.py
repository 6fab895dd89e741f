"""From a draft to a published bulletin: who may do what, and when."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from linli.kernel.errors import Refused


class Kind(TextChoices):
    MONTHLY = "monthly", pgettext_lazy("bulletin", "Monthly bulletin")
    SPECIAL = "special", pgettext_lazy("bulletin", "Special report")


class State(TextChoices):
    DRAFT = "draft", pgettext_lazy("bulletin", "Draft")
    IN_REVIEW = "in_review", pgettext_lazy("bulletin", "In review")
    REVIEWED = "reviewed", pgettext_lazy("bulletin", "Reviewed")
    SIGNED = "signed", pgettext_lazy("bulletin", "Signed")
    PUBLISHED = "published", pgettext_lazy("bulletin", "Published")
    WITHDRAWN = "withdrawn", pgettext_lazy("bulletin", "Withdrawn")


class Move(NamedTuple):
    """`other_hand`: not by the person who wrote it. `why`: words are asked for."""

    sources: tuple[State, ...]
    target: State
    grant: str
    label: str | Promise
    other_hand: bool = False
    why: bool = False


MOVES: dict[str, Move] = {
    "submit": Move(
        (State.DRAFT,), State.IN_REVIEW, "bulletins.write",
        pgettext_lazy("bulletin", "Send for review"),
    ),
    "review": Move(
        (State.IN_REVIEW,), State.REVIEWED, "bulletins.review",
        pgettext_lazy("bulletin", "Approve"), other_hand=True,
    ),
    "send_back": Move(
        (State.IN_REVIEW, State.REVIEWED), State.DRAFT, "bulletins.review",
        pgettext_lazy("bulletin", "Send back"), why=True,
    ),
    "sign": Move(
        (State.REVIEWED,), State.SIGNED, "bulletins.sign",
        pgettext_lazy("bulletin", "Sign and number"), other_hand=True,
    ),
    "publish": Move(
        (State.SIGNED,), State.PUBLISHED, "bulletins.write",
        pgettext_lazy("bulletin", "Publish"),
    ),
    "withdraw": Move(
        (State.SIGNED, State.PUBLISHED), State.WITHDRAWN, "bulletins.sign",
        pgettext_lazy("bulletin", "Withdraw"), why=True,
    ),
}  # fmt: skip


def moves_from(state: str) -> list[str]:
    return [name for name, move in MOVES.items() if state in move.sources]


def after(state: str, deed: str) -> State:
    """The state that `deed` leads to. Raises Refused where it is not open."""
    if deed not in moves_from(state):
        raise Refused(
            _("This bulletin is “%(state)s” now; “%(deed)s” is not open. Load the page again.")
            % {
                "state": State(state).label,
                "deed": MOVES[deed].label if deed in MOVES else deed,
            }
        )
    return MOVES[deed].target
