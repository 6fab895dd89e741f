"""The ground of the demo city: divisions, outlines, grids, cells, streets and buildings."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import shapely

from linli.demo.rules.partition import (
    Square,
    halves,
    in_reading_order,
    nearest_parts,
    outline_of,
    squares_of,
)
from linli.demo.services.homes import dwellings
from linli.territory import services as territory
from linli.territory.rules.sheets import Row

DATA = Path(__file__).resolve().parents[1] / "data"
SINCE = date(2020, 1, 1)
CITY = "310100000000"
#: About where each street's middle lies; the project's own estimate, good to some hundred metres.
MIDDLES = {
    "310101002": (121.475, 31.236), "310101013": (121.487, 31.237), "310101015": (121.487, 31.207),
    "310101017": (121.498, 31.221), "310101018": (121.491, 31.228), "310101019": (121.484, 31.219),
    "310101020": (121.476, 31.203), "310101021": (121.468, 31.208), "310101022": (121.475, 31.222),
    "310101023": (121.464, 31.215), "310109009": (121.487, 31.273), "310109010": (121.488, 31.283),
    "310109011": (121.476, 31.283), "310109014": (121.499, 31.263), "310109016": (121.473, 31.297),
    "310109017": (121.484, 31.259), "310109018": (121.500, 31.253), "310109019": (121.481, 31.303),
}  # fmt: skip
CORE = {"310101002", "310101013", "310101018", "310101022", "310109018"}  # grade A
_ROADS = {
    "primary": "primary", "trunk": "trunk", "trunk_link": "trunk", "primary_link": "primary",
    "secondary": "secondary", "secondary_link": "secondary", "tertiary": "secondary",
    "residential": "residential", "unclassified": "residential", "living_street": "residential",
    "pedestrian": "residential", "service": "service",
}  # fmt: skip


def build(seed: int = 7) -> None:
    """Regions, grids, cells and the base map of one real neighbourhood, by the real imports."""
    pick = random.Random(seed)  # noqa: S311  a made-up city, no secret
    regions, grids, cells = _ground(pick)
    for name, report in (
        ("regions", territory.import_regions(rows=regions, from_date=SINCE)),
        ("grids", territory.import_grids(rows=grids, from_date=SINCE)),
        ("cells", territory.import_cells(rows=cells, from_date=SINCE)),
        ("roads", territory.import_roads(rows=_roads())),
        ("buildings", territory.import_buildings(rows=_buildings())),
        ("surfaces", territory.import_surfaces(rows=_surfaces())),
        ("place names", territory.import_place_names(rows=_places())),
        ("addresses", territory.import_addresses(rows=_addresses())),
        ("dwellings", territory.import_addresses(rows=homes())),
    ):
        if report.rejected:
            first = report.rejected[0]
            raise RuntimeError(f"demo {name}: row {first.number}, {first.field}: {first.reason}")


def _divisions() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {"district": [], "street": [], "community": []}
    with (DATA / "divisions.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["tier"]].append((row["code"], row["name"]))
    return found


def _ground(pick: random.Random) -> tuple[list[Row], list[Row], list[Row]]:
    names = _divisions()
    shapes = {_texts(f)["code"]: _shape(f) for f in _features("districts.geojson")}
    city = shapely.union_all(list(shapes.values()))
    regions = [
        _row(1, {"code": CITY, "name": "上海市", "tier": "city", "name_en": "Shanghai"}, city)
    ]
    grids: list[Row] = []
    cells: list[Row] = []
    for code, name in names["district"]:
        regions.append(_row(len(regions), _region(code, name, "district", CITY), shapes[code]))
        streets = [s for s in names["street"] if s[0][:6] == code[:6]]
        parts = nearest_parts(squares_of(shapes[code]), [MIDDLES[s[0][:9]] for s in streets])
        for (street_code, street_name), squares in zip(streets, parts, strict=True):
            values = _region(street_code, street_name, "street", code)
            regions.append(_row(len(regions), values, outline_of(squares)))
            communities = [c for c in names["community"] if c[0][:9] == street_code[:9]]
            for (c_code, c_name), own in zip(
                communities, halves(squares, len(communities)), strict=True
            ):
                if not own:
                    continue
                values = _region(c_code, c_name, "community", street_code)
                regions.append(_row(len(regions), values, outline_of(own)))
                _grids_of(c_code, c_name, own, grids, cells, pick)
    return regions, grids, cells


def _region(code: str, name: str, tier: str, parent: str) -> dict[str, str]:
    return {"code": code, "name": name, "tier": tier, "parent": parent}


def _grids_of(
    code: str,
    name: str,
    squares: list[Square],
    grids: list[Row],
    cells: list[Row],
    pick: random.Random,
) -> None:
    """One grid a community, two where it is large; its squares are the cells."""
    parts = halves(squares, 2 if len(squares) > 24 else 1)
    owner: dict[int, str] = {}
    for i, part in enumerate(parts, start=1):
        grid_code = f"{code}Z{i:03d}"
        short = name.replace("社区居民委员会", "").replace("居民委员会", "").replace("居委会", "")
        values = {
            "code": grid_code,
            "name": f"{short}第{'一二三四'[i - 1]}网格",
            "community": code,
            "layer": "responsibility",
            "kind": pick.choice(["lane", "compound", "mixed", "commercial"]),
            "households": str(pick.randrange(220, 520)),
        }
        grids.append(_row(len(grids) + 1, values, outline_of(part)))
        owner.update({id(square): grid_code for square in part})
    for number, square in enumerate(in_reading_order(squares), start=1):
        values = {
            "code": f"{code}{number:03d}",
            "community": code,
            "grid": owner[id(square)],
            "grade": "A" if code[:9] in CORE else pick.choice("BBBC"),
        }
        cells.append(_row(len(cells) + 1, values, square.shape))


def _row(number: int, values: dict[str, str], shape: shapely.Geometry) -> Row:
    return Row(number, values, _areas(shape))


def _areas(shape: shapely.Geometry) -> shapely.Geometry:
    """Only the areas of a union that may carry stray lines."""
    if shape.geom_type == "GeometryCollection":
        return shapely.union_all([part for part in shape.geoms if "Polygon" in part.geom_type])
    return shape


def _features(name: str) -> list[dict[str, object]]:
    data = (DATA / name).read_bytes()
    text = gzip.decompress(data) if name.endswith(".gz") else data
    features: list[dict[str, object]] = json.loads(text)["features"]
    return features


def _shape(feature: dict[str, object]) -> shapely.Geometry:
    return shapely.geometry.shape(feature["geometry"])


def _texts(feature: dict[str, object]) -> dict[str, str]:
    given = feature["properties"]
    assert isinstance(given, dict)
    return {str(key): str(value) for key, value in given.items()}


def _parts(shape: shapely.Geometry, kind: str) -> shapely.Geometry | None:
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == kind and not p.is_empty]
    if not parts:
        return None
    wrap = shapely.MultiLineString if kind == "LineString" else shapely.MultiPolygon
    return wrap(parts)


def _roads() -> Iterator[Row]:
    for i, feature in enumerate(_features("roads.geojson.gz"), start=1):
        given, shape = _texts(feature), _parts(_shape(feature), "LineString")
        if shape is not None:
            kind = _ROADS.get(given.get("kind_detail", ""), "path")
            name = given.get("name", "")
            yield Row(i, {"source_key": f"road-{i}", "name": name, "kind": kind}, shape)


def _buildings() -> Iterator[Row]:
    for i, feature in enumerate(_features("buildings.geojson.gz"), start=1):
        given, shape = _texts(feature), _parts(_shape(feature), "Polygon")
        if shape is not None and shape.is_valid:
            height = min(float(given.get("height", "0") or 0), 600.0)
            yield Row(
                i,
                {
                    "source_key": f"building-{i}",
                    "name": given.get("name", "")[:100],
                    "height_m": str(height) if height else "",
                    "floors": str(max(1, round(height / 3.3))) if height else "",
                },
                shape,
            )


def homes() -> Iterator[Row]:
    """Dwellings in some of the buildings, with unit and room."""
    streets = [
        (name, _shape(feature))
        for feature in _features("roads.geojson.gz")
        if (name := _texts(feature).get("name", "")) and _texts(feature).get("kind") != "path"
    ]
    return dwellings(_buildings(), streets)


def _surfaces() -> Iterator[Row]:
    for name, kind in (("water.geojson.gz", "water"), ("green.geojson.gz", "green")):
        for i, feature in enumerate(_features(name), start=1):
            given, shape = _texts(feature), _parts(_shape(feature), "Polygon")
            if shape is not None and shape.is_valid:
                key, label = f"{kind}-{i}", given.get("name", "")[:100]
                yield Row(i, {"source_key": key, "kind": kind, "name": label}, shape)


def _places() -> Iterator[Row]:
    for i, feature in enumerate(_features("places.geojson.gz"), start=1):
        given = _texts(feature)
        values = {
            "source_key": f"place-{i}",
            "name": given["name"][:100],
            "kind": given["kind"][:30],
        }
        yield Row(i, values, _shape(feature))


def _addresses() -> Iterator[Row]:
    """A made-up door number every sixty metres along the named streets."""
    number = 0
    done: dict[str, int] = {}
    for feature in _features("roads.geojson.gz"):
        given, shape = _texts(feature), _shape(feature)
        name = given.get("name", "")
        if not name or given.get("kind") == "path" or "Line" not in shape.geom_type:
            continue
        for line in shapely.get_parts(shape):
            for step in range(int(line.length / 0.0006)):
                number += 1
                done[name] = done.get(name, -1) + 2
                point = line.interpolate((step + 0.5) * 0.0006)
                values = {
                    "source_key": f"address-{number}",
                    "text": f"{name}{done[name]}号",
                    "street": name,
                    "number": f"{done[name]}号",
                }
                yield Row(number, values, point)
