#!/usr/bin/env python3
"""Makes the facts the demo city ships (src/linli/demo/data) from public data sets kept elsewhere.

    tools/demo_facts.py FOLDER_OF_THE_DATA_SETS

What is taken from where, and under which licence: docs/demo.md and src/linli/demo/data/LICENSES.md.
Only figures and facts are taken: codes and names of divisions, outlines, courses of streets, and of
service requests their kind, hour, relative place and duration. No text of anybody is taken.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import shapely

OUT = Path(__file__).resolve().parents[1] / "src" / "linli" / "demo" / "data"
DISTRICTS = {"310101", "310109"}  # Huangpu, Hongkou
#: Kinds of New York's 311 (CC BY 4.0) and Chicago's sanitation requests (MIT) as classes of ours.
NEW_YORK = {
    "Request Large Bulky Item Collection": "E0108", "Illegal Parking": "E0505",
    "Blocked Driveway": "E0505", "Noise - Commercial": "E0508", "Noise - Street/Sidewalk": "E0508",
    "Noise - Residential": "E0508", "Noise": "E0301", "UNSANITARY CONDITION": "E0102",
    "Damaged Tree": "C0402", "Electronics Waste": "E0108", "Street Condition": "E0110",
    "Missed Collection (All Materials)": "E0103", "Derelict Vehicle": "E0107",
    "Derelict Vehicles": "E0107", "Sewer": "E0404", "WATER LEAK": "E0402", "Water System": "E0402",
    "Overgrown Tree/Branches": "C0402", "Street Light Condition": "C0118",
    "Traffic Signal Condition": "C0214", "Sidewalk Condition": "E0110",
    "Sanitation Condition": "E0104", "Dirty Conditions": "E0104", "Graffiti": "E0201",
    "Street Sign - Damaged": "C0209", "Vending": "E0501", "Building/Use": "E0101",
    "General Construction/Plumbing": "E0301", "Consumer Complaint": "E0504",
    "Food Establishment": "E0116", "Smoking": "E0116", "Air Quality": "E0302",
    "Maintenance or Facility": "E0106", "Dead/Dying Tree": "C0402",
}  # fmt: skip
CHICAGO = {
    "Garbage in yard": "E0102", "Garbage in alley": "E0102", "Overflowing carts": "C0315",
    "Dumpster not being emptied": "C0315", "Construction Site Cleanliness/Fence": "E0303",
    "Standing water": "E0406", "Dog feces in yard": "E0104",
}  # fmt: skip


def main(source: Path) -> None:
    """Write every file of the demo's data."""
    OUT.mkdir(parents=True, exist_ok=True)
    divisions(source)
    outlines(source)
    neighbourhood(source)
    rhythm(source)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    yield from csv.DictReader(io.StringIO(text))


def divisions(source: Path) -> None:
    """Codes and names of the two districts down to the residents' committees."""
    seen: dict[str, tuple[str, str, str]] = {}
    for row in _rows(source / "divisions" / "shanghai_31_5levels.csv.gz"):
        if row["area_code"] in DISTRICTS:
            seen[row["area_code"]] = (row["area_code"] + "000000", row["area_name"], "district")
            seen[row["street_code"]] = (row["street_code"] + "000", row["street_name"], "street")
            seen[row["village_code"]] = (row["village_code"], row["village_name"], "community")
    with (OUT / "divisions.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "name", "tier"))
        writer.writerows(sorted(seen.values()))


def outlines(source: Path) -> None:
    """The outlines of the two districts, six decimals."""
    found = json.loads((source / "geo" / "shanghai_districts.geojson").read_text())
    features = []
    for feature in found["features"]:
        if feature["properties"]["area_code"] in DISTRICTS:
            shape = shapely.set_precision(shapely.geometry.shape(feature["geometry"]), 1e-6)
            code = feature["properties"]["area_code"] + "000000"
            features.append(_feature(shape, {"code": code}))
    _write("districts.geojson", features)


def neighbourhood(source: Path) -> None:
    """Streets, buildings, water and green around the Bund, west of the river's middle."""
    geo = source / "geo"
    window = shapely.box(121.480, 31.226, 121.503, 31.251)
    wanted = {
        "roads": ("roads.geojson.gz", ("name", "kind", "kind_detail")),
        "buildings": ("buildings.geojson.gz", ("name", "height")),
        "water": ("water.geojson", ("name", "kind")),
        "green": ("landuse.geojson", ("name", "kind")),
        "places": ("pois.geojson", ("name", "kind")),
    }
    for layer, (name, keep) in wanted.items():
        path = geo / f"shanghai_bund_osm_{name}"
        text = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
        features = []
        for feature in json.loads(text)["features"]:
            shape = shapely.make_valid(shapely.geometry.shape(feature["geometry"]))
            shape = shapely.set_precision(shape.simplify(3e-6), 1e-6)
            given = feature["properties"]
            if shape.is_empty or not window.intersects(shape) or not _wanted(layer, shape, given):
                continue
            features.append(_feature(shape, {k: given[k] for k in keep if given.get(k)}))
        _write(f"{layer}.geojson.gz", features)


def _wanted(layer: str, shape: shapely.Geometry, given: dict[str, Any]) -> bool:
    kind = shape.geom_type
    if layer == "roads":
        return "Line" in kind and given.get("kind") not in {"ferry", "aerialway", "rail"}
    if layer == "places":
        return kind == "Point" and bool(given.get("name"))
    if layer == "green":
        return "Polygon" in kind and given.get("kind") in {
            "park", "grass", "garden", "forest", "wood", "pitch", "recreation_ground", "playground",
        }  # fmt: skip
    return "Polygon" in kind


def rhythm(source: Path) -> None:
    """Of 4,000 requests: class, weekday-free minute of the day, relative place, minutes to close,
    whether the city marked it as a duplicate."""
    pick = random.Random(20260101)  # noqa: S311  a choice, not a secret
    facts = list(_new_york(source)) + list(_chicago(source, pick))
    pick.shuffle(facts)
    facts = facts[:4000]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("class", "minute", "x", "y", "minutes", "duplicate"))
    writer.writerows(facts)
    (OUT / "rhythm.csv.gz").write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


def _new_york(source: Path) -> Iterator[tuple[object, ...]]:
    rows = list(_rows(source / "service_requests" / "nyc311_2018-10-21.csv.gz"))
    for row in rows:
        code = NEW_YORK.get(row["category"])
        if code is None or not row["lon"]:
            continue
        made = datetime.fromisoformat(row["created_at"])
        span = ""
        if row["closed_at"]:
            span = round((datetime.fromisoformat(row["closed_at"]) - made).total_seconds() / 60)
        x, y = _relative(float(row["lon"]), float(row["lat"]), (-74.05, 40.57, -73.75, 40.90))
        yield code, made.hour * 60 + made.minute, x, y, span, 0


def _chicago(source: Path, pick: random.Random) -> Iterator[tuple[object, ...]]:
    rows = list(_rows(source / "service_requests" / "chicago_sanitation_2011_2013.csv.gz"))
    hours = [8, 9, 9, 10, 10, 11, 13, 14, 15, 16, 17, 19, 20]  # the source knows days only
    for row in pick.sample(rows, 6000):
        code = CHICAGO.get(row["subcategory"])
        if code is None or not row["lon"]:
            continue
        span: object = ""
        if row["closed_at"]:
            days = datetime.fromisoformat(row["closed_at"]) - datetime.fromisoformat(
                row["created_at"]
            )
            span = max(60, days.days * 1440 + pick.randrange(30, 600))
        minute = pick.choice(hours) * 60 + pick.randrange(60)
        x, y = _relative(float(row["lon"]), float(row["lat"]), (-87.82, 41.68, -87.54, 42.02))
        yield code, minute, x, y, span, int("Dup" in row["status"])


def _relative(
    lon: float, lat: float, box: tuple[float, float, float, float]
) -> tuple[float, float]:
    west, south, east, north = box
    x = min(max((lon - west) / (east - west), 0), 1)
    y = min(max((lat - south) / (north - south), 0), 1)
    return round(x, 4), round(y, 4)


def _feature(shape: shapely.Geometry, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": json.loads(shapely.to_geojson(shape)),
    }


def _write(name: str, features: list[dict[str, Any]]) -> None:
    text = json.dumps(
        {"type": "FeatureCollection", "features": features},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    data = text.encode()
    path = OUT / name
    path.write_bytes(gzip.compress(data, 9, mtime=0) if name.endswith(".gz") else data)
    print(f"{name}: {len(features)} features, {path.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
