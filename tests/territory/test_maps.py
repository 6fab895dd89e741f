"""Tiles, outlines for maps, the topology report and geocoding."""

from __future__ import annotations

import json
import math
from datetime import date

import pytest
import shapely
from django.db import connection

from linli.kernel.errors import BadInput, NotFound
from linli.territory import services
from linli.territory.models import CellVersion
from linli.territory.queries import geocode, grids_for_map, regions_for_map, topology_report
from linli.territory.queries.tiles import etag, layers, tile
from linli.territory.services import Row
from tests.territory.factories import Town, geos, make_grid

TODAY = date(2026, 3, 1)


def tile_of(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    x = (lon + 180) / 360 * 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return z, int(x), int(y)


@pytest.fixture
def town(db: None) -> Town:
    town = Town()
    line = shapely.LineString([(111.28, 30.705), (111.31, 30.706)])
    house = shapely.box(111.2850, 30.7050, 111.2854, 30.7053)
    services.import_roads(rows=[Row(1, {"name": "沿江大道", "kind": "primary"}, line)])
    services.import_buildings(
        rows=[Row(1, {"name": "邻里中心", "address": "沿江大道12号", "floors": "6"}, house)]
    )
    services.import_surfaces(rows=[Row(1, {"kind": "water", "name": "长江"}, house.buffer(0.002))])
    services.import_place_names(
        rows=[Row(1, {"name": "滨江公园", "kind": "park"}, shapely.Point(111.286, 30.7052))]
    )
    services.import_addresses(
        rows=[
            Row(
                n,
                {"street": "沿江大道", "number": f"{n}号"},
                shapely.Point(111.285 + n / 1e4, 30.705),
            )
            for n in range(1, 21)
        ]
    )
    return town


def test_every_layer_has_a_tile_where_something_lies(town: Town) -> None:
    for layer in layers():
        made = tile(layer, *tile_of(111.2855, 30.7052, 15), today=TODAY)
        assert made.body, layer
        assert layer.encode() in made.body
    assert "滨江公园".encode() in tile("labels", *tile_of(111.286, 30.7052, 15), today=TODAY).body


def test_a_tile_with_nothing_in_it_is_empty(town: Town) -> None:
    for layer in layers():
        assert tile(layer, *tile_of(100.0, 40.0, 15), today=TODAY).body == b""
    assert tile("cells", *tile_of(111.2855, 30.7052, 10), today=TODAY).body == b""


def test_a_region_tile_shows_the_tier_of_its_zoom(town: Town) -> None:
    far = tile("regions", *tile_of(111.2855, 30.7052, 6), today=TODAY).body
    near = tile("regions", *tile_of(111.2855, 30.7052, 15), today=TODAY).body
    assert town.city.code.encode() in far
    assert town.left.code.encode() in near
    assert town.city.code.encode() not in near


def test_the_tag_of_a_tile_changes_with_the_ground(town: Town) -> None:
    place = tile_of(111.2855, 30.7052, 15)
    before = tile("regions", *place, today=TODAY).etag
    assert etag("regions", *place, today=TODAY) == before
    services.rename(kind="region", target_id=town.left.pk, name="新名")
    assert etag("regions", *place, today=TODAY) != before


def test_tiles_that_cannot_be_are_refused(town: Town) -> None:
    with pytest.raises(NotFound):
        tile("moon", 1, 0, 0, today=TODAY)
    for z, x, y in ((1, 2, 0), (-1, 0, 0), (23, 0, 0), (3, 0, -1)):
        with pytest.raises(BadInput):
            tile("regions", z, x, y, today=TODAY)


def test_tiles_ask_the_spatial_index(town: Town) -> None:
    from linli.territory.queries import tiles

    z, x, y = tile_of(111.2855, 30.7052, 16)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for name, layer in tiles._LAYERS.items():
            cursor.execute("EXPLAIN " + tiles._sql(name, layer), tiles._parameters(z, x, y, TODAY))
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "&&" in plan, name
            assert "Index Scan" in plan, name


def test_outlines_for_a_map_are_geojson(town: Town) -> None:
    regions = json.loads(regions_for_map([town.left.pk, town.right.pk], on=TODAY))
    assert [f["properties"]["code"] for f in regions["features"]] == [
        town.left.code,
        town.right.code,
    ]
    assert regions["features"][0]["geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert json.loads(grids_for_map([], on=TODAY)) == {"type": "FeatureCollection", "features": []}


def test_a_community_without_grids_is_one_gap(town: Town) -> None:
    town.right_grid.versions.all().delete()
    report = topology_report(town.right.pk, on=TODAY)
    assert [gap.layer for gap in report.gaps] == ["responsibility"]
    assert report.gaps[0].area_m2 == pytest.approx(report.community_m2)


def test_a_well_drawn_community_has_nothing_to_repair(town: Town) -> None:
    report = topology_report(town.left.pk, on=TODAY)
    assert report.clean, report
    assert report.community_m2 == pytest.approx(1_641_000, rel=0.001)


def test_the_report_names_gaps_overlaps_strays_and_buildings(town: Town) -> None:
    make_grid(town.left, 2, shapely.box(111.2849, 30.7049, 111.2855, 30.7054))
    CellVersion.objects.filter(cell=town.cells[0]).delete()
    last = CellVersion.objects.filter(cell=town.cells[-1])
    last.update(outline=geos(shapely.box(111.27, 30.70, 111.275, 30.705)))
    report = topology_report(town.left.pk, on=TODAY)
    assert {gap.layer for gap in report.gaps} == {"cell"}
    assert all(gap.area_m2 > 1_000 for gap in report.gaps)
    assert [(o.layer, o.first[-4:], o.second[-4:]) for o in report.overlaps] == [
        ("responsibility", "Z001", "Z002")
    ]
    assert report.overlaps[0].area_m2 == pytest.approx(57.4 * 55.4, rel=0.05)
    assert {(s.code, s.outside) for s in report.strays} == {
        (town.cells[-1].code, "community"),
        (town.cells[-1].code, town.left_grid.code),
    }
    assert [len(building.grids) for building in report.buildings] == [2]
    assert not report.clean


def test_words_lead_to_the_place_they_name(town: Town) -> None:
    assert geocode("沿江大道12号")[0].text == "沿江大道12号"
    assert geocode("请问滨江公园怎么走")[:1] == []
    assert geocode("滨江公园")[0].kind == "place"
    assert geocode("邻里中心")[0].kind == "building"
    road = next(hit for hit in geocode("沿江大道") if hit.kind == "road")
    assert road.lon == pytest.approx(111.295, abs=1e-3)
    first = geocode("沿江大道3号")[0]
    assert (first.kind, first.text, first.community_id) == ("address", "沿江大道3号", town.left.pk)


def test_words_that_name_nothing_lead_nowhere(
    town: Town, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]  # a fixture that is a function
        assert geocode("") == []
        assert geocode("  ?!") == []
        assert geocode("a") == []
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert geocode("火星路一号") == []


def test_the_nearer_of_two_equals_comes_first(town: Town) -> None:
    rows = [
        Row(1, {"name": "菜市场", "kind": "market"}, shapely.Point(111.28, 30.70)),
        Row(2, {"name": "菜市场", "kind": "market"}, shapely.Point(111.31, 30.71)),
    ]
    services.import_place_names(rows=rows)
    assert geocode("菜市场", near=(111.309, 30.71))[0].lon == pytest.approx(111.31)
    assert geocode("菜市场", near=(111.281, 30.70))[0].lon == pytest.approx(111.28)
