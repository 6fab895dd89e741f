"""What the interface reads beyond the packages' own queries: lists as plain rows, small registers.

Rows come as dictionaries ready for JSON, because building model objects for them costs more than
the query (libraries: serving).
"""

from linli.api.queries.cases import (
    Rows,
    case_for,
    case_id_for,
    case_row,
    case_rows,
    clock_rows,
    light_of,
    number_of,
    request_rows,
    similar_row,
)
from linli.api.queries.components import component_row, told_row
from linli.api.queries.names import Row, iso
from linli.api.queries.places import (
    UNIT_KINDS,
    grid_rows,
    location_row,
    region_rows,
    seat_row,
    unit_rows,
)

__all__ = [
    "UNIT_KINDS",
    "Row",
    "Rows",
    "case_for",
    "case_id_for",
    "case_row",
    "case_rows",
    "clock_rows",
    "component_row",
    "grid_rows",
    "iso",
    "light_of",
    "location_row",
    "number_of",
    "region_rows",
    "request_rows",
    "seat_row",
    "similar_row",
    "told_row",
    "unit_rows",
]
