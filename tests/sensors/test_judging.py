"""The judge of readings: hysteresis never flaps, order and batches do not matter."""

from __future__ import annotations

import itertools
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.sensors.rules.judging import (
    LATE_MS,
    Condition,
    Reading,
    State,
    Track,
    Verdict,
    episodes,
    fold,
    follow,
    packed,
    rewound,
    silences,
    unpacked,
    verdict_of,
)

MINUTE = 60_000
DAY = 86_400_000


def series(*values: float, step: int = MINUTE) -> list[Reading]:
    return [Reading(DAY + n * step, value) for n, value in enumerate(values)]


def alarms_over(condition: Condition, readings: list[Reading]) -> list[bool]:
    state, found = State(), []
    for one in readings:
        state = fold(state, condition, one)
        found.append(state.alarmed)
    return found


def test_an_alarm_begins_above_and_ends_only_below_the_hysteresis() -> None:
    condition = Condition("above", 10, hysteresis=2)
    assert alarms_over(condition, series(9, 10, 11, 9.5, 8.1, 8, 9.9)) == [
        False, False, True, True, True, False, False,
    ]  # fmt: skip


def test_below_is_above_upside_down() -> None:
    above = Condition("above", 10, hysteresis=2, trip_count=2)
    below = Condition("below", -10, hysteresis=2, trip_count=2)
    values = [9, 11, 12, 9, 7, 13, 12]
    assert alarms_over(above, series(*values)) == alarms_over(below, series(*(-v for v in values)))


def test_one_odd_reading_raises_nothing_where_three_in_a_row_are_asked_for() -> None:
    condition = Condition("above", 10, trip_count=3)
    assert not any(alarms_over(condition, series(11, 12, 9, 11, 12, 9)))
    assert alarms_over(condition, series(11, 12, 13)) == [False, False, True]


def test_so_many_seconds_are_counted_from_the_first_reading_of_the_run() -> None:
    condition = Condition("above", 10, trip_s=120, clear_s=60)
    assert alarms_over(condition, series(11, 11, 11, 1, 1)) == [False, False, True, True, False]


@pytest.mark.parametrize(
    ("hour", "hours", "verdict"),
    [
        (23, (22 * 60, 6 * 60), Verdict.BEYOND), (5, (22 * 60, 6 * 60), Verdict.BEYOND),
        (6, (22 * 60, 6 * 60), Verdict.NEITHER), (8, (7 * 60, 9 * 60), Verdict.BEYOND),
        (9, (7 * 60, 9 * 60), Verdict.NEITHER),
    ],
)  # fmt: skip
def test_a_rule_looks_in_its_hours_alone(
    hour: int, hours: tuple[int, int], verdict: Verdict
) -> None:
    condition = Condition("above", 10, hours=hours, zone=UTC)
    assert verdict_of(condition, Reading(hour * 3_600_000, 11)) == verdict


def test_a_rule_looks_on_its_days_alone() -> None:
    thursday = Reading(0, 11)  # 1970-01-01
    assert verdict_of(Condition("above", 10, days=frozenset({4}), zone=UTC), thursday) == 1
    assert verdict_of(Condition("above", 10, days=frozenset({5}), zone=UTC), thursday) == 0


values = st.lists(st.floats(0, 20, allow_nan=False), min_size=1, max_size=60)
conditions = st.builds(
    Condition,
    sense=st.sampled_from(["above", "below"]),
    threshold=st.floats(5, 15),
    hysteresis=st.floats(0, 4),
    trip_count=st.integers(1, 4),
    trip_s=st.integers(0, 180),
    clear_count=st.integers(1, 4),
    clear_s=st.integers(0, 180),
)


@given(values, conditions)
@settings(max_examples=60, deadline=None)
def test_within_the_band_of_the_hysteresis_nothing_ever_turns(
    given_values: list[float], condition: Condition
) -> None:
    low, high = condition.threshold - condition.hysteresis, condition.threshold
    if condition.sense == "below":
        low, high = condition.threshold, condition.threshold + condition.hysteresis
    width = (high - low) or 1e-9
    inside = series(*(min(high, low + width * (v / 20) + width * 1e-6) for v in given_values))
    inside = [one for one in inside if verdict_of(condition, one) == Verdict.NEITHER]
    for alarmed in (False, True):
        state = State(alarmed)
        for one in inside:
            state = fold(state, condition, one)
            assert state.alarmed is alarmed


@given(values, conditions)
@settings(max_examples=60, deadline=None)
def test_each_alarm_ends_before_the_next_and_crosses_the_whole_band(
    given_values: list[float], condition: Condition
) -> None:
    readings = series(*given_values)
    found = episodes(condition, readings)
    for one, after in itertools.pairwise(found):
        assert one.ended is not None
        assert one.began < one.ended < after.began
    by_moment = {one.at: one.value for one in readings}
    for one in found:
        assert verdict_of(condition, Reading(0, by_moment[one.began])) == Verdict.BEYOND
        if one.ended is not None:
            assert verdict_of(condition, Reading(0, by_moment[one.ended])) == Verdict.BACK


@given(values, conditions, st.randoms(use_true_random=False), st.integers(1, 9))
@settings(max_examples=80, deadline=None)
def test_neither_order_nor_batches_matter(
    given_values: list[float], condition: Condition, random: object, size: int
) -> None:
    """A device is judged as if all had come in time, however its readings arrive."""
    readings = series(*given_values, step=LATE_MS // 61)  # all within the time one may be late
    shuffled = list(readings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    track, kept = Track(), []
    for start in range(0, len(shuffled), size):
        batch = sorted(shuffled[start : start + size])
        kept = sorted([*kept, *batch])
        earlier = rewound(track, batch[0].at)
        assert earlier is not None, "nothing here is too late"
        track = follow(earlier, condition, [one for one in kept if one.at > earlier.state.at])
        track = unpacked(packed(track))
    expected = follow(Track(), condition, readings)
    assert track.state == expected.state


def test_a_reading_later_than_may_be_is_not_judged() -> None:
    condition = Condition("above", 10)
    track = Track()
    for n in range(4):
        track = follow(track, condition, [Reading(DAY + n * LATE_MS, 1)])
    assert rewound(track, DAY) is None
    assert rewound(track, DAY + 3 * LATE_MS - LATE_MS + 1) is not None


def test_silences_are_gaps_longer_than_allowed() -> None:
    readings = [Reading(DAY, 1), Reading(DAY + MINUTE, 1), Reading(DAY + 10 * MINUTE, 1)]
    (gap,) = silences(Condition("silent", 3), readings, 60)
    assert (gap.began, gap.ended, gap.worst) == (DAY + 4 * MINUTE, DAY + 10 * MINUTE, 540)
