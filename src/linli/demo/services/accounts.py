"""The demo accounts, with a second factor for administrators and a token each."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone

from linli.demo.services.people import ADMINISTRATORS, PASSWORD, ROLES
from linli.staff import services as staff
from linli.staff.models import Post, User

TOKEN_NAME = "demo"  # noqa: S105  a name, not a secret


def listed() -> list[dict[str, Any]]:
    """One row an account: sign-in, role, API token (made anew; the old one ends), Open311 key."""
    now = timezone.now()
    rows = []
    for role in ROLES:
        user = User.objects.get(username=role.username)
        post = Post.objects.filter(user=user, valid_to__isnull=True).order_by("id").first()
        assert post is not None
        for old in post.tokens.filter(name=TOKEN_NAME, revoked_at__isnull=True):
            staff.revoke_token(actor=user, token=old, now=now)
        row: dict[str, Any] = {
            "username": role.username,
            "password": PASSWORD,
            "role": role.says,
            "unit": str(post.unit),
        }
        if role.username in ADMINISTRATORS:
            row["totp_secret"] = _second_factor(user)
        else:
            issued = staff.issue_token(
                actor=user, post=post, name=TOKEN_NAME, grants=post.grants, now=now
            )
            row["api_token"] = row["open311_key"] = issued.secret
        rows.append(row)
    return rows


def _second_factor(user: User) -> str:
    """The TOTP secret of a demo administrator; set up if it is not."""
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if kept is None:
        kept = TOTP.activate(user, generate_totp_secret()).instance
    from allauth.mfa.utils import decrypt

    return str(decrypt(kept.data["secret"]))
