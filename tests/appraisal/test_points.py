"""Weights, bands and factors, worked by hand; edges as R126 states them."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.appraisal.rules.points import Result, Scored, band_of, factor_of, result_of
from linli.appraisal.rules.schemes import BANDS, Line, Origin, check, read_bands
from linli.appraisal.rules.seeds import SEEDS
from linli.kernel.errors import BadInput

SHARE = D(20)


def one(points: str, *extras: str) -> Result:
    """A sheet of one line."""
    return result_of([Scored("", D(100), D(points))], [D(x) for x in extras], BANDS, SHARE)


@pytest.mark.parametrize(
    ("total", "percent", "factor"),
    [
        ("100", "100", "100.00"), ("90.01", "100", "100.00"), ("90", "100", "100.00"),
        ("89.99", "90", "98.00"), ("80.01", "90", "98.00"), ("80", "90", "98.00"),
        ("79.99", "80", "96.00"), ("70.01", "80", "96.00"), ("70", "80", "96.00"),
        ("69.99", "0", "80.00"), ("0", "0", "80.00"),
    ],
)  # fmt: skip
def test_every_edge_of_the_pay_bands_is_as_stated(total: str, percent: str, factor: str) -> None:
    found = one(total)
    assert found.total == D(total)
    assert found.band is not None
    assert found.band.percent == D(percent)
    assert found.factor == D(factor)
    assert factor_of(band_of(D(total), BANDS), SHARE) == D(factor)


def test_the_band_is_that_of_the_total_as_it_is_printed() -> None:
    """89.995 is printed as 90.00 and paid as 90.00; 89.994 as 89.99."""
    half = [Scored("a", D(50), D("89.99")), Scored("b", D(50), D("90.00"))]
    found = result_of(half, [], BANDS, SHARE)
    assert (found.total, found.factor) == (D("90.00"), D("100.00"))
    fifth = [Scored("a", D(60), D("89.99")), Scored("b", D(40), D("90.00"))]
    below = result_of(fifth, [], BANDS, SHARE)
    assert (below.total, below.factor) == (D("89.99"), D("98.00"))


def test_the_weight_of_missing_lines_is_spread_over_the_others() -> None:
    """15 × 92 + 25 × 88.5 + 20 × 70 over 60: 4992.5 ÷ 60 = 83.2083…; + 2 − 1 = 84.21."""
    lines = [
        Scored("a", D(15), D(92)), Scored("b", D(25), D("88.50")), Scored("c", D(20), D(70)),
        Scored("d", D(40), None),
    ]  # fmt: skip
    found = result_of(lines, [D(2), D(-1)], BANDS, SHARE)
    assert found.weighted == D("83.21")
    assert found.total == D("84.21")
    assert found.known == D(60)
    assert found.counts == (D("25.00"), D("41.67"), D("33.33"), None)
    assert found.brings == (D("23.00"), D("36.88"), D("23.33"), None)
    assert found.formula == "(15 × 92 + 25 × 88.50 + 20 × 70) ÷ 60 + 2 − 1 = 84.21"


def test_less_than_half_of_the_weight_makes_no_total() -> None:
    half = [Scored("a", D(50), D(80)), Scored("b", D(50), None)]
    assert result_of(half, [], BANDS, SHARE).total == D(80)
    less = [Scored("a", D("49.99"), D(80)), Scored("b", D("50.01"), None)]
    found = result_of(less, [], BANDS, SHARE)
    assert (found.total, found.band, found.factor) == (None, None, None)
    assert result_of([Scored("a", D(100), None)], [], BANDS, SHARE).formula == "—"


def test_additions_stay_within_nought_and_a_hundred() -> None:
    assert one("99", "5").total == D(100)
    assert one("3", "-10").total == D(0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 10_000) | st.none()), min_size=1,
             max_size=8),
)  # fmt: skip
def test_a_total_lies_between_the_least_and_the_most_points(
    rows: list[tuple[int, int | None]],
) -> None:
    lines = [Scored("", D(w), None if p is None else D(p) / 100) for w, p in rows]
    found = result_of(lines, [], BANDS, SHARE)
    points = [line.points for line in lines if line.points is not None]
    if found.total is not None:
        assert min(points) <= found.total <= max(points)
        assert sum(one for one in found.counts if one is not None) == pytest.approx(
            D(100), abs=D("0.1")
        )
    else:
        known = sum(line.weight for line in lines if line.points is not None)
        assert known * 2 < sum(line.weight for line in lines)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("90 100\n80", "line 2 must be two numbers"),
        ("90 100\n1e1 5\n0 0", "line 2 must be two numbers"),
        ("90 100\n70 80", "last band must begin at 0"),
        ("80 100\n90 90\n0 0", "best band first"),
        ("90 80\n80 90\n0 0", "best band first"),
        ("101 100\n0 0", "between 0 and 100"),
        ("90 120\n0 0", "between 0 and 100"),
        ("", "give 1 to 8 bands"),
    ],
)
def test_bands_that_cannot_serve_are_refused_with_the_remedy(text: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        read_bands(text)


def test_bands_are_read_as_people_write_them() -> None:
    assert tuple(read_bands("≥ 90 → 100 %\n80 90\n70 80\n0 0")) == BANDS


def test_weights_must_come_to_a_hundred() -> None:
    line = Line("德", "a", D(60), Origin.SCORER)
    with pytest.raises(BadInput, match="weights come to 60"):
        check([line], BANDS)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.role)
def test_what_a_city_begins_with_is_whole(seed: object) -> None:
    lines = [line for line, _english in seed.lines]  # type: ignore[attr-defined]  # a Seed
    check(lines, BANDS)
    assert [line.part for line in lines] == sorted(
        (line.part for line in lines), key="德能勤绩".index
    )


def test_nothing_weighs_more_than_what_residents_say() -> None:
    """R132: 把“群众满意度”作为主要指标."""
    (seed,) = (one for one in SEEDS if one.role == "grid_worker")
    weights = {str(line.label): line.weight for line, _english in seed.lines}
    assert max(weights, key=lambda label: weights[label]) == "群众满意率"
