"""Accounts: opened by an administrator, closed, never deleted."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from axes.utils import reset as forget_failures
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.kernel.errors import BadInput, Refused
from linli.kernel.text import clean
from linli.staff import policy
from linli.staff.models import PasswordRecord, User
from linli.staff.passwords import initial_password
from linli.staff.services.sessions import end_sessions_of


class NewAccount(NamedTuple):
    """A fresh account and the password to hand over, shown this once."""

    user: User
    password: str


@transaction.atomic
def open_account(
    *,
    actor: User,
    username: str,
    name: str,
    now: datetime,
    email: str = "",
    phone: str = "",
    language: str = "",
    password: str = "",
    must_change: bool = True,
) -> NewAccount:
    """Open an account without posts, with a first password that must be changed at sign-in.

    `password` given is taken as it is (the demo). Raises NotYours, BadInput, Refused.
    """
    policy.require(actor, "staff.accounts")
    username = _username(username)
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(
            _("The user name “%s” is taken. Choose another one.") % username, field="username"
        )
    user = User(username=username, name=clean(name, field="name", most=80, least=1))
    _contacts(user, email=email, phone=phone, language=language or settings.LANGUAGE_CODE)
    password = password or initial_password()
    _give_password(user, password, must_change=must_change, now=now)
    record(
        actor=actor, action="staff.account_opened", object_type="user", object_id=user.pk, now=now
    )
    return NewAccount(user, password)


@transaction.atomic
def edit_account(
    *,
    actor: User,
    user: User,
    name: str,
    now: datetime,
    email: str = "",
    phone: str = "",
    language: str = "",
) -> User:
    """Change names and contacts: one's own, or with `staff.accounts` anybody's.

    Raises NotYours, BadInput.
    """
    if actor.pk != user.pk:
        policy.require(actor, "staff.accounts")
    user.name = clean(name, field="name", most=80, least=1)
    _contacts(user, email=email, phone=phone, language=language or user.language)
    user.save(update_fields=["name", "email", "phone", "language"])
    record(
        actor=actor, action="staff.account_edited", object_type="user", object_id=user.pk, now=now
    )
    return user


def choose_language(*, user: User, language: str) -> None:
    """The person reads the pages in `language` from now on, wherever they sign in. One query.

    Raises BadInput for a language there is not.
    """
    if language not in dict(settings.LANGUAGES):
        raise BadInput(_("There is no such language. Choose one from the list."), field="language")
    user.language = language
    user.save(update_fields=["language"])


@transaction.atomic
def close_account(*, actor: User, user: User, now: datetime) -> User:
    """Nobody signs in with it any more; its past stays. Raises NotYours, Refused."""
    policy.require(actor, "staff.accounts")
    _not_oneself(actor, user)
    if user.is_system:
        raise Refused(_("The system's own account cannot be closed."))
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions_of(actor=actor, user=user, now=now)
    record(
        actor=actor, action="staff.account_closed", object_type="user", object_id=user.pk, now=now
    )
    return user


@transaction.atomic
def reopen_account(*, actor: User, user: User, now: datetime) -> NewAccount:
    """Open a closed account again, with a new first password. Raises NotYours."""
    policy.require(actor, "staff.accounts")
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(
        actor=actor, action="staff.account_reopened", object_type="user", object_id=user.pk, now=now
    )
    return reset_password(actor=actor, user=user, now=now)


@transaction.atomic
def reset_password(*, actor: User, user: User, now: datetime) -> NewAccount:
    """A new first password for somebody who lost theirs; their sessions end.

    Raises NotYours, and Refused for one's own (change it instead) and the system's account.
    """
    policy.require(actor, "staff.accounts")
    _not_oneself(actor, user)
    if user.is_system:
        raise Refused(_("Nobody signs in with the system's own account."))
    password = initial_password()
    _give_password(user, password, must_change=True, now=now)
    end_sessions_of(actor=actor, user=user, now=now)
    record(
        actor=actor, action="staff.password_reset", object_type="user", object_id=user.pk, now=now
    )
    return NewAccount(user, password)


@transaction.atomic
def change_password(*, user: User, password: str, now: datetime) -> None:
    """A person's own new password, already judged by the validators."""
    _give_password(user, password, must_change=False, now=now)
    record(
        actor=user, action="staff.password_changed", object_type="user", object_id=user.pk, now=now
    )


def unlock_account(*, actor: User, user: User, now: datetime) -> None:
    """Forget the wrong passwords that locked an account. Raises NotYours."""
    policy.require(actor, "staff.sessions")
    forget_failures(username=user.username)
    record(
        actor=actor, action="staff.account_unlocked", object_type="user", object_id=user.pk, now=now
    )


def _give_password(user: User, password: str, *, must_change: bool, now: datetime) -> None:
    user.set_password(password)
    user.must_change_password = must_change
    user.password_changed_at = now
    user.save()
    PasswordRecord.objects.create(user=user, password=user.password, at=now)


def _contacts(user: User, *, email: str, phone: str, language: str) -> None:
    user.email = clean(email, field="email", most=254)
    if user.email:
        try:
            validate_email(user.email)
        except ValidationError:
            raise BadInput(
                _("The e-mail address is not complete. Write it like name@example.org."),
                field="email",
            ) from None
    user.phone = clean(phone, field="phone", most=30)
    if language not in dict(settings.LANGUAGES):
        raise BadInput(_("There is no such language. Choose one from the list."), field="language")
    user.language = language


def _username(username: str) -> str:
    username = clean(username, field="username", most=150, least=2)
    try:
        User.username_validator(username)
    except ValidationError:
        raise BadInput(
            _("A user name has letters, digits and @ . + - _ only."), field="username"
        ) from None
    return username


def _not_oneself(actor: User, user: User) -> None:
    if actor.pk == user.pk:
        raise Refused(_("You cannot do this to your own account. Ask another administrator."))
