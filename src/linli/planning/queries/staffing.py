"""How many people each community needs and has (R42, R43)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from linli.planning.models import GridScheme

_NEEDS = """
    WITH grid AS (
        SELECT community_id, count(*) AS grids, coalesce(sum(households), 0) AS households
        FROM territory_grid
        WHERE layer = 'responsibility' AND parent_id IS NULL AND valid_from <= %(day)s
            AND (valid_to IS NULL OR valid_to > %(day)s)
        GROUP BY community_id),
    worker AS (
        SELECT g.community_id, p.user_id
        FROM staff_gridduty d JOIN staff_post p ON p.id = d.post_id
        JOIN territory_grid g ON g.id = d.grid_id
        WHERE d.valid_from <= %(now)s AND (d.valid_to IS NULL OR d.valid_to > %(now)s)
        UNION
        SELECT p.region_id, p.user_id
        FROM staff_post p JOIN staff_user u ON u.id = p.user_id
        WHERE p.valid_from <= %(now)s AND (p.valid_to IS NULL OR p.valid_to > %(now)s)
            AND u.is_active),
    people AS (SELECT community_id, count(*) AS people FROM worker GROUP BY community_id)
    SELECT r.id, r.code, r.name, s.name, coalesce(grid.grids, 0), coalesce(grid.households, 0),
        coalesce(profile.people, people.people, 0), coalesce(profile.mixed, false),
        profile.people IS NOT NULL
    FROM territory_region r
    LEFT JOIN territory_region s ON s.id = r.parent_id
    LEFT JOIN grid ON grid.community_id = r.id
    LEFT JOIN people ON people.community_id = r.id
    LEFT JOIN planning_communityprofile profile ON profile.community_id = r.id
    WHERE r.tier = 'community' AND r.valid_from <= %(day)s
        AND (r.valid_to IS NULL OR r.valid_to > %(day)s)
        AND (%(path)s = '' OR r.path LIKE %(path)s || '%%')
    ORDER BY r.code"""


class Need(NamedTuple):
    """A community's people: needed by the scheme, there today."""

    community_id: int
    code: str
    name: str
    street: str
    grids: int
    households: int
    people: int
    mixed: bool
    stated: bool  # the number of people was written down, not counted from posts
    needed: int

    @property
    def off(self) -> int:
        """People too many (positive) or too few."""
        return self.people - self.needed


def needs(scheme: GridScheme, *, now: datetime, path: str = "") -> list[Need]:
    """Every community (below the region with this path) by code. One query.

    People are those with a post in the community or a duty in one of its grids, each once; a
    number written down for the community goes before.
    """
    day = timezone.localdate(now)
    with connection.cursor() as cursor:
        cursor.execute(_NEEDS, {"day": day, "now": now, "path": path})
        rows = cursor.fetchall()
    formula = scheme.staffing
    return [Need._make((*row, formula.people(row[5], mixed=row[7]))) for row in rows]
