"""The steps of a clock at which those who can act are reminded (R73, standards §3.4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from linli.catalogue.rules.working_time import WorkCalendar


class Step(StrEnum):
    """In rising order."""

    WARNED = "warned"  # 80 % of the limit
    DUE = "due"  # 100 %
    OVERDUE = "overdue"  # a working day more

    @property
    def rank(self) -> int:
        """0 for the first."""
        return list(Step).index(self)


#: Passed longer ago, a step is noted and nobody is told: it is no news.
NEWS = timedelta(days=2)


def step_at(
    now: datetime, warn_at: datetime | None, due_at: datetime, calendar: WorkCalendar
) -> tuple[Step, datetime] | None:
    """The last step passed, and when; None before the first."""
    after = calendar.add_work(due_at, calendar.day_length(calendar.local_date(due_at)))
    if now >= after:
        return Step.OVERDUE, after
    if now >= due_at:
        return Step.DUE, due_at
    if warn_at is not None and now >= warn_at:
        return Step.WARNED, warn_at
    return None
