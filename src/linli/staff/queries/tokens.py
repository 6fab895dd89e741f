"""Tokens of other systems: who stands behind one, and which there are."""

from __future__ import annotations

import hashlib
import hmac
from copy import copy
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, QuerySet
from django.utils import timezone

from linli.kernel import rows, versions
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

    One query; more only when the token, its post, its account, its grids of duty or the tree of
    units has changed since this process read them, and one a day to note its use.
    """
    prefix = token_prefix(secret)
    if prefix is None:
        return None
    found = rows.ask(_present(), [prefix, now])
    row = found[0] if found else None
    given = hashlib.sha256(secret.encode()).digest()
    kept_hash = bytes(row[0]) if row is not None else bytes(32)
    if not hmac.compare_digest(given, kept_hash) or row is None:
        return None
    _hash, token_id, last_used_on, *facts = row
    known = _OF_THE_SEAT
    versions.learn(facts[known:])
    today = timezone.localdate(now)
    if last_used_on != today:
        ApiToken.objects.filter(pk=token_id).update(last_used_on=today)
    kept = _kept.get(prefix)
    if kept is None or kept.facts != facts[:known]:
        actor = _read(token_id, now)
        if actor is None:
            return None
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        kept = _kept[prefix] = _Kept(facts[:known], actor)
    user = copy(kept.actor.user)  # nobody shares what a request puts there
    user.seats = (kept.actor.seat,)
    return TokenActor(user, kept.actor.seat, token_id)


class _Kept(NamedTuple):
    facts: list[object]
    actor: TokenActor


_MOST_KEPT = 1000
_kept: dict[str, _Kept] = {}
# Whether the token opens anything now, and what its seat is made of: xmin and ctid change with
# every change of a row, so that an end, a revocation or a narrowed post is seen at once.
_OF_THE_SEAT = 7
_PRESENT = """
    WITH present AS (SELECT %s::text AS prefix, %s::timestamptz AS now)
    SELECT t.secret_hash, t.id, t.last_used_on, p.xmin::text, p.ctid::text, u.xmin::text,
        u.ctid::text, t.grants,
        (SELECT array_agg(DISTINCT d.grid_id) FROM staff_gridduty d
         WHERE d.post_id = p.id AND d.valid_from <= now
            AND (d.valid_to IS NULL OR d.valid_to > now)),
        (SELECT stamp FROM staff_staffstate WHERE id = 1), {versions}
    FROM present JOIN staff_apitoken t ON t.prefix = present.prefix
        JOIN staff_post p ON p.id = t.post_id JOIN staff_user u ON u.id = p.user_id
    WHERE t.revoked_at IS NULL AND u.is_active AND (t.expires_at IS NULL OR t.expires_at > now)
        AND p.valid_from <= now AND (p.valid_to IS NULL OR p.valid_to > now)"""


def _present() -> str:
    return _PRESENT.replace("{versions}", versions.columns())


def _read(token_id: int, now: datetime) -> TokenActor | None:
    held = Post.objects.filter(held_at(now), tokens__id=token_id, user__is_active=True)
    post = (
        with_duties(held.select_related("user"), now)
        .annotate(token_grants=F("tokens__grants"))
        .first()
    )
    if post is None:
        return None
    seat = seat_for(post, unit_tree(post.stamp), post.grids)
    seat = replace(seat, grants=seat.grants & frozenset(post.token_grants))
    return TokenActor(post.user, seat, token_id)


def tokens_for(user: User) -> QuerySet[ApiToken]:
    """Tokens, newest first: all with `staff.tokens`, else those of one's own posts. One query."""
    tokens = ApiToken.objects.select_related("post__user", "post__unit").order_by("-id")
    return tokens if policy.holds_any(user, ("staff.tokens",)) else tokens.filter(post__user=user)
