"""At which zooms components are counted ahead, and which of them a map's zoom is summed from."""

from __future__ import annotations

#: The tiles (265 m wide at 30° north, and 4 km) that the database keeps counts for.
LEVELS = (17, 13)
POINTS_FROM = 15  # zoom from which components are looked at one by one
MOST_POINTS = 1_500  # in one tile; beyond, it is drawn as clusters (200 kB a tile at most)
FEW_POINTS = 60  # so few in a tile show one by one from SINGLE_FROM on
SINGLE_FROM = 13


def level_for(z: int) -> int:
    """The kept level that a tile of zoom `z` (below POINTS_FROM) is summed from."""
    return LEVELS[1] if z <= 10 else LEVELS[0]


def lattice_of(z: int) -> int:
    """The zoom of the lattice that a tile is clustered by: 8 × 8 cells, 16 × 16 near by."""
    return z + 3 if z < POINTS_FROM else z + 4
