"""Planning the grids of a community: from buildings to outlines with their figures.

No database and no Django: geometry in metres in, a `Plan` out. Deterministic by seed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from linli.planning.rules.ground import CannotPlan, Ground, Lack
from linli.planning.rules.matching import best_matching
from linli.planning.rules.partition import Aim, Progress, divide
from linli.planning.rules.schemes import Band, parts_for
from linli.planning.rules.trees import Graph
from linli.territory.rules.coverage import Floats, Ints, Shapes, groups_of, united

_SMOOTH_M = (3.0, 1.5, 0.7)  # tried in turn: the smoothest borders that cut no building
_CUT_SHARE = 0.001
MOST_PARTS = 999


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: a number of grids, or a band of households that gives one."""

    parts: int | None = None
    band: Band | None = None
    work_share: float = 0.0  # 0: load is households; 1: load is past work
    stay: float = 0.15  # how much a household that keeps its grid is worth; 0: nothing
    seed: int = 0
    effort: float = 1.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What a division is like. Lists are by part."""

    loads: list[float]
    households: list[float]
    areas_m2: list[float]
    compactness: list[float]  # Polsby and Popper: 1 is a circle
    pieces: list[int]  # of ground that hang together; 1 is what is wanted
    spread: float  # highest load / mean load
    low: float  # lowest load / mean load
    border_m: float  # between grids
    along: float  # share of it along streets and rivers, 0 … 1
    moved: float  # households whose grid changes


@dataclass(slots=True)
class Plan:
    """A proposal. `part` is by atom; parts are numbered from west to east, north to south."""

    part: Ints
    outlines: Shapes
    continues: list[int]  # today's grid (its number) of each part, -2: a new one
    figures: Figures
    fits: bool  # every part inside the band
    floor: float  # no division can have a smaller spread: one atom is so heavy


def loads_of(ground: Ground, work_share: float) -> Floats:
    """The load of every atom: households and past work mixed, summing up to the households."""
    total, work = float(ground.households.sum()), float(ground.work.sum())
    if not work_share or not work:
        return ground.households
    share = min(1.0, max(0.0, work_share))
    return ground.households * (1 - share) + ground.work * (share * (total or work) / work)


@np.errstate(all="ignore")  # see ground_of
def make_plan(
    ground: Ground,
    wish: Wish,
    *,
    buildings: Sequence[shapely.Geometry] = (),
    homes: Sequence[float] = (),
    today: Sequence[int] = (),
    progress: Progress | None = None,
) -> Plan:
    """Divide the ground as wished.

    `buildings`, their `homes` (households) and `today` (number of the grid each lies in, -1: none)
    are in the order in which `ground_of` was given them. Raises CannotPlan if there are fewer atoms
    than parts, or neither a number nor a band. `progress` gets 0 … 1 and may raise to stop.
    """
    loads = loads_of(ground, wish.work_share)
    parts = wanted_parts(ground, wish)
    atoms_today = _today_of_atoms(ground, homes, today)
    graph, aim = _problem(ground, loads, parts, wish, atoms_today)
    chosen = divide(graph, aim, seed=wish.seed, effort=wish.effort, progress=progress)
    part = _in_reading_order(ground, np.asarray(chosen, np.int64), parts)
    outlines = outlines_of(ground, part, parts, buildings)
    continues = _continues(ground, part, parts, homes, today)
    figures = figures_of(
        ground, part, outlines, loads=loads, homes=homes, today=today, continues=continues
    )
    band = wish.band
    return Plan(
        part=part,
        outlines=outlines,
        continues=continues,
        figures=figures,
        fits=band is None or all(band.holds(round(homes)) for homes in figures.households),
        floor=float(loads.max()) * parts / (float(loads.sum()) or 1.0),
    )


def wanted_parts(ground: Ground, wish: Wish) -> int:
    """How many grids it will be. Raises CannotPlan."""
    if wish.parts is not None:
        parts = wish.parts
    elif wish.band is not None:
        total, heaviest = float(ground.households.sum()), float(ground.households.max())
        parts = parts_for(total, wish.band).number
        # A compound as large as a grid needs larger grids around it, while the band allows them.
        while parts > 1 and heaviest * parts > 1.08 * total:
            if total / (parts - 1) > 0.95 * wish.band.most:
                break
            parts -= 1
    else:
        raise CannotPlan(Lack.NUMBER, "Say how many grids there shall be, or choose a scheme.")
    if not 1 <= parts <= MOST_PARTS:
        raise CannotPlan(Lack.NUMBER, f"The number of grids must be from 1 to {MOST_PARTS}.")
    if parts > ground.count:
        raise CannotPlan(
            Lack.PIECES,
            f"There are {ground.count} pieces of ground that can be handed over whole, fewer than"
            f" the {parts} grids wanted.",
        )
    return parts


def _problem(
    ground: Ground, loads: Floats, parts: int, wish: Wish, today: list[int]
) -> tuple[Graph, Aim]:
    """The graph without the edges nobody may cross, and what is wanted of its division."""
    edges = list(zip(ground.first.tolist(), ground.second.tolist(), strict=True))
    open_edges = ~ground.hard | _needed(ground, loads, parts)
    kept = np.flatnonzero(open_edges).tolist()
    ferries = _ferries(ground)
    graph = Graph(
        load=loads.tolist(),
        edges=[edges[n] for n in kept] + ferries,
        price=ground.price_m[kept].tolist() + [0.0] * len(ferries),
        households=ground.households.tolist(),
        today=today,
    )
    area = float(ground.areas_m2.sum())
    aim = Aim(
        parts=parts,
        border_m=1.86 * math.sqrt(area * parts) / parts,  # of one grid, were all hexagons
        stay=wish.stay,
    )
    if wish.band is not None:
        aim = replace(aim, least=float(wish.band.least), most=float(wish.band.most))
    return graph, aim


def _needed(
    ground: Ground, loads: Floats, parts: int
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Hard edges that must be crossed: what lies behind them is too little for a grid of its own
    (an empty river, a few houses on the other bank)."""
    needed = np.zeros(len(ground.first), bool)
    least = 0.5 * float(loads.sum()) / parts
    hard = np.flatnonzero(ground.hard)
    while True:
        soft = ~ground.hard | needed
        group = groups_of(ground.count, ground.first[soft], ground.second[soft])
        weight = np.bincount(group, weights=loads)
        across = hard[group[ground.first[hard]] != group[ground.second[hard]]]
        light = [
            int(g)
            for g in np.argsort(weight, kind="stable").tolist()
            if weight[g] < least or len(weight) > parts
        ]
        step = None
        for one in light:
            doors = across[
                (group[ground.first[across]] == one) | (group[ground.second[across]] == one)
            ]
            if len(doors):
                step = (one, doors)
                break
        if step is None:
            return needed
        one, doors = step
        other = np.where(
            group[ground.first[doors]] == one,
            group[ground.second[doors]],
            group[ground.first[doors]],
        )
        metres = np.bincount(other, weights=ground.length_m[doors], minlength=len(weight))
        needed[doors[other == int(np.argmax(metres))]] = True


def _ferries(ground: Ground) -> list[tuple[int, int]]:
    """Edges over water or foreign ground: every island of a community in pieces is tied to the
    nearest other one, so that a grid may lie on both where it must."""
    island_of = groups_of(ground.count, ground.first, ground.second)
    made = []
    for island in range(1, int(island_of.max()) + 1):
        here = np.flatnonzero(island_of == island)
        there = np.flatnonzero(island_of < island)
        tree = shapely.STRtree(ground.outlines[there])
        (asked, found), far = tree.query_nearest(
            ground.outlines[here], return_distance=True, all_matches=False
        )
        best = int(np.argmin(far))
        ends = int(there[found[best]]), int(here[asked[best]])
        made.append((min(ends), max(ends)))
    return made


def _today_of_atoms(ground: Ground, homes: Sequence[float], today: Sequence[int]) -> list[int]:
    """The grid in which most households of an atom live today; empty ground follows its
    neighbours."""
    if not len(today):
        return []
    found = [-1] * ground.count
    for atom, members in enumerate(ground.buildings):
        count: dict[int, float] = {}
        for building in members:
            if today[building] >= 0:
                key = today[building]
                count[key] = count.get(key, 0.0) + homes[building] + 1e-6
        if count:
            found[atom] = max(count, key=lambda key: (count[key], -key))
    near: list[list[int]] = [[] for _ in found]
    for a, b in zip(ground.first.tolist(), ground.second.tolist(), strict=True):
        near[a].append(b)
        near[b].append(a)
    edge = [atom for atom, grid in enumerate(found) if grid >= 0]
    while edge:
        further = []
        for atom in edge:
            for other in near[atom]:
                if found[other] < 0:
                    found[other] = found[atom]
                    further.append(other)
        edge = further
    return found


def _in_reading_order(ground: Ground, part: Ints, parts: int) -> Ints:
    """Numbers from north to south in bands, from west to east within a band (standards §3.1)."""
    middles = shapely.get_coordinates(shapely.point_on_surface(ground.outlines))
    weight = np.maximum(ground.areas_m2, 1e-9)
    total = np.bincount(part, weights=weight, minlength=parts)
    x = np.bincount(part, weights=weight * middles[:, 0], minlength=parts) / total
    y = np.bincount(part, weights=weight * middles[:, 1], minlength=parts) / total
    band_m = math.sqrt(float(ground.areas_m2.sum()) / parts)
    row = np.floor((y.max() - y) / band_m + 0.5)
    order = np.lexsort((x, row))
    number = np.empty(parts, np.int64)
    number[order] = np.arange(parts)
    return np.asarray(number[part], np.int64)


def outlines_of(
    ground: Ground, part: Ints, parts: int, buildings: Sequence[shapely.Geometry] = ()
) -> Shapes:
    """The ground of every part, its borders as smooth as they can be without cutting a building."""
    rough = united(ground.faces, part[ground.atom_of_face], parts)
    if parts < 2:
        return rough
    owner, shapes = [], []
    for atom, members in enumerate(ground.buildings):
        for building in members:
            if len(buildings) and buildings[building].area > 0:
                owner.append(int(part[atom]))
                shapes.append(buildings[building])
    solid = np.array(shapes, dtype=object)
    for tolerance in _SMOOTH_M:
        smooth = shapely.coverage_simplify(rough, tolerance, simplify_boundary=False)
        if (
            not all(shapely.is_valid(smooth))
            or (shapely.get_num_geometries(smooth) != shapely.get_num_geometries(rough)).any()
        ):
            continue
        if not len(solid) or not _cut(solid, np.array(owner), rough, smooth):
            return np.asarray(smooth)
    return rough


def _cut(solid: Shapes, owner: Ints, rough: Shapes, smooth: Shapes) -> bool:
    """Whether smoothing takes ground from a building."""
    lost = shapely.difference(rough, smooth)
    at, who = shapely.STRtree(solid).query(lost, predicate="intersects")
    mine = owner[who] == at
    at, who = at[mine], who[mine]
    taken = shapely.area(shapely.intersection(lost[at], solid[who]))
    return bool((taken > np.maximum(0.5, _CUT_SHARE * shapely.area(solid[who]))).any())


def _continues(
    ground: Ground, part: Ints, parts: int, homes: Sequence[float], today: Sequence[int]
) -> list[int]:
    """Which of today's grids each part keeps the worker of, building by building."""
    if not len(today):
        return [-2] * parts
    where, was, many = [], [], []
    for atom, members in enumerate(ground.buildings):
        for building in members:
            where.append(int(part[atom]))
            was.append(int(today[building]))
            many.append(float(homes[building]))
    return best_matching(parts, where, was, many)


def figures_of(
    ground: Ground,
    part: Ints,
    outlines: Shapes,
    *,
    loads: Floats,
    homes: Sequence[float] = (),
    today: Sequence[int] = (),
    continues: Sequence[int] = (),
) -> Figures:
    """The figures of any division of the ground into parts, proposed, adjusted or today's."""
    parts = len(outlines)
    by_part = np.bincount(part, weights=loads, minlength=parts)
    mean = float(by_part.mean()) or 1.0
    between = part[ground.first] != part[ground.second]
    border_m = float(ground.length_m[between].sum())
    along_m = float(ground.along_m[between].sum())
    areas = shapely.area(outlines)
    around = shapely.length(outlines)
    moved = 0.0
    if len(today):
        moved = sum(
            float(homes[building])
            for atom, members in enumerate(ground.buildings)
            for building in members
            if today[building] < 0 or continues[int(part[atom])] != today[building]
        )
    return Figures(
        loads=by_part.tolist(),
        households=np.bincount(part, weights=ground.households, minlength=parts).tolist(),
        areas_m2=areas.tolist(),
        compactness=(4 * math.pi * areas / np.maximum(around, 1e-9) ** 2).tolist(),
        pieces=pieces_of(ground, part, parts),
        spread=float(by_part.max()) / mean,
        low=float(by_part.min()) / mean,
        border_m=border_m,
        along=along_m / border_m if border_m else 1.0,
        moved=moved,
    )


def pieces_of(ground: Ground, part: Ints, parts: int) -> list[int]:
    """Of how many pieces, between which one cannot walk, the ground of each part is made."""
    same = part[ground.first] == part[ground.second]
    group = groups_of(ground.count, ground.first[same], ground.second[same])
    counted = np.bincount(part[np.unique(group, return_index=True)[1]], minlength=parts)
    found: list[int] = counted.tolist()
    return found
