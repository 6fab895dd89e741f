"""The language of formulas: exact, without anything to run, and clear about mistakes."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.evaluation.rules.formula import BadFormula, known_part, parse, said, value_of
from linli.evaluation.rules.scoring import Book, Formula, check, rounded, shown
from linli.evaluation.rules.seeds import SEEDS
from linli.evaluation.rules.subjects import EDGES, Shows, Subject


def worth(text: str, **names: int | None) -> Fraction | None:
    known = {name: None if n is None else Fraction(n) for name, n in names.items()}
    return value_of(parse(text), known.__getitem__)


@given(
    st.recursive(
        st.integers(0, 99).map(str),
        lambda part: st.tuples(part, st.sampled_from("+-*/"), part).map(
            lambda three: f"({three[0]} {three[1]} {three[2]})"
        ),
        max_leaves=8,
    )
)
@settings(max_examples=80, deadline=None)
def test_sums_come_to_what_python_says_of_the_same_fractions(text: str) -> None:
    exact = re.sub(r"\d+", lambda number: f"Fraction({number[0]})", text)
    try:
        expected = eval(exact, {"Fraction": Fraction})  # noqa: S307  numbers and signs alone
    except ZeroDivisionError:
        expected = None
    assert worth(text) == expected


def test_dots_come_before_lines_and_signs_of_people_are_read() -> None:
    assert worth("1 + 2 × 3 − 8 ÷ 4") == 5
    assert worth("-2 * -(3 - 1)") == 4
    assert worth("50% * 3") == Fraction(3, 2)


def test_what_divides_by_nothing_is_nothing_and_never_zero() -> None:
    assert worth("closed / owed", closed=0, owed=0) is None
    assert worth("1 - closed / owed", closed=0, owed=0) is None
    assert shown(None, Shows.RATE) == "—"
    assert shown(Fraction(0), Shows.RATE) == "0.00 %"


@pytest.mark.parametrize(
    ("filed", "points"), [(0, 100), (1, 90), (2, 90), (3, 75), (5, 60), (7, 40), (8, 40), (9, 0)]
)
def test_bands_of_a_first_class_area(filed: int, points: int) -> None:
    """Standards §3.5: 0 → 100, < 3 → 90, < 5 → 75, < 7 → 60, < 9 → 40, else 0."""
    seed = next(s for s in SEEDS if s[0] == Subject.REGION_1 and s[1] == "filed_score")
    assert worth(seed[5], filed=filed, suspended=0) == points


@pytest.mark.parametrize(
    ("filed", "points"), [(0, 100), (3, 90), (4, 75), (5, 75), (6, 60), (8, 40), (9, 40), (10, 0)]
)
def test_bands_of_other_areas(filed: int, points: int) -> None:
    """Standards §3.5: 0 → 100, < 4 → 90, < 6 → 75, < 8 → 60, < 10 → 40, else 0."""
    seed = next(s for s in SEEDS if s[0] == Subject.REGION_2 and s[1] == "filed_score")
    assert worth(seed[5], filed=filed + 2, suspended=2) == points  # 挂账 is taken off


@pytest.mark.parametrize(
    ("taken", "points"),
    [(2001, 100), (2000, 90), (1201, 90), (501, 75), (301, 60), (101, 40), (100, 0)],
)
def test_bands_of_an_operator(taken: int, points: int) -> None:
    seed = next(s for s in SEEDS if s[0] == Subject.OPERATOR and s[1] == "taken_score")
    assert worth(seed[5], taken=taken) == points


def test_a_weighted_sum_leaves_out_what_has_nothing_to_count() -> None:
    text = "weighted(40: a; 60: b)"
    assert worth(text, a=100, b=50) == 70
    assert worth(text, a=None, b=50) == 50
    assert worth(text, a=50, b=None) is None  # less than half of the weight is there


def reckoned(text: str) -> Fraction:
    """A printed sum as somebody with a pocket calculator reckons it."""
    plain = re.sub(r"([\d.]+) %", r"(\1 / 100)", text).replace("×", "*").replace("÷", "/")
    return eval(re.sub(r"[\d.]+", lambda number: f"Fraction('{number[0]}')", plain))  # noqa: S307


@pytest.mark.parametrize(
    ("text", "numbers", "printed"),
    [
        ("weighted(40: a; 60: b)", {"a": 90, "b": 50}, "90 × 40 % + 50 × 60 %"),
        ("weighted(20: a; 50: b; 30: c)", {"a": None, "b": 90, "c": 50},
         "(90 × 50 % + 50 × 30 %) ÷ 80 %"),
        ("weighted(20: a; 60: b; 20: c)", {"a": None, "b": 90, "c": None}, "(90 × 60 %) ÷ 60 %"),
        ("weighted(1: a; 1: b)", {"a": 90, "b": 50}, "(90 × 1 % + 50 × 1 %) ÷ 2 %"),
        ("weighted(30%: a; 70%: b)", {"a": 90, "b": 50}, "90 × 30 % + 50 × 70 %"),
        ("10 * weighted(40: a; 60: b)", {"a": 90, "b": 50}, "10 × (90 × 40 % + 50 × 60 %)"),
    ],
)  # fmt: skip
def test_a_weighted_sum_is_printed_so_that_it_can_be_reckoned(
    text: str, numbers: dict[str, int | None], printed: str
) -> None:
    known = {name: None if n is None else Fraction(n) for name, n in numbers.items()}
    said_here = said(
        known_part(parse(text), known.__getitem__), {name: str(n) for name, n in numbers.items()}
    )
    assert said_here == printed
    assert reckoned(said_here) == worth(text, **numbers)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("closed / ", 10, "名称、数字或括号"),
        ("closed $ 2", 8, "$"),
        ("mean(closed)", 1, "mean"),
        ("bands(closed; 3: 9)", 15, "else"),
        ("(closed", 8, "“)”"),
        ("closed closed", 8, "结尾"),
        ("weighted(closed: 3)", 10, "数字"),
        ("__import__", 1, "_"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, place: int, words: str) -> None:
    with pytest.raises(BadFormula) as refusal:
        parse(text)
    assert refusal.value.place == place
    assert words in str(refusal.value)


def test_brackets_without_end_are_refused_and_do_not_overflow() -> None:
    with pytest.raises(BadFormula):
        parse("(" * 500)
    with pytest.raises(BadFormula):
        parse("-" * 500 + "1")


def _one(code: str, text: str) -> Formula:
    return Formula(Subject.UNIT, code, code, Shows.RATE, text)


def test_formulas_know_their_counts_and_do_not_go_round_in_circles() -> None:
    check([_one("a", "closed / should_close"), _one("b", "a * 100")])
    with pytest.raises(BadFormula, match="taken_score"):
        check([_one("a", "taken_score")])
    with pytest.raises(BadFormula, match="循环"):
        check([_one("a", "b + 1"), _one("b", "a - 1")])
    with pytest.raises(BadFormula, match="已被使用"):
        check([_one("closed", "1")])


def _seeded(subject: Subject) -> Book:
    rows = (s for s in SEEDS if s[0] == subject)
    return Book(tuple(Formula(subject, s[1], s[2], Shows(s[4]), s[5], s[6]) for s in rows), EDGES)


@pytest.mark.parametrize("subject", list(Subject))
def test_every_formula_the_city_starts_with_can_be_read(subject: Subject) -> None:
    book = _seeded(subject)
    check(book.formulas)
    assert all(book.words(one) and one.source for one in book.formulas)


def test_the_bulletin_of_tianmen() -> None:
    """受理 1054, 立案 996, 应结 972, 结案 911 (93.72 %), 按期 737 (75.82 %): both of 应结案数."""
    book = _seeded(Subject.CASES)
    counts = dict.fromkeys(
        ("should_handle", "handled", "on_time_handled", "reworked"), 0
    ) | {
        "reported": 1054, "filed": 996, "should_close": 972, "closed": 911, "on_time_closed": 737,
    }  # fmt: skip
    values = book.values(counts)
    assert shown(values["closing_rate"], Shows.RATE) == "93.72 %"
    assert shown(values["on_time_closing_rate"], Shows.RATE) == "75.82 %"
    assert shown(values["filing_rate"], Shows.RATE) == "94.50 %"
    assert shown(values["handling_rate"], Shows.RATE) == "—"


def test_a_unit_without_rework_has_all_points_for_it() -> None:
    """A program in use gives none of the 30 points to a unit without any rework."""
    book = _seeded(Subject.UNIT)
    counts = {
        "filed": 10, "should_close": 10, "closed": 10, "on_time_closed": 10, "reworked": 0,
        "should_handle": 10, "handled": 10, "on_time_handled": 10,
    }  # fmt: skip
    assert book.values(counts)["total"] == 100


@pytest.mark.parametrize(
    ("points", "grade"),
    [("90", "A"), ("89.99", "B"), ("75", "B"), ("60", "C"), ("40", "D"), ("39.99", "E")],
)
def test_the_edge_of_a_grade_belongs_to_the_better_one(points: str, grade: str) -> None:
    assert _seeded(Subject.UNIT).grade(Fraction(points)) == grade


def test_values_are_rounded_half_up_from_the_exact_share() -> None:
    assert str(rounded(Fraction(1, 8))) == "0.13"
    assert str(rounded(Fraction(911, 972) * 100)) == "93.72"
    assert str(rounded(Fraction(-1, 8))) == "-0.12"


def test_a_formula_is_said_in_words() -> None:
    labels = {"closed": "结案数", "should_close": "应结案数"}
    assert said(parse("closed / should_close"), labels) == "结案数 ÷ 应结案数"
    assert said(parse("(closed + 1) * 2 - (3 - 1)"), labels) == "(结案数 + 1) × 2 − (3 − 1)"
