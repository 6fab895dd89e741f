"""Pure decisions about components: codes, places as numbers, states, columns, filters."""

from linli.components.rules.codes import (
    Parts,
    code_faults,
    code_of,
    parse_code,
    parts_of,
    range_of,
    text_of,
)
from linli.components.rules.states import Condition, State, state_of_case

__all__ = [
    "Condition",
    "Parts",
    "State",
    "code_faults",
    "code_of",
    "parse_code",
    "parts_of",
    "range_of",
    "state_of_case",
    "text_of",
]
