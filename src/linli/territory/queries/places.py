"""Where does a point lie? The hottest question of all (design §2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from numpy.typing import ArrayLike, NDArray


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
    """Many answers as columns of equal length: ids are int64 with 0 for none, `grade` is '' for
    none, `border_m` is nan for none."""

    cell_id: NDArray[Any]
    grid_id: NDArray[Any]
    community_id: NDArray[Any]
    street_id: NDArray[Any]
    district_id: NDArray[Any]
    city_id: NDArray[Any]
    grade: NDArray[Any]
    border_m: NDArray[Any]


def locate(lon: float, lat: float) -> Location:
    """Everything that lies under a WGS84 point today; on a border the lowest code wins."""
    raise NotImplementedError


def locate_many(lons: ArrayLike, lats: ArrayLike) -> Locations:
    """`locate` for many points at once, in their order."""
    raise NotImplementedError


def locate_on(lon: float, lat: float, on: date) -> Location:
    """What lay under a point on a day of the past, asked of PostGIS."""
    raise NotImplementedError
