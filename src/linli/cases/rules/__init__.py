"""The life of a case as data: stages, moves, numbers, the hash chain. Pure: no database."""

from linli.cases.rules.chain import GENESIS, link
from linli.cases.rules.moves import (
    MOVES,
    Axis,
    Input,
    Move,
    after,
    moves_from,
)
from linli.cases.rules.numbers import case_number, parse_case_number
from linli.cases.rules.stages import (
    ENDED,
    LOOP,
    OPEN,
    Channel,
    Handling,
    Stage,
    Supervision,
    Urgency,
)

__all__ = [
    "ENDED",
    "GENESIS",
    "LOOP",
    "MOVES",
    "OPEN",
    "Axis",
    "Channel",
    "Handling",
    "Input",
    "Move",
    "Stage",
    "Supervision",
    "Urgency",
    "after",
    "case_number",
    "link",
    "moves_from",
    "parse_case_number",
]
