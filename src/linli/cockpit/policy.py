"""Who stands before the wall: leaders, people given it, and screens with nobody signed in."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from linli.staff.queries.tokens import person_for_token

if TYPE_CHECKING:
    from linli.staff.models import User

LEADS: Final = ("cases.supervise", "cases.comment", "cases.sign")
WALL: Final = "cockpit.wall"
LOOKS: Final = (*LEADS, WALL)  # who may have the wall before them
COOKIE: Final = "linli_wall"
#: What the wall alone lets a post read: counts, kinds and points, on the wall's own pages.
_ON_THE_WALL: Final = "cockpit.on_the_wall"  # no grant of a post: marks what is only shown there
_SHOWN: Final = frozenset({"cases.see", "components.see", _ON_THE_WALL})


def onlooker(user: User) -> User | None:
    """The person as the wall knows them: posts that carry it see the cases of their area on it.
    None for whoever may not look. No query once the seats are loaded."""
    if not any(user.has_grant(code) for code in LOOKS):
        return None
    seen = copy(user)
    seen.seats = tuple(
        replace(seat, grants=seat.grants | _SHOWN)
        if WALL in seat.grants and "cases.see" not in seat.grants
        else seat
        for seat in user.seats
    )
    return seen


def screen_of(cookies: Mapping[str, str], now: datetime) -> User | None:
    """Who stands behind the token that a screen holds: one post, cut to the wall. One query."""
    secret = cookies.get(COOKIE, "")
    actor = person_for_token(secret, now) if secret else None
    if actor is None or WALL not in actor.seat.grants:
        return None
    actor.user.seats = (replace(actor.seat, grants=frozenset({WALL})),)
    return actor.user


def opens_lists(user: User) -> bool:
    """Whether numbers open their lists: for people who may read cases outside the wall as well."""
    return any(
        "cases.see" in seat.grants and _ON_THE_WALL not in seat.grants for seat in user.seats
    )
