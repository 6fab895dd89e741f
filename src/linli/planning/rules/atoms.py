"""Which faces make one atom: a building's, a compound's, and crumbs with a neighbour."""

from __future__ import annotations

import numpy as np

from linli.territory.rules.coverage import Floats, Ints, groups_of, sums

DOOR_M = 0.5  # a shorter common border joins nothing
_CRUMB_M2 = 150.0  # an empty piece of ground below this goes along with a neighbour


def grown(
    count: int,
    owner: Ints,
    shared: tuple[Ints, Ints, Floats],
    together: list[list[int]],
    areas_m2: Floats,
) -> Ints:
    """Atoms as groups of faces: one building's ground; compounds with what lies between their
    parts; crumbs of free ground with a neighbour. Numbers from 0."""
    low, high, metres = shared
    walk = metres >= DOOR_M
    own = walk & (owner[low] == owner[high]) & (owner[low] >= 0)
    first, second = low[own].tolist(), high[own].tolist()
    groups = groups_of(count, first, second)
    near: list[list[int]] = [[] for _ in range(count)]
    for a, b in zip(low[walk].tolist(), high[walk].tolist(), strict=True):
        near[a].append(b)
        near[b].append(a)
    for members in together:
        for a, b in _bridges(members, near):
            first.append(a)
            second.append(b)
    groups = groups_of(count, first, second)
    # Crumbs, smallest first, to the neighbour with the longest border.
    has_home = np.zeros(int(groups.max()) + 1, bool)
    has_home[groups[owner >= 0]] = True
    size = sums(groups, areas_m2, int(groups.max()) + 1)
    reached = np.zeros(len(size), bool)
    apart = walk & (groups[low] != groups[high])
    reached[groups[low[apart]]] = reached[groups[high[apart]]] = True
    crumbs = np.flatnonzero((~has_home & (size < _CRUMB_M2)) | ~reached)
    between: dict[int, dict[int, float]] = {}
    for a, b, length in zip(
        groups[low].tolist(), groups[high].tolist(), metres.tolist(), strict=True
    ):
        if a != b:
            for one, other in ((a, b), (b, a)):
                row = between.setdefault(one, {})
                row[other] = row.get(other, 0.0) + length
    face_of = np.zeros(len(size), np.int64)
    face_of[groups[::-1]] = np.arange(count)[::-1]
    for crumb in crumbs[np.argsort(size[crumbs], kind="stable")].tolist():
        if row := between.get(crumb, {}):
            best = max(row, key=lambda other: (row[other], -other))
            first.append(int(face_of[crumb]))
            second.append(int(face_of[best]))
    return groups_of(count, first, second)


def _bridges(members: list[int], near: list[list[int]]) -> list[tuple[int, int]]:
    """Pairs of neighbouring faces that join all `members`: shortest ways over what lies between.

    Members that cannot be reached (another island) stay apart.
    """
    wanted = set(members)
    start = members[0]
    done, joins = {start}, []
    wanted.discard(start)
    while wanted:
        came: dict[int, int] = {}
        edge, seen, goal = sorted(done), set(done), -1
        while edge and goal < 0:
            further: list[int] = []
            for one in edge:
                for other in near[one]:
                    if other in seen:
                        continue
                    seen.add(other)
                    came[other] = one
                    if other in wanted:
                        goal = other
                        break
                    further.append(other)
                if goal >= 0:
                    break
            edge = further
        if goal < 0:
            break
        while goal not in done:
            joins.append((came[goal], goal))
            done.add(goal)
            wanted.discard(goal)
            goal = came[goal]
    return joins
