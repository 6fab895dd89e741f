"""What the map shows: the rows beside it, tiles of the ground, areas, places, search."""

from linli.maps.queries.areas import Figures, figures_of
from linli.maps.queries.beside import (
    Beside,
    beside_map,
    cases_by_numbers,
    ground_stamp,
    ground_tile,
    window_for,
)
from linli.maps.queries.here import Here, here
from linli.maps.queries.search import Hit, places_for

__all__ = [
    "Beside",
    "Figures",
    "Here",
    "Hit",
    "beside_map",
    "cases_by_numbers",
    "figures_of",
    "ground_stamp",
    "ground_tile",
    "here",
    "places_for",
    "window_for",
]
