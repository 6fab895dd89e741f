"""The rows beside the map, tiles of the ground, and the window the map opens with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from linli.cases import queries as cases
from linli.cases.queries import lists, paging
from linli.cases.queries.dressing import dressed
from linli.cases.queries.lists import MOST_COUNTED, SHOWN
from linli.cases.rules import parse_case_number
from linli.cases.rules.filters import CaseFilter
from linli.kernel.web import cursor_keys
from linli.maps.queries.areas import within
from linli.maps.rules.address import Address
from linli.maps.rules.area import Area
from linli.maps.rules.style import BASE
from linli.territory import queries as territory
from linli.territory.queries import tiles
from linli.territory.queries.inside import box_around, boxes_of, whole_box

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.staff.models import User

Box = tuple[float, float, float, float]
BESIDE = 50  # rows beside the map
MOST_SUMMED_UP = 10


@dataclass(frozen=True)
class Beside:
    """The rows beside the map: a page of the list, how many there are in all, the next page."""

    rows: list[Case]
    count: int
    exact: bool
    next: str | None

    @property
    def placeless(self) -> int:
        """How many of the rows no map can show."""
        return sum(1 for case in self.rows if case.place is None)


def beside_map(
    user: User,
    wanted: CaseFilter,
    *,
    now: datetime,
    cursor: str | None,
    area: Area | None = None,
) -> Beside:
    """The newest cases of the map's filter, in `area` if one is drawn. Four queries or fewer.
    Raises BadInput."""
    if area is not None:
        return _beside_in(user, wanted, area, now, cursor)
    page = cases.page_for(user, wanted, now=now, cursor=cursor, size=BESIDE)
    if cursor is None and page.next is None:
        return Beside(page.rows, len(page.rows), True, None)
    count, exact = cases.count_for(user, wanted, now=now)
    return Beside(page.rows, count, exact, page.next)


def _beside_in(
    user: User, wanted: CaseFilter, area: Area, now: datetime, cursor: str | None
) -> Beside:
    """The same by the index on places: what a drawn area holds is found faster so."""
    fits = lists.where(user, wanted, now=now) & within(area)
    below = None
    if cursor:
        below = paging.Found(*cursor_keys(cases.cases_for(user), lists.ORDER, cursor))
    rows = paging.newest_cases(user, fits, size=BESIDE + 1, whole=True, below=below)
    found = list(rows)
    more, found = len(found) > BESIDE, dressed(found[:BESIDE])
    onward = cases.cursor_of(found[-1]) if more else None
    if cursor is None and not more:
        return Beside(found, len(found), True, None)
    count = paging.counted(user, fits, most=MOST_COUNTED + 1, whole=True)
    return Beside(found, min(count, MOST_COUNTED), count <= MOST_COUNTED, onward)


def cases_by_numbers(user: User, numbers: list[str]) -> list[Case]:
    """Those of the numbered cases that `user` may see, newest first, ten at most. One query."""
    parsed = [parse_case_number(number) for number in numbers[:MOST_SUMMED_UP]]
    days = dict(pair for pair in parsed if pair is not None)
    rows = cases.cases_for(user).filter(pk__in=list(days)).select_related(*SHOWN)
    found = rows.order_by("-reported_at", "-id")
    return [case for case in found if days[case.pk] == case.reported_on]


def ground_stamp(*, today: date) -> str:
    """Stands for the ground as it is today: another one after every change of the territory, and
    after midnight, when borders of another day may begin to hold. One query."""
    return f"{territory.versions().version}-{today:%Y%m%d}"


def ground_tile(layer: str, at: Address, *, on: date) -> bytes:
    """A tile of one layer as it lay on a day, or of all in `BASE` under the name “base” (tiles may
    be joined by laying them end to end: MVT 2.1, §4.1).

    Raises NotFound, BadInput. One query a layer.
    """
    parts = BASE if layer == "base" else (layer,)
    return b"".join(tiles.tile_body(part, *at, today=on) for part in parts)


def window_for(user: User | None, *, today: date) -> Box | None:
    """West, south, east, north in degrees of what the map shows first.

    The regions and grids of the person's posts; for everybody else, and where those have no
    outlines, the whole installation; None if nothing has an outline. One query a post.
    """
    own: list[Box] = []
    for seat in user.seats if user is not None else ():
        if seat.reach == "grids":
            own += boxes_of("grid", sorted(seat.grid_ids)[:50], on=today).values()
        elif seat.region_id is not None:
            own += boxes_of("region", [seat.region_id], on=today).values()
    return box_around(own) or whole_box(on=today)
