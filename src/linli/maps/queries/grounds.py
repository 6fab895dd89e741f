"""Pages of the ground: a building with its floors, a grid or region with what stands in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import urlencode

import shapely
from django.utils.translation import gettext as _

from linli.cases import queries as cases
from linli.cases.rules.filters import CaseFilter
from linli.cases.rules.stages import OPEN
from linli.kernel.errors import NotFound
from linli.maps.queries.areas import GRANT_FEW
from linli.maps.queries.beside import Beside, Box, beside_map
from linli.maps.queries.here import leaders_of
from linli.maps.rules.area import MOST_CORNERS, Area, People, people
from linli.staff import queries as staff
from linli.territory import queries as territory
from linli.territory.queries.buildings import (
    BuildingFacts,
    Door,
    Listed,
    building_of,
    buildings_in,
    doors_of,
)
from linli.territory.queries.inside import Inside, centres_of, inside, outline_of
from linli.territory.rules.kinds import Tier
from linli.territory.rules.rooms import FloorPlan, floor_plan

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.staff.models import Unit, User

Kind = Literal["grid", "region"]
BUILDINGS_A_PAGE = 50
AROUND_DEG = 0.0008  # shown round a building on the map
EVERY = CaseFilter()
UNDER_WAY = CaseFilter(stages=tuple(stage.value for stage in OPEN))


@dataclass(frozen=True)
class House:
    """A building: its plan, the addresses that are no dwelling, its cases as `user` sees them.

    `reported` are the dwellings at whose address a case was reported; `chosen` is one of them all.
    """

    building: BuildingFacts
    plan: FloorPlan
    doors: list[Door]
    cases: Beside
    reported: frozenset[int]
    chosen: str
    chosen_cases: list[Case]
    box: Box
    area: str  # as the map's address has it


def house_for(user: User, building_id: int, *, now: datetime, room: int | None = None) -> House:
    """A building with its floors. Five queries or fewer. Raises NotFound."""
    building = building_of(building_id)
    dwellings, doors = doors_of(building_id)
    area = Area("", building.outline)
    found = beside_map(user, EVERY, now=now, cursor=None, area=area)
    at_door: dict[str, list[Case]] = {}
    for case in found.rows:
        at_door.setdefault("".join(case.address.split()), []).append(case)
    chosen = next((one for one in dwellings if one.id == room), None)
    return House(
        building=building,
        plan=floor_plan(dwellings, floors=building.floors),
        doors=doors,
        cases=found,
        reported=frozenset(d.id for d in dwellings if "".join(d.text.split()) in at_door),
        chosen=chosen.text if chosen else "",
        chosen_cases=at_door.get("".join(chosen.text.split()), []) if chosen else [],
        box=around(building.lon, building.lat),
        area=_corners(building.outline),
    )


def around(lon: float, lat: float) -> Box:
    """What the map shows round a point: some 180 m across."""
    return lon - AROUND_DEG, lat - AROUND_DEG, lon + AROUND_DEG, lat + AROUND_DEG


def _corners(outline: str) -> str:
    """The outline as corners, as an address of the map has it: of its largest part, rounded out."""
    parts = shapely.get_parts(shapely.from_wkb(outline))
    ring = max(parts, key=shapely.area).exterior
    for tolerance in (0.0, 1e-6, 1e-5, 1e-4):
        corners = shapely.get_coordinates(ring.simplify(tolerance))[:-1]
        if len(corners) <= MOST_CORNERS:
            break
    else:
        corners = shapely.get_coordinates(ring.envelope)[:-1]
    return ";".join(f"{x:.7f},{y:.7f}" for x, y in corners)


class Named(NamedTuple):
    """A region above or below another, for the way there."""

    code: str
    name: str


@dataclass(frozen=True)
class Ground:
    """A grid or region: who answers for it, what stands in it, its buildings (R106, R108).

    Buildings are listed where they are not too many: of a grid, a community or less; a larger
    region has the regions right below it instead.
    """

    kind: Kind
    code: str
    name: str
    says: str  # its tier or kind
    above: list[Named]
    below: list[Named]
    people: list[str]
    unit: Unit | None
    centre: tuple[float, float] | None
    box: Box | None
    open_cases: int
    exact: bool  # False: there are more open cases than that
    open_query: str  # of the list and the map
    inside: Inside | None  # None where it had no outline on the day
    households: People
    buildings: list[Listed]
    after: int | None  # where the next buildings begin

    @property
    def area_km2(self) -> float:
        return self.inside.area_m2 / 1e6 if self.inside else 0.0


def ground_for(
    user: User, kind: Kind, code: str, *, now: datetime, on: date, after: int = 0
) -> Ground:
    """One of them as it lay on a day, with the open cases that `user` sees, and fifty of its
    buildings after so many. Ten queries or fewer. Raises NotFound."""
    own = _grid(code, now, on) if kind == "grid" else _region(code, now, on)
    found = outline_of(kind, code, on=on)
    wanted = replace(UNDER_WAY, grid=code) if kind == "grid" else replace(UNDER_WAY, region=code)
    count, exact = cases.count_for(user, wanted, now=now)
    counted = inside(found[1], on=on) if found else None
    rows = []
    if found and not own.below:
        rows = buildings_in(found[1], after=after, most=BUILDINGS_A_PAGE + 1)
    more = len(rows) > BUILDINGS_A_PAGE
    exactly = user.has_grant(GRANT_FEW)
    return Ground(
        kind=kind,
        code=code,
        name=own.name,
        says=own.says,
        above=own.above,
        below=own.below,
        people=own.people,
        unit=own.unit,
        centre=own.centre,
        box=territory.bounds_of(kind, own.id, on=on),
        open_cases=count,
        exact=exact,
        open_query=urlencode(wanted.query()),
        inside=counted,
        households=people(counted.households if counted else 0, exactly=exactly),
        buildings=rows[:BUILDINGS_A_PAGE],
        after=after + BUILDINGS_A_PAGE if more else None,
    )


def outline_json(kind: Kind, code: str, *, on: date) -> str:
    """The outline on a day, as GeoJSON text. Three queries or fewer. Raises NotFound."""
    if kind == "grid":
        return territory.grids_for_map([territory.grid_by_code(code, on=on).pk], on=on)
    return territory.regions_for_map([_facts(code).id], on=on)


class _Own(NamedTuple):
    """What a grid and a region say of themselves."""

    id: int
    name: str
    says: str
    above: list[Named]
    below: list[Named]
    people: list[str]
    unit: Unit | None
    centre: tuple[float, float] | None


def _grid(code: str, now: datetime, on: date) -> _Own:
    grid = territory.grid_by_code(code, on=on)
    duties = list(staff.workers_of([grid.pk], now=now))
    tree = territory.tree()
    chain = tree.ancestors_of(grid.community_id)
    unit = duties[0].post.unit if duties else staff.centre_for_region(chain)
    return _Own(
        grid.pk,
        grid.name,
        grid.get_kind_display() if grid.kind else "",
        _named(chain),
        [],
        [str(duty.post.user) for duty in duties],
        unit,
        None,
    )


def _region(code: str, now: datetime, on: date) -> _Own:
    facts, tree = _facts(code), territory.tree()
    chain = tree.ancestors_of(facts.id)
    whole = facts.tier not in (Tier.COMMUNITY, Tier.GROUP)
    return _Own(
        facts.id,
        facts.name,
        str(Tier(facts.tier).label),
        _named(chain[1:]),
        _named([one.id for one in tree.children_of(facts.id)] if whole else []),
        leaders_of([facts.id], now=now).get(facts.id, []),
        staff.centre_for_region([facts.id]),
        centres_of([facts.id], on=on).get(facts.id),
    )


def _facts(code: str) -> territory.RegionFacts:
    found = territory.tree().by_code(code)
    if found is None:
        raise NotFound(_("There is no region with this code."), field="region")
    return found


def _named(ids: list[int]) -> list[Named]:
    tree = territory.tree()
    return [Named(one.code, one.name) for one in map(tree.region, ids)]
