"""Tiles, style, bounds and the map page over HTTP: who gets what, and how it is kept."""

from __future__ import annotations

import gzip
from datetime import date
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from linli.cases.models import Case
from linli.maps.rules.palette import THEMES
from linli.maps.views import tiles
from linli.territory.models import GridVersion, RegionVersion
from linli.territory.services import rename
from tests.cases.city import SINCE, STEP, City, square
from tests.maps.conftest import case_at, tile_of


def url(layer: str, lon: float = 121.005, lat: float = 31.005, z: int = 14) -> str:
    at = tile_of(lon, lat, z)
    return f"/tiles/{layer}/{at[0]}/{at[1]}/{at[2]}.mvt"


@pytest.fixture
def client(db: None) -> Client:
    return reader()


def reader() -> Client:
    """A browser whose person reads English."""
    return Client(headers={"Accept-Language": "en"})


def signed_in(city: City, name: str, district: int = 0) -> Client:
    client = reader()
    client.force_login(city.districts[district].user(name))
    return client


# -- the ground -----------------------------------------------------------------------------------
def test_the_ground_is_for_everybody_and_kept_until_it_changes(city: City, client: Client) -> None:
    first = client.get(url("base"))
    assert first.status_code == 200
    assert first["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert first["Cache-Control"] == "public, max-age=300"
    assert city.districts[0].community.name.encode() in first.content
    again = client.get(url("base"), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    rename(kind="region", target_id=city.districts[0].community.pk, name="新名社区")
    changed = client.get(url("base"), headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert "新名社区".encode() in changed.content


def test_a_moved_border_makes_another_tile(city: City, client: Client) -> None:
    before = client.get(url("regions"))
    RegionVersion.objects.filter(region=city.districts[0].community).update(
        outline=square(121.0, 31.0, STEP / 3)
    )
    after = client.get(url("regions"), headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert after.content != before.content


def test_a_tile_with_the_present_stamp_is_kept_for_ever(city: City, client: Client) -> None:
    def address() -> str:
        (tiles,) = client.get("/tiles/style.json").json()["sources"]["grids"]["tiles"]
        z, x, y = tile_of(121.005, 31.005, 14)
        return str(tiles).format(z=z, x=x, y=y)

    first = address()
    assert client.get(first)["Cache-Control"] == "public, max-age=31536000, immutable"
    rename(kind="grid", target_id=city.districts[0].grids[0].pk, name="新网格")
    assert address() != first, "a changed ground is asked for under another address"
    assert client.get(first)["Cache-Control"] == "public, max-age=300", "an old stamp is not kept"
    style = client.get("/tiles/style.json")
    assert style["Cache-Control"] == "no-cache"
    tag = {"If-None-Match": style["ETag"]}
    assert client.get("/tiles/style.json", headers=tag).status_code == 304


def test_a_tile_of_a_day_has_the_borders_of_that_day(city: City, client: Client) -> None:
    grid, moved = city.districts[0].grids[0], date(2025, 5, 1)
    versions = GridVersion.objects.filter(grid=grid)
    outline = versions.get().outline
    versions.update(during=DateRange(SINCE, moved))
    GridVersion.objects.create(
        grid=grid, outline=square(121.0, 31.0, STEP / 4), during=DateRange(moved, None)
    )
    before = client.get(url("grids") + "?on=2025-04-30").content
    after = client.get(url("grids") + "?on=2025-05-01").content
    assert before != after == client.get(url("grids")).content
    versions.filter(during__contains=moved).update(outline=outline)
    assert client.get(url("grids") + "?on=2025-05-01").content == before
    assert "on=2025-04-30" in str(client.get("/tiles/style.json?on=2025-04-30").json()["sources"])
    assert client.get(url("grids") + "?on=2019-12-31").status_code == 204
    for wrong in ("yesterday", "2025-02-30", "20250430", "%00"):
        answer = client.get(url("grids") + f"?on={wrong}", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()["field"]) in ((400, "on"), (400, "address"))


def test_a_known_tile_costs_one_query(
    city: City, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tag = client.get(url("base"))["ETag"]
    with django_assert_num_queries(1):
        client.get(url("base"), headers={"If-None-Match": tag})


def test_a_large_tile_is_packed_for_those_who_can_unpack(
    city: City, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "WORTH_PACKING", 100)
    plain = client.get(url("base"))
    packed = client.get(url("base"), headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in packed["Vary"]


def test_a_tile_with_nothing_in_it_is_204(city: City, client: Client) -> None:
    for layer in ("base", "grids", "nearby"):
        assert client.get(url(layer, 100.0, 40.0)).status_code == 204


@pytest.mark.parametrize(
    "at", ["1/2/0", "1/0/2", "23/0/0", "-1/0/0", "x/0/0", "1/0/1e3", "3/٣/0", "999999999999/0/0"]
)
@pytest.mark.parametrize("layer", ["base", "nearby", "cases"])
def test_a_tile_that_cannot_be_is_refused_in_a_sentence(city: City, layer: str, at: str) -> None:
    answer = signed_in(city, "chief").get(
        f"/tiles/{layer}/{at}.mvt", headers={"Accept": "application/json"}
    )
    assert answer.status_code == 400
    assert "of a map tile is a number from 0 to" in answer.json()["title"]


def test_an_unknown_layer_is_404(city: City, client: Client) -> None:
    assert client.get(url("moon")).status_code == 404


# -- cases ----------------------------------------------------------------------------------------
def test_cases_are_for_those_who_may_see_cases(strewn: City, client: Client) -> None:
    assert client.get(url("cases")).status_code == 401
    clerk = reader()
    clerk.force_login(type(strewn.user("chief")).objects.create(username="clerk"))
    assert clerk.get(url("cases")).status_code == 403


def test_a_tile_of_another_district_is_empty_for_a_street_chief(strewn: City) -> None:
    there = strewn.districts[1]
    body = signed_in(strewn, "street_chief").get(url("cases", there.x + 0.005)).content
    for case in Case.objects.filter(district=there.region):
        assert case.number.encode() not in body


def test_case_tiles_follow_the_filter_of_the_list(strewn: City) -> None:
    client = signed_in(strewn, "street_chief")
    both = client.get(url("cases")).content
    some = client.get(url("cases") + "?stage=verifying").content
    assert b"dismissed" in both
    assert b"dismissed" not in some
    assert b"verifying" in some
    wrong = client.get(url("cases") + "?stage=asleep", headers={"Accept": "application/json"})
    assert wrong.status_code == 400
    assert wrong.json()["field"] == "stage"


def test_a_case_that_moves_changes_the_tag_of_its_tile(strewn: City) -> None:
    client = signed_in(strewn, "street_chief")
    moved = case_at(strewn, 0, Point(121.005, 31.005, srid=4326))
    moved.save()
    first = client.get(url("cases"))
    assert first["Cache-Control"] == "private, no-cache"
    tag = {"If-None-Match": first["ETag"]}
    assert client.get(url("cases"), headers=tag).status_code == 304
    moved.stage = "dismissed"
    moved.save()
    assert client.get(url("cases"), headers=tag).status_code == 200


# -- style and bounds -----------------------------------------------------------------------------
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_every_layer_of_the_style_has_its_source(client: Client, theme: str, lang: str) -> None:
    style = client.get(f"/tiles/style.json?theme={theme}&lang={lang}").json()
    assert style["version"] == 8
    assert "glyphs" not in style
    ids = [layer["id"] for layer in style["layers"]]
    assert len(set(ids)) == len(ids)
    for layer in style["layers"]:
        assert layer["type"] == "background" or layer["source"] in style["sources"]
    for source in style["sources"].values():
        assert all(tile.startswith("/tiles/") for tile in source["tiles"])
    order = ["ground", "surfaces", "regions", "grids", "roads-primary", "buildings", "labels-roads"]
    assert [id_ for id_ in ids if id_ in order] == order


def test_the_layers_of_the_style_are_layers_of_tiles(db: None, client: Client) -> None:
    style = client.get("/tiles/style.json").json()
    for source in style["sources"].values():
        answer = client.get(source["tiles"][0].format(z=9, x=428, y=209))
        assert answer.status_code in (200, 204)


def test_names_are_in_the_language_asked_for(client: Client) -> None:
    texts = {
        lang: str(client.get(f"/tiles/style.json?lang={lang}").json()) for lang in ("en", "zh-hant")
    }
    assert "name_en" in texts["en"]
    assert "name_en" not in texts["zh-hant"]


def test_another_map_may_lie_under_ours(client: Client, settings: Any) -> None:
    settings.MAP_XYZ = ["https://tiles.example/{z}/{x}/{y}.png"]
    settings.MAP_XYZ_ATTRIBUTION = "© Example"
    style = client.get("/tiles/style.json").json()
    assert style["sources"]["raster"]["attribution"] == "© Example"
    ids = [layer["id"] for layer in style["layers"]]
    assert ids.index("raster") < ids.index("regions")
    shown = {
        layer["id"]: layer.get("layout", {}).get("visibility") != "none"
        for layer in style["layers"]
    }
    assert (shown["raster"], shown["regions"]) == (True, True)
    assert not any(shown[name] for name in ("buildings", "surfaces", "roads-primary"))
    plan = [layer["id"] for layer in style["layers"] if layer.get("metadata") == {"ground": "plan"}]
    assert {"buildings", "surfaces", "roads-primary"} <= set(plan), "what the switch brings back"


def test_the_map_opens_where_a_person_works(city: City, client: Client) -> None:
    def bounds(of: Client) -> Any:
        return of.get("/tiles/bounds.json").json()["bounds"]

    assert bounds(client) == pytest.approx([121.0, 31.0, 121.02, 31.02])
    home = signed_in(city, "street_chief", 1)
    assert bounds(home) == pytest.approx([121.01, 31.0, 121.02, 31.01])
    worker = signed_in(city, "worker")
    assert bounds(worker) == pytest.approx([121.0, 31.0, 121.005, 31.01])


def test_without_outlines_the_map_opens_anywhere(db: None, client: Client) -> None:
    assert client.get("/tiles/bounds.json").json() == {"bounds": None}


# -- the page -------------------------------------------------------------------------------------
def test_the_map_shows_what_is_open_unless_told_otherwise(strewn: City) -> None:
    client = signed_in(strewn, "street_chief")
    first = client.get("/map/")
    assert (first.status_code, first["Location"]) == (302, "/map/?stage=open")
    page = client.get("/map/?stage=all")
    assert page.status_code == 200
    assert b'data-cases="?stage=all"' in page.content
    assert b'href="/desk/cases/"' in page.content


def test_rows_beside_the_map_are_rows_of_the_list(
    strewn: City, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(strewn, "street_chief")
    answer = client.get("/map/?stage=dismissed")
    text = answer.content.decode()
    for case in Case.objects.all():
        shown = case.stage == "dismissed" and case.district == strewn.districts[0].region
        assert (case.number in text) == shown
    beside = {"HX-Request": "true", "HX-Target": "beside"}
    with django_assert_num_queries(10, exact=False):
        part = client.get("/map/?stage=dismissed", headers=beside).content.decode()
    assert "<html" not in part
    assert 'id="beside"' in part


def test_a_wrong_filter_is_said_on_the_page(strewn: City) -> None:
    answer = signed_in(strewn, "street_chief").get("/map/?region=abc")
    assert answer.status_code == 422
    assert "region is a code" in answer.content.decode()


def test_the_map_is_for_staff_who_see_cases(strewn: City, client: Client) -> None:
    assert client.get("/map/?stage=all").status_code == 302
    clerk = reader()
    clerk.force_login(type(strewn.user("chief")).objects.create(username="clerk"))
    assert clerk.get("/map/?stage=all").status_code == 403


def test_the_popover_sums_up_own_cases_only(city: City) -> None:
    at = Point(121.005, 31.005, srid=4326)
    own, foreign = case_at(city, 0, at), case_at(city, 1, at, number=1)
    own.save()
    foreign.save()
    query = f"number={own.number}&number={foreign.number}&number=nonsense&number=20260101-999999-1"
    text = signed_in(city, "street_chief").get(f"/map/summary/?{query}").content.decode()
    assert own.number in text
    assert foreign.number not in text
    wrong_day = f"20200101{own.number[8:]}"
    other = signed_in(city, "street_chief").get(f"/map/summary/?number={wrong_day}").content
    assert b"not on your map" in other
