"""The grid planner on a made-up city of 50,000 buildings, community by community:

    python bench/planner.py [--buildings 50000] [--together 10] [--folder DIR] [--keep]

Needs no database. `--together` plans so many communities as one besides. `--folder` names a folder
of real OpenStreetMap extracts (`…buildings.geojson`, `…roads.geojson`, `…water.geojson`, plain or
.gz), planned as one community; without it the neighbourhood of the demo is. `--keep` writes the
table into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import shapely

from bench._figures import Figure, table
from bench.run import keep
from linli.planning.rules.ground import Barrier, Building, ground_of
from linli.planning.rules.plan import Plan, Wish, make_plan
from linli.planning.rules.schemes import Band
from linli.territory.rules.coverage import Plane, faces_between

MAIN_M, MINOR, ACROSS = 400.0, 3, 3  # main streets; blocks between two of them; per community
BAND = Band(200, 500)
DEMO = Path(__file__).resolve().parents[1] / "src" / "linli" / "demo" / "data"
COSTS = {"highway": 8.0, "major_road": 4.0, "minor_road": 2.0, "rail": 6.0, "path": 0.3}
RIVER = 10.0


class Community(NamedTuple):
    """One community to plan."""

    outline: shapely.Geometry
    buildings: list[Building]
    barriers: list[Barrier]


class Result(NamedTuple):
    """What came of planning one community."""

    seconds: float
    cpu: float
    plan: Plan
    buildings: int
    cut: int
    gap_m2: float


def _bent(points: Any) -> Any:
    """Streets of old cities are not straight."""
    x, y = points[:, 0], points[:, 1]
    east = x + 60 * np.sin(y / 900) + 0.12 * y
    north = y + 45 * np.sin(x / 700 + 1)
    return np.column_stack((east, north))


def _bent_line(x0: float, y0: float, x1: float, y1: float) -> shapely.Geometry:
    straight = shapely.segmentize(shapely.linestrings([[x0, y0], [x1, y1]]), 25)
    return shapely.transform(straight, _bent)


def city(buildings: int) -> Iterator[Community]:
    """Communities of three blocks of main streets each, with about 500 buildings."""
    random = np.random.default_rng(11)
    per_community = 500
    communities = max(1, -(-buildings // per_community))
    columns = max(1, round((communities * ACROSS) ** 0.5 / ACROSS))
    left = buildings
    for number in range(communities):
        row, column = divmod(number, columns)
        x0, y0 = column * ACROSS * MAIN_M, row * MAIN_M
        made = _community(x0, y0, random, min(left, per_community))
        left -= len(made.buildings)
        yield made


def _community(x0: float, y0: float, random: np.random.Generator, wanted: int) -> Community:
    width, step = ACROSS * MAIN_M, MAIN_M / MINOR
    frame = shapely.box(x0, y0, x0 + width, y0 + MAIN_M)
    outline = shapely.transform(shapely.segmentize(frame, 25), _bent)
    barriers = [
        Barrier(
            _bent_line(x0 + n * step, y0, x0 + n * step, y0 + MAIN_M), 4.0 if n % 3 == 0 else 2.0
        )
        for n in range(ACROSS * MINOR + 1)
    ]
    barriers += [
        Barrier(
            _bent_line(x0, y0 + n * step, x0 + width, y0 + n * step), 4.0 if n % 3 == 0 else 2.0
        )
        for n in range(MINOR + 1)
    ]
    river = y0 + random.uniform(0.2, 0.8) * MAIN_M
    for bank in (river - 12, river + 12):
        barriers.append(Barrier(_bent_line(x0 - 5, bank, x0 + width + 5, bank + 60), RIVER))
    wet = shapely.transform(
        shapely.segmentize(
            shapely.Polygon(
                [
                    (x0 - 5, river - 18),
                    (x0 + width + 5, river + 42),
                    (x0 + width + 5, river + 78),
                    (x0 - 5, river + 18),
                ]
            ),
            25,
        ),
        _bent,
    )
    shapely.prepare(wet)
    made: list[Building] = []
    for block in range(ACROSS * MINOR * MINOR):
        across, up = divmod(block, MINOR)
        corner = (x0 + across * step + 8, y0 + up * step + 8)
        made += _block(corner, step - 16, random, wet, key=(x0, y0, block))
    if len(made) > wanted:
        kept = np.sort(random.permutation(len(made))[:wanted]).tolist()
        made = [made[n] for n in kept]
    return Community(outline, made, barriers)


def _block(
    corner: tuple[float, float],
    side: float,
    random: np.random.Generator,
    wet: shapely.Geometry,
    key: Any,
) -> Iterator[Building]:
    """Slabs of flats (a third of them compounds with walls), lanes of small houses, or a park."""
    kind = random.random()
    if kind < 0.06:
        return
    slabs = kind < 0.5
    compound = key if kind < 0.2 else None
    deep, long, gap = (12.0, 34.0, 5.0) if slabs else (9.0, 11.0, 2.5)
    for y in np.arange(corner[1], corner[1] + side - deep, deep + (13.0 if slabs else 4.0)):
        for x in np.arange(corner[0], corner[0] + side - long, long + gap):
            shape = shapely.transform(shapely.box(x, y, x + long, y + deep), _bent)
            if shapely.intersects(wet, shape) or random.random() < 0.08:
                continue
            homes = int(random.integers(12, 48) if slabs else random.integers(1, 7))
            yield Building(
                shape, homes, work=float(random.gamma(0.6, homes / 8)), compound=compound
            )


def real(folder: Path) -> Community:
    """A real neighbourhood: OpenStreetMap buildings, streets and water of one extract."""
    of = {name: _features(folder, name) for name in ("buildings", "roads", "water")}
    shapes = [shape for _kind, _height, shape in of["buildings"] if shape.area > 0]
    middle = shapely.box(*shapely.total_bounds(np.array(shapes, dtype=object)))
    plane = Plane.around(middle)
    roads = [Barrier(plane.metres(line), COSTS.get(kind, 1.0)) for kind, _h, line in of["roads"]]
    water = [
        Barrier(plane.metres(shape.boundary), RIVER) for _k, _h, shape in of["water"] if shape.area
    ]
    buildings = []
    for _kind, height, shape in of["buildings"]:
        ground = plane.metres(shapely.make_valid(shape))
        if ground.area > 0:
            # What is higher than 100 m, or deeper than flats can be lit, is not for living here.
            flats = 0 < ground.area < 2_500 and (height or 12.0) <= 100
            homes = round(ground.area * max(1.0, (height or 12.0) / 3) / 300) if flats else 0
            buildings.append(Building(ground, homes))
    # The extract's frame, cut to the largest piece of land that streets and banks leave connected.
    frame = plane.metres(middle)
    faces = faces_between([one.line for one in water], frame)
    places = shapely.points(
        [shapely.get_coordinates(shapely.point_on_surface(b.shape))[0] for b in buildings]
    )
    tree = shapely.STRtree(places)
    crowd = [len(tree.query(face, predicate="contains")) for face in faces]
    outline = faces[int(np.argmax(crowd))]
    shapely.prepare(outline)
    inside = shapely.contains(outline, places)
    return Community(
        outline, [b for b, here in zip(buildings, inside, strict=True) if here], roads + water
    )


def _features(folder: Path, name: str) -> list[tuple[str, float, Any]]:
    found = []
    for path in sorted(folder.glob(f"*{name}.geojson*")):
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as file:
            for one in json.load(file)["features"]:
                facts = one["properties"]
                shape = shapely.from_geojson(json.dumps(one["geometry"]))
                found.append((facts.get("kind", ""), float(facts.get("height") or 0), shape))
    return found


def plan(community: Community, *, wish: Wish) -> Result:
    """Plan one community and look whether the plan keeps its promises."""
    began, busy = time.perf_counter(), time.process_time()
    shapes = [one.shape for one in community.buildings]
    homes = [one.households for one in community.buildings]
    ground = ground_of(community.outline, community.buildings, community.barriers)
    made = make_plan(ground, wish, buildings=shapes, homes=homes)
    seconds, cpu = time.perf_counter() - began, time.process_time() - busy
    cut = 0
    for atom, members in enumerate(ground.buildings):
        outline = made.outlines[int(made.part[atom])]
        for building in members:
            outside = shapely.difference(
                shapely.intersection(shapes[building], community.outline), outline
            ).area
            cut += outside > max(0.5, 0.002 * shapes[building].area)
    covered = shapely.union_all(made.outlines)
    gap = community.outline.symmetric_difference(covered).area
    gap += float(shapely.area(made.outlines).sum()) - covered.area
    return Result(seconds, cpu, made, len(shapes), cut, gap)


def rows(results: list[Result], what: str) -> list[Figure]:
    """The figures of some plans against the targets of issue 3."""
    spreads = sorted(one.plan.figures.spread for one in results)
    floors = [one.plan.floor for one in results]
    seconds = sorted(one.seconds for one in results)
    cpu = sorted(one.cpu for one in results)
    grids = sum(len(one.plan.figures.loads) for one in results)
    whole = sum(piece == 1 for one in results for piece in one.plan.figures.pieces)
    cut, gap = sum(one.cut for one in results), max(one.gap_m2 for one in results)
    along = statistics.mean(one.plan.figures.along for one in results)
    compact = statistics.mean(value for one in results for value in one.plan.figures.compactness)
    p95 = int(len(results) * 0.95) if len(results) > 1 else 0
    buildings = sum(one.buildings for one in results)
    hard = sum(floor > 1.10 for floor in floors)
    note = f"{hard} cannot: one compound alone is more than 1.10 of the mean" if hard else ""
    return [
        Figure(
            f"{what}: load spread (max / mean), {buildings:,} buildings, {grids:,} grids",
            "≤ 1.10",
            f"median {statistics.median(spreads):.3f}, p95 {spreads[p95]:.3f},"
            f" worst {spreads[-1]:.3f}",
            all(one.plan.figures.spread <= max(1.10, one.plan.floor + 0.005) for one in results),
            note,
        ),
        Figure(
            f"{what}: grids of one connected piece, buildings cut, worst gap or overlap",
            "100 %, 0, 0",
            f"{whole / grids:.1%}, {cut}, {gap:.2f} m²",
            whole == grids and cut == 0 and gap < 1.0,
        ),
        Figure(
            f"{what}: time a community",
            "≤ 60 s",
            f"median {statistics.median(seconds):.1f} s, slowest {seconds[-1]:.1f} s",
            seconds[-1] <= 60,
            f"of the processor {statistics.median(cpu):.1f} s and {cpu[-1]:.1f} s",
        ),
        Figure(
            f"{what}: border along streets and rivers; compactness (Polsby–Popper)",
            "–",
            f"{along:.0%}; {compact:.2f}",
        ),
    ]


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--buildings", type=int, default=50_000)
    parser.add_argument("--together", type=int, default=10)
    parser.add_argument("--folder", type=Path, default=DEMO)
    parser.add_argument("--keep", action="store_true")
    asked = parser.parse_args()
    communities = list(city(asked.buildings))
    results = []
    for number, one in enumerate(communities, start=1):
        results.append(plan(one, wish=Wish(band=BAND)))
        print(f"\r{number}/{len(communities)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    figures = rows(results, f"a made-up city, {len(communities)} communities")
    figures += rows([plan(real(asked.folder), wish=Wish(parts=20))], "a real neighbourhood")
    if some := communities[: asked.together]:
        together = Community(
            shapely.union_all([one.outline for one in some], grid_size=0.01),
            [building for one in some for building in one.buildings],
            [barrier for one in some for barrier in one.barriers],
        )
        figures += rows([plan(together, wish=Wish(band=BAND))], f"{len(some)} of them as one")
    print(table(figures))
    if asked.keep:
        keep("planner", table(figures))


if __name__ == "__main__":
    main()
