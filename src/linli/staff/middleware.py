"""What every request of a signed-in person must pass (standards 5.6).

Idle time-out, change of the first password, second factor for administrators. Requests without a
session and those of the API cost nothing here.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.audit.services import came_from
from linli.kernel import versions
from linli.kernel.limits import source_of
from linli.kernel.web import go
from linli.staff import queries, services
from linli.staff.models import User
from linli.staff.web import sign_in_first

WITHOUT_SESSION = (
    "/static/", "/api/", "/open311/", "/wechat/", "/sensors/v1/",
    "/healthz", "/readyz", "/metrics", "/i18n/",
)  # fmt: skip
SEEN_AT = "linli_seen_at"  # seconds since 1970
SEEN_EVERY = 60  # seconds between two notes of it, so that not every request writes
SECOND_FACTOR = "linli_second_factor"
# What a page asks by itself, without the person: it keeps nobody signed in.
BY_ITSELF = "Linli-By-Itself"


class StaffMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = came_from.set(source_of(request))
        try:
            with versions.one_request():
                return self._stopped(request) or self.get_response(request)
        finally:
            came_from.reset(token)

    def _stopped(self, request: HttpRequest) -> HttpResponse | None:
        if request.path.startswith(WITHOUT_SESSION):
            return None
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        if not request.user.is_authenticated:
            return None
        user = request.user
        if _is_idle(request):
            services.record_logout(user=user, now=timezone.now(), idle=True)
            request.session.flush()
            messages.info(
                request,
                _("You were signed out after %d minutes without activity.") % settings.IDLE_MINUTES,
            )
            return sign_in_first(request)
        if request.path.startswith(resolve_url("account_login").removesuffix("login/")):
            return None  # the pages on which the rest is put right
        if user.password_is_due(timezone.now()):
            words = _("Your password is older than %d days. Choose a new one to go on.")
            messages.warning(
                request,
                _("Choose a password of your own to go on.")
                if user.must_change_password
                else words % settings.PASSWORD_DAYS,
            )
            return go(request, "account_change_password")
        if user.admin_kind is not None and not _has_second_factor(request, user):
            messages.warning(request, _("Administrators need a second factor. Set it up to go on."))
            return go(request, "mfa_activate_totp")
        return None


def _is_idle(request: HttpRequest) -> bool:
    """Whether nothing came for too long; notes that something came now."""
    now = int(timezone.now().timestamp())
    seen = request.session.get(SEEN_AT)
    if seen is not None and now - seen > settings.IDLE_MINUTES * 60:
        return True
    if (seen is None or now - seen >= SEEN_EVERY) and BY_ITSELF not in request.headers:
        request.session[SEEN_AT] = now
    return False


def _has_second_factor(request: HttpRequest, user: User) -> bool:
    """One query until it is set up; then the session remembers: administrators cannot drop it."""
    if request.session.get(SECOND_FACTOR):
        return True
    if queries.has_second_factor(user):
        request.session[SECOND_FACTOR] = True
        return True
    return False
