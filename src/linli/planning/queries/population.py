"""The residents of grids as last counted (R31)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from linli.planning.models import Population


def population_of(grid_ids: Iterable[int], *, on: date) -> dict[int, Population]:
    """The last count up to a day by grid. One query."""
    rows = Population.objects.filter(grid_id__in=set(grid_ids), on__lte=on)
    return {row.grid_id: row for row in rows.order_by("grid_id", "-on").distinct("grid_id")}
