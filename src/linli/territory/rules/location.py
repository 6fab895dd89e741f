"""`locate` without a database: everything that lies under a point, from prepared areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from linli.territory.rules.areas import Areas, Floats, Ints
from linli.territory.rules.kinds import Tier

# The tiers a location names, lowest first; a location found at one of them has all above.
TIERS = (Tier.COMMUNITY, Tier.STREET, Tier.DISTRICT, Tier.CITY)


class Location(NamedTuple):
    """What lies under a point; None where nothing does.

    `grade` is the cell's. `border_m` is the distance in metres to the nearest border of the cell,
    or of the smallest area found where there is no cell.
    """

    cell_id: int | None = None
    grid_id: int | None = None
    community_id: int | None = None
    street_id: int | None = None
    district_id: int | None = None
    city_id: int | None = None
    grade: str | None = None
    border_m: float | None = None


@dataclass(frozen=True, slots=True)
class Locations:
    """Many answers as columns of equal length.

    Ids are int64 with 0 for none, `grade` is "" for none, `border_m` is nan for none.
    """

    cell_id: Ints
    grid_id: Ints
    community_id: Ints
    street_id: Ints
    district_id: Ints
    city_id: Ints
    grade: NDArray[np.str_]
    border_m: Floats

    def __len__(self) -> int:
        return len(self.cell_id)

    def __getitem__(self, row: int) -> Location:
        border_m = float(self.border_m[row])
        return Location(
            cell_id=int(self.cell_id[row]) or None,
            grid_id=int(self.grid_id[row]) or None,
            community_id=int(self.community_id[row]) or None,
            street_id=int(self.street_id[row]) or None,
            district_id=int(self.district_id[row]) or None,
            city_id=int(self.city_id[row]) or None,
            grade=str(self.grade[row]) or None,
            border_m=None if np.isnan(border_m) else border_m,
        )


class Ancestors(NamedTuple):
    """A region's community, street, district and city, each None above or below its own tier."""

    community_id: int | None = None
    street_id: int | None = None
    district_id: int | None = None
    city_id: int | None = None


@dataclass(frozen=True, slots=True)
class RegionLayer:
    """Regions of one tier by code, as `Areas` wants them."""

    ids: Ints
    areas: Areas


def _none() -> Ints:
    return np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Ground:
    """Columns that the index is built from; cells and grids stand in the order of their codes."""

    cell_ids: Ints = field(default_factory=_none)
    cell_grids: Ints = field(default_factory=_none)  # 0: in no grid
    cell_communities: Ints = field(default_factory=_none)
    cell_grades: NDArray[np.str_] = field(default_factory=lambda: np.zeros(0, "U1"))
    cell_outlines: Sequence[Any] | NDArray[Any] = ()
    grid_ids: Ints = field(default_factory=_none)
    grid_communities: Ints = field(default_factory=_none)
    grid_outlines: Sequence[Any] | NDArray[Any] = ()
    regions: dict[str, tuple[Ints, Sequence[Any] | NDArray[Any]]] = field(default_factory=dict)
    ancestors: dict[int, Ancestors] = field(default_factory=dict)  # of every region


class PlaceIndex:
    """Answers `locate` from memory; never changes once built."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._cells = Areas(ground.cell_outlines)
        self._grids = Areas(ground.grid_outlines)
        self._regions = [
            RegionLayer(ids, Areas(outlines))
            for ids, outlines in (ground.regions.get(tier, (_none(), ())) for tier in TIERS)
        ]
        region_ids = np.array(sorted(ground.ancestors), np.int64)
        chains = [ground.ancestors[int(region_id)] for region_id in region_ids]
        self._chain_ids = np.concatenate(([0], region_ids))  # 0, "none", leads to none
        self._chains = np.array(
            [(0, 0, 0, 0), *((c or 0, s or 0, d or 0, t or 0) for c, s, d, t in chains)], np.int64
        )

    def locate(self, lon: float, lat: float) -> Location:
        """Everything under one point, or an empty location."""
        ground = self._ground
        cell = self._cells.find(lon, lat)
        if cell >= 0:
            grid_id = int(ground.cell_grids[cell]) or self._grid_under(lon, lat)
            above = ground.ancestors[int(ground.cell_communities[cell])]
            border_m = self._cells.border_m(cell, lon, lat)
            grade = str(ground.cell_grades[cell])
            return Location(int(ground.cell_ids[cell]), grid_id, *above, grade, border_m)
        grid = self._grids.find(lon, lat)
        if grid >= 0:
            above = ground.ancestors[int(ground.grid_communities[grid])]
            border_m = self._grids.border_m(grid, lon, lat)
            return Location(None, int(ground.grid_ids[grid]), *above, None, border_m)
        for layer in self._regions:
            region = layer.areas.find(lon, lat)
            if region >= 0:
                above = ground.ancestors[int(layer.ids[region])]
                return Location(None, None, *above, None, layer.areas.border_m(region, lon, lat))
        return Location()

    def _grid_under(self, lon: float, lat: float) -> int | None:
        grid = self._grids.find(lon, lat)
        return int(self._ground.grid_ids[grid]) if grid >= 0 else None

    def locate_many(self, lons: Floats, lats: Floats) -> Locations:
        """`locate` for each point."""
        ground, size = self._ground, len(lons)
        cell_id, grid_id, lowest = (np.zeros(size, np.int64) for _ in range(3))
        grade, border_m = np.zeros(size, "U1"), np.full(size, np.nan)
        cell = self._cells.find_many(lons, lats)
        (rows,) = np.nonzero(cell >= 0)
        hit = cell[rows]
        cell_id[rows], grade[rows] = ground.cell_ids[hit], ground.cell_grades[hit]
        grid_id[rows], lowest[rows] = ground.cell_grids[hit], ground.cell_communities[hit]
        border_m[rows] = self._cells.border_m_many(hit, lons[rows], lats[rows])
        (rows,) = np.nonzero(grid_id == 0)
        if len(rows):
            grid = self._grids.find_many(lons[rows], lats[rows])
            rows, hit = rows[grid >= 0], grid[grid >= 0]
            grid_id[rows] = ground.grid_ids[hit]
            bare = cell_id[rows] == 0
            rows, hit = rows[bare], hit[bare]
            lowest[rows] = ground.grid_communities[hit]
            border_m[rows] = self._grids.border_m_many(hit, lons[rows], lats[rows])
        for layer in self._regions:
            (rows,) = np.nonzero(lowest == 0)
            if not len(rows):
                break
            region = layer.areas.find_many(lons[rows], lats[rows])
            rows, hit = rows[region >= 0], region[region >= 0]
            lowest[rows] = layer.ids[hit]
            border_m[rows] = layer.areas.border_m_many(hit, lons[rows], lats[rows])
        community, street, district, city = self._chains[np.searchsorted(self._chain_ids, lowest)].T
        return Locations(cell_id, grid_id, community, street, district, city, grade, border_m)
