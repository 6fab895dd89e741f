"""Coordinates at the door, and codes digit by digit."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from linli.territory.rules.codes import (
    cell_code,
    cell_code_faults,
    grid_code,
    grid_code_faults,
    padded,
    region_code_faults,
)
from linli.territory.rules.coordinates import (
    CRS,
    from_wgs84,
    gcj02_from_wgs84,
    in_china,
    metres_per_degree,
    to_wgs84,
)

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LON, LAT = st.floats(73.5, 135.0), st.floats(18.0, 53.5)


@given(LON, LAT, st.sampled_from(CRS))
def test_there_and_back_is_the_same_place(lon: float, lat: float, crs: CRS) -> None:
    back = to_wgs84(*from_wgs84(lon, lat, crs), crs)
    assert back == pytest.approx((lon, lat), abs=1e-7)


@given(LON, LAT)
def test_the_shift_is_some_hundred_metres(lon: float, lat: float) -> None:
    east_m, north_m = metres_per_degree(lat)
    there = gcj02_from_wgs84(lon, lat)
    metres = np.hypot((there[0] - lon) * east_m, (there[1] - lat) * north_m)
    assert 1 < metres < 1_200


def test_the_known_shift_of_tiananmen() -> None:
    # The pair that public converters agree on.
    assert gcj02_from_wgs84(116.3912757, 39.9072266) == pytest.approx(
        (116.3975177, 39.9086298), abs=2e-6
    )


def test_towns_published_in_gcj02_fall_on_the_same_towns_in_wgs84() -> None:
    shifted = DATA / "geo/chengdu_jinjiang_towns_gcj02.geojson"
    true = DATA / "geo/chengdu_towns.geojson.gz"
    if not shifted.exists() or not true.exists():
        pytest.skip("the sample data is not here")
    boxes = np.array(
        [
            shapely.from_geojson(json.dumps(feature["geometry"])).bounds
            for feature in json.loads(gzip.decompress(true.read_bytes()))["features"]
        ]
    )
    towns = json.loads(shifted.read_text())["features"]
    for town in towns:
        points = shapely.get_coordinates(shapely.from_geojson(json.dumps(town["geometry"])))
        lons, lats = to_wgs84(points[:, 0], points[:, 1], CRS.GCJ02)
        box = (lons.min(), lats.min(), lons.max(), lats.max())
        assert np.abs(boxes - box).max(axis=1).min() < 1.1e-5  # published to 5 decimals
    assert len(towns) == 17


def test_only_places_in_china_come_in() -> None:
    assert in_china(111.3, 30.7)
    assert not in_china(30.7, 111.3)
    assert not in_china(float("nan"), 30.0)


@pytest.mark.parametrize(
    ("code", "tier", "says"),
    [
        ("42050300100", "community", "12 digits, not 11"),
        ("42O503001001", "community", "Character 3"),
        ("４20503001001", "community", "Character 1"),
        ("160503001001", "community", "Digits 1–2"),
        ("428003001001", "community", "Digits 3–4"),
        ("420500001001", None, None),
        ("420500000001", "community", "Digits 5–6"),
        ("420503700001", "community", "Digits 7–9"),
        ("420503001700", "community", "Digits 10–12"),
        ("420503001000", "community", "Digits 10–12"),
        ("420503001001", "street", "Digits 10–12 (001) must be 0"),
        ("420503000000", "district", None),
        ("441900003000", "street", None),
    ],
)
def test_a_region_code_is_read_digit_by_digit(
    code: str, tier: str | None, says: str | None
) -> None:
    faults = region_code_faults(code, tier)
    assert (says is None and faults == []) or (says is not None and says in " ".join(faults))


def test_each_wrong_group_has_its_own_sentence() -> None:
    assert len(region_code_faults("998099999999", "community")) == 4


@pytest.mark.parametrize(
    "name", ["hebi_4106_5levels.csv", "wenling_331081_5levels.csv", "chengdu_5101_5levels.csv.gz"]
)
def test_the_codes_of_real_cities_are_well_formed(name: str) -> None:
    path = DATA / "divisions" / name
    if not path.exists():
        pytest.skip("the sample data is not here")
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if name.endswith(".gz") else raw).decode("utf-8-sig")
    for line in csv.DictReader(text.splitlines()):
        assert region_code_faults(line["village_code"], "community") == []
        assert region_code_faults(padded(line["street_code"]), "street") == []


def test_a_cell_code_is_its_community_and_a_number() -> None:
    code = cell_code("420503001001", 7)
    assert cell_code_faults(code, "420503001001") == []
    assert "001 to 999" in cell_code_faults("420503001001000")[0]
    assert "differ" in cell_code_faults(code, "420503001002")[0]
    with pytest.raises(ValueError, match="1000"):
        cell_code("420503001001", 1000)


def test_a_grid_code_says_its_layer() -> None:
    code = grid_code("420503001001", 12)
    assert code == "420503001001Z012"
    assert grid_code_faults(code, "responsibility", "420503001001") == []
    assert "Character 13" in grid_code_faults(code, "micro")[0]
    assert "16 characters" in grid_code_faults("420503001001Z12")[0]
    assert grid_code_faults(code + "01", "responsibility") == []
    assert "running number" in grid_code_faults("420503001001Z000")[0]


@given(st.text(max_size=25))
def test_no_text_breaks_the_checks(text: str) -> None:
    for faults in (region_code_faults(text), cell_code_faults(text), grid_code_faults(text)):
        assert all(isinstance(fault, str) and fault for fault in faults)
