"""Signing in and out, and ending sessions."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.kernel.errors import NotFound
from linli.staff import policy
from linli.staff.models import User


def record_login(*, user: User, now: datetime) -> None:
    """Somebody has signed in."""
    record(actor=user, action="staff.signed_in", object_type="user", object_id=user.pk, now=now)


def record_logout(*, user: User, now: datetime, idle: bool = False) -> None:
    """Somebody has signed out, or was signed out for being idle."""
    action = "staff.idled_out" if idle else "staff.signed_out"
    record(actor=user, action=action, object_type="user", object_id=user.pk, now=now)


def record_failed_login(*, username: str, now: datetime) -> None:
    """Somebody has tried a wrong password, of an account there is or is not.

    What was typed is kept only if there is such an account: people type passwords there.
    """
    known = User.objects.filter(username=username).values_list("pk", flat=True).first()
    record(
        actor=None,
        action="staff.sign_in_failed",
        object_type="user",
        object_id="" if known is None else known,
        now=now,
    )


@transaction.atomic
def end_session(*, actor: User, session_id: int, now: datetime) -> None:
    """End one session: one's own, or with `staff.sessions` anybody's. Raises NotFound, NotYours."""
    session = UserSession.objects.filter(pk=session_id).first()
    if session is None:
        raise NotFound(_("This session has ended already."))
    if session.user_id != actor.pk:
        policy.require(actor, "staff.sessions")
    session.end()
    record(
        actor=actor,
        action="staff.session_ended",
        object_type="user",
        object_id=session.user_id,
        now=now,
    )


@transaction.atomic
def end_sessions_of(*, actor: User, user: User, now: datetime) -> int:
    """End every session of an account; returns how many there were.

    Raises NotYours unless it is one's own or `staff.sessions` or `staff.accounts` is held.
    """
    if actor.pk != user.pk:
        policy.require_any(actor, ("staff.sessions", "staff.accounts"))
    sessions = UserSession.objects.filter(user_id=user.pk)
    keys = list(sessions.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    sessions.delete()
    if keys:
        record(
            actor=actor,
            action="staff.session_ended",
            object_type="user",
            object_id=user.pk,
            now=now,
            detail={"sessions": len(keys)},
        )
    return len(keys)
