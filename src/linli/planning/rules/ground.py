"""A community as atoms: pieces of ground that a plan hands over whole.

Streets and rivers cut the community into blocks. Within a block every building gets the ground
nearer to it than to any other building. What must stay together (a building, the buildings of a
compound and the ground inside its walls) is one atom; a block without buildings is an atom without
load. So whatever a plan does with whole atoms, the ground is divided without gap or overlap, no
building and no compound is cut, and borders run along streets wherever atoms of different blocks
meet. Metres throughout (territory.rules.coverage.Plane).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from linli.planning.rules.atoms import DOOR_M, grown
from linli.planning.rules.middles import middle_lines, samples_by_block, samples_of
from linli.territory.rules.coverage import (
    Floats,
    Ints,
    Shapes,
    borders_of,
    faces_between,
    groups_of,
    shared_lengths,
    sums,
    united,
)

_CUT_M2 = 0.5  # a building of which a border cuts off less is not cut
_ON_LINE_M = 0.05


class Lack(StrEnum):
    """Why there is no plan."""

    OUTLINE = "outline"
    BUILDINGS = "buildings"
    NUMBER = "number"  # of grids: none said, or out of all bounds
    PIECES = "pieces"  # of ground that can be handed over whole: fewer than grids


class CannotPlan(ValueError):
    """There is nothing to plan with: `lack` for programs, the sentence for readers of a log."""

    def __init__(self, lack: Lack, sentence: str) -> None:
        super().__init__(sentence)
        self.lack = lack


@dataclass(frozen=True, slots=True)
class Building:
    """A building or, if only that is known, its place."""

    shape: shapely.Geometry
    households: float
    work: float = 0.0  # past workload in any unit, see `Wish.work_share`
    compound: Hashable = None  # buildings of one compound stay together


@dataclass(frozen=True, slots=True)
class Barrier:
    """A line that divides: a border along it costs 1 / (1 + cost) of a border through open ground;
    nobody's grid crosses it where it is `hard`."""

    line: shapely.Geometry
    cost: float = 1.0
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Compound:
    """The ground inside the walls of a compound."""

    key: Hashable
    outline: shapely.Geometry


@dataclass(slots=True)
class Ground:
    """The atoms of a community and who borders on whom. Arrays are by atom or by edge."""

    outlines: Shapes
    households: Floats
    work: Floats
    areas_m2: Floats
    buildings: list[list[int]]  # numbers of the buildings given; [] for empty ground
    first: Ints  # edges: smaller atom, larger atom
    second: Ints
    length_m: Floats
    price_m: Floats  # length, cheaper along barriers
    along_m: Floats  # of the length, what runs along a barrier
    hard: NDArray[np.bool_]
    outside_m: Floats  # border of an atom with the outside of the community
    left_out: list[int] = field(default_factory=list)  # buildings outside of the community
    faces: Shapes = field(default_factory=lambda: np.array([], dtype=object))
    atom_of_face: Ints = field(default_factory=lambda: np.array([], np.int64))

    @property
    def count(self) -> int:
        """How many atoms."""
        return len(self.households)


@np.errstate(all="ignore")  # GEOS meets lines of no length and says so through numpy
def ground_of(
    outline: shapely.Geometry,
    buildings: Sequence[Building],
    barriers: Sequence[Barrier] = (),
    compounds: Sequence[Compound] = (),
) -> Ground:
    """Divide `outline` into atoms. Raises CannotPlan if there is no ground or no building on it."""
    if outline.is_empty or not outline.area:
        raise CannotPlan(Lack.OUTLINE, "The community has no outline.")
    places = np.array([_place(one.shape) for one in buildings], dtype=object)
    shapely.prepare(outline)
    inside = shapely.covers(outline, places) if len(places) else np.array([], bool)
    kept = np.flatnonzero(inside)
    if not len(kept):
        raise CannotPlan(Lack.BUILDINGS, "There is no building inside the community.")
    shapes = np.array([buildings[n].shape for n in kept.tolist()], dtype=object)
    solid_of, solids = _solids(shapes)
    places = np.array([_place(solid) for solid in solids], dtype=object)
    draft = _Draft(outline, solids, places, list(barriers), list(compounds))
    draft.divide()
    keys = [buildings[n].compound for n in kept.tolist()]
    atom_of_building = draft.join(keys, solid_of)
    ground = draft.ground(
        atom_of_building,
        np.array([buildings[n].households for n in kept.tolist()], float),
        np.array([buildings[n].work for n in kept.tolist()], float),
    )
    ground.buildings = [[int(kept[n]) for n in members] for members in ground.buildings]
    ground.left_out = np.flatnonzero(~inside).tolist()
    return ground


def _place(shape: shapely.Geometry) -> shapely.Geometry:
    return shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)


def _solids(shapes: Shapes) -> tuple[Ints, Shapes]:
    """What stands on one another (a tower and its base, a building drawn twice) as one solid: the
    solid of every building, and the shapes of the solids."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    common = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    heavy = common > _CUT_M2
    solid_of = groups_of(len(shapes), one[heavy], other[heavy])
    order = np.argsort(solid_of, kind="stable")
    starts = np.searchsorted(solid_of[order], np.arange(int(solid_of.max()) + 2))
    solids = shapes[order[starts[:-1]]].copy()
    for number in np.flatnonzero(np.diff(starts) > 1).tolist():
        solids[number] = shapely.union_all(shapes[order[starts[number] : starts[number + 1]]])
    return solid_of, solids


class _Draft:
    """The steps from lines to atoms, in the order in which they are called."""

    def __init__(
        self,
        outline: shapely.Geometry,
        shapes: Shapes,
        places: Shapes,
        barriers: list[Barrier],
        compounds: list[Compound],
    ) -> None:
        self.outline, self.shapes, self.places = outline, shapes, places
        self.barriers, self.compounds = barriers, compounds
        self.faces: Shapes = np.array([], dtype=object)
        self.owner: Ints = np.array([], np.int64)  # building of each face, -1: none
        self.borders = borders_of(self.faces)

    def divide(self) -> None:
        """Faces, each of one building or of none, and their borders."""
        walls = [one.outline.boundary for one in self.compounds]
        blocks = faces_between([*(one.line for one in self.barriers), *walls], self.outline)
        samples, building_of = samples_of(self.shapes, self.places)
        separators = self._separators(blocks, samples, building_of)
        lines = [shapely.boundary(block) for block in blocks] + separators
        tree = shapely.STRtree(lines)
        solid = shapely.area(self.shapes) > 0
        cut = np.flatnonzero(solid)
        if len(cut):
            shrunk = shapely.buffer(self.shapes[cut], -0.1, quad_segs=1)
            at, _lines = tree.query(shrunk, predicate="intersects")
            crossed = cut[np.unique(at)]
            lines += shapely.boundary(self.shapes[crossed]).tolist()
        self.faces = faces_between(lines, self.outline)
        self.owner = self._owners(blocks, samples, building_of)
        self._drop_slivers()
        self.borders = borders_of(self.faces)
        self._free_the_stranded()

    def _separators(self, blocks: Shapes, samples: Shapes, building_of: Ints) -> list[Any]:
        """The middle lines between the buildings of each block."""
        block_at, sample = samples_by_block(blocks, samples)
        starts = np.searchsorted(block_at, np.arange(len(blocks) + 1))
        made: list[Any] = []
        for number, block in enumerate(blocks):
            here = sample[starts[number] : starts[number + 1]]
            owners = building_of[here]
            if len(here) > 1 and owners.min() != owners.max():
                made += middle_lines(block, samples[here], owners)
        return made

    def _owners(self, blocks: Shapes, samples: Shapes, building_of: Ints) -> Ints:
        """The building of each face: the one on it, else the nearest one in its block."""
        middles = shapely.point_on_surface(self.faces)
        owner = np.full(len(self.faces), -1, np.int64)
        self.on = np.full(len(self.faces), -1, np.int64)
        block_tree = shapely.STRtree(blocks)
        face_at, block_of_face = block_tree.query(middles, predicate="intersects")
        block = np.full(len(self.faces), -1, np.int64)
        block[face_at[::-1]] = block_of_face[::-1]
        in_block, sample = samples_by_block(blocks, samples)
        starts = np.searchsorted(in_block, np.arange(len(blocks) + 1))
        face_order = np.argsort(block, kind="stable")
        face_starts = np.searchsorted(block[face_order], np.arange(len(blocks) + 1))
        for number in range(len(blocks)):
            mine = face_order[face_starts[number] : face_starts[number + 1]]
            here = sample[starts[number] : starts[number + 1]]
            if not len(mine) or not len(here):
                continue
            near = shapely.STRtree(samples[here]).nearest(middles[mine])
            owner[mine] = building_of[here[near]]
        solid = np.flatnonzero(shapely.area(self.shapes) > 0)
        if len(solid):
            face, on = shapely.STRtree(self.shapes[solid]).query(middles, predicate="intersects")
            self.on[face[::-1]] = solid[on[::-1]]  # of several the first
        return np.where(self.on >= 0, self.on, owner)

    def _drop_slivers(self) -> None:
        """Faces too thin for anybody go to the neighbour with the longest common border."""
        borders = borders_of(self.faces)
        thin = shapely.area(self.faces) < _CUT_M2
        target = np.arange(len(self.faces))
        low, high, metres, _pair = shared_lengths(target, borders)
        best = np.zeros(len(self.faces))
        for a, b, length in zip(low.tolist(), high.tolist(), metres.tolist(), strict=True):
            for one, other in ((a, b), (b, a)):
                if thin[one] and not thin[other] and length > best[one]:
                    best[one], target[one] = length, other
        self.owner = np.where(
            thin & (target != np.arange(len(target))), self.owner[target], self.owner
        )

    def _free_the_stranded(self) -> None:
        """Of ground that does not hang together with its building only the building's part stays
        its own; the rest is free ground."""
        groups = groups_of(len(self.faces), *self._joined(self.owner))
        areas = shapely.area(self.faces)
        standing = np.flatnonzero((self.on >= 0) & (self.on == self.owner) & (areas >= _CUT_M2))
        standing = standing[np.argsort(-areas[standing], kind="stable")]  # the largest first
        homes = groups[standing]
        first, at = np.unique(self.on[standing], return_index=True)
        self.home = np.full(len(self.shapes), -1, np.int64)
        self.home[first] = standing[at]
        missing = np.flatnonzero(self.home < 0)  # points, and what is smaller than a crumb
        if len(missing):
            tree = shapely.STRtree(self.faces)
            _place, face = tree.query_nearest(self.places[missing], all_matches=False)
            self.home[missing] = face
            self.owner[face] = np.where(self.on[face] < 0, missing, self.owner[face])
            groups = groups_of(len(self.faces), *self._joined(self.owner))
            homes = np.concatenate((groups[standing], groups[face]))
        stranded = ~np.isin(groups, homes)
        self.owner = np.where(stranded, -1, self.owner)
        self.groups, self.standing = groups, standing

    def _joined(self, owner: Ints) -> tuple[Ints, Ints]:
        """Pairs of faces with one owner and a common border that a person can walk through."""
        low, high, metres, _pair = shared_lengths(np.arange(len(self.faces)), self.borders)
        fits = (owner[low] == owner[high]) & (owner[low] >= 0) & (metres >= DOOR_M)
        return low[fits], high[fits]

    def join(self, keys: list[Hashable], solid_of: Ints) -> Ints:
        """The atom of each building, and `self.atom` by face: compounds made whole."""
        low, high, metres, _pair = shared_lengths(np.arange(len(self.faces)), self.borders)
        groups = grown(
            len(self.faces),
            self.owner,
            (low, high, metres),
            self._members(keys, solid_of),
            shapely.area(self.faces),
        )
        self.atom = groups
        atoms: Ints = groups[self.home[solid_of]]
        return atoms

    def _members(self, keys: list[Hashable], solid_of: Ints) -> list[list[int]]:
        """The faces that must come to lie in one atom, compound by compound."""
        of_key: dict[Hashable, list[int]] = {}
        for building, key in enumerate(keys):
            if key is not None:
                of_key.setdefault((1, key), []).append(int(self.home[solid_of[building]]))
        # A building in two parts, or one that a border leaves only by a corner.
        parts, at = np.unique(
            np.column_stack((self.on[self.standing], self.groups[self.standing])),
            axis=0,
            return_index=True,
        )
        for (solid, _group), face in zip(parts.tolist(), self.standing[at].tolist(), strict=True):
            of_key.setdefault((0, solid), []).append(face)
        if self.compounds:
            middles = shapely.point_on_surface(self.faces)
            tree = shapely.STRtree([one.outline for one in self.compounds])
            face, compound = tree.query(middles, predicate="intersects")
            for at, which in zip(face.tolist(), compound.tolist(), strict=True):
                of_key.setdefault((1, self.compounds[which].key), []).append(at)
        return [members for members in of_key.values() if len(members) > 1]

    def ground(self, atom_of_building: Ints, households: Floats, work: Floats) -> Ground:
        """The atoms with their loads and edges."""
        atom = self.atom
        count = int(atom.max()) + 1
        first, second, metres, pair = shared_lengths(atom, self.borders)
        cost, hard = self._barrier_at(pair)
        on_line = cost > 0
        cost = np.maximum(cost, self._crossed(pair))
        known = pair >= 0
        price = sums(pair[known], (self.borders.length_m / (1.0 + cost))[known], len(first))
        hard_m = sums(pair[known], (self.borders.length_m * hard)[known], len(first))
        door = metres >= DOOR_M
        outside = sums(
            atom[self.borders.left], self.borders.length_m * (self.borders.right < 0), count
        )
        members: list[list[int]] = [[] for _ in range(count)]
        for building, at in enumerate(atom_of_building.tolist()):
            members[at].append(building)
        outlines = united(self.faces, atom, count)
        return Ground(
            outlines=outlines,
            households=sums(atom_of_building, households, count),
            work=sums(atom_of_building, work, count),
            areas_m2=shapely.area(outlines),
            buildings=members,
            first=first[door],
            second=second[door],
            length_m=metres[door],
            price_m=price[door],
            along_m=sums(pair[known], (self.borders.length_m * on_line)[known], len(first))[door],
            hard=(hard_m > metres / 2)[door],
            outside_m=outside,
            faces=self.faces,
            atom_of_face=atom,
        )

    def _barrier_at(self, pair: Ints) -> tuple[Floats, NDArray[np.bool_]]:
        """What lies on each piece of border between atoms: the highest cost, and whether hard."""
        cost = np.zeros(len(pair))
        hard = np.zeros(len(pair), bool)
        if not self.barriers:
            return cost, hard
        asked = np.flatnonzero(pair >= 0)
        middles = shapely.points(self.borders.middle[asked])
        tree = shapely.STRtree([one.line for one in self.barriers])
        at, line = tree.query(middles, predicate="dwithin", distance=_ON_LINE_M)
        costs = np.array([one.cost for one in self.barriers])
        hards = np.array([one.hard for one in self.barriers])
        np.maximum.at(cost, asked[at], costs[line])
        np.logical_or.at(hard, asked[at], hards[line])
        return cost, hard

    def _crossed(self, pair: Ints) -> Floats:
        """The cost of a street that ends inside a block and passes between two buildings."""
        cost = np.zeros(len(pair))
        left = self.owner[self.borders.left]
        right = np.where(self.borders.right >= 0, self.owner[self.borders.right], -1)
        asked = np.flatnonzero((pair >= 0) & (left >= 0) & (right >= 0))
        if not self.barriers or not len(asked):
            return cost
        couples, which = np.unique(
            np.column_stack((left[asked], right[asked])), axis=0, return_inverse=True
        )
        ends = shapely.get_coordinates(self.places)
        ways = shapely.linestrings(np.stack((ends[couples[:, 0]], ends[couples[:, 1]]), axis=1))
        at, line = shapely.STRtree([one.line for one in self.barriers]).query(
            ways, predicate="crosses"
        )
        of_couple = np.zeros(len(couples))
        np.maximum.at(of_couple, at, np.array([one.cost for one in self.barriers])[line])
        cost[asked] = of_couple[which.reshape(-1)]
        return cost
