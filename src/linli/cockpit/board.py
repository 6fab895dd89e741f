"""The wall as a board of the event stream: drawn once for everybody who sees the same area."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils import timezone, translation

from linli.cases.policy import scopes_of
from linli.cockpit.policy import opens_lists
from linli.cockpit.queries import wall
from linli.cockpit.queries.goals import happening
from linli.cockpit.queries.wall import Standing
from linli.evaluation.services.following import follow

if TYPE_CHECKING:
    from linli.staff.models import User

PIECES = ("goals", "today", "present", "gauges", "classes", "units", "base", "hours", "events")
_STANDS = timedelta(minutes=1)
_MOST_FOLLOWED = 1_000  # touched cases whose facts are made before a drawing; a job does the rest


def key_of(user: User) -> Hashable:
    """Equal for people whose walls are equal: the same cases, the same regions, links or none."""
    scopes = {
        replace(one, post_id=0) if one.everything and one.class_ids is None else one
        for one in scopes_of(user)
    }
    regions = tuple(sorted({s.region_id for s in user.seats if s.region_id is not None}))
    marks = tuple(user.has_grant(one) for one in ("components.see", "evaluation.see"))
    return frozenset(scopes), regions, marks, opens_lists(user)


def context(user: User, *, now: datetime, standing: Standing | None = None) -> dict[str, Any]:
    """What the pieces of the wall are filled with."""
    moving = wall.moving(user, now=now)
    standing = standing or wall.standing(user, now=now)
    return {
        "moving": moving,
        "standing": standing,
        "goals": [standing.known, happening(moving.present), *standing.rated],
        "opens": opens_lists(user),
        "day": timezone.localdate(now),
    }


class Wall:
    """Draws the wall of one area in one language; the month's figures once a minute."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._standing: Standing | None = None
        self._stood_at: datetime | None = None

    def paint(self, onlooker: User, *, now: datetime) -> dict[str, str]:
        """The pieces by name. First the facts are brought up to the last event."""
        follow(most=_MOST_FOLLOWED)
        with translation.override(self._language):
            if self._stood_at is None or now - self._stood_at >= _STANDS:
                self._standing, self._stood_at = wall.standing(onlooker, now=now), now
            filled = context(onlooker, now=now, standing=self._standing)
            return {name: render_to_string(f"cockpit/wall.html#{name}", filled) for name in PIECES}
