"""What waits for a person, queue by queue: each count is exactly the rows of its list."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Value

from linli.cases.queries.lists import QUEUE_GRANT, QUEUES, cases_for
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.staff.models import User
    from linli.staff.policy import Seat


class Badge(NamedTuple):
    """A queue and how many cases wait: exactly the rows of its list."""

    queue: str
    waiting: int


def badges_for(user: User, *, now: datetime) -> list[Badge]:
    """The counts of the person's queues. One query, each count from an index of its own."""
    names = [name for name, grant in QUEUE_GRANT.items() if user.has_grant(grant)]
    if not names:
        return []
    try:
        sql, parameters = _badge_query(user, names)
    except EmptyResultSet:  # the posts reach no case, such as a grid worker's without a grid
        return [Badge(name, 0) for name in names]
    with connection.cursor() as cursor:
        cursor.execute(sql, [now if one is _NOW else one for one in parameters])
        found = dict(cursor.fetchall())
    return [Badge(name, found.get(name, 0)) for name in names]


def _badge_query(user: User, names: list[str]) -> tuple[str, tuple[Any, ...]]:
    """The statement of `badges_for`, its moment left open. Every staff page asks for it, and
    writing it takes longer than the counting, so it is kept for the same seats and divisions."""
    tree = territory.tree()
    kept = _badge_queries.get(user.pk)
    if kept is not None and kept.tree is tree and kept.seats == user.seats:
        return kept.sql, kept.parameters
    counts = [
        cases_for(user)
        .filter(QUEUES[name](user, _NOW))
        .order_by()
        .annotate(queue=Value(name))
        .values("queue")
        .annotate(found=Count("*"))
        .values_list("queue", "found")
        for name in names
    ]
    both = counts[0].union(*counts[1:], all=True) if len(counts) > 1 else counts[0]
    sql, parameters = both.query.sql_with_params()
    moments = tuple(_NOW if one == _NOW else one for one in parameters)
    if not any(seat.class_codes for seat in user.seats):  # which classes those are may change
        if len(_badge_queries) >= _MOST_KEPT:
            _badge_queries.clear()
        _badge_queries[user.pk] = _BadgeQuery(tree, user.seats, sql, moments)
    return sql, moments


class _BadgeQuery(NamedTuple):
    """A statement that holds as long as the person sits on these seats in these divisions."""

    tree: territory.Tree
    seats: tuple[Seat, ...]
    sql: str
    parameters: tuple[Any, ...]


_NOW = datetime(1, 1, 2, tzinfo=UTC)  # stands for the moment in a kept statement
_MOST_KEPT = 2000
_badge_queries: dict[int, _BadgeQuery] = {}
