"""Cases as tiles: honest counts, nobody else's cases, points near by, bounded size."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from linli.cases import queries
from linli.cases.models import Case
from linli.cases.queries import lists, tiles
from linli.cases.queries.tiles import case_tile, public_tile, spots
from linli.cases.rules.filters import CaseFilter
from linli.staff.models import User
from tests.cases.city import STEP, City
from tests.conftest import NOW
from tests.maps.conftest import STAGES, case_at, tile_of, tiles_around


def drawn(user: User, wanted: CaseFilter, z: int) -> int:
    """How many cases all tiles of a zoom say there are."""
    return sum(spot.count for at in tiles_around(z) for spot in spots(user, wanted, *at, now=NOW))


def listed(user: User, wanted: CaseFilter) -> int:
    """How many of the list have a place."""
    return queries.filtered(user, wanted, now=NOW).filter(place__isnull=False).count()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    zoom=st.integers(0, 17),
    stages=st.sets(st.sampled_from(STAGES)),
    light=st.sampled_from(["", "green", "yellow", "red"]),
    days=st.one_of(st.none(), st.integers(0, 9)),
    person=st.sampled_from(["chief", "street_chief", "worker", "handler"]),
    code=st.sampled_from(["", "E01", "E0401"]),
)
def test_the_counts_of_all_tiles_are_the_count_of_the_list(
    strewn: City,
    zoom: int,
    stages: set[str],
    light: str,
    days: int | None,
    person: str,
    code: str,
) -> None:
    user = strewn.districts[0].user(person)
    wanted = CaseFilter(
        stages=tuple(sorted(stages)),
        light=light,
        since=None if days is None else (NOW - timedelta(days=days)).date(),
        case_class=code,
    )
    assert drawn(user, wanted, zoom) == listed(user, wanted)


def test_wherever_the_list_knows_its_count_no_tile_stops_counting() -> None:
    """So the counts of all tiles add up to every total that the list can tell."""
    assert tiles.MOST_COUNTED >= lists.MOST_COUNTED


def test_a_tile_is_the_sum_of_its_four_children(strewn: City) -> None:
    user = strewn.user("chief")
    for z, x, y in tiles_around(13):
        here = sum(s.count for s in spots(user, CaseFilter(), z, x, y, now=NOW))
        children = sum(
            s.count
            for dx in (0, 1)
            for dy in (0, 1)
            for s in spots(user, CaseFilter(), z + 1, 2 * x + dx, 2 * y + dy, now=NOW)
        )
        assert here == children


def test_a_case_on_the_border_of_tiles_lies_in_one_of_them(city: City) -> None:
    edge = 109745 / 2**17 * 360 - 180  # the western edge of a column of zoom 17, east of 121
    corner = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * 53521 / 2**17))))
    for lon, lat in ((edge, 31.005), (edge, corner), (121.005, corner)):
        Case.objects.all().delete()
        case_at(city, 0, Point(lon, lat, srid=4326)).save()
        for z in range(10, 19):
            _z, x, y = tile_of(lon, lat, z)
            around = [(z, x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
            found = [spots(city.user("chief"), CaseFilter(), *at, now=NOW) for at in around]
            assert sum(map(len, found)) == 1, (lon, lat, z)


def test_nobody_sees_a_case_of_another_district_in_a_tile(strewn: City) -> None:
    here, there = strewn.districts
    far = tile_of(there.x + STEP / 2, 31.005, 14)
    own = {c.number for c in Case.objects.filter(district=here.region)}
    foreign = {c.number for c in Case.objects.filter(district=there.region, place__isnull=False)}
    bodies = b"".join(
        case_tile(here.user("street_chief"), CaseFilter(), *at, now=NOW) for at in tiles_around(16)
    )
    assert any(number.encode() in bodies for number in own)
    assert not any(number.encode() in bodies for number in foreign)
    theirs = case_tile(there.user("street_chief"), CaseFilter(), *far, now=NOW)
    assert any(number.encode() in theirs for number in foreign)


def test_a_person_without_cases_gets_an_empty_tile(strewn: City) -> None:
    nobody = User.objects.create(username="nobody")
    assert case_tile(nobody, CaseFilter(), *tile_of(121.005, 31.005, 10), now=NOW) == b""


def test_lights_of_the_map_are_the_lights_of_the_list(strewn: City) -> None:
    user = strewn.user("chief")
    for light, at in (("red", "late"), ("yellow", "soon")):
        wanted = CaseFilter(light=light)
        found = [s for t in tiles_around(9) for s in spots(user, CaseFilter(), *t, now=NOW)]
        assert sum(getattr(s, at) for s in found) == listed(user, wanted)
    points = [s for t in tiles_around(16) for s in spots(user, CaseFilter(), *t, now=NOW)]
    assert {s.light for s in points if s.stage == "dismissed"} == {""}
    assert "green" not in {s.light for s in points if s.stage == "verifying"}


def test_a_full_tile_is_drawn_as_clusters_and_says_when_it_stops_counting(
    strewn: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, at = strewn.user("chief"), tile_of(121.005, 31.005, 14)
    every = spots(user, CaseFilter(), *at, now=NOW)
    assert all(spot.count == 1 and not spot.more for spot in every)
    monkeypatch.setattr(tiles, "MOST_POINTS", 5)
    merged = spots(user, CaseFilter(), *at, now=NOW)
    assert len(merged) < len(every)
    assert sum(spot.count for spot in merged) == len(every)
    monkeypatch.setattr(tiles, "MOST_COUNTED", 10)
    capped = spots(user, CaseFilter(), *at, now=NOW)
    assert all(spot.more for spot in capped)
    assert 0 < sum(spot.count for spot in capped) <= 10


def test_a_crowded_tile_is_counted_in_one_statement_and_exactly_once_it_has_emptied(
    strewn: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = tile_of(121.005, 31.005, 12)
    for name in ("chief", "leader", "operator"):
        user = strewn.user(name)
        every = sum(spot.count for spot in spots(user, CaseFilter(), *at, now=NOW))
        with monkeypatch.context() as less:
            less.setattr(tiles, "MOST_COUNTED", every - 1)
            first = spots(user, CaseFilter(), *at, now=NOW)
            with CaptureQueriesContext(connection) as asked:
                again = spots(user, CaseFilter(), *at, now=NOW)
        assert sum("cases_case" in query["sql"] for query in asked.captured_queries) == 1
        assert first == again
        assert sum(spot.count for spot in first) == every - 1
        assert all(spot.more for spot in first)
        emptied = spots(user, CaseFilter(), *at, now=NOW)  # remembered as crowded, but it is not
        assert sum(spot.count for spot in emptied) == every
        assert not any(spot.more for spot in emptied)


def test_a_tile_reads_the_cases_once(
    strewn: City, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = strewn.user("chief")
    case_tile(user, CaseFilter(), *tile_of(121.005, 31.005, 12), now=NOW)  # the seats are read
    with django_assert_num_queries(4) as asked:  # two are the versions of catalogue and territory
        case_tile(user, CaseFilter(), *tile_of(121.005, 31.005, 12), now=NOW)
    assert sum("cases_case" in query["sql"] for query in asked.captured_queries) == 1


def test_a_tile_asks_the_index_of_places(strewn: City) -> None:
    box = tiles._in_box(*tile_of(121.0, 31.0, 18))
    rows = queries.cases_for(strewn.user("chief")).filter(box)
    sql, params = rows.values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + sql, params)
        assert "case_place" in "\n".join(row[0] for row in cursor.fetchall())


# -- what everybody may see -----------------------------------------------------------------------
@pytest.fixture
def public(city: City) -> City:
    """A city whose class may be shown to everybody."""
    type(city.case_class).objects.filter(pk=city.case_class.pk).update(public=True)
    return city


def test_the_public_layer_rounds_places_and_says_no_words(public: City) -> None:
    at = Point(121.0041234, 31.0051234, srid=4326)
    case = case_at(public, 0, at)
    case.stage, case.address = "filed", "邻里路3号"
    case.save()
    body = public_tile(*tile_of(at.x, at.y, 15), now=NOW)
    assert b"nearby" in body
    assert public.case_class.code.encode() in body
    for secret in (case.number, case.description, case.address):
        assert secret.encode() not in body


def test_the_public_layer_leaves_out_what_is_not_filed_or_long_solved(public: City) -> None:
    at = Point(121.004, 31.005, srid=4326)
    for stage in ("reported", "verifying", "dismissed"):
        Case.objects.all().delete()
        case = case_at(public, 0, at)
        case.stage = stage
        case.save()
        assert public_tile(*tile_of(at.x, at.y, 15), now=NOW) == b"", stage
    Case.objects.all().delete()
    case = case_at(public, 0, at)
    case.stage, case.self_handled, case.lead_unit = "closed", True, public.districts[0].department
    case.closed_at = NOW - timedelta(days=29)
    case.save()
    assert public_tile(*tile_of(at.x, at.y, 15), now=NOW) != b""
    assert public_tile(*tile_of(at.x, at.y, 15), now=NOW + timedelta(days=2)) == b""
    assert public_tile(*tile_of(at.x, at.y, 12), now=NOW) == b"", "nothing from afar"


def test_a_class_that_is_not_public_stays_out_of_the_public_layer(city: City) -> None:
    case = case_at(city, 0, Point(121.004, 31.005, srid=4326))
    case.stage = "filed"
    case.save()
    assert public_tile(*tile_of(121.004, 31.005, 15), now=NOW) == b""
