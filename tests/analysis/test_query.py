"""A question as data: read, written, refused with the name of the field and what to do."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.analysis.rules import charts
from linli.analysis.rules.presets import PRESETS
from linli.analysis.rules.query import Query
from linli.analysis.rules.windows import compared, grain_of, pieces, window_of
from linli.analysis.rules.words import CHARTS, COMPARES, GRAINS, PERIODS, WAYS
from linli.cases.rules.stages import Channel
from linli.kernel.errors import BadInput

NOON = datetime(2026, 3, 12, 4, tzinfo=UTC)  # noon in the city
DAYS = st.dates(date(2015, 1, 1), date(2024, 12, 31))


@st.composite
def words(draw: st.DrawFn) -> dict[str, str]:
    """Fields as people may give them: each known, not all of them fitting together."""

    def one(known: object) -> str:
        return draw(st.sampled_from(["", *known]))  # type: ignore[misc]  # mappings and lists

    since = draw(DAYS)
    return {
        "measure": one(["reported", "closed", "closing_rate"]),
        "measure_2": one(["filed", "handled"]),
        "by": one(WAYS),
        "across": one(WAYS),
        "period": one(PERIODS),
        "since": since.isoformat(),
        "until": (since + timedelta(days=draw(st.integers(0, 900)))).isoformat(),
        "grain": one(GRAINS),
        "compare": one(COMPARES),
        "chart": one(CHARTS),
        "region": one(["310101000000"]),
        "class": one(["E", "E01", "E0102"]),
        "channel": one(Channel.values),
        "unit": one(["7"]),
    }


@settings(max_examples=200)
@given(words())
def test_what_is_read_is_written_and_read_again_the_same(given_words: dict[str, str]) -> None:
    query, said, field = Query(), "measure: ", "measure"
    try:
        query = Query.parse(given_words)
    except BadInput as refusal:
        said, field = str(refusal), str(refusal.field)
    assert field in given_words
    assert said.startswith(f"{field}: ")
    assert Query.parse(query.words()) == query
    assert query.with_() == query


@settings(max_examples=100)
@given(words())
def test_the_steps_of_a_period_fill_it_without_gaps(given_words: dict[str, str]) -> None:
    try:
        query = Query.parse(given_words)
        window = window_of(query, now=NOON)
        steps = pieces(window, grain_of(query, window))
    except BadInput:
        return
    assert steps[0].since == window.since
    assert steps[-1].until == window.until
    assert all(a.until == b.since for a, b in pairwise(steps))


@pytest.mark.parametrize(
    ("given_words", "field"),
    [
        ({"by": "religion"}, "by"),
        ({"by": "post"}, "by"),  # a person is no way to tell numbers apart
        ({"by": "class", "across": "class"}, "across"),
        ({"by": "grid", "across": "hour"}, "across"),
        ({"by": "weekday", "across": "grid"}, "across"),
        ({"by": "unit", "across": "class", "measure": "filed", "measure_2": "closed"}, "measure_2"),
        ({"by": "unit", "across": "class", "compare": "before"}, "compare"),
        ({"by": "class", "chart": "map"}, "by"),
        ({"period": "days"}, "since"),
        ({"period": "days", "since": "2026-01-02"}, "until"),
        ({"period": "days", "since": "2026-01-02", "until": "2026-01-01"}, "until"),
        ({"period": "days", "since": "2001-01-02", "until": "2026-01-01"}, "until"),
        ({"since": "tomorrow"}, "since"),
        ({"measure": "x'; --"}, "measure"),
        ({"class": "e"}, "class"),
        ({"region": "Huangpu"}, "region"),
        ({"unit": "³"}, "unit"),
        ({"channel": "smoke"}, "channel"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(given_words: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        Query.parse(given_words)
    assert refusal.value.field == field
    assert str(refusal.value).startswith(f"{field}: ")


def test_a_trend_runs_over_time_and_what_was_down_goes_to_the_right() -> None:
    query = Query.parse({"by": "district", "chart": "trend"})
    assert (query.by, query.across) == ("time", "district")


def test_every_ready_question_can_be_asked() -> None:
    for _label, query in PRESETS:
        assert Query.parse(query.words()) == query


def test_a_running_period_is_compared_with_as_much_of_the_one_before() -> None:
    query = Query(period="this_month", compare="before")
    window = window_of(query, now=NOON)
    against = compared(query, window, now=NOON)
    assert against is not None
    assert (against.first, against.last) == (date(2026, 2, 1), date(2026, 2, 28))
    assert against.until - against.since == window.until - window.since
    assert window.until == NOON


def test_a_period_that_is_over_is_compared_whole_and_leap_days_have_a_year_before() -> None:
    query = Query(period="last_month", compare="before")
    window = window_of(query, now=NOON)
    against = compared(query, window, now=NOON)
    assert against is not None
    assert (against.first, against.last) == (date(2026, 1, 1), date(2026, 1, 31))
    assert (against.until - against.since).days == 31
    leap = Query(period="days", since=date(2024, 2, 29), until=date(2024, 2, 29), compare="year")
    before = compared(leap, window_of(leap, now=NOON), now=NOON)
    assert before is not None
    assert before.first == date(2023, 2, 28)


def test_too_many_steps_are_refused() -> None:
    query = Query(
        by="time", period="days", since=date(2020, 1, 1), until=date(2025, 1, 1), grain="day"
    )
    with pytest.raises(BadInput, match="grain") as refusal:
        pieces(window_of(query, now=NOON), "day")
    assert refusal.value.field == "grain"


# -- drawings ----------------------------------------------------------------------------------
NUMBERS = st.lists(st.integers(0, 10**6), max_size=60)


@settings(max_examples=100)
@given(NUMBERS)
def test_the_parts_of_a_pie_are_the_whole_and_every_row_is_in_one(values: list[int]) -> None:
    parts = charts.slices(values)
    assert sum((one.share for one in parts), Fraction(0)) == (1 if any(values) else 0)
    places = [place for one in parts for place in one.places]
    assert sorted(places) == [n for n, value in enumerate(values) if value]
    assert len(parts) <= charts.MOST_SLICES


@settings(max_examples=100)
@given(NUMBERS)
def test_bars_are_as_long_as_their_numbers_and_lines_stay_on_the_plot(values: list[int]) -> None:
    longest = max(values, default=0) or 1
    for bar in charts.bars(values):
        assert bar.width == pytest.approx(values[bar.place] / longest * 100, abs=0.01)
    drawn = charts.trend([values])
    for series in drawn.series:
        for run in series.runs:
            for point in run.split():
                x, y = map(float, point.split(","))
                assert 0 <= x <= charts.WIDTH
                assert 0 <= y <= charts.HEIGHT
    assert drawn.ticks[0].top == 100
    assert drawn.ticks[-1].value >= max(values, default=0)


@settings(max_examples=100)
@given(st.dictionaries(st.integers(0, 99), st.integers(1, 50) | st.none(), max_size=40))
def test_more_is_never_lighter(values: dict[int, int | None]) -> None:
    shades, edges = charts.shades(values)
    ranked = sorted((v, shades[k]) for k, v in values.items() if v is not None)
    assert [shade for _v, shade in ranked] == sorted(shade for _v, shade in ranked)
    assert all(1 <= shade <= charts.CLASSES for _v, shade in ranked)
    assert all(shades[k] == 0 for k, v in values.items() if v is None)
    assert not ranked or ranked[-1][1] == charts.CLASSES
    assert list(edges) == sorted(set(edges))


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.tuples(st.integers(-50, 50), st.integers(-50, 50)), st.integers(1, 9), max_size=30
    )
)
def test_the_heat_map_loses_no_case_and_draws_none_that_is_alone(
    cells: dict[tuple[int, int], int],
) -> None:
    fewer, times = charts.coarser(cells, 10)
    assert sum(fewer.values()) == sum(cells.values())
    assert times >= 1
    drawn = charts.heat('{"features": []}', fewer, side=(0.01, 0.01))
    few = sum(n for n in fewer.values() if n < charts.FEWEST)
    if drawn is None:
        assert few == sum(fewer.values())
        return
    assert drawn.hidden == few
    assert all(one.cases >= charts.FEWEST for one in drawn.squares)
    assert sum(one.cases for one in drawn.squares) + drawn.hidden == sum(cells.values())


def test_the_name_of_an_area_stands_in_its_largest_piece() -> None:
    def ring(west: float, side: float) -> list[list[list[float]]]:
        corners = [(0, 0), (side, 0), (side, side), (0, side), (0, 0)]
        return [[[west + x, y] for x, y in corners]]

    geometry = {"type": "MultiPolygon", "coordinates": [ring(0, 1), ring(2, 4), ring(7, 2)]}
    outlines = json.dumps({"features": [{"id": 1, "geometry": geometry}]})
    drawing = charts.choropleth(outlines, {1: 3})
    assert drawing is not None
    wide, high = (float(word) - 8 for word in drawing.box.split()[2:])
    x, y = drawing.shapes[0].middle
    assert x == pytest.approx(wide * 4 / 9, abs=1)  # the middle of the second, 2° to 6° of 9°
    assert y == pytest.approx(high / 2, abs=1)
