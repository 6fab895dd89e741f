"""Where does a point lie? The hottest question of all (design §2, R34).

Answers come from an index in this process. Where a watch runs (see `watch`), a changed boundary is
heard of at once and the next index is built beside the old one, while PostGIS answers; without a
watch, every question first asks for the version. A stale copy never answers.
"""

from __future__ import annotations

import math
import threading
import time
from datetime import date, datetime
from datetime import time as clock
from typing import Any, NamedTuple

import numpy as np
import shapely
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from numpy.typing import ArrayLike

from linli.kernel.errors import BadInput
from linli.territory.queries.tree import Tree, tree
from linli.territory.queries.versions import versions
from linli.territory.queries.watch import watch
from linli.territory.rules.areas import Areas
from linli.territory.rules.location import (
    TIERS,
    Ancestors,
    Ground,
    Location,
    Locations,
    PlaceIndex,
)

__all__ = ["Location", "Locations", "listen", "locate", "locate_many", "locate_on"]


class _Kept(NamedTuple):
    """An index, the version it was built from, and the moment from which it is out of date."""

    boundaries: int
    until: float  # seconds since 1970: the next midnight at which some version begins or ends
    places: PlaceIndex


_kept: _Kept | None = None
_building = threading.Lock()


def locate(lon: float, lat: float) -> Location:
    """Everything that lies under a WGS84 point today; on a border the lowest code wins.

    No query where a watch runs, else one; about 15 µs. Raises BadInput for what is no point.
    """
    lon, lat = _checked(lon, lat)
    kept = _present(wait=False)
    return (
        locate_on(lon, lat, timezone.localdate()) if kept is None else kept.places.locate(lon, lat)
    )


def locate_many(lons: ArrayLike, lats: ArrayLike) -> Locations:
    """`locate` for many points at once, in their order; nan and infinity lie nowhere.

    One query at most for all of them; about 1 µs a point.
    """
    kept = _present(wait=True)
    if kept is None:  # only while this transaction itself is changing boundaries
        kept = _load()
    return kept.places.locate_many(np.asarray(lons, np.float64), np.asarray(lats, np.float64))


def listen() -> None:
    """This process serves people: keep a watch on the boundaries (call once, at start)."""
    watch.arm()


def _checked(lon: float, lat: float) -> tuple[float, float]:
    lon, lat = float(lon), float(lat)
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise BadInput(
            _("This is no place: longitude must be from -180 to 180, latitude from -90 to 90."),
            field="place",
        )
    return lon, lat


def _present(*, wait: bool) -> _Kept | None:
    """The index of now, or None where PostGIS must answer: while a new one is being built in the
    background (unless `wait`), and inside a transaction that has itself changed boundaries."""
    kept = _kept
    if not watch.armed:
        present = versions().boundaries
    else:
        if watch.doubted():
            return None
        known = watch.known()
        present = versions().boundaries if known is None else known
    if kept is not None and kept.boundaries == present and time.time() < kept.until:
        return kept
    if watch.armed and not wait:
        return None
    return _renew(present)


def _renew(present: int) -> _Kept:
    global _kept  # noqa: PLW0603  one index a process, swapped whole
    with _building:
        kept = _kept
        if kept is None or kept.boundaries != present or time.time() >= kept.until:
            kept = _kept = _load()
        return kept


watch.on_change(_renew)


# -- from the database ---------------------------------------------------------------------------
_OUTLINES = {
    "cells": """
        SELECT v.cell_id, coalesce(v.grid_id, 0), c.community_id, v.grade, ST_AsBinary(v.outline)
        FROM territory_cellversion v JOIN territory_cell c ON c.id = v.cell_id
        WHERE v.during @> %s::date ORDER BY c.code COLLATE "C" """,
    "grids": """
        SELECT v.grid_id, g.community_id, ST_AsBinary(v.outline)
        FROM territory_gridversion v JOIN territory_grid g ON g.id = v.grid_id
        WHERE v.during @> %s::date AND g.layer = 'responsibility' ORDER BY g.code COLLATE "C" """,
    "regions": """
        SELECT v.region_id, r.tier, ST_AsBinary(v.outline)
        FROM territory_regionversion v JOIN territory_region r ON r.id = v.region_id
        WHERE v.during @> %s::date AND v.outline IS NOT NULL
        ORDER BY r.code COLLATE "C", r.id """,
}
_NEXT_CHANGE = """
    SELECT min(day) FROM (
        SELECT lower(during) AS day FROM territory_cellversion WHERE lower(during) > %(today)s
        UNION ALL
        SELECT upper(during) FROM territory_cellversion WHERE upper(during) > %(today)s
        UNION ALL
        SELECT lower(during) FROM territory_gridversion WHERE lower(during) > %(today)s
        UNION ALL
        SELECT upper(during) FROM territory_gridversion WHERE upper(during) > %(today)s
        UNION ALL
        SELECT lower(during) FROM territory_regionversion WHERE lower(during) > %(today)s
        UNION ALL
        SELECT upper(during) FROM territory_regionversion WHERE upper(during) > %(today)s
    ) AS days"""


def _load() -> _Kept:
    """Build from the database. Reads the version before and after: what changed between is read
    again."""
    today = timezone.localdate()
    while True:
        before = versions().boundaries
        index = PlaceIndex(_ground(tree(), today))
        until = _next_change(today)
        if versions().boundaries == before:
            return _Kept(before, until, index)


def _next_change(today: date) -> float:
    ((day,),) = _rows(_NEXT_CHANGE, {"today": today})
    if day is None:
        return math.inf
    return datetime.combine(day, clock.min, timezone.get_default_timezone()).timestamp()


def _ground(tree_now: Tree, today: date) -> Ground:
    cells = _rows(_OUTLINES["cells"], [today])
    grids = _rows(_OUTLINES["grids"], [today])
    regions: dict[str, list[Any]] = {tier: [] for tier in TIERS}
    for row in _rows(_OUTLINES["regions"], [today]):
        if row[1] in regions:
            regions[row[1]].append(row)
    return Ground(
        cell_ids=_ids(cells, 0),
        cell_grids=_ids(cells, 1),
        cell_communities=_ids(cells, 2),
        cell_grades=np.array([row[3] for row in cells], "U1"),
        cell_outlines=_shapes(cells),
        grid_ids=_ids(grids, 0),
        grid_communities=_ids(grids, 1),
        grid_outlines=_shapes(grids),
        regions={tier: (_ids(rows, 0), _shapes(rows)) for tier, rows in regions.items()},
        ancestors={facts.id: _ancestors(tree_now, facts.id) for facts in tree_now.every()},
    )


def _ids(rows: list[Any], column: int) -> Any:
    return np.fromiter((row[column] for row in rows), np.int64, count=len(rows))


def _shapes(rows: list[Any]) -> Any:
    return shapely.from_wkb([bytes(row[-1]) for row in rows])


def _ancestors(tree_now: Tree, region_id: int) -> Ancestors:
    above = {tree_now.region(one).tier: one for one in tree_now.ancestors_of(region_id)}
    return Ancestors(*(above.get(tier) for tier in TIERS))


def _rows(sql: str, parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


# -- from PostGIS: the past, and the referee -----------------------------------------------------
_UNDER = """
    WITH point AS (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS place),
    cell AS (
        SELECT 'cell' AS layer, v.cell_id AS id, v.grid_id, c.community_id, v.grade, v.outline
        FROM point, territory_cellversion v JOIN territory_cell c ON c.id = v.cell_id
        WHERE v.during @> %(day)s::date AND v.outline && place AND ST_Covers(v.outline, place)
        ORDER BY c.code COLLATE "C" LIMIT 1),
    grid AS (
        SELECT 'grid', v.grid_id AS id, v.grid_id, g.community_id, NULL, v.outline
        FROM point, territory_gridversion v JOIN territory_grid g ON g.id = v.grid_id
        WHERE v.during @> %(day)s::date AND v.outline && place AND ST_Covers(v.outline, place)
            AND g.layer = 'responsibility'
        ORDER BY g.code COLLATE "C" LIMIT 1),
    region AS (
        SELECT DISTINCT ON (r.tier) r.tier, r.id, NULL::bigint, r.id, NULL, v.outline
        FROM point, territory_regionversion v JOIN territory_region r ON r.id = v.region_id
        WHERE v.during @> %(day)s::date AND v.outline && place AND ST_Covers(v.outline, place)
        ORDER BY r.tier, r.code COLLATE "C", r.id)
    SELECT layer, id, grid_id, community_id, grade, ST_AsBinary(outline) FROM (
        TABLE cell UNION ALL TABLE grid UNION ALL TABLE region
    ) AS found"""


def locate_on(lon: float, lat: float, on: date) -> Location:
    """What lay under a point on a day, asked of PostGIS: the same answer as `locate` for today.

    The names of the areas above follow the tree of now. Two queries at most, about 1 ms.
    """
    lon, lat = _checked(lon, lat)
    found = {row[0]: row for row in _rows(_UNDER, {"lon": lon, "lat": lat, "day": on})}
    smallest = next((found[layer] for layer in ("cell", "grid", *TIERS) if layer in found), None)
    if smallest is None:
        return Location()
    layer, own_id, grid_id, region_id, grade, outline = smallest
    if grid_id is None and "grid" in found and layer == "cell":
        grid_id = found["grid"][1]
    border_m = Areas([shapely.from_wkb(bytes(outline))]).border_m(0, lon, lat)
    above = _ancestors(tree(), region_id)
    return Location(own_id if layer == "cell" else None, grid_id, *above, grade, border_m)
