"""The bench's large city is a city, and at it: badges are their lists, lists their filter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from bench.sensors import moments
from django.db import connection

from bench import _city, load
from linli.cases import queries
from linli.cases.models import Case, CaseEvent, CaseWords
from linli.cases.queries import chains, lists, words
from linli.cases.queries.paging import Found
from linli.cases.rules.filters import QUEUES, CaseFilter
from linli.catalogue import queries as catalogue
from linli.kernel.text import bigrams
from tests.conftest import NOW

CASES = 2_000
PEOPLE = (
    "citychief", "dutychief01", "inspector01", "dispatcher02", "handlercg01", "streetdutychief",
    "streetworker", "operator01",
)  # fmt: skip
FILTERS: tuple[dict[str, str | list[str]], ...] = (
    {},
    {"stage": "evaluated"},
    {"stage": "open"},
    {"class": "C", "since": "2024-06-01"},
    {"region": "420101", "stage": "evaluated,closed"},
    {"light": "red"},
    {"q": "井盖"},
    {"q": "井盖松动,请尽快处理"},
    {"q": "松动 号"},
    {"mine": "1"},
)


@pytest.fixture
def city(db: None) -> None:
    """Two thousand cases of three years."""
    _city.found(now=NOW, size=_city.SMALL)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        own = cursor.connection
        assert isinstance(own, psycopg.Connection)
        load.load(own, cases=CASES, now=NOW, stories=100, say=lambda _line: None)


def _columns() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, contype, convalidated FROM pg_constraint"
            " WHERE conrelid = ANY (%s::regclass[])"
            " UNION ALL SELECT indexname, 'i', true FROM pg_indexes"
            " WHERE tablename = ANY (%s) ORDER BY 1, 2",
            [list(load.TABLES), list(load.TABLES)],
        )
        return list(cursor.fetchall())


def test_a_load_leaves_every_key_and_index_as_the_migrations_made_them(db: None) -> None:
    before = _columns()
    _city.found(now=NOW, size=_city.SMALL)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        load.load(cursor.connection, cases=300, now=NOW, stories=20, say=lambda _line: None)
        load.load(cursor.connection, cases=400, now=NOW, stories=20, say=lambda _line: None)
    assert _columns() == before
    assert Case.objects.count() == 400


def test_a_loaded_city_has_every_stage_and_whole_histories(city: None) -> None:
    stages = set(Case.objects.values_list("stage", flat=True))
    assert {"reported", "handling", "checking", "closed", "evaluated", "merged"} <= stages
    assert CaseEvent.objects.count() == 900
    assert list(chains.breaks()) == []
    for case in Case.objects.order_by("?")[:20]:
        case.validate_constraints()


def test_the_words_of_a_loaded_case_are_those_a_report_would_have(city: None) -> None:
    for case in Case.objects.order_by("id")[:200]:
        kept = set(CaseWords.objects.get(case_id=case.pk).bigrams)
        month = words.month_mark(case.reported_at)
        assert kept == {*bigrams(f"{case.description} {case.address}"), month}


def test_a_badge_counts_exactly_the_rows_of_its_list(city: None) -> None:
    seen = 0
    for name in PEOPLE:
        user = _city.user(name)
        for badge in queries.badges_for(user, now=NOW):
            wanted = CaseFilter(queue=badge.queue)
            assert badge.waiting == lists.filtered(user, wanted, now=NOW).count()
            assert badge.waiting == queries.count_for(user, wanted, now=NOW)[0]
            seen += badge.waiting
    assert seen > 10
    assert set(QUEUES) == set(queries.QUEUE_GRANT)


def test_the_classes_of_a_letter_are_one_parameter_and_find_the_same(city: None) -> None:
    ids = catalogue.class_ids(("C",))
    assert len(ids) > 50
    user = _city.user("citychief")
    found = lists.filtered(user, CaseFilter(case_class="C"), now=NOW)
    assert len(found.query.sql_with_params()[1]) < 20
    one_by_one = queries.cases_for(user).filter(case_class_id__in=ids)
    assert set(found.values_list("pk")) == set(one_by_one.values_list("pk")) != set()


@pytest.mark.parametrize("common", [False, True])
def test_a_page_is_the_beginning_of_the_filter(
    city: None, monkeypatch: pytest.MonkeyPatch, common: bool
) -> None:
    if common:  # the list is walked for words, as it is in a city where they are common
        monkeypatch.setattr(lists, "are_common", lambda text, *, now: text != "")
        monkeypatch.setattr(lists, "MOST_WALKED", CASES)
    for name in PEOPLE:
        user = _city.user(name)
        for query in FILTERS:
            wanted = CaseFilter.parse(query)
            rows = lists.filtered(user, wanted, now=NOW).order_by("-reported_at", "-id")
            whole = [Found(*row) for row in rows.values_list("reported_at", "id")]
            assert queries.count_for(user, wanted, now=NOW) == (len(whole), True)
            assert lists.newest(user, wanted, now=NOW, size=7) == whole[:7]
            if len(whole) > 9:
                below = lists.newest(user, wanted, now=NOW, size=4, below=whole[4])
                assert below == whole[5:9]
                above = lists.newest(user, wanted, now=NOW, size=4, above=whole[6])
                assert above == whole[2:6]


def test_pages_lead_down_through_all_rows_and_back_up(city: None) -> None:
    user, wanted = _city.user("dutychief01"), CaseFilter.parse({"stage": "open"})
    cursor, ids = None, []
    while True:
        page = queries.page_for(user, wanted, now=NOW, cursor=cursor, size=10)
        ids += [case.pk for case in page.rows]
        cursor = page.next
        if cursor is None:
            break
    whole = lists.filtered(user, wanted, now=NOW).order_by("-reported_at", "-id")
    assert ids == list(whole.values_list("id", flat=True))
    last = Case.objects.get(pk=ids[-1])
    above = queries.page_before(user, wanted, now=NOW, cursor=queries.cursor_of(last), size=3)
    assert [case.pk for case in above.rows] == ids[-4:-1]


def test_a_page_costs_no_more_queries_with_more_rows(
    city: None, django_assert_max_num_queries: Any
) -> None:
    user, wanted = _city.user("dutychief01"), CaseFilter()
    queries.page_for(user, wanted, now=NOW, size=50)  # what was read stays in the process
    with django_assert_max_num_queries(6):
        page = queries.page_for(user, wanted, now=NOW, size=50)
        names = [(case.case_class.name, case.grid.name, case.district.name) for case in page.rows]
    assert len(names) == 50


def test_common_words_are_known_by_the_statistics(city: None) -> None:
    assert words.are_common("井盖", now=NOW + timedelta(days=1)) in (True, False)
    assert not words.are_common("从来没有人写过的话", now=NOW)
    assert not words.are_common("", now=NOW)


def test_no_reading_of_the_bench_is_the_same_as_another() -> None:
    """The same device and moment is one reading: the bench would wait for the second for ever."""
    found = list(moments(25, 10, since=1_000.0))
    assert len({(n % 10, round(moment, 3)) for n, moment in enumerate(found)}) == 25
    assert 1_000.0 < min(found) <= max(found) < 1_000.1
