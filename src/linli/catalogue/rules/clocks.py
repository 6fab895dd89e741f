"""Clocks: a limit that has started, may stand still, may be extended, may be set anew.

A clock is a value. It never reads the time of day; `now` is always passed in.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from linli.catalogue.rules.limits import Limit, LimitUnit
from linli.catalogue.rules.working_time import MICROSECOND, WorkCalendar

Stop = tuple[datetime, datetime | None]

_FIXED = {
    LimitUnit.MINUTE: timedelta(minutes=1),
    LimitUnit.URGENT_HOUR: timedelta(hours=1),
    LimitUnit.CALENDAR_DAY: timedelta(days=1),
    LimitUnit.WORK_MINUTE: timedelta(minutes=1),
    LimitUnit.WORK_HOUR: timedelta(hours=1),
}


def due_at(calendar: WorkCalendar, start: datetime, limit: Limit) -> datetime:
    """The moment a limit that starts at `start` ends (docs/adr/0003-working-time.md).

    - minute, urgent_hour, calendar_day: `start` plus that many times 60 s, 60 min, 24 h.
    - work_minute, work_hour: that much working time later.
    - work_day: N × the length of a working day of working time later, the length being that of the
      hours in force on the day of `start`. From Tuesday 10:15, 2 work days end on Thursday 10:15;
      from Saturday (a day off), 1 work day ends on Monday at closing.

    The earliest such moment is meant: a limit used up at closing time ends then, not at the next
    opening. The answer has the time zone of `start`.
    """
    return _ahead(calendar, start, _length(calendar, start, limit), limit.unit)


@dataclass(frozen=True, slots=True)
class Clock:
    """A running limit. `stops` are in order and apart; only the last may be open (None).

    `granted` are approved extensions: each begins where the one before it ends and is counted in
    its own kind of time. Time inside a stop does not count, whichever the kind.
    """

    limit: Limit
    started_at: datetime
    stops: tuple[Stop, ...] = ()
    granted: tuple[Limit, ...] = ()

    @property
    def stopped(self) -> bool:
        """Whether the clock stands still with no moment set for going on."""
        return bool(self.stops) and self.stops[-1][1] is None

    def due_at(self, calendar: WorkCalendar) -> datetime | None:
        """The end of the limit; None while the clock stands still."""
        return None if self.stopped else self._moment_at(calendar, self.total(calendar))

    def over_at(self, calendar: WorkCalendar) -> datetime | None:
        """The end of the limit, also of a clock that stands still if it had ended before: what was
        late when it was stopped stays late. None while it stands still with time left."""
        end = self._moment_at(calendar, self.total(calendar))
        return None if self.stopped and self.stops[-1][0] < end else end

    def warn_at(self, calendar: WorkCalendar) -> datetime | None:
        """The moment 80 % of limit and extensions is used; None while the clock stands still."""
        return None if self.stopped else self._moment_at(calendar, self.total(calendar) * 4 / 5)

    def total(self, calendar: WorkCalendar) -> timedelta:
        """Limit and extensions in sum, each in its own kind of time (a work day: 8 h, say)."""
        return sum((length for length, _ in self._parts(calendar)), timedelta())

    def used(self, calendar: WorkCalendar, now: datetime) -> timedelta:
        """The time that has counted by `now`: never negative, above `total` when overdue."""
        used, begin = timedelta(), self.started_at
        *whole, last = self._parts(calendar)
        for length, unit in whole:
            counted = self._counted(calendar, begin, now, unit)
            if counted < length:
                return used + counted
            used += length
            begin = self._run(calendar, begin, length, unit)
        return used + self._counted(calendar, begin, now, last[1])

    def left(self, calendar: WorkCalendar, now: datetime) -> timedelta:
        """What remains of limit and extensions at `now`: negative when overdue."""
        return self.total(calendar) - self.used(calendar, now)

    def packed(self) -> dict[str, Any]:
        """The clock as JSON values; `unpack` reads it back."""
        return {
            "limit": _packed(self.limit),
            "started_at": self.started_at.isoformat(),
            "stops": [[a.isoformat(), b and b.isoformat()] for a, b in self.stops],
            "granted": [_packed(limit) for limit in self.granted],
        }

    @classmethod
    def unpack(cls, packed: dict[str, Any]) -> "Clock":
        """The clock that `packed` wrote."""
        return cls(
            limit=_unpacked(packed["limit"]),
            started_at=datetime.fromisoformat(packed["started_at"]),
            stops=tuple(
                (datetime.fromisoformat(a), b and datetime.fromisoformat(b))
                for a, b in packed["stops"]
            ),
            granted=tuple(_unpacked(limit) for limit in packed["granted"]),
        )

    def _parts(self, calendar: WorkCalendar) -> list[tuple[timedelta, LimitUnit]]:
        return [
            (_length(calendar, self.started_at, limit), limit.unit)
            for limit in (self.limit, *self.granted)
        ]

    def _moment_at(self, calendar: WorkCalendar, used: timedelta) -> datetime:
        """The earliest moment at which `used` (at most the total) has counted."""
        moment = self.started_at
        for length, unit in self._parts(calendar):
            moment = self._run(calendar, moment, min(length, used), unit)
            used -= min(length, used)
        return moment

    def _run(
        self, calendar: WorkCalendar, begin: datetime, length: timedelta, unit: LimitUnit
    ) -> datetime:
        """The moment `length` has counted since `begin`, stops left out."""
        end = _ahead(calendar, begin, length, unit)
        for stopped_at, resumed_at in self.stops:
            if stopped_at >= end or resumed_at is None:
                break
            if resumed_at > begin:
                lost = _between(calendar, max(stopped_at, begin), resumed_at, unit)
                end = _ahead(calendar, end, lost, unit)
        return end

    def _counted(
        self, calendar: WorkCalendar, begin: datetime, now: datetime, unit: LimitUnit
    ) -> timedelta:
        """The time from `begin` to `now`, stops left out; never negative."""
        if now <= begin:
            return timedelta()
        counted = _between(calendar, begin, now, unit)
        for stopped_at, resumed_at in self.stops:
            a, b = max(stopped_at, begin), min(resumed_at or now, now)
            if a < b:
                counted -= _between(calendar, a, b, unit)
        return counted


def start(limit: Limit, at: datetime) -> Clock:
    """A clock that begins to run at `at`."""
    return Clock(limit, at)


def stop(clock: Clock, at: datetime) -> Clock:
    """The clock standing still from `at` on. ValueError if it does already, or before its start."""
    if clock.stopped:
        raise ValueError("The clock stands still already.")
    last = clock.stops[-1][1] if clock.stops else None
    if at < (last or clock.started_at):
        raise ValueError("A clock cannot be stopped before it began to run.")
    return replace(clock, stops=(*clock.stops, (at, None)))


def resume(clock: Clock, at: datetime) -> Clock:
    """The clock running again from `at` on; its end moves by the time it stood still.

    ValueError if it is running, or `at` lies before the stop.
    """
    if not clock.stopped:
        raise ValueError("The clock is running already.")
    stopped_at = clock.stops[-1][0]
    if at < stopped_at:
        raise ValueError("A clock cannot be resumed before it was stopped.")
    closed: tuple[Stop, ...] = () if at == stopped_at else ((stopped_at, at),)
    return replace(clock, stops=clock.stops[:-1] + closed)


def extend(clock: Clock, limit: Limit) -> Clock:
    """The clock with an approved extension: `limit` more, after what it has now."""
    return replace(clock, granted=(*clock.granted, limit))


def relimit(clock: Clock, new_limit: Limit) -> Clock:
    """The clock under another limit (class or urgency changed), from the original start.

    Stops and approved extensions stay: the time stood still did, and consent was given.
    """
    return replace(clock, limit=new_limit)


def _length(calendar: WorkCalendar, start: datetime, limit: Limit) -> timedelta:
    """The limit as a span in its own kind of time, to the microsecond."""
    if limit.unit is LimitUnit.WORK_DAY:
        one = calendar.day_length(calendar.local_date(start))
    else:
        one = _FIXED[limit.unit]
    return timedelta(microseconds=int((limit.amount * (one // MICROSECOND)).to_integral_value()))


def _ahead(calendar: WorkCalendar, begin: datetime, length: timedelta, unit: LimitUnit) -> datetime:
    if unit.is_working:
        return calendar.add_work(begin, length)
    # Through UTC: adding to a local time would be wrong by an hour where clocks are changed.
    return (begin.astimezone(UTC) + length).astimezone(begin.tzinfo)


def _between(calendar: WorkCalendar, a: datetime, b: datetime, unit: LimitUnit) -> timedelta:
    if unit.is_working:
        return calendar.work_between(a, b)
    return b.astimezone(UTC) - a.astimezone(UTC)


def _packed(limit: Limit) -> list[str]:
    return [str(limit.amount), str(limit.unit)]


def _unpacked(packed: list[str]) -> Limit:
    return Limit(Decimal(packed[0]), LimitUnit(packed[1]))
