"""Seats read from posts, and the tree of units kept in the process until a unit changes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet, Subquery

from linli.kernel import versions
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
    rows = list(
        Unit.objects.annotate(stamp=_stamp()).values_list(
            "id", "parent_id", "kind", "region_id", "stamp"
        )
    )
    tree = UnitTree({row[0]: UnitNode(*row[:4]) for row in rows})
    if rows and rows[0][4] is not None:
        _kept[:] = [_Kept(rows[0][4], tree)]
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


def seat_for(post: Post, tree: UnitTree, grids: list[int]) -> Seat:
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
    posts = list(
        with_duties(Post.objects.filter(held_at(now), user_id=user.pk), now).order_by("id")
    )
    if not posts:
        return ()
    tree = unit_tree(posts[0].stamp)
    return tuple(seat_for(post, tree, post.grids) for post in posts)
