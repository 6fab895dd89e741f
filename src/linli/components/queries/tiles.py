"""Components as vector tiles: points near by, counts from afar that add up to the list's.

A component lies in exactly one tile of a zoom (rules.quads). From afar the ledger of counts is
summed over the tile's part of the lattice; near by components are read along their numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db.models import Q, Sum

from linli.components.models import Tally
from linli.components.queries.lists import tallied
from linli.components.queries.narrowing import Cut, components, cuts_for, fits
from linli.components.rules.codes import parts_of, text_of
from linli.components.rules.filters import STANDING_STATES, ComponentFilter
from linli.components.rules.quads import BITS, fractions_of, tile_number, tile_range
from linli.components.rules.states import State
from linli.components.rules.tallies import (
    MOST_POINTS,
    POINTS_FROM,
    lattice_of,
    level_for,
    single_up_to,
)
from linli.kernel.mvt import encoded

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_COUNTED = 30_000  # of what only components themselves can tell; beyond, `more`


@dataclass(frozen=True, slots=True)
class Spot:
    """A component, or several drawn as one. `x`, `y`: Web Mercator fractions (0 … 1)."""

    x: float
    y: float
    count: int
    faulty: int
    code: int | None = None
    state: int = int(State.IN_USE)
    more: bool = False


def spots(user: User, wanted: ComponentFilter, z: int, x: int, y: int) -> list[Spot]:
    """What of `wanted` lies in the tile, as `user` may see it; removed ones only if asked for.

    The sum of `count` is the list's count over the tile. One query, two where few stand alone, and
    those of `cuts_for`.
    """
    cuts = cuts_for(user, wanted if wanted.states else wanted.with_(states=STANDING_STATES))
    if not cuts:
        return []
    low, beyond = tile_range(z, x, y)
    if z < POINTS_FROM and all(cut.tallied for cut in cuts):
        found = _from_ledger(cuts, z, low)
        if sum(one[1] for one in found) > single_up_to(z):
            return _clusters(found, z)
        return _points(cuts, _small_tiles(found, z), MOST_POINTS)[0]
    points, more = _points(cuts, [(low, beyond)], MOST_COUNTED)
    if len(points) <= MOST_POINTS and not more:
        return points
    return _gathered(points, lattice_of(z), more)


def component_tile(user: User, wanted: ComponentFilter, z: int, x: int, y: int) -> bytes:
    """The layer “components”: `count` and `faulty`, and for single ones `code`, `class`, `state`.

    Empty where there is nothing. One query more than `spots`.
    """
    features = []
    for spot in spots(user, wanted, z, x, y):
        if spot.code is not None:
            facts: dict[str, Any] = {
                "code": text_of(spot.code),
                "class": parts_of(spot.code).class_code,
                "state": State(spot.state).word,
            }
        else:
            facts = {"count": spot.count, "faulty": spot.faulty}
        if spot.more:
            facts["more"] = True
        features.append((spot.x, spot.y, facts))
    return encoded("components", features, z, x, y)


_Line = tuple[int, int, int]  # tile of the kept level, count, faulty


def _from_ledger(cuts: list[Cut], z: int, low: int) -> list[_Line]:
    """Counts by tile of the kept level within the tile that begins at `low`."""
    level = level_for(z)
    first = tile_number(low, level)
    rows = (
        Tally.objects.filter(tallied(cuts), level=level, tile__gte=first)
        .filter(tile__lt=first + (1 << 2 * (level - z)))
        .values("tile")
        .annotate(n=Sum("count"), bad=Sum("count", filter=~Q(state=State.IN_USE)))
        .order_by("tile")
    )
    return [(tile, n, bad or 0) for tile, n, bad in rows.values_list("tile", "n", "bad") if n]


def _clusters(lines: list[_Line], z: int) -> list[Spot]:
    """The lines gathered by cells of the lattice, each where most of what it counts is."""
    if not lines:
        return []
    table, level = np.array(lines, np.int64), level_for(z)
    x, y = fractions_of(table[:, 0], level)
    cells = table[:, 0] >> max(0, 2 * (level - lattice_of(z)))
    return _summed(cells, x, y, table[:, 1], table[:, 2])


def _gathered(points: list[Spot], lattice: int, more: bool) -> list[Spot]:
    x = np.array([one.x for one in points])
    y = np.array([one.y for one in points])
    size = 1 << lattice
    cells = np.floor(x * size).astype(np.int64) * size + np.floor(y * size).astype(np.int64)
    bad = np.array([one.faulty for one in points], np.int64)
    return _summed(cells, x, y, np.ones(len(points), np.int64), bad, more)


def _summed(cells: Any, x: Any, y: Any, counts: Any, bad: Any, more: bool = False) -> list[Spot]:
    """One spot a cell, at the mean place of what it counts."""
    keys, back = np.unique(cells, return_inverse=True)
    n = np.bincount(back, counts, len(keys))
    columns = zip(
        (np.bincount(back, x * counts, len(keys)) / n).tolist(),
        (np.bincount(back, y * counts, len(keys)) / n).tolist(),
        n.astype(int).tolist(),
        np.bincount(back, bad, len(keys)).astype(int).tolist(),
        strict=True,
    )
    return [Spot(*one, more=more) for one in columns]


def _small_tiles(lines: list[_Line], z: int) -> list[tuple[int, int]]:
    """The ranges of numbers in which the few that were counted lie."""
    shift = 2 * (BITS - level_for(z))
    return [(tile << shift, (tile + 1) << shift) for tile, _n, _bad in lines]


def _points(cuts: list[Cut], ranges: list[tuple[int, int]], most: int) -> tuple[list[Spot], bool]:
    """Components in ranges of numbers, each on its own; whether there are more than `most`."""
    within = Q(pk__in=[])
    for low, beyond in ranges:
        within |= Q(quad__gte=low, quad__lt=beyond)
    rows = components().filter(fits(cuts) & within)
    try:
        found = list(rows.values_list("quad", "code", "state")[: most + 1])
    except EmptyResultSet:
        return [], False
    if not found:
        return [], False
    more, found = len(found) > most, found[:most]
    x, y = fractions_of(np.array([one[0] for one in found], np.int64))
    return [
        Spot(at_x, at_y, 1, int(state != State.IN_USE), code, state)
        for at_x, at_y, (_quad, code, state) in zip(x.tolist(), y.tolist(), found, strict=True)
    ], more
