"""How likely two reports are one problem: the odds, the words, the fingerprints."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from linli.cases.rules.likeness import (
    SAME_PICTURE_BITS,
    Said,
    bands_of,
    compare,
    differing,
    nearest,
    probes_of,
    words_alike,
)
from linli.kernel.text import bigrams

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PRINTS = st.integers(min_value=-(1 << 63), max_value=(1 << 63) - 1)


def chance(new: Said, old: Said, *, metres: float | None = 10.0) -> float:
    return compare(new, old, distance_m=metres, radius_m=50, within=DAY).chance


def said(**facts: object) -> Said:
    return Said(**{"at": NOW, **facts})  # type: ignore[arg-type]  # facts by name


def pairs(text: str) -> frozenset[str]:
    return frozenset(bigrams(text))


def flipped(number: int, bits: set[int]) -> int:
    turned = (number & (1 << 64) - 1) ^ sum(1 << bit for bit in bits)
    return turned - (1 << 64) if turned >> 63 else turned


@given(PRINTS, st.sets(st.integers(0, 63), max_size=SAME_PICTURE_BITS))
def test_the_probes_of_a_fingerprint_meet_every_one_within_the_bound(
    one: int, bits: set[int]
) -> None:
    other = flipped(one, bits)
    assert differing(one, other) == len(bits)
    assert set(probes_of(one)) & set(bands_of(other))


@given(PRINTS, PRINTS)
def test_the_difference_of_fingerprints_is_a_distance(one: int, other: int) -> None:
    assert differing(one, other) == differing(other, one) <= 64
    assert (differing(one, other) == 0) == (one == other)


@given(st.floats(0, 50), st.floats(0, 50), st.text(max_size=40), st.text(max_size=40))
def test_a_chance_is_a_share_and_nearer_is_never_less_likely(
    one_m: float, other_m: float, ours: str, theirs: str
) -> None:
    new, old = said(words=pairs(ours)), said(words=pairs(theirs))
    near, far = sorted((one_m, other_m))
    assert 0 < chance(new, old, metres=far) <= chance(new, old, metres=near) < 1


@given(st.timedeltas(timedelta(0), DAY), st.timedeltas(timedelta(0), DAY))
def test_sooner_is_never_less_likely(one: timedelta, other: timedelta) -> None:
    soon, late = sorted((one, other))
    assert chance(said(), said(at=NOW - late)) <= chance(said(), said(at=NOW - soon))


@given(st.frozensets(st.text(min_size=2, max_size=2)), st.frozensets(st.text(min_size=2)))
def test_words_are_alike_both_ways(ours: frozenset[str], theirs: frozenset[str]) -> None:
    one, common = words_alike(ours, theirs, {})
    other, _common = words_alike(theirs, ours, {})
    assert math.isclose(one, other)
    assert 0 <= one <= 1
    assert set(common) == ours & theirs


def test_common_words_say_less_than_rare_ones() -> None:
    shares = {"路灯": 0.2}
    rare, _ = words_alike({"路灯", "井盖"}, {"井盖", "垃圾"}, shares)
    common, _ = words_alike({"路灯", "井盖"}, {"路灯", "垃圾"}, shares)
    assert rare > common


def test_everything_known_moves_the_odds() -> None:
    plain = chance(said(), said())
    assert chance(said(case_class="C0101"), said(case_class="C0101")) > plain
    assert chance(said(case_class="C0101"), said(case_class="E0203")) < plain
    assert chance(said(thing=7), said(thing=7)) > 0.9 > plain
    assert chance(said(thing=7), said(thing=8)) < plain
    assert chance(said(pictures=(5,)), said(pictures=(5,)), metres=None) > 0.99
    assert chance(said(pictures=(5,)), said(pictures=(~5,))) == plain
    words = pairs("幸福路口井盖缺失")
    assert chance(said(words=words), said(words=words)) > 0.9
    assert chance(said(words=words), said(words=pairs("夜间施工噪声扰民"))) < plain


def test_few_words_do_not_speak_against() -> None:
    assert chance(said(words=pairs("井盖")), said(words=pairs("路灯不亮了"))) == chance(
        said(), said()
    )


def test_nothing_is_nearest_to_nothing() -> None:
    assert nearest((), (1,)) is None
    assert nearest((1, 7), (6,)) == 1
