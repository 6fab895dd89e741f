"""Three lights: green to 80 % of the limit, yellow to 100 %, red beyond (standards 3.4, R68)."""

from datetime import datetime
from enum import StrEnum


class Light(StrEnum):
    """The one meaning of green, yellow and red in the whole program."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


def light(now: datetime, warn_at: datetime | None, due_at: datetime | None) -> Light:
    """The light at `now`. The moment of warning is yellow, the due moment itself still yellow.

    A clock that stands still or has no limit (`due_at` None) is green.
    """
    if due_at is None:
        return Light.GREEN
    if now > due_at:
        return Light.RED
    if warn_at is not None and now >= warn_at:
        return Light.YELLOW
    return Light.GREEN
