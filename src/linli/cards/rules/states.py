"""What may happen to a card, by whose hand: the one table. No card without a person (P14)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from linli.catalogue.rules.working_time import WorkCalendar


class State(TextChoices):
    """Where a card is."""

    PROPOSED = "proposed", pgettext_lazy("card", "Proposed")
    DROPPED = "dropped", pgettext_lazy("card", "Dropped")
    ISSUED = "issued", pgettext_lazy("card", "Issued")
    APPEALED = "appealed", pgettext_lazy("card", "Under appeal")
    UPHELD = "upheld", pgettext_lazy("card", "Upheld on appeal")
    WITHDRAWN = "withdrawn", pgettext_lazy("card", "Withdrawn")
    RAISED = "raised", pgettext_lazy("card", "Replaced by a graver one")


#: A card in one of these counts for its unit.
STANDING = (State.ISSUED, State.APPEALED, State.UPHELD)
#: Somebody still has something to do.
OPEN = (State.PROPOSED, State.ISSUED, State.APPEALED)


class Side(StrEnum):
    """Who acts."""

    CENTRE = "centre"  # whoever supervises the case; never of the unit itself
    UNIT = "unit"  # the unit that has the card
    REVIEW = "review"  # neither the issuer nor of the unit, nor the other reviewer


class Deed(NamedTuple):
    """One line of the table."""

    sources: tuple[State, ...]
    grant: str
    side: Side
    label: str | Promise
    done: str | Promise  # how the history says it


DEEDS: dict[str, Deed] = {
    "issue": Deed(
        (State.PROPOSED,), "cards.issue", Side.CENTRE,
        pgettext_lazy("card", "Issue the card"), pgettext_lazy("card", "Issued"),
    ),
    "drop": Deed(
        (State.PROPOSED,), "cards.issue", Side.CENTRE,
        pgettext_lazy("card", "Drop the proposal"), pgettext_lazy("card", "Dropped"),
    ),
    "reply": Deed(
        (State.ISSUED,), "cards.answer", Side.UNIT,
        pgettext_lazy("card", "Reply"), pgettext_lazy("card", "Reply of the unit"),
    ),
    "appeal": Deed(
        (State.ISSUED,), "cards.answer", Side.UNIT,
        pgettext_lazy("card", "Appeal"), pgettext_lazy("card", "Appeal of the unit"),
    ),
    "uphold": Deed(
        (State.APPEALED,), "cards.review", Side.REVIEW,
        pgettext_lazy("card", "Review: the card stands"),
        pgettext_lazy("card", "Review: stands"),
    ),
    "lift": Deed(
        (State.APPEALED,), "cards.review", Side.REVIEW,
        pgettext_lazy("card", "Review: take the card back"),
        pgettext_lazy("card", "Review: to be taken back"),
    ),
    "withdraw": Deed(
        (State.ISSUED, State.APPEALED, State.UPHELD), "cards.issue", Side.CENTRE,
        pgettext_lazy("card", "Withdraw the card"), pgettext_lazy("card", "Withdrawn"),
    ),
}  # fmt: skip
#: Lines of the history that nobody's hand made.
HAPPENED: dict[str, str | Promise] = {
    "propose": pgettext_lazy("card", "Proposed by the rule"),
    "rise": pgettext_lazy("card", "Proposal raised by the rule"),
    "give": pgettext_lazy("card", "Given by hand"),
    "raised": pgettext_lazy("card", "Replaced by a graver card"),
    "restored": pgettext_lazy("card", "Stands again: the graver card was taken back"),
    "upheld": pgettext_lazy("card", "Upheld: both reviewers say so"),
    "lifted": pgettext_lazy("card", "Withdrawn on appeal"),
}
REVIEWS = ("uphold", "lift")
REVIEWERS = 2
REPLY_DAYS, APPEAL_DAYS = 3, 5  # working days from the issue


def outcome_of(reviews: Iterable[str]) -> State | None:
    """What two reviews decide; None until both are in. A card stands only if both say so: in doubt
    it is taken back."""
    said = list(reviews)
    if len(said) < REVIEWERS:
        return None
    return State.UPHELD if all(one == "uphold" for one in said) else State.WITHDRAWN


def working_days_on(calendar: WorkCalendar, start: date, days: int) -> date:
    """The `days`-th working day after `start`."""
    on = start
    for _each in range(days):
        on += timedelta(days=1)
        while not calendar.is_workday(on):
            on += timedelta(days=1)
    return on


def last_moment(calendar: WorkCalendar, start: datetime, days: int) -> datetime:
    """The end of the `days`-th working day after `start`, by the city's clock."""
    on = working_days_on(calendar, calendar.local_date(start), days)
    return datetime.combine(on, time(23, 59, 59), ZoneInfo(calendar.zone))
