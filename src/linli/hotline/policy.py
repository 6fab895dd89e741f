"""Who takes calls, calls back, edits the knowledge base, sets up lines (design §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

if TYPE_CHECKING:
    from linli.staff.models import User

GRANT_TAKE = "cases.intake"
GRANT_CALL_BACK = "cases.call_back"
GRANT_EDIT, GRANT_MANAGE = "hotline.edit", "hotline.manage"
READERS = (GRANT_TAKE, GRANT_CALL_BACK, GRANT_EDIT, GRANT_MANAGE)


def units_of(user: User, *grants: str) -> frozenset[int]:
    """The units for which `user` holds one of `grants`: those of the posts, the units below, and
    the posts' own centres. No query."""
    found: set[int] = set()
    for seat in user.seats:
        if not seat.grants.isdisjoint(grants):
            found |= seat.unit_ids
            if seat.centre_id is not None:
                found.add(seat.centre_id)
    return frozenset(found)


def lines_of(user: User, *grants: str) -> Q:
    """Which lines `user` sees: those of their centres and of the centres below."""
    return Q(unit_id__in=sorted(units_of(user, *grants)))


def calls_visible_to(user: User) -> Q:
    """Which calls `user` may see: one's own, and those of the lines one works on."""
    seen = sorted(units_of(user, GRANT_TAKE, GRANT_CALL_BACK))
    return Q(operator=user.pk) | Q(line__unit_id__in=seen)
