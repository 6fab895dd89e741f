"""Every read of the catalogue.

The catalogue is small and hot: it is held in memory and asked for its version first, one query of
one row. Work that asks several questions takes `current()` once and asks that.
"""

from linli.catalogue.queries.history import Change, history_of
from linli.catalogue.queries.responsibility import (
    Suggestion,
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
    "Catalogue",
    "Change",
    "NoLimit",
    "Suggestion",
    "calendar",
    "class_by_code",
    "class_ids",
    "classes",
    "conditions_for",
    "current",
    "day_rows",
    "handling_limit",
    "history_of",
    "light_text",
    "limit_text",
    "responsibilities",
    "stage_limit",
    "suggest_units",
    "unit_text",
    "unknown_years",
]
