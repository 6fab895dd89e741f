"""The area of a wall: what lies in it, who is on duty there, and where the map shows it."""

from __future__ import annotations

from collections.abc import Iterable
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


class Grid(NamedTuple):
    """A grid of the area as it stands today."""

    id: int
    community_id: int
    households: int
    people: frozenset[int]  # on duty in it

    @property
    def is_known(self) -> bool:
        """Its households are counted and somebody is on duty in it (基础数据全摸清, R8)."""
        return bool(self.households and self.people)


def grids_of(user: User, *, today: date, now: datetime) -> list[Grid]:
    """The grids of a person's area, with whoever is on duty in them. Two queries."""
    grids = territory.present_grids(on=today).filter(community_id__in=communities_of(user))
    rows = list(grids.order_by().values_list("pk", "community_id", "households"))
    people: dict[int, set[int]] = {}
    duties = staff.workers_of([row[0] for row in rows], now=now).order_by()
    for grid_id, user_id in duties.values_list("grid_id", "post__user_id"):
        people.setdefault(grid_id, set()).add(user_id)
    return [
        Grid(pk, community, households or 0, frozenset(people.get(pk, ())))
        for pk, community, households in rows
    ]


def base(user: User, grids: list[Grid]) -> list[Fact]:
    """Grids, households, people on duty and components of the area. One query at most."""
    total = _summed("", grids)
    url = reverse("cockpit:ground")
    found = [
        Fact(_("Grids"), "grid-dots", total.grids, url),
        Fact(_("Households"), "home", total.households, url),
        Fact(_("On duty in grids"), "users", total.people, url),
    ]
    if user.has_grant("components.see"):
        count = components.count_for(user, ComponentFilter()).count
        found.append(Fact(_("Components"), "map-pin", count, reverse("desk:components")))
    return found


@dataclass(frozen=True)
class GroundRow:
    """A region below the area: its grids and how many of them are known, their households, who is
    on duty there."""

    name: str
    grids: int
    known: int
    households: int
    people: int


def _summed(name: str, grids: Iterable[Grid]) -> GroundRow:
    kept = list(grids)
    everybody = frozenset[int]().union(*(one.people for one in kept))
    return GroundRow(
        name, len(kept), sum(one.is_known for one in kept),
        sum(one.households for one in kept), len(everybody),
    )  # fmt: skip


def ground(user: User, *, today: date, now: datetime) -> tuple[list[GroundRow], GroundRow]:
    """The base data by the regions one tier down, by code, and their sum. Two queries.

    A person on duty in two regions counts once in each and once in the sum.
    """
    tree, tier = territory.tree(), figures.tier_below(user)
    grids = grids_of(user, today=today, now=now)
    below: dict[int, list[Grid]] = {}
    for one in grids:
        region = tree.ancestor_of(one.community_id, tier) or one.community_id
        below.setdefault(region, []).append(one)
    regions = sorted(below, key=lambda one: tree.region(one).code)
    rows = [_summed(tree.region(one).name, below[one]) for one in regions]
    return rows, _summed("", grids)


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
