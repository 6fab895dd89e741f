"""`locate` among 34,619 unit cells (design §6, R34): single, in bulk, and building the index.

Runs without a database: python bench/locate.py [--cells 34619] [--points 200000]
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")

import numpy as np
import shapely

from linli.territory.rules.kinds import Tier
from linli.territory.rules.lattice import cells_in
from linli.territory.rules.location import Ancestors, Ground, PlaceIndex

BOX = (111.0, 30.5, 111.6, 31.1)  # about the size of a prefecture's built-up land


def ground(cells: int) -> tuple[Ground, np.ndarray]:
    """A synthetic city of slanted communities full of cells, and the corners of all outlines."""
    per_community = 120
    communities = -(-cells // per_community)
    side = int(np.ceil(communities**0.5))
    xs = np.linspace(BOX[0], BOX[2], side + 1)
    ys = np.linspace(BOX[1], BOX[3], side + 1)
    lean = (xs[1] - xs[0]) * 0.2
    outlines, owners = [], []
    community_outlines = []
    for number in range(side * side):
        if len(outlines) >= cells:
            break
        row, column = divmod(number, side)
        shift0, shift1 = lean * (row % 3), lean * ((row + 1) % 3)
        west, east, south, north = xs[column], xs[column + 1], ys[row], ys[row + 1]
        outline = shapely.Polygon(
            [
                (west + shift0, south),
                (east + shift0, south),
                (east + shift1, north),
                (west + shift1, north),
            ]
        )
        size_m2 = outline.area * 95_700 * 110_800 / per_community
        community_outlines.append(outline)
        for cell, _number in cells_in(outline, size_m2):
            outlines.append(cell)
            owners.append(number + 1)
    outlines, owners = outlines[:cells], owners[:cells]
    count = len(community_outlines)
    shapes = np.array(community_outlines, dtype=object)
    ids = np.arange(1, len(outlines) + 1)
    made = Ground(
        cell_ids=ids,
        cell_grids=np.asarray(owners),
        cell_communities=np.asarray(owners),
        cell_grades=np.full(len(ids), "B"),
        cell_outlines=np.array(outlines, dtype=object),
        grid_ids=np.arange(1, count + 1),
        grid_communities=np.arange(1, count + 1),
        grid_outlines=shapes,
        regions={Tier.COMMUNITY: (np.arange(1, count + 1), shapes)},
        ancestors={n: Ancestors(n, None, None, None) for n in range(1, count + 1)},
    )
    return made, shapely.get_coordinates(made.cell_outlines)


def spread(seconds: list[float]) -> str:
    """Median and p95 in microseconds."""
    ordered = sorted(seconds)
    p95 = ordered[int(len(ordered) * 0.95)]
    return f"{statistics.median(ordered) * 1e6:.1f} µs (p95 {p95 * 1e6:.1f} µs)"


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=34_619)
    parser.add_argument("--points", type=int, default=200_000)
    asked = parser.parse_args()
    made, corners = ground(asked.cells)
    began = time.perf_counter()
    index = PlaceIndex(made)
    built = time.perf_counter() - began
    rng = np.random.default_rng(7)
    lons = rng.uniform(BOX[0], BOX[2], asked.points)
    lats = rng.uniform(BOX[1], BOX[3], asked.points)
    singles = []
    for lon, lat in zip(lons[:20_000].tolist(), lats[:20_000].tolist(), strict=True):
        began = time.perf_counter()
        index.locate(lon, lat)
        singles.append(time.perf_counter() - began)
    bulk = []
    for _round in range(5):
        began = time.perf_counter()
        found = index.locate_many(lons, lats)
        bulk.append(asked.points / (time.perf_counter() - began))
    at_corners = index.locate_many(*corners[: asked.points].T)
    print("| locate | measured | target |\n|---|---|---|")
    print(f"| build, {len(made.cell_ids):,} cells | {built:.2f} s | ≤ 2 s |")
    print(f"| single | {spread(singles)} | ≤ 100 µs |")
    print(f"| bulk | {statistics.median(bulk):,.0f}/s | ≥ 50,000/s |")
    inside, corner = (found.cell_id > 0).mean(), (at_corners.cell_id > 0).mean()
    print(f"\n{inside:.1%} of the points and {corner:.1%} of the corners lie in a cell.")


if __name__ == "__main__":
    main()
