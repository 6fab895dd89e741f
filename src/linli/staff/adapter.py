"""How allauth signs people in here: accounts are given, never taken; secrets are sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from linli.kernel import seal
from linli.staff import services
from linli.staff.languages import in_language

if TYPE_CHECKING:
    from linli.staff.models import User

SEALED_IN = "mfa_authenticator.data"


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Sign-up is closed: an administrator opens accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponseBase:
        """From here on the pages are in the person's language, whatever the browser asks for."""
        response: HttpResponseBase = super().post_login(request, user, **kwargs)
        return in_language(response, user.language)

    def set_password(self, user: User, password: str) -> None:
        services.change_password(user=user, password=password, now=timezone.now())

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is mailed: e-mail is optional here, and the access log says it all."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Secrets of the second factor are encrypted at rest; administrators cannot drop it."""

    def encrypt(self, text: str) -> str:
        return seal.seal(text, context=SEALED_IN).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return seal.unseal(bytes.fromhex(encrypted_text), context=SEALED_IN)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        user: User = authenticator.user
        return user.admin_kind is None
