"""Values of an inventory, cell by cell: dates, states, words. Each gives a value or a sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from linli.components.rules.columns import LABELS
from linli.components.rules.states import CONDITIONS, STATES
from linli.kernel.cells import unguarded

MOST = {"address": 200, "name": 60, "note": 500, "key": 60}
UNIT_NAME = 100
_DATE = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})日?(?:[T ].*)?")


class Value(NamedTuple):
    """What a cell holds; `fault` is why it cannot be taken."""

    held: Any = None
    fault: str = ""


def parsed(cells: list[str], parse: Callable[[str], Value]) -> list[Value]:
    """Every cell parsed, each distinct text once."""
    known = {text: parse(text) for text in set(cells)}
    return [known[text] for text in cells]


def date_of(text: str, *, today: date) -> Value:
    """A day: 2026-03-01, 2026/3/1, 20260301, 2026年3月1日, also with a time behind it."""
    plain = text.strip()
    if not plain:
        return Value()
    found = _DATE.fullmatch(plain)
    try:
        day = date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        day = None
    if day is None:
        return Value(
            fault=_("“%(text)s” is no date; write it as 2026-03-01.") % {"text": plain[:30]}
        )
    if day > today or day.year < 1800:
        return Value(fault=_("The date %(text)s cannot be: it is to come, or too long ago.")
                     % {"text": plain[:30]})  # fmt: skip
    return Value(day)


def state_of(text: str) -> Value:
    """A state by any of its words."""
    return _choice(text, STATES, "state")


def condition_of(text: str) -> Value:
    """A condition by any of its words."""
    return _choice(text, CONDITIONS, "condition")


def words_of(text: str, field: str) -> Value:
    """Free words: trimmed, NFC, of printable characters, bounded."""
    cleaned = unguarded(text.strip())
    if not cleaned:
        return Value()
    if not (cleaned.isprintable() and unicodedata.is_normalized("NFC", cleaned)):
        cleaned = unicodedata.normalize("NFC", cleaned)
        cleaned = "".join(one if one.isprintable() else " " for one in cleaned)
        cleaned = " ".join(cleaned.split())
    most = MOST.get(field, UNIT_NAME)
    if len(cleaned) > most:
        return Value(
            fault=_("%(field)s is too long: at most %(most)d characters.")
            % {"field": LABELS[field], "most": most}
        )
    return Value(cleaned)


def plain(cells: list[str], most: int) -> bool:
    """Whether every cell can be kept as it is but for the spaces around it."""
    whole = "".join(cells)
    return (
        whole.isprintable()
        and "\\" not in whole
        and "'" not in whole
        and unicodedata.is_normalized("NFC", whole)
        and max(map(len, cells), default=0) <= most
    )


def floats_of(cells: Iterable[str]) -> list[float]:
    """Numbers, nan for what is none."""
    try:
        return list(map(float, cells))
    except ValueError:
        return [_float(one) for one in cells]


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _choice(text: str, known: dict[str, Any], field: str) -> Value:
    plain = text.strip().casefold()
    if not plain:
        return Value()
    found = known.get(plain)
    if found is None:
        names = ", ".join(str(one.label) for one in dict.fromkeys(known.values()))
        return Value(
            fault=_("“%(text)s” is no %(field)s known here. There are: %(known)s.")
            % {"text": text.strip()[:30], "field": LABELS[field], "known": names}
        )
    return Value(int(found))
