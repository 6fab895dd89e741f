"""The responsibility list as values: whose work a class is in a region, the most specific first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from linli.routing.rules.facts import Facts


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row of the list. It holds from `valid_from` up to, not including, `valid_to`."""

    id: int
    unit: int
    role: str  # lead, co, supervise
    valid_from: date
    valid_to: date | None

    def holds(self, on: date) -> bool:
        """Whether the row is in force that day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


#: (region, class id or the three letters of its major class, “E05”) to rows, by id.
Listing = Mapping[tuple[int, int | str], tuple[ListRow, ...]]


def rows_for(listing: Listing, facts: Facts, *, on: date) -> list[tuple[int, ListRow]]:
    """(region, row) in force for the class and place: rows for the class before rows for its major
    class, deeper regions first. Without a class nobody is listed."""
    if facts.class_id is None:
        return []
    return [
        (region, row)
        for key in (facts.class_id, facts.class_code[:3])
        for region in facts.regions
        for row in listing.get((region, key), ())
        if row.holds(on)
    ]
