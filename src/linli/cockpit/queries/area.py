"""The area of a wall: what lies in it, who is on duty there, and where the map shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.cases.queries import figures
from linli.cockpit.queries.overview import Words
from linli.components import queries as components
from linli.components.rules.filters import ComponentFilter
from linli.staff import queries as staff
from linli.territory import queries as territory
from linli.territory.queries.features import Box
from linli.territory.queries.inside import box_around, boxes_of, whole_box

if TYPE_CHECKING:
    from linli.staff.models import User


@dataclass(frozen=True)
class Fact:
    """A number of the base data; `url` empty where no list can be opened."""

    label: Words
    icon: str
    count: int
    url: str


def communities_of(user: User) -> set[int]:
    """The communities under the regions of a person's posts. No query."""
    tree = territory.tree()
    regions = {seat.region_id for seat in user.seats if seat.region_id is not None}
    under = set().union(*(tree.regions_under(one) for one in regions)) if regions else set()
    return {one for one in under if tree.region(one).tier == "community"}


class _Grid(NamedTuple):
    id: int
    community_id: int
    households: int


def _grids_of(user: User, *, today: date) -> list[_Grid]:
    """The grids of a person's area. One query."""
    grids = territory.present_grids(on=today).filter(community_id__in=communities_of(user))
    rows = grids.order_by().values_list("pk", "community_id", "households")
    return [_Grid(pk, community, households or 0) for pk, community, households in rows]


def base(user: User, *, today: date, now: datetime) -> list[Fact]:
    """Grids, households, people on duty and components of the area. Two or three queries."""
    grids = _grids_of(user, today=today)
    duties = staff.workers_of([one.id for one in grids], now=now).order_by()
    on_duty = duties.values("post__user_id").distinct().count()
    url = reverse("cockpit:ground")
    found = [
        Fact(_("Grids"), "grid-dots", len(grids), url),
        Fact(_("Households"), "home", sum(one.households for one in grids), url),
        Fact(_("On duty in grids"), "users", on_duty, url),
    ]
    if user.has_grant("components.see"):
        count = components.count_for(user, ComponentFilter()).count
        found.append(Fact(_("Components"), "map-pin", count, reverse("desk:components")))
    return found


@dataclass(frozen=True)
class GroundRow:
    """A region below the area: its grids, their households, who is on duty there."""

    name: str
    grids: int
    households: int
    people: int


def ground(user: User, *, today: date, now: datetime) -> tuple[list[GroundRow], GroundRow]:
    """The base data by the regions one tier down, by code, and their sum. Two queries.

    A person on duty in two regions counts once in each and once in the sum.
    """
    tree, tier = territory.tree(), figures.tier_below(user)
    kept: dict[int, tuple[int, int]] = {
        one.id: (tree.ancestor_of(one.community_id, tier) or one.community_id, one.households)
        for one in _grids_of(user, today=today)
    }
    people: dict[int, set[int]] = {}
    duties = staff.workers_of(kept, now=now).order_by().values_list("grid_id", "post__user_id")
    for grid_id, user_id in duties:
        people.setdefault(kept[grid_id][0], set()).add(user_id)
    sums: dict[int, list[int]] = {}
    for region, households in kept.values():
        row = sums.setdefault(region, [0, 0])
        row[0] += 1
        row[1] += households
    rows = [
        GroundRow(tree.region(one).name, sums[one][0], sums[one][1], len(people.get(one, ())))
        for one in sorted(sums, key=lambda one: tree.region(one).code)
    ]
    every = set().union(*people.values()) if people else set()
    total = GroundRow(
        "", sum(row.grids for row in rows), sum(row.households for row in rows), len(every)
    )
    return rows, total


def area_name(user: User) -> str:
    """What the wall is about: the regions of the person's posts. No query."""
    tree = territory.tree()
    ids = dict.fromkeys(seat.region_id for seat in user.seats if seat.region_id is not None)
    return "、".join(tree.region(one).name for one in ids)


def window(user: User, *, today: date) -> Box | None:
    """What the map shows: the regions of the person's posts, else the whole installation."""
    ids = [seat.region_id for seat in user.seats if seat.region_id is not None]
    own = box_around(list(boxes_of("region", ids, on=today).values())) if ids else None
    return own or whole_box(on=today)
