"""How allauth signs people in here: accounts are given, never taken; secrets are sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from linli.kernel import seal

if TYPE_CHECKING:
    from linli.staff.models import User


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Sign-up is closed: an administrator opens accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Secrets of the second factor are encrypted at rest; administrators cannot drop it."""

    def encrypt(self, text: str) -> str:
        return seal.seal(text, context="mfa_authenticator.data").hex()

    def decrypt(self, encrypted_text: str) -> str:
        return seal.unseal(bytes.fromhex(encrypted_text), context="mfa_authenticator.data")

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        user: User = authenticator.user
        return user.admin_kind is None
