"""Seats read from posts, and the tree of units kept in the process until a unit changes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet, Subquery

from linli.kernel import rows, versions
from linli.staff.models.posts import Post
from linli.staff.models.units import StaffState, Unit
from linli.staff.rules import Seat, UnitNode, UnitTree

if TYPE_CHECKING:
    from linli.staff.models.people import User


class _Kept(NamedTuple):
    stamp: UUID
    tree: UnitTree


_kept: list[_Kept] = []


def _stamp() -> Subquery:
    return Subquery(StaffState.objects.filter(pk=1).values("stamp"))


def unit_tree(stamp: UUID | None = None) -> UnitTree:
    """The tree of units. No query if the one kept in this process carries `stamp`.

    Without a stamp one query asks for it (kernel.versions); a second one reads the units if
    they have changed.
    """
    if stamp is None:
        stamp = cast("UUID | None", versions.present("staff.units"))
    if _kept and stamp is not None and _kept[0].stamp == stamp:
        return _kept[0].tree
    units = list(
        Unit.objects.annotate(stamp=_stamp()).values_list(
            "id", "parent_id", "kind", "region_id", "stamp"
        )
    )
    tree = UnitTree({row[0]: UnitNode(*row[:4]) for row in units})
    if units and units[0][4] is not None:
        _kept[:] = [_Kept(units[0][4], tree)]
    return tree


def held_at(now: datetime) -> Q:
    """Posts and duties in force at `now`."""
    return Q(valid_from__lte=now) & (Q(valid_to__isnull=True) | Q(valid_to__gt=now))


def with_duties(posts: QuerySet[Post], now: datetime) -> QuerySet[Any]:
    """`posts` with `grids`, the ids of duty at `now`, and `stamp`, that of the unit tree."""
    in_force = Q(duties__valid_from__lte=now) & (
        Q(duties__valid_to__isnull=True) | Q(duties__valid_to__gt=now)
    )
    return posts.annotate(
        grids=ArrayAgg("duties__grid_id", filter=in_force, distinct=True, default=[]),
        stamp=_stamp(),
    )


def seat_for(post: Post | _Held, tree: UnitTree, grids: list[int]) -> Seat:
    """`post` as a seat."""
    centre = tree.centre_of(post.unit_id)
    return Seat(
        post_id=post.pk,
        user_id=post.user_id,
        unit_id=post.unit_id,
        unit_kind=tree.nodes[post.unit_id].kind,
        centre_id=centre,
        centre_above=tree.parent_centre_of(post.unit_id),
        has_centres_below=centre is not None and tree.has_centres_below(centre),
        unit_ids=tree.below(post.unit_id),
        title=post.title,
        reach=post.reach,
        region_id=post.region_id,
        grid_ids=frozenset(grids),
        class_codes=tuple(post.class_codes),
        grants=frozenset(post.grants),
    )


def seats_of(user: User, now: datetime) -> tuple[Seat, ...]:
    """The posts `user` holds at `now`, oldest first; none for an account that is closed.

    One query, and a second when the tree of units has changed since this process read it.
    """
    if user.pk is None or not user.is_active:
        return ()
    found = rows.ask(_HELD, [user.pk, now])
    if not found:
        return ()
    tree = unit_tree(found[0][-1])
    return tuple(seat_for(_Held(user.pk, *row[:-2]), tree, row[-2]) for row in found)


# `with_duties` of the posts held now, as every page of a signed-in person asks for them.
_HELD = """
    WITH present AS (SELECT %s::bigint AS user_id, %s::timestamptz AS now)
    SELECT p.id, p.unit_id, p.title, p.reach, p.region_id, p.class_codes, p.grants,
        ARRAY(SELECT DISTINCT d.grid_id FROM staff_gridduty d
         WHERE d.post_id = p.id AND d.valid_from <= now
            AND (d.valid_to IS NULL OR d.valid_to > now)),
        (SELECT stamp FROM staff_staffstate WHERE id = 1)
    FROM present JOIN staff_post p ON p.user_id = present.user_id
    WHERE p.valid_from <= now AND (p.valid_to IS NULL OR p.valid_to > now)
    ORDER BY p.id"""


class _Held(NamedTuple):
    """A post without what no seat is made of."""

    user_id: int
    pk: int
    unit_id: int
    title: str
    reach: str
    region_id: int | None
    class_codes: list[str]
    grants: list[str]
