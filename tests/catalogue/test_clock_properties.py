"""What holds for every calendar, start, limit and suspension."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.catalogue import rules
from linli.catalogue.rules import (
    STANDARD_HOURS,
    Clock,
    Light,
    Limit,
    LimitUnit,
    OutsideCalendar,
    WorkCalendar,
    WorkHours,
)
from tests.catalogue.calendars import CALENDAR_2026, CHINA, at

SUMMER = WorkHours(date(2026, 6, 1), ((time(8, 30), time(12)), (time(15), time(18, 30))))
SHIFTS = WorkHours(date(2026, 10, 5), ((time(0), time(6)), (time(6), time(9)), (time(20), time())))
CALENDARS = [
    CALENDAR_2026,
    WorkCalendar(days=CALENDAR_2026.days, hours=(STANDARD_HOURS, SUMMER, SHIFTS)),
    WorkCalendar(weekdays=frozenset({5, 6}), hours=(SHIFTS,)),
    WorkCalendar(weekdays=frozenset(range(7)), hours=(SUMMER,), zone="Asia/Urumqi"),
]
EVEN = [CALENDARS[0], CALENDARS[2], CALENDARS[3]]  # one length of day throughout

calendars = st.sampled_from(CALENDARS)
moments = st.datetimes(datetime(2025, 12, 20), datetime(2026, 12, 31), timezones=st.just(CHINA))
minutes = moments.map(lambda moment: moment.replace(second=0, microsecond=0))
units = st.sampled_from(list(LimitUnit))
amounts = st.decimals(Decimal("0.25"), Decimal(30), places=2)
limits = st.builds(Limit, amounts, units)
spans = st.timedeltas(timedelta(), timedelta(days=40))


@settings(deadline=None)
@given(calendars, moments, spans, spans)
def test_working_time_sums_over_any_split(
    calendar: WorkCalendar, a: datetime, first: timedelta, second: timedelta
) -> None:
    b, c = a + first, a + first + second
    whole = calendar.work_between(a, c)
    assert timedelta() <= whole <= c - a
    assert calendar.work_between(a, b) + calendar.work_between(b, c) == whole


@settings(deadline=None)
@given(calendars, moments, spans, spans)
def test_adding_working_time_does_not_depend_on_batches(
    calendar: WorkCalendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    at_once = calendar.add_work(start, first + second)
    assert calendar.add_work(calendar.add_work(start, first), second) == at_once
    assert calendar.work_between(start, at_once) == first + second


@settings(deadline=None)
@given(calendars, moments, amounts, st.sampled_from([u for u in LimitUnit if u.is_working]))
def test_the_working_time_until_the_end_is_the_limit(
    calendar: WorkCalendar, start: datetime, amount: Decimal, unit: LimitUnit
) -> None:
    limit = Limit(amount, unit)
    due = rules.due_at(calendar, start, limit)
    assert calendar.work_between(start, due) == Clock(limit, start).total(calendar)


@settings(deadline=None)
@given(calendars, moments, spans, limits)
def test_a_later_start_never_ends_earlier(
    calendar: WorkCalendar, start: datetime, later: timedelta, limit: Limit
) -> None:
    if limit.unit is LimitUnit.WORK_DAY and calendar not in EVEN:
        return  # a day that begins under shorter hours is a shorter day (ADR 0003)
    first, second = (rules.due_at(calendar, s, limit) for s in (start, start + later))
    assert start < first <= second


@settings(deadline=None)
@given(calendars, moments, units, amounts, amounts)
def test_a_longer_limit_never_ends_earlier(
    calendar: WorkCalendar, start: datetime, unit: LimitUnit, one: Decimal, other: Decimal
) -> None:
    short, long = sorted([one, other])
    ends = [rules.due_at(calendar, start, Limit(amount, unit)) for amount in (short, long)]
    assert ends == sorted(ends)


@settings(deadline=None)
@given(calendars, moments, limits, spans)
def test_a_stop_of_no_length_changes_nothing(
    calendar: WorkCalendar, start: datetime, limit: Limit, after: timedelta
) -> None:
    clock = rules.start(limit, start)
    assert rules.resume(rules.stop(clock, start + after), start + after) == clock


def _clock(
    limit: Limit, start: datetime, gaps: list[tuple[timedelta, timedelta]], granted: list[Limit]
) -> Clock:
    clock, moment = rules.start(limit, start), start
    for wait, lasts in gaps:
        moment += wait
        clock = rules.stop(clock, moment)
        moment += lasts
        clock = rules.resume(clock, moment)
    for more in granted:
        clock = rules.extend(clock, more)
    return clock


clocks = st.builds(
    _clock,
    limits,
    moments,
    st.lists(st.tuples(spans, spans), max_size=3),
    st.lists(limits, max_size=2),
)


@settings(deadline=None)
@given(calendars, clocks, spans)
def test_used_and_left_sum_to_the_total_and_agree_with_the_lights(
    calendar: WorkCalendar, clock: Clock, after: timedelta
) -> None:
    now = clock.started_at + after
    due, warn = clock.due_at(calendar), clock.warn_at(calendar)
    assert due is not None
    assert warn is not None
    assert clock.started_at <= warn <= due
    used, left, total = (
        clock.used(calendar, now),
        clock.left(calendar, now),
        clock.total(calendar),
    )
    assert used >= timedelta()
    assert used + left == total
    assert clock.used(calendar, due) == total
    if left > timedelta():
        assert now < due
        assert rules.light(now, warn, due) is not Light.RED
    if left < timedelta():
        assert now > due
        assert rules.light(now, warn, due) is Light.RED


@settings(deadline=None)
@given(calendars, clocks, spans, spans)
def test_used_time_never_runs_back(
    calendar: WorkCalendar, clock: Clock, first: timedelta, more: timedelta
) -> None:
    now = clock.started_at + first
    assert clock.used(calendar, now) <= clock.used(calendar, now + more)


@settings(deadline=None)
@given(calendars, clocks, limits)
def test_stops_and_extensions_never_bring_the_end_nearer(
    calendar: WorkCalendar, clock: Clock, more: Limit
) -> None:
    due = clock.due_at(calendar)
    extended = rules.extend(clock, more).due_at(calendar)
    assert due is not None
    assert extended is not None
    assert rules.due_at(calendar, clock.started_at, clock.limit) <= due < extended


@settings(deadline=None)
@given(calendars, clocks, limits)
def test_a_change_of_class_and_back_changes_nothing(
    calendar: WorkCalendar, clock: Clock, other: Limit
) -> None:
    there = rules.relimit(clock, other)
    assert rules.relimit(there, clock.limit) == clock
    assert there.stops == clock.stops


def _reference(calendar: WorkCalendar, clock: Clock) -> datetime:
    """The end of a clock found by looking at every minute, one after another."""
    overrides = dict(calendar.days)
    moment = clock.started_at
    for limit in (clock.limit, *clock.granted):
        left = int(Clock(limit, clock.started_at).total(calendar) / timedelta(minutes=1))
        while left:
            local = moment.astimezone(calendar._tz)
            hours = [h for h in calendar.hours if h.valid_from <= local.date()]
            slots = (hours or calendar.hours[:1])[-1].slots
            open_now = overrides.get(local.date(), local.weekday() in calendar.weekdays) and any(
                a <= local.time() and (local.time() < b or b == time()) for a, b in slots
            )
            stands = any(a <= moment and b is not None and moment < b for a, b in clock.stops)
            if not stands and (open_now or not limit.unit.is_working):
                left -= 1
            moment += timedelta(minutes=1)
    return moment


short_limits = st.one_of(
    st.builds(Limit, st.integers(1, 600).map(Decimal), st.just(LimitUnit.WORK_MINUTE)),
    st.builds(Limit, st.integers(1, 600).map(Decimal), st.just(LimitUnit.MINUTE)),
    st.builds(Limit, st.integers(1, 20).map(Decimal), st.just(LimitUnit.WORK_HOUR)),
    st.builds(Limit, st.integers(1, 20).map(Decimal), st.just(LimitUnit.URGENT_HOUR)),
    st.builds(Limit, st.integers(1, 3).map(Decimal), st.just(LimitUnit.WORK_DAY)),
    st.builds(Limit, st.integers(1, 3).map(Decimal), st.just(LimitUnit.CALENDAR_DAY)),
)
gaps = st.integers(0, 3 * 24 * 60).map(lambda n: timedelta(minutes=n))
minute_clocks = st.builds(
    _clock,
    short_limits,
    minutes,
    st.lists(st.tuples(gaps, gaps), max_size=2),
    st.lists(short_limits, max_size=1),
)


@settings(max_examples=60, deadline=None)
@given(calendars, minute_clocks)
def test_counting_every_minute_gives_the_same_end(calendar: WorkCalendar, clock: Clock) -> None:
    assert clock.due_at(calendar) == _reference(calendar, clock)


def test_a_city_without_working_time_says_so() -> None:
    with pytest.raises(OutsideCalendar, match="2100"):
        WorkCalendar(weekdays=frozenset()).add_work(at("03-02 08:00"), timedelta(hours=1))


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR_2026.work_between(datetime(2026, 3, 2), datetime(2026, 3, 3))


def test_a_day_under_new_hours_is_counted_in_them() -> None:
    # Summer hours from 1 June: 8:30–12, 15–18:30, 7 h. Fri 29 May 17:00 + 1 day (8 h, the
    # length in force at the start): Fri 1 h, Mon 1 June 7 h to closing at 18:30.
    limit = Limit(Decimal(1), LimitUnit.WORK_DAY)
    assert rules.due_at(CALENDARS[1], at("05-29 17:00"), limit) == at("06-01 18:30")
