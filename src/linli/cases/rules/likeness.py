"""How likely two reports are about the same problem, and why (R74).

Record linkage after Fellegi and Sunter: each thing the two have in common, or not, shifts the odds
by how much more often it is so among reports of one problem than among strangers near by. The
shifts below (natural logarithms) were counted on labelled pairs (`bench/duplicates.py` counts them
again); they add up, so that each can be told to the person who decides.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

#: Odds of an open case within radius and hours, before anything else is known of it.
_BEGIN = -1.8
_SPREAD_M = 18.0  # of positions given for one place: satellites, and fingers on maps
_STRAY = 0.15  # share of positions that are off by more than that, anyhow
_FADING = timedelta(days=1)  # how soon further reports of one problem stop coming
_SAME_CLASS, _SAME_MAJOR, _OTHER_CLASS = 1.2, 1.0, -2.0
_SAME_THING, _OTHER_THING = 5.0, -2.5
#: Share of words in common (cosine) -> shift; in between, straight lines.
_WORDS = ((0.0, -1.0), (0.03, 0.0), (0.05, 1.5), (0.1, 3.0), (0.2, 4.0), (0.6, 5.5), (1.0, 7.0))
_FEW_WORDS = 4  # pairs of letters: below, two texts say too little to differ
_WORDY, _MOST_AGAINST = 8, 3.5  # so many pairs in the shorter one speak once against, at most
#: Bits in which two fingerprints differ, at most -> shift.
_PICTURES = ((3, 9.0), (7, 6.0), (10, 2.0))
SAME_PICTURE_BITS = 7  # found over the whole city (queries.similar)
LIKE_PICTURE_BITS = 10
SHOWN = 0.08  # chance from which on a case is suggested


@dataclass(frozen=True)
class Said:
    """What a report or a case says of the problem; what is not known is empty or None.

    `words`: pairs of letters; `pictures`: fingerprints; `thing`: the code of a component.
    """

    at: datetime
    lon: float | None = None
    lat: float | None = None
    case_class: str = ""
    words: frozenset[str] = frozenset()
    pictures: tuple[int, ...] = ()
    thing: int | None = None


@dataclass(frozen=True)
class Likeness:
    """The chance (0…1) that two are one problem, and what it was made of.

    `same_class`: None where one has none. `bits`: in which the nearest two pictures differ, None
    where one has none or they have nothing in common. `common`: pairs of letters both have, the
    rarest first.
    """

    chance: float
    distance_m: float | None
    apart: timedelta
    same_class: bool | None
    same_thing: bool
    words: float
    common: tuple[str, ...]
    bits: int | None

    @property
    def percent(self) -> int:
        """The chance in per cent, 1 to 99: nothing here is certain."""
        return min(99, max(1, round(self.chance * 100)))

    @property
    def same_picture(self) -> bool:
        return self.bits is not None and self.bits <= SAME_PICTURE_BITS

    @property
    def like_picture(self) -> bool:
        return self.bits is not None and self.bits <= LIKE_PICTURE_BITS


def compare(
    new: Said,
    old: Said,
    *,
    distance_m: float | None,
    radius_m: float,
    within: timedelta,
    shares: Mapping[str, float] | None = None,
) -> Likeness:
    """How likely `new` is the problem of `old`. `radius_m` and `within` bound where `old` was
    looked for; `shares`: of all cases, those with a common pair of letters."""
    apart = abs(new.at - old.at)
    odds = _BEGIN + _of_place(distance_m, radius_m) + _of_time(apart, within)
    same_class = None
    if new.case_class and old.case_class:
        same_class = new.case_class == old.case_class
        odds += _of_class(new.case_class, old.case_class)
    same_thing = new.thing is not None and new.thing == old.thing
    if new.thing is not None and old.thing is not None:
        odds += _SAME_THING if same_thing else _OTHER_THING
    alike, common = words_alike(new.words, old.words, shares or {})
    if min(len(new.words), len(old.words)) >= _FEW_WORDS:
        odds += of_words(alike, min(len(new.words), len(old.words)))
    bits = nearest(new.pictures, old.pictures)
    if bits is not None:
        odds += next((shift for most, shift in _PICTURES if bits <= most), 0.0)
    return Likeness(
        chance=1 / (1 + math.exp(-odds)),
        distance_m=distance_m,
        apart=apart,
        same_class=same_class,
        same_thing=same_thing,
        words=alike,
        common=common,
        bits=bits if bits is not None and bits <= LIKE_PICTURE_BITS else None,
    )


def _of_place(distance_m: float | None, radius_m: float) -> float:
    """Positions of one place scatter around it, those of strangers fill the circle evenly."""
    if distance_m is None:
        return 0.0
    if distance_m > radius_m:
        return -3.0
    density = 1 / (math.pi * radius_m**2)
    near = math.exp(-(distance_m**2) / (2 * _SPREAD_M**2)) / (2 * math.pi * _SPREAD_M**2)
    return math.log((1 - _STRAY) * near + _STRAY * density) - math.log(density)


def _of_time(apart: timedelta, within: timedelta) -> float:
    """Reports of one problem come soon after one another, strangers at any time."""
    span = max(within / _FADING, 1e-3)
    share = math.exp(-(apart / _FADING)) * span / (1 - math.exp(-span))
    return math.log(max(share, 0.02))


def _of_class(one: str, other: str) -> float:
    if one == other:
        return _SAME_CLASS
    return _SAME_MAJOR if one[:3] == other[:3] else _OTHER_CLASS


def of_words(alike: float, pairs: int) -> float:
    """The shift for a share of words in common, by straight lines between the counted points; the
    more `pairs` the shorter one has, the more their difference says."""
    against = min(_MOST_AGAINST, pairs / _WORDY)
    for (low, from_), (high, to) in pairwise(_WORDS):
        if alike <= high:
            shift = from_ + (to - from_) * (alike - low) / (high - low)
            return shift if shift > 0 else shift * against
    return _WORDS[-1][1]


def words_alike(
    one: Collection[str], other: Collection[str], shares: Mapping[str, float]
) -> tuple[float, tuple[str, ...]]:
    """How much two sets of pairs have in common (cosine, 0…1), rare ones counting more; and the
    common ones, the rarest first."""
    ours, theirs = set(one), set(other)
    both = ours & theirs
    if not both:
        return 0.0, ()
    weight = {pair: (-math.log(max(shares.get(pair, 1e-4), 1e-4))) ** 2 for pair in ours | theirs}
    length = math.sqrt(sum(weight[p] for p in ours) * sum(weight[p] for p in theirs))
    if not length:
        return 0.0, ()
    common = sorted(both, key=lambda pair: (-weight[pair], pair))
    return min(1.0, sum(weight[p] for p in both) / length), tuple(common)


def nearest(ones: Collection[int], others: Collection[int]) -> int | None:
    """The fewest bits in which a fingerprint of one and of the other differ; None without both."""
    return min((differing(a, b) for a in ones for b in others), default=None)


def differing(one: int, other: int) -> int:
    """In how many of 64 bits two fingerprints differ."""
    return ((one ^ other) & 0xFFFF_FFFF_FFFF_FFFF).bit_count()


# -- looking fingerprints up -----------------------------------------------------------------------
BANDS, _WIDTH = 4, 16


def bands_of(fingerprint: int) -> list[int]:
    """The four quarters of a fingerprint, each with its place: what the index holds.

    The same arithmetic stands in the index `case_picture`.
    """
    bits = fingerprint & 0xFFFF_FFFF_FFFF_FFFF
    return [(band << _WIDTH) | (bits >> (_WIDTH * band) & 0xFFFF) for band in range(BANDS)]


def probes_of(fingerprint: int) -> list[int]:
    """What to look up to miss none within SAME_PICTURE_BITS: of seven differing bits one of four
    quarters has one at most, so each quarter is asked as it is and with every single bit turned."""
    found = []
    for band in bands_of(fingerprint):
        found += [band, *(band ^ (1 << bit) for bit in range(_WIDTH))]
    return found
