"""The pure part of the catalogue: limits, working time, clocks, lights, and its words.

Why working time is counted as it is: docs/adr/0003-working-time.md.
"""

from linli.catalogue.rules.clocks import Clock, due_at, extend, relimit, resume, start, stop
from linli.catalogue.rules.lights import Light, light
from linli.catalogue.rules.limits import (
    UNIT_ZH,
    BadLimit,
    Limit,
    LimitUnit,
    limit_zh,
    parse_limit,
)
from linli.catalogue.rules.terms import (
    NORMAL,
    UNIT_WORDS,
    URGENT,
    Goal,
    Grade,
    Kind,
    Role,
    class_code,
    split_code,
)
from linli.catalogue.rules.working_time import (
    STANDARD_HOURS,
    OutsideCalendar,
    WorkCalendar,
    WorkHours,
    parse_slots,
)

__all__ = [
    "NORMAL",
    "STANDARD_HOURS",
    "UNIT_WORDS",
    "UNIT_ZH",
    "URGENT",
    "BadLimit",
    "Clock",
    "Goal",
    "Grade",
    "Kind",
    "Light",
    "Limit",
    "LimitUnit",
    "OutsideCalendar",
    "Role",
    "WorkCalendar",
    "WorkHours",
    "class_code",
    "due_at",
    "extend",
    "light",
    "limit_zh",
    "parse_limit",
    "parse_slots",
    "relimit",
    "resume",
    "split_code",
    "start",
    "stop",
]
