"""The newest cases that fit, found without reading those that do not (design §6).

What a person sees is an OR (of a region, shared, tracked), and no index answers an OR in the order
of the list. So each part is asked for its newest rows alone, with its own index, and the parts are
merged: at ten million cases this is the difference between a second and a millisecond. `filtered`
says the same as one condition; tests hold the two together.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from linli.cases import policy
from linli.cases.models import Case
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.staff.models import User
    from linli.staff.policy import Seat


class Found(NamedTuple):
    """The place of a case in the list."""

    reported_at: datetime
    id: int


def newest(
    user: User,
    fits: Q,
    *,
    size: int,
    whole: bool = False,
    below: Found | None = None,
    above: Found | None = None,
) -> list[Found]:
    """The `size` newest cases that fit, newest first: below a place in the list, or right above
    one. `whole`: not in parts, for conditions that have an index of their own. One query."""
    places = _places(user, fits, size=size, whole=whole, below=below, above=above)
    if places is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*places)
        found = [Found(*row) for row in cursor.fetchall()]
    return found[::-1] if above is not None else found


def newest_cases(
    user: User,
    fits: Q,
    *,
    size: int,
    whole: bool = False,
    below: Found | None = None,
    above: Found | None = None,
) -> QuerySet[Case]:
    """The cases at the places of `newest`, in its order, as one query."""
    places = _places(user, fits, size=size, whole=whole, below=below, above=above)
    if places is None:
        return Case.objects.none()
    chosen = RawSQL(  # noqa: S611  compiled just above by the ORM, its values apart
        f"SELECT id FROM ({places.sql}) AS places (reported_at, id)", places.parameters
    )
    return Case.objects.filter(pk__in=chosen).order_by("-reported_at", "-id")


def newest_values(
    user: User,
    fits: Q,
    columns: str,
    *,
    size: int,
    whole: bool = False,
    below: Found | None = None,
) -> list[tuple[Any, ...]]:
    """`columns`, fixed text, of the cases at the places of `newest`, in its order. One query, of
    which the ORM writes the conditions alone: where lists are plain rows, it costs the most."""
    places = _places(user, fits, size=size, whole=whole, below=below, above=None)
    if places is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM {_TABLE} WHERE id IN"
            f" (SELECT id FROM ({places.sql}) AS places (reported_at, id))"
            f" ORDER BY {_TABLE}.reported_at DESC, {_TABLE}.id DESC",
            places.parameters,
        )
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


class Text(NamedTuple):
    """A piece of SQL and its values."""

    sql: str
    parameters: tuple[Any, ...]


def _places(
    user: User, fits: Q, *, size: int, whole: bool, below: Found | None, above: Found | None
) -> Text | None:
    """The places as a statement, upwards if `above` is given; None where there can be none.

    The conditions are compiled once and each part is set behind them: as a union of querysets
    the same statement took five times as long to write.
    """
    limits, down = Q(), "DESC"
    if below is not None:
        limits = Q(reported_at__lte=below.reported_at) & (
            Q(reported_at__lt=below.reported_at) | Q(id__lt=below.id)
        )
    elif above is not None:
        down = "ASC"
        limits = Q(reported_at__gte=above.reported_at) & (
            Q(reported_at__gt=above.reported_at) | Q(id__gt=above.id)
        )
    rows = Case.objects.filter(fits & limits).values_list("reported_at", "id")
    return newest_rows(user, rows, size=size, whole=whole, down=down, fits=fits)


def newest_rows(
    user: User,
    rows: QuerySet[Any, Any],
    *,
    size: int,
    whole: bool = False,
    down: str = "DESC",
    fits: Q | None = None,
) -> Text | None:
    """The newest `size` of `rows` that `user` may see, as a statement; None where there can be
    none. `rows` is not cut to the person, and has `id` and `reported_at` among its values; `fits`
    is among its conditions."""
    query = rows.order_by().query
    try:
        sql, parameters = query.sql_with_params()
    except EmptyResultSet:  # a queue of which nothing can be this person's
        return None
    joint = "AND" if query.where else "WHERE"
    order = f"ORDER BY {_TABLE}.reported_at {down}, {_TABLE}.id {down} LIMIT {int(size)}"
    found = [
        Text(
            f"{sql} {joint} ({part.sql}) {order}" if part.sql else f"{sql} {order}",
            (*parameters, *part.parameters),
        )
        for part in _needed(_parts(user, whole), fits)
    ]
    if len(found) < 2:
        return found[0] if found else None
    both = " UNION ".join(f"({one.sql})" for one in found)
    return Text(
        f"SELECT * FROM ({both}) AS every ORDER BY reported_at {down}, id {down} LIMIT {int(size)}",
        tuple(value for one in found for value in one.parameters),
    )


def counted(user: User, fits: Q, *, most: int, whole: bool = False) -> int:
    """How many cases fit, counting no further than `most`; `whole`: not in parts. One query."""
    rows = Case.objects.filter(fits).order_by().values_list("id").query
    try:
        sql, parameters = rows.sql_with_params()
    except EmptyResultSet:
        return 0
    joint = "AND" if rows.where else "WHERE"
    found = [
        Text(f"({sql} {joint} ({part.sql}) LIMIT {int(most)})" if part.sql
              else f"({sql} LIMIT {int(most)})", (*parameters, *part.parameters))
        for part in _needed(_parts(user, whole), fits)
    ]  # fmt: skip
    if not found:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM ({' UNION '.join(one.sql for one in found)}) AS every",
            [value for one in found for value in one.parameters],
        )
        return min(int(cursor.fetchone()[0]), most)


# -- what a person sees, compiled -----------------------------------------------------------------
class _Part(NamedTuple):
    """A part of what a person sees, as a condition on the table: "" for all of it. `holds`: the
    column and the ids it may have, if that is all the condition says."""

    sql: str
    parameters: tuple[Any, ...]
    holds: tuple[str, frozenset[int]] | None


class _Kept(NamedTuple):
    """Parts that hold as long as the person sits on these seats in these divisions."""

    tree: territory.Tree
    seats: tuple[Seat, ...]
    parts: list[_Part]


_TABLE = "cases_case"
_MOST_KEPT = 2000
_kept: dict[tuple[int, bool], _Kept] = {}


def _needed(parts: list[_Part], fits: Q | None) -> list[_Part]:
    """One part alone where the filter says by itself what that part asks for: a list of one's own
    district needs no other part, and a third of the planning."""
    if fits is None or fits.negated or fits.connector != Q.AND:
        return parts
    said = {child[0]: child[1] for child in fits.children if isinstance(child, tuple)}
    for part in parts:
        if part.holds is not None:
            column, ids = part.holds
            if said.get(column) in ids:
                return [part]
    return parts


def _parts(user: User, whole: bool) -> list[_Part]:
    """`policy.visible_parts` as conditions on the table, "" for all of it; none for who sees
    nothing. They change with the seats and the divisions alone, unless the posts are cut to classes
    (which classes those are is the catalogue's)."""
    if not user.is_authenticated:
        return []
    tree, seats = territory.tree(), user.seats
    kept = _kept.get((user.pk, whole))
    if kept is not None and kept.tree is tree and kept.seats == seats:
        return kept.parts
    every = [policy.visible_to(user)] if whole else policy.visible_parts(user)
    parts = [_Part(*text, _held(part)) for part in every if (text := _compiled(part)) is not None]
    if not any(seat.class_codes for seat in seats):
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[user.pk, whole] = _Kept(tree, seats, parts)
    return parts


def _held(part: Q) -> tuple[str, frozenset[int]] | None:
    """What `_Part.holds` says of a condition on one column of ids and nothing else."""
    if len(part.children) != 1 or part.negated or not isinstance(part.children[0], tuple):
        return None
    lookup, given = part.children[0]
    column, _found, kind = lookup.partition("__")
    if not column.endswith("_id") or kind not in ("", "in"):
        return None
    return column, frozenset(given if kind else (given,))


def _compiled(part: Q) -> Text | None:
    """A condition on the case alone as SQL; None if nothing can fit it."""
    query = Case.objects.filter(part).query
    try:
        sql, parameters = query.get_compiler(connection=connection).compile(query.where)
    except EmptyResultSet:
        return None
    except FullResultSet:
        return Text("", ())
    return Text(sql, tuple(parameters))
