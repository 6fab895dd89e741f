"""Accounts, and what keeps them safe."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.staff import policy
from linli.staff.models import AgeBand, Education, PasswordRecord, SelfDescription, User
from linli.staff.rules import LOCKED_FOR, PASSWORDS_REMEMBERED

SYSTEM = "system"
SEES_ACCOUNTS = ("staff.accounts", "staff.posts", "staff.sessions", "audit.see")


def system_actor() -> User:
    """The account in whose name things happen by themselves. One query; made if it is missing.

    It holds every grant, and nobody can sign in with it.
    """
    found = User.objects.filter(is_system=True).first()
    if found is not None:
        return found
    made, _fresh = User.objects.get_or_create(
        is_system=True,
        defaults={"username": SYSTEM, "name": "系统", "password": "!"},
    )
    return made


def accounts_for(user: User, *, words: str = "") -> QuerySet[User]:
    """All accounts but the system's, by name; `words` is part of a name or user name. One query.

    Raises NotYours for people who administer nothing.
    """
    policy.require_any(user, SEES_ACCOUNTS)
    rows = User.objects.filter(is_system=False).order_by("name", "id")
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(username__icontains=words))
    return rows


def account_for(user: User, account_id: int) -> User:
    """One account: one's own, or any for administrators. One query. Raises NotFound."""
    if account_id != user.pk and not policy.holds_any(user, SEES_ACCOUNTS):
        raise NotFound(_("There is no such account."))
    found = User.objects.filter(pk=account_id, is_system=False).first()
    if found is None:
        raise NotFound(_("There is no such account."))
    return found


def names_of(user_ids: Iterable[int]) -> dict[int, str]:
    """Names by id, for stories and logs. One query."""
    return dict(User.objects.filter(pk__in=set(user_ids)).values_list("pk", "name"))


def name_of(user_id: int) -> str:
    """One name; empty if there is no such account. One query."""
    return names_of([user_id]).get(user_id, "")


def used_passwords(user: User) -> list[str]:
    """Hashes of the present password and those before it, newest first, five in all. One query."""
    rows = PasswordRecord.objects.filter(user=user).order_by("-at", "-id")
    return list(rows.values_list("password", flat=True)[:PASSWORDS_REMEMBERED])


def locked_until(username: str, *, now: datetime) -> datetime | None:
    """Until when too many wrong passwords lock an account; None if they do not. One query."""
    tried = AccessAttempt.objects.filter(
        username=username, attempt_time__gt=now - LOCKED_FOR
    ).aggregate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
    if (tried["failures"] or 0) < settings.AXES_FAILURE_LIMIT:
        return None
    last: datetime = tried["last"]
    return last + LOCKED_FOR


def has_second_factor(user: User) -> bool:
    """Whether a code generator (TOTP) is set up. One query."""
    found: bool = Authenticator.objects.filter(
        user_id=user.pk, type=Authenticator.Type.TOTP
    ).exists()
    return found


class OpenSession(NamedTuple):
    """A signed-in browser."""

    id: int
    user_agent: str
    created_at: datetime
    last_seen_at: datetime


def sessions_of(user: User, account: User) -> list[OpenSession]:
    """The sessions of an account, newest first, ended ones left out: one's own, or with
    `staff.sessions` anybody's. One query a session and one more. Raises NotYours."""
    if user.pk != account.pk:
        policy.require(user, "staff.sessions")
    rows = UserSession.objects.filter(user_id=account.pk).order_by("-created_at")
    return [
        OpenSession(row.pk, row.user_agent, row.created_at, row.last_seen_at)
        for row in rows
        if row.exists()
    ]


def said_of_self(user: User) -> SelfDescription | None:
    """What somebody said of themselves, for their own eyes only. One query."""
    return SelfDescription.objects.filter(user=user).first()


def self_answers() -> dict[str, list[tuple[str, str]]]:
    """The answers one may give of oneself, by question."""
    return {
        "education": [(value, str(label)) for value, label in Education.choices],
        "age_band": [(value, str(label)) for value, label in AgeBand.choices],
    }
