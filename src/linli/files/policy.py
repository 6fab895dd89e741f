"""To whom an upload belongs until it is attached."""

from __future__ import annotations

import hashlib
import secrets
from typing import NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q
from django.http import HttpRequest

SESSION_KEY = "files_holder"


class Claimant(NamedTuple):
    """A person of the staff, or the holder of an anonymous session; neither: nobody yet."""

    owner: AbstractBaseUser | None
    holder: str | None


def claimant_of(request: HttpRequest, *, make: bool = False, as_resident: bool = False) -> Claimant:
    """Who asks. With `make`, an anonymous session gets a secret of its own if it has none.

    `as_resident`: on the residents' pages staff are residents like others.

    Pass the answer on: `services.claim(owner=who.owner, holder=who.holder, …)`.
    """
    if request.user.is_authenticated and not as_resident:
        return Claimant(request.user, None)
    secret = request.session.get(SESSION_KEY)
    if secret is None and make:
        secret = request.session[SESSION_KEY] = secrets.token_urlsafe(32)
    if secret is None:
        return Claimant(None, None)
    return Claimant(None, hashlib.sha256(secret.encode()).hexdigest())


def belongs_to(owner: AbstractBaseUser | None, holder: str | None) -> Q:
    """Which uploads are theirs; nobody owns nothing."""
    if owner is not None:
        return Q(owner_id=owner.pk)
    if holder:
        return Q(owner__isnull=True, holder=holder)
    return Q(pk__in=[])


def claimed_by(owner: AbstractBaseUser | None, holder: str | None) -> tuple[str, int | str]:
    """`belongs_to` as a condition of SQL and its one parameter."""
    if owner is not None:
        return "owner_id = %s", owner.pk
    return "owner_id IS NULL AND holder = %s", holder or ""
