"""Password rules beyond Django's own (standards 5.6); named in AUTH_PASSWORD_VALIDATORS."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from linli.staff import queries
from linli.staff.rules import PASSWORDS_REMEMBERED

KINDS_NEEDED = 3
# No letters or digits that are read or heard for one another.
_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_DIGITS = "23456789"


class KindsOfCharacters:
    """Three of four: small letters, capitals, digits, other signs."""

    def validate(self, password: str, user: Any = None) -> None:
        kinds = {
            "small" if c.islower() else "capital" if c.isupper() else "digit" if c.isdigit() else ""
            for c in password
        }
        if len(kinds) < KINDS_NEEDED:
            raise ValidationError(self.get_help_text(), code="password_kinds")

    def get_help_text(self) -> str:
        return _(
            "Use at least three of these four: small letters, capital letters, digits, other signs."
        )


class NotUsedBefore:
    """None of the last five passwords of the account."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None:
            return
        if any(check_password(password, used) for used in queries.used_passwords(user)):
            raise ValidationError(
                _("You have used this password before. Choose one that is not among your last %d.")
                % PASSWORDS_REMEMBERED,
                code="password_used",
            )

    def get_help_text(self) -> str:
        return _("Not one of your last %d passwords.") % PASSWORDS_REMEMBERED


def initial_password() -> str:
    """A password to hand over once, easy to read out: “Kqmw-4738-tdhx” (about 58 bits)."""
    head = "".join(secrets.choice(_LETTERS) for _place in range(4)).capitalize()
    middle = "".join(secrets.choice(_DIGITS) for _place in range(4))
    tail = "".join(secrets.choice(_LETTERS) for _place in range(6))
    return f"{head}-{middle}-{tail}"
