"""A line of readings as a drawing: numbers in, SVG coordinates out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 26


class Bucket(NamedTuple):
    """A span of readings: when it begins, lowest, highest and last value."""

    at: datetime
    low: float
    high: float
    last: float


class Tick(NamedTuple):
    """A label on an axis and where it stands."""

    place: float
    text: str


class Mark(NamedTuple):
    """A threshold: its height, and its label."""

    y: float
    text: str


class Chart(NamedTuple):
    """What the template draws: lines of the last values, a band of the extremes, axes, marks."""

    lines: list[str]
    band: list[str]
    across: list[Tick]
    up: list[Tick]
    marks: list[Mark]
    right: int = WIDTH - RIGHT
    left: int = LEFT
    label: int = LEFT + 4
    floor: int = HEIGHT - BOTTOM
    box: str = f"0 0 {WIDTH} {HEIGHT}"


def drawn(
    buckets: Sequence[Bucket],
    *,
    since: datetime,
    until: datetime,
    gap: timedelta,
    lines: Sequence[tuple[float, str]] = (),
) -> Chart:
    """The chart of `buckets`; the line is broken where nothing came for longer than `gap`. `lines`
    are thresholds with their labels; they are in the picture only if that leaves the readings
    readable (within three times their range)."""
    low, high = _range(buckets, lines)
    span = (until - since).total_seconds() or 1.0

    def x(at: datetime) -> float:
        part = (at - since).total_seconds() / span
        return round(LEFT + part * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    runs: list[list[Bucket]] = []
    for one in buckets:
        if runs and one.at - runs[-1][-1].at <= gap:
            runs[-1].append(one)
        else:
            runs.append([one])
    return Chart(
        lines=[" ".join(f"{x(one.at)},{y(one.last)}" for one in run) for run in runs],
        band=[
            " ".join(
                [f"{x(one.at)},{y(one.high)}" for one in run]
                + [f"{x(one.at)},{y(one.low)}" for one in reversed(run)]
            )
            for run in runs
        ],
        across=_moments(since, until, x),
        up=[Tick(y(value), f"{value:.6g}") for value in ticks(low, high)],
        marks=[Mark(y(value), text) for value, text in lines if low <= value <= high],
    )


def _range(buckets: Sequence[Bucket], lines: Sequence[tuple[float, str]]) -> tuple[float, float]:
    values = [one.low for one in buckets] + [one.high for one in buckets]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = 3 * max(high - low, abs(high) * 0.05, 1e-9)
    for value, _text in lines:
        if not values or low - room <= value <= high + room:
            low, high = min(low, value), max(high, value)
    pad = (high - low) * 0.08 or max(abs(high) * 0.1, 1.0)
    return low - pad, high + pad


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers between `low` and `high`, at most `most` or one more."""
    raw = (high - low) / most
    power = 10 ** math.floor(math.log10(raw))
    step = next(s * power for s in (1, 2, 5, 10) if s * power >= raw)
    first = math.ceil(low / step)
    return [round(n * step, 12) for n in range(first, math.floor(high / step) + 1)]


def _moments(since: datetime, until: datetime, x: Callable[[datetime], float]) -> list[Tick]:
    hours = (until - since).total_seconds() / 3600
    found = []
    for n in range(1, 6):
        at = since + (until - since) * n / 6
        text = at.strftime("%H:%M") if hours <= 48 else at.strftime("%m-%d")
        found.append(Tick(x(at), text))
    return found
