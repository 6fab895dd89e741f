"""What waits for a person, queue by queue: each count is exactly the rows of its list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, Value
from django.utils import timezone

from linli.cases.queries.lists import QUEUE_GRANT, QUEUES, cases_for
from linli.kernel.navigation import register_badges
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.kernel.navigation import Granted
    from linli.staff.models import User
    from linli.staff.policy import Seat


class Badge(NamedTuple):
    """A queue and how many cases wait: exactly the rows of its list."""

    queue: str
    waiting: int


def badges_for(user: User, *, now: datetime) -> list[Badge]:
    """The counts of the person's queues. One query, each count from an index of its own."""
    names = _queues_of(user)
    found = _waiting.of(user, now=now) if names else {}
    return [Badge(name, found.get(name, 0)) for name in names]


def _queues_of(user: User) -> list[str]:
    return [name for name, grant in QUEUE_GRANT.items() if user.has_grant(grant)]


#: What is counted for a person at a moment, by name; of several rows the sum.
Rows = Callable[["User", datetime], Mapping[str, QuerySet[Any] | Sequence[QuerySet[Any]]]]


class Counts:
    """Counts of what waits for a person, by name, in one statement. Every staff page asks for it,
    and writing it takes longer than the counting, so it is kept for the same seats and divisions.

    `rows` says what is counted; nothing but the person, their seats, the divisions and the moment
    may decide on it. `most`: where counting ends, for what may heap up.
    """

    def __init__(self, rows: Rows | None = None, *, most: int | None = None) -> None:
        self._rows = [(rows, most)] if rows else []
        self._kept: dict[int, _Kept] = {}

    def add(self, rows: Rows, *, most: int | None = None) -> None:
        """Count these too, in the same statement."""
        if (rows, most) not in self._rows:
            self._rows.append((rows, most))

    def of(self, user: User, *, now: datetime) -> dict[str, int]:
        """How many there are; without what the posts do not reach, such as those of a grid worker
        without a grid. One query, none for somebody for whom nothing is counted."""
        sql, parameters = self._statement(user)
        if not sql:
            return {}
        found = Counter[str]()
        with connection.cursor() as cursor:
            cursor.execute(sql, [now if one is _NOW else one for one in parameters])
            for name, count in cursor.fetchall():
                found[name] += count
        return dict(found)

    def _statement(self, user: User) -> tuple[str, tuple[Any, ...]]:
        """The statement with its moment left open."""
        tree = territory.tree()
        kept = self._kept.get(user.pk)
        if kept is not None and kept.tree is tree and kept.seats == user.seats:
            return kept.sql, kept.parameters
        sql, parameters = self._written(user)
        if not any(seat.class_codes for seat in user.seats):  # which classes those are may change
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[user.pk] = _Kept(tree, user.seats, sql, parameters)
        return sql, parameters

    def _written(self, user: User) -> tuple[str, tuple[Any, ...]]:
        parts, parameters = list[str](), list[Any]()
        for name, found, most in self._counted(user):
            try:
                ones = found.order_by().annotate(one_=Value(1)).values_list("one_")[:most]
                sql, given = ones.query.sql_with_params()
            except EmptyResultSet:
                continue
            parts.append(f"SELECT %s::text, COUNT(*) FROM ({sql}) AS counted")
            parameters += [name, *(_NOW if one == _NOW else one for one in given)]
        return " UNION ALL ".join(parts), tuple(parameters)

    def _counted(self, user: User) -> Iterator[tuple[str, QuerySet[Any], int | None]]:
        for rows, most in self._rows:
            for name, found in rows(user, _NOW).items():
                for each in (found,) if isinstance(found, QuerySet) else found:
                    yield name, each, most


class _Kept(NamedTuple):
    """A statement that holds as long as the person sits on these seats in these divisions."""

    tree: territory.Tree
    seats: tuple[Seat, ...]
    sql: str
    parameters: tuple[Any, ...]


_NOW = datetime(1, 1, 2, tzinfo=UTC)  # stands for the moment in a kept statement
_MOST_KEPT = 2000


def queues_for(user: User, now: datetime) -> dict[str, QuerySet[Case]]:
    """The rows of the person's queues, by name."""
    return {name: cases_for(user).filter(QUEUES[name](user, now)) for name in _queues_of(user)}


_waiting = Counts(queues_for)
_more = Counts()


def count_too(rows: Rows, *, most: int | None = None) -> None:
    """Count what else waits for people, for the badges of the navigation: badge key to rows, as of
    `Counts`. Packages say so in `apps.ready()`; however many do, it is one statement a page."""
    _more.add(rows, most=most)
    register_badges(_counted)


def waiting_for(user: User) -> dict[str, int]:
    """What of `count_too` waits for a person now. One query."""
    return _more.of(user, now=timezone.now())


def _counted(user: Granted) -> dict[str, int]:
    return waiting_for(cast("User", user))
