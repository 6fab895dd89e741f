"""What is at a point of the map: the building, the grid and who answers for it, the regions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from linli.cases.queries import lists
from linli.cases.rules.filters import CaseFilter
from linli.cases.rules.stages import OPEN
from linli.maps.queries.areas import MOST_COUNTED, within
from linli.maps.rules.area import Area
from linli.staff import queries as staff
from linli.territory import queries as territory
from linli.territory.models import Cell, Grid
from linli.territory.queries.inside import BuildingFacts, building_at, centres_of

if TYPE_CHECKING:
    from linli.staff.models import User


class Division(NamedTuple):
    """A region over a point, and where its centre is, if that is known (R106)."""

    tier: str
    name: str
    centre: tuple[float, float] | None


@dataclass(frozen=True)
class Here:
    """What a point of the map stands for, on a day. `open_cases`: in the building, of those the
    person may see."""

    building: BuildingFacts | None
    open_cases: int
    grid: Grid | None
    cell: str
    workers: list[str]
    unit: str
    divisions: list[Division]


def here(user: User, lon: float, lat: float, *, now: datetime, today: date, on: date) -> Here:
    """Eight queries at most. Raises BadInput for a point that is none."""
    found = territory.locate(lon, lat) if on == today else territory.locate_on(lon, lat, on)
    tree = territory.tree()
    above = [
        found.community_id, found.street_id, found.district_id, found.city_id,
    ]  # fmt: skip
    ids = [one for one in above if one is not None]
    centres = centres_of(ids, on=on)
    duties = list(staff.workers_of([found.grid_id], now=now)) if found.grid_id else []
    unit = duties[0].post.unit if duties else staff.centre_for_region(ids)
    building = building_at(lon, lat)
    return Here(
        building=building,
        open_cases=_open_in(user, building, now) if building else 0,
        grid=Grid.objects.filter(pk=found.grid_id).first() if found.grid_id else None,
        cell=(
            Cell.objects.filter(pk=found.cell_id).values_list("code", flat=True).first() or ""
            if found.cell_id
            else ""
        ),
        workers=[str(duty.post.user) for duty in duties],
        unit=unit.label if unit else "",
        divisions=[
            Division(tree.region(one).tier, tree.region(one).name, centres.get(one)) for one in ids
        ],
    )


def _open_in(user: User, building: BuildingFacts, now: datetime) -> int:
    wanted = CaseFilter(stages=tuple(stage.value for stage in OPEN))
    rows = lists.filtered(user, wanted, now=now).filter(within(Area("", building.outline)))
    return rows.order_by()[:MOST_COUNTED].count()
