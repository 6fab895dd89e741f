"""Bands and people by formula (R30 to R33, R42, R43)."""

from __future__ import annotations

import pytest

from linli.planning.rules.schemes import Staffing

YICHANG, HUNDRED = Staffing(5, 2_000, 400, 1), Staffing(0, 0, 100)


@pytest.mark.parametrize(
    ("households", "mixed", "people"),
    [
        (1_999, False, 5),
        (2_000, False, 5),
        (2_399, False, 5),
        (2_400, False, 6),
        (2_800, False, 7),
        (2_800, True, 8),
        (0, True, 0),
    ],
)
def test_yichang_counts_people_by_steps_of_four_hundred(
    households: int, mixed: bool, people: int
) -> None:
    assert YICHANG.people(households, mixed=mixed) == people


@pytest.mark.parametrize(("households", "people"), [(0, 0), (1, 1), (100, 1), (101, 2), (850, 9)])
def test_the_other_formula_has_one_for_every_hundred(households: int, people: int) -> None:
    assert HUNDRED.people(households) == people
