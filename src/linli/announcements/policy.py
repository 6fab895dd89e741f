"""Who may announce what to whom, and who sees what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from linli.staff.policy import unit_tree
from linli.territory.queries.tree import tree

if TYPE_CHECKING:
    from linli.announcements.models import Announcement
    from linli.staff.models import User

WRITE: Final = "announcements.write"
APPROVE: Final = "announcements.approve"
MESSAGE: Final = "announcements.message"
SETTINGS: Final = "announcements.settings"
WATCHERS: Final = (WRITE, MESSAGE, APPROVE)


class Ground(NamedTuple):
    """What somebody may address: people of these units, work in these regions (top ones first)."""

    unit_ids: frozenset[int]
    region_ids: frozenset[int]
    tops: tuple[int, ...]


def ground_of(user: User, grant: str) -> Ground:
    """The units of the posts that allow `grant` and those below; the regions of these posts, else
    of their units, and those below. No query where the trees are at hand."""
    units: set[int] = set()
    tops: list[int] = []
    nodes, regions = unit_tree().nodes, tree()
    for seat in user.seats:
        if grant in seat.grants:
            units |= seat.unit_ids
            top = seat.region_id or nodes[seat.unit_id].region_id
            if top is not None and top not in tops:
                tops.append(top)
    below = frozenset(one for top in tops for one in regions.regions_under(top))
    return Ground(frozenset(units), below, tuple(tops))


def watches(user: User, announcement: Announcement) -> bool:
    """Whether they see how far it is: its author, and those who approve for its unit."""
    return announcement.author_id == user.pk or approves(user, announcement)


def approves(user: User, announcement: Announcement) -> bool:
    """Whether their posts allow to approve what this unit says; never one's own text."""
    return announcement.author_id != user.pk and any(
        APPROVE in seat.grants and announcement.unit_id in seat.unit_ids for seat in user.seats
    )
