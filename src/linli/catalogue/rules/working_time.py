"""Working time: which minutes of which days count, and adding them up quickly."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

Slot = tuple[time, time]

MICROSECOND = timedelta(microseconds=1)
_DAY_US = 86_400_000_000
_FIRST, _LAST = date(2000, 1, 1), date(2099, 12, 31)
_BASE = _FIRST.toordinal()
_DAYS = _LAST.toordinal() - _BASE + 1


def _us(at: time) -> int:
    """Microseconds since midnight."""
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("A moment needs a time zone.")
    return at


class OutsideCalendar(ValueError):
    """The moment lies outside 2000–2099, or no working time is left before 2100."""


@dataclass(frozen=True, slots=True)
class WorkHours:
    """The working hours of a day from `valid_from` on.

    Slots are ordered and do not overlap; an end of 00:00 is midnight at the end of the day.
    ValueError otherwise.
    """

    valid_from: date
    slots: tuple[Slot, ...]

    def __post_init__(self) -> None:
        if not self.slots:
            raise ValueError("Working hours need at least one slot.")
        last = 0
        for opens, closes in self.spans:
            if opens < last or closes <= opens:
                raise ValueError("Working hours are in order and do not overlap.")
            last = closes

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The slots as microseconds since midnight."""
        return tuple((_us(opens), _us(closes) or _DAY_US) for opens, closes in self.slots)

    @property
    def length(self) -> timedelta:
        """The working time of one day."""
        return sum((closes - opens for opens, closes in self.spans), 0) * MICROSECOND


def parse_slots(slots: Iterable[Sequence[str]]) -> tuple[Slot, ...]:
    """Slots from `[["08:00", "12:00"], …]`; `24:00` ends a day. Raises ValueError."""
    return tuple(
        (time.fromisoformat(opens), time() if closes == "24:00" else time.fromisoformat(closes))
        for opens, closes in slots
    )


# 08–12 and 14–18: the time plan the field's systems are delivered with (standards 3.4).
STANDARD_HOURS = WorkHours(date(1900, 1, 1), ((time(8), time(12)), (time(14), time(18))))


class _Table(NamedTuple):
    """Per day since 2000: `worked[i]` is all working time before day i, in microseconds."""

    worked: list[int]
    spans: list[tuple[tuple[int, int], ...]]


@dataclass(frozen=True)
class WorkCalendar:
    """A city's working time: a value that can be compared, hashed and shared by threads.

    `days` overrides the weekly pattern for single dates, True for a working day (holidays and
    make-up Saturdays). `hours` are in order of `valid_from`; the first also holds before its date.
    `known_until` is the last year whose holidays have been published to it; later years follow
    the weekly pattern only. The first question builds a table (about 10 ms, 1 MB); every later
    one is a binary search (microseconds).
    """

    days: tuple[tuple[date, bool], ...] = ()
    hours: tuple[WorkHours, ...] = (STANDARD_HOURS,)
    weekdays: frozenset[int] = frozenset(range(5))
    zone: str = "Asia/Shanghai"
    known_until: int = 0

    def __post_init__(self) -> None:
        starts = [hours.valid_from for hours in self.hours]
        if not starts or starts != sorted(set(starts)):
            raise ValueError("Working hours are given, in order of their first day.")

    @cached_property
    def _tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def _overrides(self) -> dict[date, bool]:
        return dict(self.days)

    @cached_property
    def _starts(self) -> list[date]:
        return [hours.valid_from for hours in self.hours]

    @cached_property
    def _table(self) -> _Table:
        week = [weekday in self.weekdays for weekday in range(7)]
        first = _FIRST.weekday()
        works = [week[(first + index) % 7] for index in range(_DAYS)]
        for on, is_workday in self.days:
            if _FIRST <= on <= _LAST:
                works[on.toordinal() - _BASE] = is_workday
        spans: list[tuple[tuple[int, int], ...]] = [()] * _DAYS
        lengths = [0] * _DAYS
        edges = [*(start.toordinal() - _BASE for start in self._starts[1:]), _DAYS]
        begin = 0
        for hours, edge in zip(self.hours, edges, strict=True):
            own, length = hours.spans, hours.length // MICROSECOND
            end = min(max(edge, 0), _DAYS)
            for index in range(begin, end):
                if works[index]:
                    spans[index], lengths[index] = own, length
            begin = end
        return _Table(list(accumulate(lengths, initial=0)), spans)

    def is_workday(self, on: date) -> bool:
        """Whether working time passes on that day."""
        known = self._overrides.get(on)
        return on.weekday() in self.weekdays if known is None else known

    def day_length(self, on: date) -> timedelta:
        """The length of a working day under the hours in force on `on`, working day or not."""
        return self.hours[max(bisect_right(self._starts, on) - 1, 0)].length

    def local_date(self, at: datetime) -> date:
        """The date on the wall calendar of the city at that moment."""
        return _aware(at).astimezone(self._tz).date()

    def work_between(self, a: datetime, b: datetime) -> timedelta:
        """The working time from `a` to `b`; negative when `b` is earlier. Sums over any split."""
        return (self._worked(b) - self._worked(a)) * MICROSECOND

    def add_work(self, start: datetime, work: timedelta) -> datetime:
        """The earliest moment at which `work` of working time has passed since `start`.

        Work that fills a day ends at its closing (18:00), not at the next opening. No work ends
        at `start` itself. The answer has the time zone of `start`. Raises OutsideCalendar, and
        ValueError for negative work.
        """
        amount = work // MICROSECOND
        if amount < 0:
            raise ValueError("Working time is added, never taken away.")
        if amount == 0:
            return start
        return self._moment(self._worked(start) + amount).astimezone(start.tzinfo)

    def _worked(self, at: datetime) -> int:
        """Working time since the year 2000 began, in microseconds."""
        local = _aware(at).astimezone(self._tz)
        index = local.toordinal() - _BASE
        if not 0 <= index < _DAYS:
            raise OutsideCalendar(f"{at.isoformat()} is outside 2000–2099.")
        table = self._table
        worked = table.worked[index]
        spans = table.spans[index]
        if spans:
            clock = _us(local.time())
            for opens, closes in spans:
                if clock <= opens:
                    break
                worked += min(clock, closes) - opens
        return worked

    def _moment(self, worked: int) -> datetime:
        """The earliest moment with that much working time since 2000 (above zero)."""
        table = self._table
        index = bisect_left(table.worked, worked) - 1
        if index >= _DAYS:
            raise OutsideCalendar("No working time is left before the year 2100.")
        rest = worked - table.worked[index]
        for opens, closes in table.spans[index]:
            if rest <= closes - opens:
                day = datetime.combine(date.fromordinal(_BASE + index), time(), self._tz)
                return day + timedelta(microseconds=opens + rest)
            rest -= closes - opens
        raise AssertionError("A day's slots sum to its length.")  # pragma: no cover
