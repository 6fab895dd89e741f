"""Who works in a region, as shares: education and age as people chose to say (R44)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import connection

from linli.planning.rules.profile import told
from linli.staff.models import AgeBand, Education

_SAID = """
    WITH worker AS (
        SELECT p.user_id FROM staff_gridduty d JOIN staff_post p ON p.id = d.post_id
        JOIN territory_grid g ON g.id = d.grid_id JOIN territory_region r ON r.id = g.community_id
        WHERE d.valid_from <= %(now)s AND (d.valid_to IS NULL OR d.valid_to > %(now)s)
            AND r.path LIKE %(path)s || '%%'
        UNION
        SELECT p.user_id FROM staff_post p LEFT JOIN territory_region r ON r.id = p.region_id
        WHERE p.valid_from <= %(now)s AND (p.valid_to IS NULL OR p.valid_to > %(now)s)
            AND (r.path LIKE %(path)s || '%%' OR %(path)s = '/'))
    SELECT coalesce(s.education, ''), coalesce(s.age_band, ''), count(*)
    FROM worker JOIN staff_user u ON u.id = worker.user_id AND u.is_active AND NOT u.is_system
    LEFT JOIN staff_selfdescription s ON s.user_id = u.id GROUP BY 1, 2"""


class Share(NamedTuple):
    """A group: how many and which share of those who said it; None where that is not told."""

    label: str
    number: int | None
    percent: float | None


class Profile(NamedTuple):
    """The staff of a region: how many, how many of them said something, and the shares."""

    people: int
    said: int | None
    education: list[Share]
    ages: list[Share]


def staff_profile(path: str, *, now: datetime) -> Profile:
    """Those with a post or a grid duty in the region with this path ("/": all). One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SAID, {"path": path, "now": now})
        rows = cursor.fetchall()
    education = dict.fromkeys(Education.values, 0)
    ages = dict.fromkeys(AgeBand.values, 0)
    for one, age, count in rows:
        if one:
            education[one] += count
        if age:
            ages[age] += count
    said = sum(count for one, age, count in rows if one or age)
    people = sum(count for _one, _age, count in rows)
    return Profile(
        people,
        told({"said": said, "silent": people - said})["said"],
        _shares(education, {value: str(label) for value, label in Education.choices}),
        _shares(ages, {value: str(label) for value, label in AgeBand.choices}),
    )


def _shares(counts: dict[str, int], labels: dict[str, str]) -> list[Share]:
    whole = sum(counts.values())
    return [
        Share(labels[key], count, None if count is None else 100 * count / whole)
        for key, count in told(counts).items()
    ]
