"""The rate to be expected of a mix of cases: worked by hand, and for any city."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from math import fsum, sqrt
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.evaluation.rules.counts import Source, base
from linli.evaluation.rules.fairness import (
    SURE,
    Share,
    Tally,
    Verdict,
    compare,
    expect,
    share_of,
    stratum_of,
)
from linli.evaluation.rules.scoring import Formula
from linli.evaluation.rules.seeds import SEEDS
from linli.evaluation.rules.subjects import Shows, Subject

IN_TIME = Share(
    base(Source.CASE, "on_time_handled"), base(Source.CASE, "should_handle"), rest=False, sign=1
)
LATE = Share(
    base(Source.CASE, "late_handled"), base(Source.CASE, "should_handle"), rest=False, sign=-1
)
KINDS = ("E01-d-A", "E01-n-B", "E02-d-B", "C01-e-A", "-d-B")
_count = st.integers(0, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
_tally = st.dictionaries(st.sampled_from(KINDS), _count)
_cities = st.lists(_tally, min_size=1, max_size=6)


def together(rows: list[Tally]) -> dict[str, tuple[int, int]]:
    return {
        kind: (sum(row.get(kind, (0, 0))[0] for row in rows),
               sum(row.get(kind, (0, 0))[1] for row in rows))
        for kind in KINDS
    }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(_cities)
def test_the_expected_counts_of_all_rows_add_up_to_the_observed(rows: list[Tally]) -> None:
    city = together(rows)
    kinds = expect(city)
    expected = [one.expected * one.count for r in rows if (one := compare(r, kinds, IN_TIME))]
    assert fsum(expected) == pytest.approx(sum(part for _whole, part in city.values()), abs=1e-6)
    assert all(-1e-9 <= kind.rate <= 1 + 1e-9 for kind in kinds.kinds.values())


@settings(max_examples=60, deadline=None)
@given(_tally)
def test_a_row_that_is_the_whole_city_does_not_differ_from_it(city: Tally) -> None:
    found = compare(city, expect(city), IN_TIME)
    if found is not None:
        assert found.difference == pytest.approx(0, abs=1e-9)
        assert found.verdict in (Verdict.FEW, Verdict.ALONE)  # there is nobody beside it


@settings(max_examples=40, deadline=None)
@given(_cities, st.randoms())
def test_the_order_of_cases_does_not_matter(rows: list[Tally], chance: object) -> None:
    row, city = rows[0], together(rows)
    items, kinds = list(row.items()), list(city.items())
    chance.shuffle(items)  # type: ignore[attr-defined]  # hypothesis' random
    chance.shuffle(kinds)  # type: ignore[attr-defined]
    shuffled = compare(dict(items), expect(dict(kinds)), IN_TIME)
    assert shuffled == compare(row, expect(city), IN_TIME)


def test_a_hard_mix_is_not_punished_and_an_easy_one_not_rewarded() -> None:
    hard, easy = {"E01-n-A": (1000, 600)}, {"E02-d-B": (1000, 950)}
    others = {"E01-n-A": (1000, 600), "E02-d-B": (1000, 950)}
    kinds = expect({"E01-n-A": (2000, 1200), "E02-d-B": (2000, 1900)})
    for row in (hard, easy, others):
        found = compare(row, kinds, IN_TIME)
        assert found is not None
        assert found.verdict == Verdict.EXPECTED
        assert found.expected == pytest.approx(found.rate, abs=0.002)


def test_thin_kinds_lean_by_hand() -> None:
    # 10 by day (all in time), 30 at night (10 in time), one grade each: a kind is its hours. By day
    # 10 ÷ 20 is laid twice: 10 × ½ × ½ = 2.5; at night 30 × ¼ × ¼ = 1.875. The class is their mean
    # (2.5 × 1 + 1.875 ÷ 3) ÷ 4.375 = 5 ÷ 7, and as it is alone, so is the city.
    kinds = expect({"E01-d-A": (10, 10), "E01-n-A": (30, 10)})
    day, night = 1 * 0.5 + 5 / 7 * 0.5, 1 / 3 * 0.75 + 5 / 7 * 0.25
    assert kinds.kind("E01-d-A").rate == pytest.approx(0.5 * 1 + 0.5 * day)
    assert kinds.kind("E01-n-A").rate == pytest.approx(0.75 / 3 + 0.25 * night)
    assert kinds.kind("E09-d-A").rate == pytest.approx(5 / 7)  # a kind the city has not had


def test_the_interval_holds_what_it_promises_and_no_hard_row_is_punished() -> None:
    """40 cities whose 30 rows differ by nothing but chance and mix; every other row has the nights
    alone. 99 of 100 intervals hold zero; by plain rates a sixth of the nights would be worse."""
    chance, judged, held, hard, worse, plainly = Random(5), 0, 0, 0, 0, 0
    kinds = [f"E{n:02d}-{band}-{grade}" for n in range(1, 9) for band in "den" for grade in "AB"]
    for _city in range(40):
        base = {f"E{n:02d}": chance.uniform(0.5, 0.95) for n in range(1, 9)}
        true = {k: base[k[:3]] - {"d": 0, "e": 0.1, "n": 0.3}[k[4]] for k in kinds}
        rows: list[Tally] = []
        for place in range(30):
            some = [k for k in kinds if place % 2 or "-n-" in k]
            mix = Counter(chance.choices(some, k=chance.choice((25, 60, 200))))
            rows.append(
                {k: (n, sum(chance.random() < true[k] for _each in range(n)))
                 for k, n in mix.items()}
            )  # fmt: skip
        city = {
            k: (sum(r[k][0] for r in rows if k in r), sum(r[k][1] for r in rows if k in r))
            for k in kinds
        }
        whole = sum(part for _n, part in city.values()) / sum(n for n, _part in city.values())
        expected = expect(city)
        for place, row in enumerate(rows):
            found = compare(row, expected, IN_TIME)
            if found is None or found.verdict in (Verdict.FEW, Verdict.ALONE):
                continue
            judged, held = judged + 1, held + (abs(found.difference) <= found.margin)
            if place % 2 == 0:
                hard, worse = hard + 1, worse + (found.verdict == Verdict.WORSE)
                plainly += found.rate - whole < -SURE * sqrt(whole * (1 - whole) / found.count)
    assert judged > 900
    assert 0.98 <= held / judged <= 1
    assert worse / hard < 0.015
    assert plainly / hard > 0.15


def test_words_follow_the_interval_and_the_way_that_is_better() -> None:
    city = {"E01-d-A": (20_000, 10_000)}
    kinds = expect(city)
    # Binomial: 2.576 × √(400 × ½ × ½ × (1 − 400 ÷ 20 000)) ÷ 400 = 6.4 %
    good, plain, few = {"E01-d-A": (400, 240)}, {"E01-d-A": (400, 220)}, {"E01-d-A": (19, 19)}
    found = compare(good, kinds, IN_TIME)
    assert found is not None
    assert (found.verdict, round(found.margin, 3)) == (Verdict.BETTER, 0.064)
    for row, share, verdict in (
        (good, LATE, Verdict.WORSE),
        (plain, IN_TIME, Verdict.EXPECTED),
        (few, IN_TIME, Verdict.FEW),
    ):
        found = compare(row, kinds, share)
        assert found is not None
        assert found.verdict == verdict
    assert compare({}, kinds, IN_TIME) is None


def test_whatever_is_left_is_the_whole_without_the_part() -> None:
    formula = Formula(Subject.CHIEF, "right", "", Shows.RATE, "(filings - void_filings) / filings")
    share = share_of(formula)
    assert share is not None
    assert share.rest
    found = compare({"E01-d-A": (400, 40)}, expect({"E01-d-A": (20_000, 4_000)}), share)
    assert found is not None
    assert (found.rate, found.verdict) == (0.9, Verdict.BETTER)
    assert found.expected == pytest.approx(0.8, abs=0.001)


def test_only_parts_of_a_whole_are_compared() -> None:
    """Of the formulas a city starts with: rework is not a part of what was to be closed, residents'
    share of the reports is nobody's merit, and points are no shares."""
    found = {
        (row[0], row[1])
        for row in SEEDS
        if share_of(Formula(Subject(row[0]), row[1], row[2], Shows(row[4]), row[5]))
    }
    assert {code for subject, code in found if subject == "unit"} == {
        "closing_rate", "on_time_closing_rate", "handling_rate", "on_time_handling_rate",
    }  # fmt: skip
    assert not {code for _subject, code in found} & {"rework_rate", "public_rate", "filing_rate"}
    for text in ("closed / handled", "closed / (should_close + 1)", "should_close / closed", "1"):
        assert share_of(Formula(Subject.UNIT, "x", "", Shows.RATE, text)) is None


@pytest.mark.parametrize(
    ("hour", "band"), [(8, "d"), (17, "d"), (18, "e"), (22, "e"), (23, "n"), (0, "n"), (7, "n")]
)
def test_hours_have_bands(hour: int, band: str) -> None:
    at = datetime(2026, 3, 2, hour, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert stratum_of("E01", at, "B") == f"E01-{band}-B"
