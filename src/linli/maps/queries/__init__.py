"""What the map shows: the rows beside it, tiles of the ground, areas, places, search."""

from linli.maps.queries.areas import Figures, area_of, figures_of
from linli.maps.queries.beside import (
    Beside,
    beside_map,
    cases_by_numbers,
    ground_stamp,
    ground_tile,
    window_for,
)
from linli.maps.queries.grounds import around, ground_for, house_for, outline_json
from linli.maps.queries.here import Here, here
from linli.maps.queries.search import Hit, places_for

__all__ = [
    "Beside",
    "Figures",
    "Here",
    "Hit",
    "area_of",
    "around",
    "beside_map",
    "cases_by_numbers",
    "figures_of",
    "ground_for",
    "ground_stamp",
    "ground_tile",
    "here",
    "house_for",
    "outline_json",
    "places_for",
    "window_for",
]
