"""Who sees which orders: those who work on them, for their own centre and those below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

if TYPE_CHECKING:
    from linli.staff.models import User

GRANT_HANDLE = "workorders.handle"
GRANT_SETTINGS = "workorders.settings"
GRANT_CONTACT = "cases.call_back"  # without it nobody reads who called


def visible_to(user: User) -> Q:
    """Which orders `user` may see: of platforms of their centres, and those whose case is theirs.

    The inbox, its counts and every action start here.
    """
    centres: set[int] = set()
    for seat in user.seats:
        if GRANT_HANDLE in seat.grants:
            centres |= seat.unit_ids
            if seat.centre_id is not None:
                centres.add(seat.centre_id)
    ids = sorted(centres)
    return Q(platform__centre_id__in=ids) | Q(centre_id__in=ids)
