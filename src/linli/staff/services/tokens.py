"""Tokens: issued once, narrowed, revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.kernel.errors import BadInput, Refused
from linli.kernel.text import clean
from linli.staff import policy
from linli.staff.models import ApiToken, Post, User
from linli.staff.rules import TOKEN_MARK


class IssuedToken(NamedTuple):
    """A token and its secret, shown this once."""

    token: ApiToken
    secret: str


@transaction.atomic
def issue_token(
    *,
    actor: User,
    post: Post,
    name: str,
    grants: Iterable[str],
    now: datetime,
    expires_at: datetime | None = None,
) -> IssuedToken:
    """A token for some of the grants of a post: one's own, or with `staff.tokens` anybody's.

    Raises NotYours, BadInput, and Refused for grants the post does not carry.
    """
    if post.user_id != actor.pk:
        policy.require(actor, "staff.tokens")
    wanted = sorted(set(grants))
    missing = [code for code in wanted if code not in post.grants]
    if missing or not wanted:
        raise Refused(
            _("The post itself does not have: %s. Choose among its permissions.")
            % ", ".join(missing)
            if missing
            else _("Choose at least one permission."),
            field="grants",
        )
    if expires_at is not None and expires_at <= now:
        raise BadInput(_("The end must lie in the future."), field="expires_at")
    prefix = secrets.token_hex(5)
    secret = f"{TOKEN_MARK}_{prefix}_{secrets.token_hex(32)}"
    token = ApiToken.objects.create(
        post=post,
        name=clean(name, field="name", most=80, least=1),
        prefix=prefix,
        secret_hash=hashlib.sha256(secret.encode()).digest(),
        grants=wanted,
        created_at=now,
        expires_at=expires_at,
    )
    record(
        actor=actor,
        action="staff.token_issued",
        object_type="token",
        object_id=token.pk,
        now=now,
        detail={"post": post.pk, "grants": wanted},
    )
    return IssuedToken(token, secret)


@transaction.atomic
def revoke_token(*, actor: User, token: ApiToken, now: datetime) -> ApiToken:
    """The token opens nothing from now on. Revoking twice is no error. Raises NotYours."""
    if token.post.user_id != actor.pk:
        policy.require(actor, "staff.tokens")
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record(
            actor=actor,
            action="staff.token_revoked",
            object_type="token",
            object_id=token.pk,
            now=now,
        )
    return token
