"""Who has to consent to more time (延期) and to a suspension (挂账): one tier or two. Pure.

Standards §3.4: before the limit is over, once or twice, at most one more original limit, consent of
two levels; suspension to a date of at most a year, once. The numbers are the city's (`rules.city`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol

from linli.catalogue.rules import Clock, Limit, extend, resume
from linli.catalogue.rules.working_time import WorkCalendar


class Pending(StrEnum):
    """What of a case waits for a decision; the number says which consent is waited for."""

    NOTHING = ""
    ESCALATION = "escalation"
    ARBITRATION = "arbitration"
    EXTENSION = "extension"  # one consent is enough
    EXTENSION_FIRST = "extension_1"
    EXTENSION_SECOND = "extension_2"
    SUSPENSION = "suspension"
    SUSPENSION_FIRST = "suspension_1"
    SUSPENSION_SECOND = "suspension_2"


#: What the owning centre decides, and what waits for the second consent.
EXTENSIONS: Final = (Pending.EXTENSION, Pending.EXTENSION_FIRST)
SUSPENSIONS: Final = (Pending.SUSPENSION, Pending.SUSPENSION_FIRST)
FIRST: Final = (*EXTENSIONS, *SUSPENSIONS)
SECOND: Final = (Pending.EXTENSION_SECOND, Pending.SUSPENSION_SECOND)
ASKED: Final = (*FIRST, *SECOND)
#: The move that says yes to what is pending.
YES: Final[dict[str, str]] = {
    Pending.EXTENSION: "extend",
    Pending.EXTENSION_FIRST: "endorse_extension",
    Pending.EXTENSION_SECOND: "consent_extension",
    Pending.SUSPENSION: "suspend",
    Pending.SUSPENSION_FIRST: "endorse_suspension",
    Pending.SUSPENSION_SECOND: "consent_suspension",
}
#: The moves of each tier; the second is never of who gave the first, neither of who asked.
FIRST_MOVES: Final = frozenset(
    {
        "extend", "endorse_extension", "refuse_extension",
        "suspend", "endorse_suspension", "refuse_suspension",
    }
)  # fmt: skip
SECOND_MOVES: Final = frozenset({"consent_extension", "consent_suspension", "refuse_consent"})


class Numbers(Protocol):
    """What the city has set."""

    @property
    def extensions_most(self) -> int: ...
    @property
    def extensions_alone(self) -> int: ...
    @property
    def extension_percent_most(self) -> int: ...
    @property
    def extension_percent_alone(self) -> int: ...
    @property
    def suspension_days(self) -> int: ...
    @property
    def suspension_days_alone(self) -> int: ...


def needs_second_to_extend(
    numbers: Numbers, clock: Clock, asked: Limit, *, granted: int, calendar: WorkCalendar
) -> bool:
    """Whether the tier above has to consent too: it is not the first time, or it is long."""
    alone = within(clock, asked, numbers.extension_percent_alone, calendar)
    return granted >= numbers.extensions_alone or not alone


def needs_second_to_suspend(numbers: Numbers, days: int) -> bool:
    """Whether a suspension of so many days needs the tier above."""
    return days > numbers.suspension_days_alone


def within(clock: Clock, asked: Limit, percent: int, calendar: WorkCalendar) -> bool:
    """Whether `asked` is at most so much of the clock's own limit.

    Compared by where either would end, for they may count different kinds of time: a calendar day
    is less than three working days, whatever the numbers. `clock` runs.
    """
    if percent <= 0:
        return False
    share = replace(clock.limit, amount=clock.limit.amount * percent / Decimal(100))
    ends, bound = (extend(clock, more).due_at(calendar) for more in (asked, share))
    return ends is not None and bound is not None and ends <= bound


def running(clock: Clock, now: datetime) -> Clock:
    """The clock as if it went on at `now`: what may be asked for does not depend on standing."""
    return resume(clock, now) if clock.stopped else clock
