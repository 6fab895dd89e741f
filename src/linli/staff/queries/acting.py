"""Who acts where nobody is signed in: the person of a post, and those who are to be told."""

from __future__ import annotations

from datetime import datetime

from linli.staff.models import Post, User
from linli.staff.models.seats import held_at, seat_for, unit_tree, with_duties


def actor_of_post(post_id: int, *, now: datetime) -> User | None:
    """The person of a post with this one seat; None once the post or the account has ended.

    One query, and a second when the tree of units has changed.
    """
    held = Post.objects.filter(held_at(now), pk=post_id, user__is_active=True)
    post = with_duties(held.select_related("user"), now).first()
    if post is None:
        return None
    user: User = post.user
    user.seats = (seat_for(post, unit_tree(post.stamp), post.grids),)
    return user


def people_with(grant: str, *, now: datetime) -> list[int]:
    """The accounts that hold `grant` by any post, by id. One query."""
    held = Post.objects.filter(held_at(now), grants__contains=[grant], user__is_active=True)
    return sorted(set(held.values_list("user_id", flat=True)))
