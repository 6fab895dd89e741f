"""Tokens of other systems: who stands behind one, and which there are."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, QuerySet
from django.utils import timezone

from linli.staff import policy
from linli.staff.models import ApiToken, Post, User
from linli.staff.models.seats import held_at, seat_for, unit_tree, with_duties
from linli.staff.rules import Seat, token_prefix


class TokenActor(NamedTuple):
    """The person behind a token. `user` has this one seat, cut to the token's grants."""

    user: User
    seat: Seat
    token_id: int


def person_for_token(secret: str, now: datetime) -> TokenActor | None:
    """Who acts by this token; None if it is unknown, ended, or its post or account is.

    One query; a second when the tree of units has changed, one a day to note its use.
    """
    prefix = token_prefix(secret)
    if prefix is None:
        return None
    rows = Post.objects.filter(held_at(now), tokens__prefix=prefix, user__is_active=True)
    post = (
        with_duties(rows.select_related("user"), now)
        .annotate(
            token_id=F("tokens__id"),
            token_hash=F("tokens__secret_hash"),
            token_grants=F("tokens__grants"),
            token_expires_at=F("tokens__expires_at"),
            token_revoked_at=F("tokens__revoked_at"),
            token_last_used_on=F("tokens__last_used_on"),
        )
        .first()
    )
    given = hashlib.sha256(secret.encode()).digest()
    kept = bytes(post.token_hash) if post is not None else bytes(32)
    if not hmac.compare_digest(given, kept) or post is None:
        return None
    ended = post.token_expires_at is not None and post.token_expires_at <= now
    if post.token_revoked_at is not None or ended:
        return None
    today = timezone.localdate(now)
    if post.token_last_used_on != today:
        ApiToken.objects.filter(pk=post.token_id).update(last_used_on=today)
    seat = seat_for(post, unit_tree(post.stamp), post.grids)
    seat = replace(seat, grants=seat.grants & frozenset(post.token_grants))
    post.user.seats = (seat,)
    return TokenActor(post.user, seat, post.token_id)


def tokens_for(user: User) -> QuerySet[ApiToken]:
    """Tokens, newest first: all with `staff.tokens`, else those of one's own posts. One query."""
    rows = ApiToken.objects.select_related("post__user", "post__unit").order_by("-id")
    return rows if policy.holds_any(user, ("staff.tokens",)) else rows.filter(post__user=user)
