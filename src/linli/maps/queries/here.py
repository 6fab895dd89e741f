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
from linli.territory.queries.buildings import BuildingFacts, building_at, building_of
from linli.territory.queries.inside import centres_of
from linli.territory.rules.kinds import Tier

if TYPE_CHECKING:
    from linli.staff.models import User


GRANT_LEADS = "cases.supervise"  # whoever holds it for a region answers for the region


class Division(NamedTuple):
    """A region over a point; where its centre is and who leads there, as far as is known (R106)."""

    tier: str
    code: str
    name: str
    centre: tuple[float, float] | None
    leaders: list[str]


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


def here(
    user: User,
    lon: float,
    lat: float,
    *,
    now: datetime,
    today: date,
    on: date,
    building_id: int | None = None,
) -> Here:
    """Nine queries at most. `building_id` is the building that was clicked where the map is tilted
    and shows it over another point. Raises BadInput for a point that is none, NotFound."""
    found = territory.locate(lon, lat) if on == today else territory.locate_on(lon, lat, on)
    tree = territory.tree()
    above = [
        found.community_id, found.street_id, found.district_id, found.city_id,
    ]  # fmt: skip
    ids = [one for one in above if one is not None]
    centres, leaders = centres_of(ids, on=on), leaders_of(ids, now=now)
    duties = list(staff.workers_of([found.grid_id], now=now)) if found.grid_id else []
    unit = duties[0].post.unit if duties else staff.centre_for_region(ids)
    building = building_at(lon, lat) if building_id is None else building_of(building_id)
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
            Division(
                str(Tier(facts.tier).label),
                facts.code,
                facts.name,
                centres.get(one),
                leaders.get(one, []),
            )
            for one in ids
            if (facts := tree.region(one))
        ],
    )


def leaders_of(region_ids: list[int], *, now: datetime) -> dict[int, list[str]]:
    """The names of those who lead each region, three at most, by when they came. One query."""
    found: dict[int, list[str]] = {}
    for post in staff.posts_over(GRANT_LEADS, region_ids=region_ids, now=now):
        assert post.region_id is not None  # of a post over a region
        names = found.setdefault(post.region_id, [])
        if len(names) < 3 and str(post.user) not in names:
            names.append(str(post.user))
    return found


def _open_in(user: User, building: BuildingFacts, now: datetime) -> int:
    wanted = CaseFilter(stages=tuple(stage.value for stage in OPEN))
    rows = lists.filtered(user, wanted, now=now).filter(within(Area("", building.outline)))
    return rows.order_by()[:MOST_COUNTED].count()
