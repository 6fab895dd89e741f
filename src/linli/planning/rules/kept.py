"""What a kept plan says of itself, as JSON has it, and ground made anew from its atoms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

import numpy as np
import shapely

from linli.planning.rules.ground import Ground
from linli.planning.rules.plan import Figures
from linli.territory.rules.coverage import Ints

Edge = tuple[int, int, float, float, float]


class PlainFigures(TypedDict):
    """`Figures` for JSON; lists are by part."""

    loads: list[float]
    households: list[int]
    areas_m2: list[int]
    compactness: list[float]
    pieces: list[int]
    spread: float
    low: float
    border_m: int
    along: float
    moved: int


def plain(figures: Figures) -> PlainFigures:
    """Rounded as people read them."""
    return PlainFigures(
        loads=[round(one, 1) for one in figures.loads],
        households=[round(one) for one in figures.households],
        areas_m2=[round(one) for one in figures.areas_m2],
        compactness=[round(one, 3) for one in figures.compactness],
        pieces=list(figures.pieces),
        spread=round(figures.spread, 3),
        low=round(figures.low, 3),
        border_m=round(figures.border_m),
        along=round(figures.along, 3),
        moved=round(figures.moved),
    )


def figures_of_today(
    loads: Sequence[float], homes: Sequence[float], in_grid: Sequence[int], outlines: Any
) -> PlainFigures | None:
    """The same figures of grids as they are, building by building; None where there are none."""
    count = len(outlines)
    if not count:
        return None
    where = np.asarray(in_grid, np.int64)
    inside = where >= 0
    by_grid = np.bincount(where[inside], np.asarray(loads)[inside], count)
    houses = np.bincount(where[inside], np.asarray(homes)[inside], count)
    mean = float(by_grid.mean()) or 1.0
    areas, around = shapely.area(outlines), shapely.length(outlines)
    return PlainFigures(
        loads=[round(float(one), 1) for one in by_grid],
        households=[round(float(one)) for one in houses],
        areas_m2=[round(float(one)) for one in areas],
        compactness=[
            round(float(one), 3) for one in 4 * np.pi * areas / np.maximum(around, 1e-9) ** 2
        ],
        pieces=shapely.get_num_geometries(outlines).tolist(),
        spread=round(float(by_grid.max()) / mean, 3),
        low=round(float(by_grid.min()) / mean, 3),
        border_m=0,
        along=0.0,
        moved=0,
    )


def edges_of(ground: Ground) -> list[Edge]:
    """The edges of a ground as JSON keeps them."""
    rows = zip(
        ground.first.tolist(),
        ground.second.tolist(),
        ground.length_m.round(1).tolist(),
        ground.price_m.round(1).tolist(),
        ground.along_m.round(1).tolist(),
        strict=True,
    )
    return [tuple(row) for row in rows]


def ground_again(
    outlines: Any,
    households: Sequence[float],
    work: Sequence[float],
    buildings: list[list[int]],
    edges: Sequence[Sequence[float]],
) -> Ground:
    """A `Ground` of kept atoms: its faces are the atoms."""
    table = np.array(edges, float).reshape(-1, 5)
    count = len(households)
    every: Ints = np.arange(count)
    return Ground(
        outlines=outlines,
        households=np.array(households, float),
        work=np.array(work, float),
        areas_m2=shapely.area(outlines),
        buildings=buildings,
        first=table[:, 0].astype(np.int64),
        second=table[:, 1].astype(np.int64),
        length_m=table[:, 2],
        price_m=table[:, 3],
        along_m=table[:, 4],
        hard=np.zeros(len(table), bool),
        outside_m=np.zeros(count),
        faces=outlines,
        atom_of_face=every,
    )
