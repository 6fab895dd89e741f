"""The first and the last moment of days, weeks, months, quarters and years, by the city's clock."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from linli.analysis.queries.answering import answer
from linli.analysis.rules.query import Query
from linli.cases import queries as cases_queries
from linli.cases import services as cases
from linli.cases.rules.filters import CaseFilter
from linli.evaluation.queries.drilling import EVERYTHING, cases_of
from linli.evaluation.queries.figures import counts_for, figures_for
from linli.evaluation.rules.counts import COUNTS, Source
from linli.evaluation.rules.facts import CaseFacts
from linli.evaluation.rules.periods import Period, Span
from linli.evaluation.rules.subjects import DIMENSIONS
from linli.evaluation.services import following
from linli.staff.models import User
from tests.cases.city import City
from tests.conftest import NOW
from tests.evaluation.recounting import MOVES, recounted
from tests.evaluation.test_figures import live

CITY = ZoneInfo("Asia/Shanghai")
FAR = datetime(2029, 1, 1, tzinfo=UTC)
LAST_MOMENT = timedelta(microseconds=1)
#: Midnights at which something begins: a quarter, a week, a year within a week, a week of it, a
#: leap day and the day after.
MIDNIGHTS = [
    datetime(*day, tzinfo=CITY)
    for day in ((2026, 4, 1), (2026, 4, 6), (2027, 1, 1), (2027, 1, 4), (2028, 2, 29), (2028, 3, 1))
]
MOMENTS = [
    *(edge - LAST_MOMENT for edge in MIDNIGHTS),
    *MIDNIGHTS,
    datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC),  # a day ends in Greenwich: 7:59:59 of April 1
    datetime(2026, 4, 1, tzinfo=UTC),
]


def days_of(span: str, day: date) -> tuple[date, date]:
    """The first and last day, by the calendar of the standard library alone."""
    year, week, _weekday = day.isocalendar()
    quarter = (day.month + 2) // 3
    last = {month: calendar.monthrange(day.year, month)[1] for month in range(1, 13)}
    return {
        "day": (day, day),
        "week": (date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7)),
        "month": (date(day.year, day.month, 1), date(day.year, day.month, last[day.month])),
        "quarter": (
            date(day.year, quarter * 3 - 2, 1), date(day.year, quarter * 3, last[quarter * 3]),
        ),
        "year": (date(day.year, 1, 1), date(day.year, 12, 31)),
    }[span]  # fmt: skip


@given(st.sampled_from([one.value for one in Span]), st.dates(date(2001, 1, 1), date(2199, 1, 1)))
def test_periods_are_those_of_the_calendar_and_follow_one_another(span: str, day: date) -> None:
    period = Period.around(Span(span), day)
    assert (period.first, period.last) == days_of(span, day)
    assert period.before.last + timedelta(days=1) == period.first
    assert period.after.since == period.until
    assert period.since.astimezone(UTC).hour == 16  # the city is eight hours ahead


@pytest.fixture
def edges(city: City) -> City:
    """A report at each moment; two cases more were closed right before and at the end of March."""
    for at in sorted(MOMENTS):
        cases.report(description="垃圾", place=city.districts[0].place(), channel="portal", now=at)
    for closed in (MIDNIGHTS[0] - LAST_MOMENT, MIDNIGHTS[0]):
        live(city, "close", start=(closed - NOW) / timedelta(minutes=1) - 7, channel="hotline")
    following.follow()
    return city


@pytest.mark.django_db
def test_every_moment_counts_in_its_own_day_week_month_quarter_and_year(
    edges: City, judge: User
) -> None:
    compared = Counter[str]()
    for span in Span:
        for day in {at.astimezone(CITY).date() for at in MOMENTS}:
            period = Period.around(span, day)
            found = counts_for(judge, DIMENSIONS["channel"], period.since, period.end(FAR))
            for code in MOVES:
                told = {key: row[code] for key, row in found.items() if row[code]}
                assert told == recounted(code, "channel", *days_of(span, day)), (span, day, code)
                compared[code] += sum(told.values())
    assert all(compared[code] for code in MOVES)
    closed = recounted("closed", "channel", date(2026, 3, 1), date(2026, 3, 31))
    assert closed == {"hotline": 1}  # the one of the last moment, not the one of midnight


@pytest.mark.django_db
def test_analysis_puts_the_same_moments_into_the_same_steps(edges: City, judge: User) -> None:
    local = [at.astimezone(CITY) for at in MOMENTS]
    every = {"period": "days", "since": "2026-03-30", "until": "2028-03-02", "channel": "portal"}

    def told(**more: str) -> dict[object, int]:
        asked = Query.parse({"measure": "reported"} | every | more)
        rows = answer(judge, asked, now=FAR).lines
        return {one.key: int(one.numbers[0].value or 0) for one in rows if one.numbers[0].value}

    for grain in ("week", "month", "quarter", "year"):
        steps = Counter(days_of(grain, at.date())[0] for at in local)
        assert told(by="time", grain=grain) == steps, grain
    april = Counter(at.date() for at in local if at.date() <= date(2026, 4, 30))
    assert told(by="time", grain="day", until="2026-04-30") == april
    assert told(by="hour") == Counter(at.hour for at in local)
    assert told(by="weekday") == Counter(at.isoweekday() for at in local)


@pytest.mark.django_db
def test_lists_and_the_api_cut_days_where_figures_do(edges: City, judge: User) -> None:
    for first, last in ((date(2026, 3, 31),) * 2, (date(2026, 4, 1), date(2026, 4, 5))):
        wanted = CaseFilter.parse({"since": [first.isoformat()], "until": [last.isoformat()]})
        listed = cases_queries.filtered(judge, wanted, now=FAR).count()
        assert listed == sum(recounted("reported", "channel", first, last).values()) > 0


# -- periods of which there is nothing to say ------------------------------------------------------
@pytest.mark.django_db
def test_what_is_overdue_today_is_owed_in_no_period_to_come(city: City, judge: User) -> None:
    live(city, "accept")  # four working hours: overdue the next day
    following.follow()
    today = NOW + timedelta(days=5)
    april = Period.around(Span.MONTH, date(2026, 4, 1))
    unit = DIMENSIONS["unit"]
    now_owed = figures_for(judge, unit, Period.around(Span.MONTH, NOW.date()), now=today)
    assert now_owed.sum.counts["should_handle"] == 1
    for code in ("unit", "district", "collector"):
        assert figures_for(judge, DIMENSIONS[code], april, now=today).lines == []
    owed = next(one for one in COUNTS[Source.TASK] if one.code == "should_handle")
    assert cases_of(judge, unit, april, owed, EVERYTHING, now=today).count == 0
    asked = Query.parse(
        {"measure": "should_close", "by": "time", "period": "days", "since": "2026-04-01",
         "until": "2026-04-30"}
    )  # fmt: skip
    assert all(not one.numbers[0].value for one in answer(judge, asked, now=today).lines)


def test_sql_and_python_agree_that_a_period_without_a_moment_holds_nothing() -> None:
    fact = CaseFacts(reported_at=NOW, due_at=NOW)
    for base in COUNTS[Source.CASE]:
        assert not base.when.holds(fact, NOW + timedelta(days=9), NOW + timedelta(days=1))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("day=2190-03-01", ["2190-03", "该考核期尚未开始"]),
        ("day=2001-07-05", ["2001-07", "请在上方选择其他考核期"]),
        ("span=day&day=2028-02-29", ["2028-02-29", "该考核期尚未开始"]),
    ],
)
def test_a_period_of_nothing_says_so_and_what_to_do(
    city: City, judge: User, asked: str, wanted: Iterable[str]
) -> None:
    client = Client()
    client.force_login(judge)
    for path in ("/evaluation/", "/evaluation/mine/"):
        page = client.get(f"{path}?{asked}")
        assert page.status_code == 200
        for words in wanted:
            assert words in page.content.decode(), (path, words)
    files = client.get(f"/evaluation/export/csv?by=unit&{asked}")
    assert len(files.content.decode().splitlines()) == 2  # heads and a sum of nothing


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("day=2027-02-29", "day: "), ("day=1999-12-31", "2000 年至 2200 年"), ("day=x", "day: "),
        ("span=decade", "span: "), ("by=moon", "by: "), ("region=abc", "region: "),
        ("freeze=x", "freeze"),
    ],
)  # fmt: skip
def test_a_wrong_word_in_the_address_is_answered_by_its_field(
    city: City, judge: User, asked: str, said: str
) -> None:
    client = Client()
    client.force_login(judge)
    page = client.get(f"/evaluation/?{asked}")
    assert page.status_code == 400
    assert said in page.content.decode()
