"""Every read of the catalogue.

The catalogue is small and hot: it is held in memory and asked for its version first, one query of
one row. Work that asks several questions takes `current()` once and asks that.
"""

from linli.catalogue.queries.history import Change, history_of
from linli.catalogue.queries.registers import (
    REGISTERS,
    classes_of,
    conditions_of,
    day_of,
    days_of,
    editions,
    hours,
    row_of,
    stage_limits,
)
from linli.catalogue.queries.responsibility import (
    Suggestion,
    reason_of,
    responsibilities,
    suggest_units,
)
from linli.catalogue.queries.snapshot import (
    Catalogue,
    NoLimit,
    calendar,
    class_by_code,
    class_ids,
    classes,
    conditions_for,
    current,
    handling_limit,
    stage_limit,
    unknown_years,
)
from linli.catalogue.queries.words import day_rows, light_text, limit_text, unit_text

__all__ = [
    "REGISTERS",
    "Catalogue",
    "Change",
    "NoLimit",
    "Suggestion",
    "calendar",
    "class_by_code",
    "class_ids",
    "classes",
    "classes_of",
    "conditions_for",
    "conditions_of",
    "current",
    "day_of",
    "day_rows",
    "days_of",
    "editions",
    "handling_limit",
    "history_of",
    "hours",
    "light_text",
    "limit_text",
    "reason_of",
    "responsibilities",
    "row_of",
    "stage_limit",
    "stage_limits",
    "suggest_units",
    "unit_text",
    "unknown_years",
]
