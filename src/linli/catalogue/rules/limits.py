"""Limits: an amount and the kind of time it is counted in (standards 3.4)."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class LimitUnit(StrEnum):
    """The units in which the standards give limits.

    Continuous units run through nights and holidays; working units run only in working time.
    """

    MINUTE = "minute"
    URGENT_HOUR = "urgent_hour"
    CALENDAR_DAY = "calendar_day"
    WORK_MINUTE = "work_minute"
    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"

    @property
    def is_working(self) -> bool:
        """Whether only working time counts."""
        return self in _WORKING


_WORKING = frozenset({LimitUnit.WORK_MINUTE, LimitUnit.WORK_HOUR, LimitUnit.WORK_DAY})

# As the sheets write them (standards 3.4). "minute" is 分钟, an ordinary running minute.
UNIT_ZH = {
    LimitUnit.MINUTE: "分钟",
    LimitUnit.URGENT_HOUR: "紧急工作时",
    LimitUnit.CALENDAR_DAY: "日",
    LimitUnit.WORK_MINUTE: "工作分钟",
    LimitUnit.WORK_HOUR: "工作时",
    LimitUnit.WORK_DAY: "工作日",
}


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take. `amount` is above zero; ValueError otherwise."""

    amount: Decimal
    unit: LimitUnit

    def __post_init__(self) -> None:
        if not self.amount.is_finite() or self.amount <= 0:
            raise ValueError(f"A limit is above zero, not {self.amount}.")

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {self.unit}"


class BadLimit(ValueError):
    """The words of a sheet that are not a limit."""


# The words a sheet may use, longest first. 1紧急工作日 is one running day (standards 3.4).
_EXACT_WORDS = {
    "紧急工作小时": LimitUnit.URGENT_HOUR,
    "紧急工作时": LimitUnit.URGENT_HOUR,
    "紧急工作日": LimitUnit.CALENDAR_DAY,
    "紧急小时": LimitUnit.URGENT_HOUR,
    "工作小时": LimitUnit.WORK_HOUR,
    "工作分钟": LimitUnit.WORK_MINUTE,
    "工作时": LimitUnit.WORK_HOUR,
    "工作日": LimitUnit.WORK_DAY,
    "自然日": LimitUnit.CALENDAR_DAY,
    "日历日": LimitUnit.CALENDAR_DAY,
    "分钟": LimitUnit.MINUTE,
    "日": LimitUnit.CALENDAR_DAY,
}
_PLAIN_WORDS = {
    "小时": (LimitUnit.WORK_HOUR, LimitUnit.URGENT_HOUR),
    "时": (LimitUnit.WORK_HOUR, LimitUnit.URGENT_HOUR),
    "天": (LimitUnit.WORK_DAY, LimitUnit.CALENDAR_DAY),
}
_WORDS = "|".join(sorted([*_EXACT_WORDS, *_PLAIN_WORDS], key=len, reverse=True))
_LIMIT = re.compile(
    rf"(?P<before>\D*?)(?P<amount>\d+(?:\.\d+)?)个?(?P<unit>{_WORDS})(?P<after>\D*)"
)


def parse_limit(text: str, *, plain_is_working: bool = True) -> tuple[Limit, str]:
    """Read a limit such as 2紧急工作时, 4小时, 5工作日, 3天; with the words around it.

    Plain 小时 and 天 mean working hours and working days: the Yuncheng sheet writes 4小时 and 2天
    where its own detailed edition writes 4工作时 and 2工作日 (252 of 256 rows). A city that means
    running time passes `plain_is_working=False`. The second value is what stood around the limit
    (`制止` in 1紧急工作时制止), empty as a rule. Raises BadLimit.
    """
    squeezed = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    found = _LIMIT.fullmatch(squeezed)
    if found is None:
        raise BadLimit(text)
    word = found["unit"]
    unit = _EXACT_WORDS.get(word) or _PLAIN_WORDS[word][0 if plain_is_working else 1]
    amount = Decimal(found["amount"])
    if amount <= 0:
        raise BadLimit(text)
    return Limit(amount, unit), found["before"] + found["after"]


def limit_zh(limit: Limit) -> str:
    """The limit as a sheet writes it, such as 2紧急工作时; `parse_limit` reads it back."""
    return f"{limit.amount.normalize():f}{UNIT_ZH[limit.unit]}"
