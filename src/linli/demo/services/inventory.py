"""The components of the demo city: lamps, covers, bins, trees along its streets.

Made up, and entered by the real import.
"""

from __future__ import annotations

import csv
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from django.db.models import Q

from linli.components import queries, services
from linli.components.models import Component
from linli.components.rules import State, code_of, parts_of, text_of
from linli.demo.rules.placing import Series, along
from linli.territory import queries as territory
from linli.territory.models import Building, CellVersion, Road, Surface

SOURCE = "示范部件普查"
#: Along streets: kind, metres from one to the next, metres beside the middle.
SERIES = (
    Series("C0118", 30, 4.5, turns=True),  # 路灯
    Series("C0402", 16, 3.8, turns=True),  # 行道树
    Series("C0104", 44, 3.2, turns=True),  # 雨水箅子
    Series("C0102", 52, 0.8),  # 污水井盖
    Series("C0103", 56, -1.0),  # 雨水井盖
    Series("C0101", 85, 1.9),  # 上水井盖
    Series("C0107", 95, -2.3),  # 通讯井盖
    Series("C0111", 120, 2.6),  # 燃气井盖
    Series("C0315", 80, 5.0, turns=True),  # 垃圾桶
    Series("C0305", 170, -5.0),  # 垃圾箱
    Series("C0113", 130, 5.2, turns=True),  # 消防设施
    Series("C0209", 140, 4.9, turns=True),  # 交通标志牌
    Series("C0213", 210, 5.4),  # 路名牌
    Series("C0214", 260, 5.0),  # 交通信号灯
    Series("C0407", 190, -5.6),  # 街头座椅
    Series("C0115", 230, 5.8),  # 通讯交接箱
)
#: Who owns and answers, who maintains: keys of the district's units (people.DEPARTMENTS).
CARERS = {
    "C0101": ("WATER", "WATER"), "C0113": ("WATER", "WATER"), "C0118": ("POWER", "POWER"),
    "C02": ("JJ", "JJ"), "C03": ("LH", "LH"), "C04": ("LH", "LH"), "C01": ("JS", "SZ"),
}  # fmt: skip
WALKED = ("primary", "secondary", "residential", "service")
UNWALKED = "隧道|高架|立交"  # no trees in tunnels
BEFORE = timedelta(days=400)  # they were there before the first case
LATTICE_THIN = 13.0  # where no street is known, this many times as far apart
_STATES = ("in_use", "damaged", "lost", "occupied", "abandoned", "removed")
_STATE_WEIGHTS = (960, 18, 3, 5, 6, 8)
_HEADINGS = ("ObjID", "DeptName1", "DeptName2", "DeptName3", "ObjState", "Condition", "ORDate",
             "Address", "Lon", "Lat")  # fmt: skip


class Standing(NamedTuple):
    """Something at a place: its class, lon, lat, and the street it stands in (“” if unknown)."""

    class_code: str
    lon: float
    lat: float
    street: str


def enter(*, now: datetime, seed: int = 17) -> int:
    """Make the city's components up and import them; returns how many. Nothing if there are any, or
    no ground for them.

    The same every time, but for the days.
    """
    if Component.objects.exists() or not Road.objects.exists():
        return 0
    now -= BEFORE
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "components.csv"
        count = _write(path, now.date(), random.Random(seed))  # noqa: S311  made up, no secret
        job = services.begin_import(path=path, source=SOURCE, now=now, actor=None)
        job = services.read_import(job_id=job.pk, path=path, now=now)
        if job.rejected:
            first = services.first_faults(job, 1)[0]
            raise RuntimeError(f"demo components: row {first[0]}, {first[2]}: {first[3]}")
        services.apply_import(job_id=job.pk, actor=None, now=now)
    return count


class Thing(NamedTuple):
    """A component a case may be about: its code, where it stands in words."""

    code: str
    address: str


Things = dict[tuple[int, str], list[Thing]]


def things_by_grid(class_codes: list[str]) -> Things:
    """What stands, by code, by grid (its id) and class. One query."""
    kinds = [int(code[1:]) for code in class_codes if code.startswith("C")]
    rows = queries.components().filter(Q(kind__in=kinds), grid__isnull=False)
    found: Things = defaultdict(list)
    rows = rows.exclude(state=State.REMOVED).order_by("code")
    for code, grid_id, address in rows.values_list("code", "grid_id", "wording__text"):
        found[grid_id, parts_of(code).class_code].append(Thing(text_of(code), address or ""))
    return dict(found)


def water() -> shapely.Geometry:
    """The river and the creek, where nothing stands and nobody reports anything."""
    found = shapely.union_all(
        [_shape(one) for one in _outlines(Surface.objects.filter(kind="water"))]
    )
    shapely.prepare(found)
    return found


def _write(path: Path, today: date, pick: random.Random) -> int:
    """The inventory as a file like a survey's, by code."""
    things = [*_along_roads(pick), *_along_cells(pick)]
    rows = sorted(_rows(things, today, pick))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADINGS)
        writer.writerows(rows)
    return len(rows)


def _along_roads(pick: random.Random) -> Iterator[Standing]:
    """Along the real streets, where no house stands."""
    houses = shapely.STRtree([_shape(one) for one in _outlines(Building.objects.all())])
    roads = Road.objects.filter(kind__in=WALKED).exclude(name__regex=UNWALKED)
    roads = roads.order_by("source_key")
    for name, kind, route in roads.values_list("name", "kind", "route"):
        for line in shapely.get_parts(_shape(route)):
            for series in SERIES:
                if kind == "service" and series.class_code not in ("C0118", "C0102", "C0103"):
                    continue
                points = along(line, series, begin=pick.random())
                inside, _house = houses.query(shapely.points(points), predicate="intersects")
                for lon, lat in np.delete(points, np.unique(inside), axis=0).tolist():
                    yield Standing(series.class_code, lon, lat, name)


def _along_cells(pick: random.Random) -> Iterator[Standing]:
    """Where the demo has no streets: along the western and southern edges of its cells."""
    known = shapely.box(*_bounds_of_roads())
    outlines = _outlines(CellVersion.objects.filter(during__endswith=None).order_by("cell__code"))
    for shape in map(_shape, outlines):
        west, south, east, north = shape.bounds
        line = shapely.LineString([(west, north), (west, south), (east, south)])
        if known.contains(line):
            continue
        for series in SERIES:
            begin = pick.random()
            for lon, lat in along(line, series, begin=begin, thin=LATTICE_THIN).tolist():
                yield Standing(series.class_code, lon, lat, "")


def _rows(things: list[Standing], today: date, pick: random.Random) -> Iterator[tuple[str, ...]]:
    """What lies in the city and not in the river, with codes, units, states and days."""
    lons = np.array([one.lon for one in things])
    lats = np.array([one.lat for one in things])
    where, tree = territory.locate_many(lons, lats), territory.tree()
    dry = ~shapely.contains_xy(water(), lons, lats) & (where.community_id > 0)
    numbers: dict[tuple[str, str], int] = defaultdict(int)
    for at in np.flatnonzero(dry).tolist():
        one, community = things[at], tree.region(int(where.community_id[at]))
        district = community.code[:6]
        numbers[district, one.class_code] += 1
        code = code_of(district, one.class_code, numbers[district, one.class_code])
        owner, maintainer = _carers(one.class_code, district)
        state = pick.choices(_STATES, _STATE_WEIGHTS)[0]
        condition = pick.choices(("好", "一般", "差", ""), (50, 25, 5, 20))[0]
        built = today - timedelta(days=pick.randrange(200, 9000))
        street = one.street or community.name.replace("居民委员会", "").replace("居委会", "")
        yield (
            text_of(code), owner, owner, maintainer, state, condition, built.isoformat(),
            f"{street}{1 + numbers[district, one.class_code] % 40 * 6}号旁",
            f"{one.lon:.6f}", f"{one.lat:.6f}",
        )  # fmt: skip


def _carers(class_code: str, district: str) -> tuple[str, str]:
    """Codes of the units that own and that maintain a class in a district."""
    owner, maintainer = CARERS.get(class_code) or CARERS[class_code[:3]]
    here = "D1" if district == "310101" else "D2"
    return f"{here}-{owner}", f"{here}-{maintainer}"


def _bounds_of_roads() -> tuple[float, float, float, float]:
    west, south, east, north = shapely.total_bounds(
        [_shape(one) for one in Road.objects.values_list("route", flat=True)]
    ).tolist()
    return west, south, east, north


def _outlines(rows: Any) -> list[Any]:
    return list(rows.values_list("outline", flat=True))


def _shape(geometry: Any) -> Any:
    return shapely.from_wkb(bytes(geometry.wkb))
