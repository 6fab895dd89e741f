"""What an alarm owes its case (ADR 0023): pure, so that every turn of both can be tried."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from linli.sensors.rules.kinds import Sense

#: A case is told of a value that has become still worse at most so often.
WORSE_EVERY = timedelta(hours=1)
#: … and only where it lies so much farther from the threshold than what the case knows.
WORSE_BY = 0.25
#: What was refused is tried again after so long.
AGAIN_AFTER = timedelta(minutes=10)


class Step(StrEnum):
    """The one thing to do next."""

    NOTHING = "nothing"
    OPEN = "open"  # report the case
    DROP = "drop"  # it passed before there was a case: the alarm is over
    WORSE = "worse"  # tell the case the new extreme
    AGAIN = "again"  # tell the case that the value is beyond again
    BACK = "back"  # withdraw the case, or tell it that the value is back to normal
    END = "end"  # value and case are both done: the alarm is over
    ENDED = "ended"  # note that the case has ended while the value is still beyond
    RENEW = "renew"  # and has been so for long: a new alarm, a new case


class Standing(NamedTuple):
    """What counts of an alarm. `case_open` None: there is no case yet."""

    sense: str
    threshold: float
    beyond: bool
    case_open: bool | None
    told: str
    told_at: datetime | None
    told_worst: float | None
    worst: float | None
    ended_at: datetime | None
    again_h: int


def next_step(alarm: Standing, *, now: datetime) -> Step:
    """What to do now; called again afterwards it answers NOTHING until something changes."""
    if alarm.case_open is None:
        return Step.OPEN if alarm.beyond else Step.DROP
    if not alarm.case_open:
        if not alarm.beyond:
            return Step.END
        if alarm.ended_at is None:
            return Step.ENDED
        over_long = now - alarm.ended_at >= timedelta(hours=alarm.again_h)
        return Step.RENEW if alarm.again_h and over_long else Step.NOTHING
    if not alarm.beyond:
        return Step.NOTHING if alarm.told == "back" else Step.BACK
    if alarm.told == "back":
        return Step.AGAIN
    return Step.WORSE if _is_much_worse(alarm, now) else Step.NOTHING


def _is_much_worse(alarm: Standing, now: datetime) -> bool:
    worst, told = alarm.worst, alarm.told_worst
    if alarm.sense == Sense.SILENT or worst is None or told is None or alarm.told_at is None:
        return False
    known, new = abs(told - alarm.threshold), abs(worst - alarm.threshold)
    return now - alarm.told_at >= WORSE_EVERY and new > known * (1 + WORSE_BY)
