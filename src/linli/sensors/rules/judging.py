"""From readings to alarms: threshold, hysteresis, debounce (ADR 0023). Pure; moments are integer
milliseconds since 1970.

A reading is *beyond* the threshold, *back* behind it by the hysteresis, or *neither*. So many
beyond in a row, over so long, raise the alarm; so many back in a row, over so long, end it. Whether
there is an alarm is a function of the readings in the order of their moments alone: a track keeps
two earlier states, from which late readings are judged as if they had come in time.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from enum import IntEnum
from typing import NamedTuple

from linli.sensors.rules.kinds import Sense

#: So many devices falling silent together are one problem, on the way here, and no case each.
MOST_SILENT, MOST_SHARE = 20, 0.2
#: How late a reading may be, against the newest of its device, and still be judged in its place.
LATE_MS = 6 * 3_600_000


class Verdict(IntEnum):
    """What one reading says."""

    NEITHER = 0
    BEYOND = 1
    BACK = 2


class Condition(NamedTuple):
    """When a rule raises an alarm and when it ends it. Hours are minutes of the day, from ≤ m <
    until, over midnight if until < from; days are ISO weekdays of the reading, none: every day."""

    sense: str
    threshold: float
    hysteresis: float = 0.0
    trip_count: int = 1
    trip_s: int = 0
    clear_count: int = 1
    clear_s: int = 0
    hours: tuple[int, int] | None = None
    days: frozenset[int] = frozenset()
    zone: tzinfo | None = None


class State(NamedTuple):
    """Where a rule stands with a device: alarm or not, and the run of like verdicts up to `at`."""

    alarmed: bool = False
    verdict: int = Verdict.NEITHER
    run: int = 0
    since: int = 0
    at: int = 0


class Track(NamedTuple):
    """The present state and two earlier ones; `base` is LATE_MS or more behind the newest."""

    state: State = State()
    mark: State = State()
    base: State = State()


class Reading(NamedTuple):
    """One value of one device."""

    at: int
    value: float


def verdict_of(condition: Condition, reading: Reading) -> Verdict:
    """What one reading says. Outside of its hours a rule sees nothing: neither, and a run ends."""
    if not _looks_at(condition, reading.at):
        return Verdict.NEITHER
    value, line, width = reading.value, condition.threshold, condition.hysteresis
    if condition.sense == Sense.SILENT:
        return Verdict.BACK  # it speaks
    if condition.sense == Sense.BELOW:
        value, line = -value, -line
    if value > line:
        return Verdict.BEYOND
    return Verdict.BACK if value <= line - width else Verdict.NEITHER


def _looks_at(condition: Condition, at: int) -> bool:
    if condition.hours is None and not condition.days:
        return True
    moment = datetime.fromtimestamp(at / 1000, condition.zone)
    if condition.days and moment.isoweekday() not in condition.days:
        return False
    if condition.hours is None:
        return True
    begin, end = condition.hours
    minute = moment.hour * 60 + moment.minute
    return begin <= minute < end if begin < end else minute >= begin or minute < end


def fold(state: State, condition: Condition, reading: Reading) -> State:
    """The state after one more reading, which is later than all before it."""
    verdict = verdict_of(condition, reading)
    if verdict == state.verdict:
        count, since = state.run + 1, state.since
    else:
        count, since = 1, reading.at
    lasted = (reading.at - since) / 1000
    alarmed = state.alarmed
    if verdict == Verdict.BEYOND:
        if count >= condition.trip_count and lasted >= condition.trip_s:
            alarmed = True
    elif verdict == Verdict.BACK and count >= condition.clear_count and lasted >= condition.clear_s:
        alarmed = False
    return State(alarmed, verdict, count, since, reading.at)


def follow(track: Track, condition: Condition, readings: Iterable[Reading]) -> Track:
    """The track after `readings`, in the order of time, all later than `track.state.at`."""
    state, mark, base = track
    for reading in readings:
        if reading.at - mark.at >= LATE_MS:
            base, mark = mark, state
        state = fold(state, condition, reading)
    return Track(state, mark, base)


def rewound(track: Track, at: int) -> Track | None:
    """The track before a reading at `at`: as it is if that is the newest, else an earlier state,
    whose later readings are to be judged again; None if the reading is too late to be judged."""
    if at > track.state.at:
        return track
    if at > track.mark.at:
        return Track(track.mark, track.mark, track.base)
    if at > track.base.at:
        return Track(track.base, track.base, track.base)
    return None


def raised(track: Track, at: int) -> Track:
    """The track of a rule for silence that has found its device silent at `at`."""
    return track._replace(state=State(True, Verdict.NEITHER, 0, at, at))


def heard(track: Track, condition: Condition, count: int, at: int) -> Track:
    """The track of a rule for silence after `count` readings that arrived at `at`, however old they
    are: who speaks is not silent."""
    state = State(track.state.alarmed, Verdict.BACK, track.state.run + count, at, at)
    if state.run >= condition.clear_count:
        state = state._replace(alarmed=False)
    return track._replace(state=state)


class Episode(NamedTuple):
    """An alarm in the past: from when until when (None: it still lasts), and its worst value."""

    began: int
    ended: int | None
    worst: float


def episodes(condition: Condition, readings: Sequence[Reading]) -> list[Episode]:
    """The alarms that a rule would have raised over `readings` in the order of time."""
    found: list[Episode] = []
    state = State()
    for reading in readings:
        before, state = state.alarmed, fold(state, condition, reading)
        if state.alarmed and not before:
            found.append(Episode(reading.at, None, reading.value))
        elif before and not state.alarmed:
            found[-1] = found[-1]._replace(ended=reading.at)
        elif state.alarmed:
            worst = worse(condition.sense, found[-1].worst, reading.value)
            found[-1] = found[-1]._replace(worst=worst)
    return found


def silences(condition: Condition, readings: Sequence[Reading], interval_s: int) -> list[Episode]:
    """The same for a rule that looks for silence: gaps of `threshold` intervals and more."""
    allowed = condition.threshold * interval_s * 1000
    return [
        Episode(int(first.at + allowed), second.at, (second.at - first.at) / 1000)
        for first, second in itertools.pairwise(readings)
        if second.at - first.at > allowed
    ]


def is_deaf(silent: int, *, of: int) -> bool:
    """Whether so many of the devices are silent that the way here is at fault, not they."""
    return silent > max(MOST_SILENT, MOST_SHARE * of)


def worse(sense: str, one: float, other: float) -> float:
    """The value that lies farther beyond."""
    return min(one, other) if sense == Sense.BELOW else max(one, other)


def packed(track: Track) -> list[list[int]]:
    """As JSON."""
    return [[int(part) for part in state] for state in track]


def unpacked(kept: Sequence[Sequence[int]] | None) -> Track:
    """What `packed` was given; a new track for None."""
    if not kept:
        return Track()
    state, mark, base = (State(bool(one[0]), *one[1:]) for one in kept)
    return Track(state, mark, base)
