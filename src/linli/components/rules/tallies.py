"""At which zooms components are counted ahead, and which of them a map's zoom is summed from."""

from __future__ import annotations

#: The tiles (265 m wide at 30° north, 1 km, and 4 km) that the database keeps counts for.
LEVELS = (17, 15, 13)
POINTS_FROM = 16  # zoom from which components are looked at one by one
MOST_POINTS = 1_500  # in one tile; beyond, it is drawn as clusters (200 kB a tile at most)
FEW_POINTS = 60  # so few in a tile show one by one from SINGLE_FROM on
SINGLE_FROM = 13
MANY_FROM = 15  # from here on MOST_POINTS may


def level_for(z: int) -> int:
    """The kept level that a tile of zoom `z` (below POINTS_FROM) is summed from."""
    return LEVELS[2] if z <= 10 else LEVELS[1] if z <= 12 else LEVELS[0]


def lattice_of(z: int) -> int:
    """The zoom of the lattice that a tile is clustered by: 8 × 8 cells, or what is kept (4 × 4
    where that ends), 16 × 16 near by."""
    return min(z + 3, LEVELS[0]) if z < POINTS_FROM else z + 4


def single_up_to(z: int) -> int:
    """As many in a tile of zoom `z` (below POINTS_FROM) show one by one."""
    if z < SINGLE_FROM:
        return 0
    return MOST_POINTS if z >= MANY_FROM else FEW_POINTS
