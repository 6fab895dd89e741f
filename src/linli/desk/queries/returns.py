"""What units send back, in words, for the page from which rules are mended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from linli.cases.queries import returns
from linli.catalogue import queries as catalogue
from linli.routing import queries as routing

if TYPE_CHECKING:
    from linli.cases.queries.returns import Designation, Returned
    from linli.routing.models import RoutingRule
    from linli.staff.models import User

PERIODS = (30, 90, 365)
REPEATED = 2
MOST_TOLD = 20  # returns of one line that are told one by one


@dataclass(frozen=True)
class Line:
    """One rule, unit and class, with its trail."""

    returned: Returned
    rule: RoutingRule | None
    unit: str
    label: str

    @property
    def told(self) -> tuple[returns.Return, ...]:
        return self.returned.returns[:MOST_TOLD]

    @property
    def repeated(self) -> bool:
        return self.returned.times >= REPEATED


@dataclass(frozen=True)
class Page:
    """Lines, the most frequent first, and the decisions of arbitration with their units."""

    lines: list[Line]
    designations: list[tuple[Designation, str]]
    total: int
    disputed: int  # cases sent back at least twice


def page_for(user: User, *, days: int, now: datetime) -> Page:
    """What was sent back in the last `days` days, of the cases `user` may see. Five queries."""
    since = now - timedelta(days=days)
    found = returns.returned_for(user, since=since)
    decided = returns.designations_for(user, since=since)
    units = [*(one.unit for one in found), *(one.unit for one in decided)]
    names = routing.unit_names(units)
    rules = routing.rules_named({one.rule for one in found if one.rule})
    book = catalogue.current()
    lines = [
        Line(
            one,
            rules.get(one.rule or 0),
            names.get(one.unit or 0, ""),
            book.class_by_id(one.class_id).label if one.class_id is not None else "",
        )
        for one in found
    ]
    disputed = {row.number for one in found for row in one.returns if row.times >= REPEATED}
    return Page(
        lines,
        [(one, names.get(one.unit or 0, "")) for one in decided],
        sum(one.times for one in found),
        len(disputed),
    )
