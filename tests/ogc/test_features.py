"""OGC API Features: what everybody may read of the ground, and cases for a token alone."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from linli.cases.models import Case
from linli.ogc.rules.collections import COLLECTIONS, CONFORMS_TO
from linli.ogc.rules.crs import Crs
from linli.territory.models import GridVersion
from linli.territory.queries import features as ground
from tests.cases.city import SINCE, STEP, City, square
from tests.maps.conftest import case_at
from tests.ogc.conftest import Reader, seen_by, token_of

PROBLEM = "application/problem+json"


@pytest.fixture
def chief(client: Client, city: City) -> Reader:
    """With the token of a chief of a street of the first district."""
    return Reader(client, token_of(city.districts[0].posts["street_chief"]))


# -- what there is --------------------------------------------------------------------------------
def test_a_client_finds_everything_from_the_landing_page(city: City, reader: Reader) -> None:
    links = {each["rel"]: each["href"] for each in reader.json("/")["links"]}
    assert set(links) == {"self", "service-desc", "conformance", "data"}
    assert reader.json(links["conformance"])["conformsTo"] == list(CONFORMS_TO)
    names = {one["id"]: one for one in reader.json(links["data"])["collections"]}
    assert set(names) == {"regions", "grids", "cells"}
    for one in names.values():
        own = {each["rel"]: each for each in one["links"]}
        assert reader.json(own["self"]["href"]) == one
        assert own["items"]["type"] == "application/geo+json"
        assert reader.json(own["items"]["href"])["type"] == "FeatureCollection"
        assert one["extent"]["spatial"]["bbox"] == [[121.0, 31.0, 121.02, 31.02]]
        assert one["extent"]["temporal"]["interval"] == [["2020-01-01T00:00:00Z", None]]


def test_the_description_names_every_address_and_parameter(city: City, client: Client) -> None:
    post = city.districts[0].posts["street_chief"]
    post.grants = [*post.grants, "components.see"]
    post.save()
    chief = Reader(client, token_of(post))
    answer = chief.get("/api")
    assert answer["Content-Type"] == "application/vnd.oai.openapi+json;version=3.0"
    said = json.loads(answer.content)
    assert said["openapi"].startswith("3.0.")
    for one in COLLECTIONS.values():
        operation = said["paths"][f"/collections/{one.name}/items"]["get"]
        for parameter in operation["parameters"]:
            name = parameter["name"]
            sent = {"limit": "7", "bbox": "121,31,122,32", "datetime": "2026-01-01/..", "f": "json",
                    "crs": Crs.WGS84.value, "bbox-crs": Crs.CRS84.value, "suspended": "0",
                    "region": "31", "stage": "filed", "light": "red", "unit": "1", "queue": "late",
                    "state": "faulty",
                    "channel": "portal", "urgency": "normal", "handling": "general"}  # fmt: skip
            if name in sent:
                answer = chief.get(f"/collections/{one.name}/items", **{name: sent[name]})
                known = answer.status_code == 200 or answer.json()["field"] == "region"
                assert known, (name, answer.content)


# -- the ground -----------------------------------------------------------------------------------
def test_pages_hold_every_feature_once(city: City, reader: Reader) -> None:
    for name, kind in (("regions", 7), ("grids", 4), ("cells", 4)):
        found = reader.pages(f"/collections/{name}/items", limit=2)
        codes = [each["id"] for each in found]
        assert len(codes) == len(set(codes)) == kind
        assert {each["properties"]["code"] for each in found} == set(codes)
        first = reader.json(f"/collections/{name}/items", limit=2)
        assert (first["numberMatched"], first["numberReturned"]) == (kind, 2)


def test_a_page_ends_where_shapes_grow_too_large(
    city: City, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ground, "MOST_CORNERS", 11)  # two squares of five corners
    first = reader.json("/collections/grids/items")
    assert first["numberReturned"] == 2
    assert len(reader.pages("/collections/grids/items")) == 4
    monkeypatch.setattr(ground, "MOST_CORNERS", 1)  # one is always given
    assert len(reader.pages("/collections/grids/items")) == 4


def test_a_box_brings_what_touches_it(city: City, reader: Reader) -> None:
    own = {grid.code for grid in city.districts[0].grids}
    box = f"121.001,31.001,{121 + STEP - 0.001},31.002"
    found = {each["id"] for each in reader.pages("/collections/grids/items", bbox=box)}
    assert found == own
    high = f"121.001,31.001,-5,{121 + STEP - 0.001},31.002,900"
    assert {each["id"] for each in reader.pages("/collections/grids/items", bbox=high)} == own
    turned = f"31.001,121.001,31.002,{121 + STEP - 0.001}"
    by_latitude = {"bbox": turned, "bbox-crs": Crs.WGS84.value}
    assert {each["id"] for each in reader.pages("/collections/grids/items", **by_latitude)} == own
    assert reader.pages("/collections/grids/items", bbox="10,10,11,11") == []
    around = "120,30,-170,32"  # across the 180th meridian: everything east of 120
    assert len(reader.pages("/collections/grids/items", bbox=around)) == 4
    assert reader.pages("/collections/grids/items", bbox="122,30,-170,32") == []


def test_a_day_brings_the_borders_of_that_day(city: City, reader: Reader) -> None:
    grid, moved = city.districts[0].grids[0], date(2025, 5, 1)
    GridVersion.objects.filter(grid=grid).update(during=DateRange(SINCE, moved))
    GridVersion.objects.create(
        grid=grid, outline=square(121.0, 31.0, STEP / 4), during=DateRange(moved, None)
    )

    def eastern_edge(**query: str) -> float:
        found = reader.json("/collections/grids/items", code=grid.code, **query)["features"]
        assert len(found) == 1
        return max(corner[0] for corner in found[0]["geometry"]["coordinates"][0][0])

    before, after = 121 + STEP / 2, 121 + STEP / 4
    assert eastern_edge(datetime="2025-04-30") == pytest.approx(before)
    assert eastern_edge(datetime="2025-04-30T15:59:59Z") == pytest.approx(before)
    assert eastern_edge(datetime="2025-04-30T16:00:00Z") == pytest.approx(after)  # 1 May in China
    assert eastern_edge() == pytest.approx(after)
    assert eastern_edge(datetime="2021-01-01/..") == pytest.approx(after), "the newest of several"
    assert reader.pages("/collections/grids/items", datetime="../2019-12-31") == []
    item = f"/collections/grids/items/{grid.code}"
    assert reader.json(item)["properties"]["valid_from"] == "2025-05-01"
    assert reader.json(item, datetime="2024-01-01")["properties"]["valid_to"] == "2025-05-01"
    GridVersion.objects.filter(grid=grid, during__startswith=moved).delete()
    assert reader.json(item)["properties"]["valid_to"] == "2025-05-01", "as it lay last"
    assert reader.get(item, datetime="2025-06-01").status_code == 404


@pytest.mark.parametrize("crs", Crs)
def test_features_come_in_the_system_asked_for(city: City, reader: Reader, crs: Crs) -> None:
    answer = reader.get("/collections/regions/items", crs=crs.value, tier="street", limit=1)
    assert answer["Content-Crs"] == f"<{crs.value}>"
    (ring,) = answer.json()["features"][0]["geometry"]["coordinates"][0]
    expected = crs.place(121.0, 31.0)
    assert min(map(tuple, ring)) == pytest.approx(expected, abs=0.01)
    if crs is Crs.CRS84:
        turns = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
        assert turns > 0, "the outer ring runs against the clock (RFC 7946)"


def test_the_ground_is_kept_until_it_changes(
    city: City, reader: Reader, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    path = "/ogc/collections/cells/items"
    with django_assert_num_queries(3):  # the stamp, the page, the count
        first = reader.client.get(path)
    with django_assert_num_queries(1):
        again = reader.client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    GridVersion.objects.filter(grid=city.districts[0].grids[0]).delete()
    assert reader.client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_facts_narrow_a_collection(city: City, reader: Reader) -> None:
    here = city.districts[0]
    by_community = reader.pages("/collections/cells/items", community=here.community.code)
    assert len(by_community) == 2
    by_grid = reader.pages("/collections/cells/items", grid=here.grids[0].code)
    assert [each["properties"]["grid"] for each in by_grid] == [here.grids[0].code]
    streets = reader.pages("/collections/regions/items", tier="street", parent=here.region.code)
    assert [each["id"] for each in streets] == [here.street.code]
    assert reader.pages("/collections/grids/items", layer="'; DROP TABLE x") == []


# -- cases ----------------------------------------------------------------------------------------
def test_cases_need_a_token_that_may_see_them(strewn: City, reader: Reader, client: Client) -> None:
    for path in ("/collections/cases", "/collections/cases/items", "/collections/cases/items/1"):
        answer = reader.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (401, PROBLEM)
        assert answer["WWW-Authenticate"] == "Bearer"
    client.force_login(strewn.user("chief"))  # a session is no token
    assert reader.get("/collections/cases/items").status_code == 401
    wrong = Reader(client, "linli_0123456789_wrong")
    assert wrong.get("/collections").status_code == 401
    post = strewn.districts[0].posts["street_chief"]
    post.grants = [grant for grant in post.grants if grant != "cases.see"]
    post.save()
    blind = Reader(client, token_of(post))
    assert blind.get("/collections/cases/items").status_code == 403
    assert "cases" not in str(blind.json("/collections")["collections"])


def test_a_token_sees_the_cases_of_its_post_and_no_others(strewn: City, chief: Reader) -> None:
    own = seen_by(strewn.districts[0].user("street_chief"))
    assert 0 < len(own) < Case.objects.count()
    found = chief.pages("/collections/cases/items", limit=7)
    assert [each["id"] for each in found] == sorted(
        {each["id"] for each in found}, key=_newest_first(found)
    )
    assert {each["id"] for each in found} == own
    assert chief.json("/collections/cases/items", limit=7)["numberMatched"] == len(own)
    foreign = Case.objects.exclude(district=strewn.districts[0].region).first()
    assert foreign is not None
    assert chief.get(f"/collections/cases/items/{foreign.number}").status_code == 404
    number = found[0]["id"]
    one = chief.json(f"/collections/cases/items/{number}")
    assert {**found[0], "links": one["links"]} == one
    assert "一堆垃圾" not in json.dumps(one, ensure_ascii=False), "the words stay in the case"
    assert chief.get(f"/collections/cases/items/2020{number[4:]}").status_code == 404


def _newest_first(found: list[Any]) -> Any:
    order = {each["id"]: nth for nth, each in enumerate(found)}
    times = [each["properties"]["reported_at"] for each in found]
    assert times == sorted(times, reverse=True)
    return order.__getitem__


def test_cases_are_found_by_place_day_and_the_filters_of_the_list(
    strewn: City, client: Client
) -> None:
    chief = Reader(client, token_of(strewn.districts[1].posts["street_chief"]))
    every = {each["id"]: each for each in chief.pages("/collections/cases/items")}
    box = (121.01, 31.0, 121.015, 31.005)
    inside = {
        number
        for number, each in every.items()
        if each["geometry"]
        and box[0] <= each["geometry"]["coordinates"][0] <= box[2]
        and box[1] <= each["geometry"]["coordinates"][1] <= box[3]
    }
    asked = chief.pages("/collections/cases/items", bbox=",".join(map(str, box)), limit=3)
    assert {each["id"] for each in asked} == inside
    dismissed = chief.pages("/collections/cases/items", stage="dismissed")
    assert {each["id"] for each in dismissed} == {
        number for number, each in every.items() if each["properties"]["stage"] == "dismissed"
    }
    day = next(iter(every.values()))["properties"]["reported_at"][:10]
    of_a_day = chief.pages("/collections/cases/items", datetime=day)
    assert {each["id"] for each in of_a_day} == {
        number for number, each in every.items() if each["properties"]["reported_at"][:10] == day
    }
    assert any(each["geometry"] is None for each in every.values()), "a case without a place"


def test_a_page_of_cases_costs_the_same_however_long(
    strewn: City, chief: Reader, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    chief.json("/collections/cases/items")
    for limit in (5, 50):
        # token, cases, count; the rest are stamps of what is held in memory, asked where no
        # watch runs as it does in a server
        with django_assert_num_queries(10, exact=False) as asked:
            chief.json("/collections/cases/items", limit=limit)
        assert sum("cases_case" in query["sql"] for query in asked.captured_queries) == 2


# -- what is refused ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=-3", "limit"), ("limit=٣", "limit"), ("limit=x", "limit"),
        ("bbox=1,2,3", "bbox"), ("bbox=1,2,3,nan", "bbox"), ("bbox=1,9,3,4", "bbox"),
        ("bbox=1,2,3,4,5", "bbox"), ("bbox=0,0,999,1", "bbox"), ("bbox=a,b,c,d", "bbox"),
        ("bbox=1_0,2,3,4", "bbox"), ("datetime=yesterday", "datetime"),
        ("datetime=2026-02-30", "datetime"), ("datetime=2026-01-02/2026-01-01", "datetime"),
        ("datetime=2026-01-02T00:00:00", "datetime"), ("datetime=a/b/c", "datetime"),
        ("crs=EPSG:4326", "crs"), ("bbox-crs=x", "bbox-crs"), ("cursor=abc", "cursor"),
        ("cursor=WyJhIl0", "cursor"), ("f=html", "f"), ("moon=1", "moon"), ("code=%00", "code"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_refused_in_a_sentence(
    city: City, reader: Reader, query: str, field: str
) -> None:
    answer = reader.client.get(f"/ogc/collections/grids/items?{query}", headers=reader.headers)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == PROBLEM
    assert answer.json()["field"] == field
    assert field in answer.json()["title"]


def test_too_large_a_limit_is_cut(city: City, reader: Reader) -> None:
    assert reader.json("/collections/grids/items", limit=999_999)["numberReturned"] == 4


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/collections/moon", "/collections/moon/items", "/collections/grids/items/x"],
)
def test_what_is_not_there_is_a_problem(city: City, reader: Reader, path: str) -> None:
    answer = reader.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)


def test_nothing_is_written_here(city: City, reader: Reader) -> None:
    for method in ("post", "put", "delete"):
        answer = getattr(reader.client, method)("/ogc/collections/grids/items")
        assert (answer.status_code, answer["Content-Type"]) == (405, PROBLEM)
        assert answer["Allow"] == "GET, HEAD"


def test_a_case_far_away_and_one_on_the_edge(city: City, chief: Reader) -> None:
    case = case_at(city, 0, Point(121.0, 31.0, srid=4326))
    case.reported_at -= timedelta(days=300)
    case.save()
    path = "/collections/cases/items"
    assert len(chief.pages(path, bbox="120.9,30.9,121,31")) == 1
    assert chief.pages(path, bbox="120.9,30.9,120.99,31") == []
