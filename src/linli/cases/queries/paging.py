"""The newest cases that fit, found without reading those that do not (design §6).

What a person sees is an OR (of a region, shared, tracked), and no index answers an OR in the order
of the list. So each part is asked for its newest rows alone, with its own index, and the parts are
merged: at ten million cases this is the difference between a second and a millisecond. `filtered`
says the same as one condition; tests hold the two together.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from linli.cases import policy
from linli.cases.models import Case

if TYPE_CHECKING:
    from linli.staff.models import User


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
    found = [] if places is None else [Found(*row) for row in places]
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
    try:
        sql, parameters = places.query.sql_with_params()
    except EmptyResultSet:  # a queue of which nothing can be this person's
        return Case.objects.none()
    chosen = RawSQL(  # noqa: S611  compiled just above by the ORM, its values apart
        f"SELECT id FROM ({sql}) AS places (reported_at, id)", parameters
    )
    return Case.objects.filter(pk__in=chosen).order_by("-reported_at", "-id")


def _places(
    user: User, fits: Q, *, size: int, whole: bool, below: Found | None, above: Found | None
) -> Any:
    """The places as a query, upwards if `above` is given; None for who sees nothing."""
    limits, order = Q(), ("-reported_at", "-id")
    if below is not None:
        limits = Q(reported_at__lte=below.reported_at) & (
            Q(reported_at__lt=below.reported_at) | Q(id__lt=below.id)
        )
    elif above is not None:
        order = ("reported_at", "id")
        limits = Q(reported_at__gte=above.reported_at) & (
            Q(reported_at__gt=above.reported_at) | Q(id__gt=above.id)
        )
    rows = [
        Case.objects.filter(part & fits & limits)
        .order_by(*order)
        .values_list("reported_at", "id")[:size]
        for part in _parts(user, whole)
    ]
    if len(rows) < 2:
        return rows[0] if rows else None
    return rows[0].union(*rows[1:]).order_by(*order)[:size]


def counted(user: User, fits: Q, *, most: int, whole: bool = False) -> int:
    """How many cases fit, counting no further than `most`; `whole`: not in parts. One query."""
    rows = [
        Case.objects.filter(part & fits).order_by().values("pk")[:most]
        for part in _parts(user, whole)
    ]
    if not rows:
        return 0
    both = rows[0] if len(rows) == 1 else rows[0].union(*rows[1:])
    return min(both.count(), most)


def _parts(user: User, whole: bool) -> list[Q]:
    return [policy.visible_to(user)] if whole else policy.visible_parts(user)
