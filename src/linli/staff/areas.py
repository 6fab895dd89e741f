"""The first area of a person's work, from the entries the faces have registered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse

from linli.kernel.navigation import registered

if TYPE_CHECKING:
    from linli.staff.models import User


def first_area(user: User) -> str:
    """The URL of the first entry that needs a grant the person holds.

    Somebody whose reach is grids goes to the phone pages first, everybody else to the desk's.
    Then entries for all staff, then the list of one's sessions.
    """
    outdoors = any(seat.grid_ids for seat in user.seats)
    first = "field" if outdoors else "desk"
    entries = sorted(registered(), key=lambda item: (item.face != first, not item.grants))
    for item in entries:
        if item.grants and not any(user.has_grant(code) for code in item.grants):
            continue
        try:
            return reverse(item.url_name)
        except NoReverseMatch:
            continue
    return reverse("usersessions_list")
