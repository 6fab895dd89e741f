"""Who comes in, and that every refusal is problem+json."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from linli.kernel.errors import Refused, Unauthorized
from linli.kernel.middleware import refusal_page
from linli.staff import policy
from linli.staff import queries as staff
from linli.staff.web import public_page

if TYPE_CHECKING:
    from linli.staff.models import User

View = Callable[..., HttpResponseBase]


class WrongMethod(Refused):
    """Nothing is written here."""

    status = 405
    code = "method"


def door(view: View) -> View:
    """Open to everybody, to read; refusals are problem+json whoever asks.

    Sessions count for nothing here, so that any page of the web may read what is public.
    """

    def guarded(request: HttpRequest, /, **kwargs: Any) -> HttpResponseBase:
        try:
            if request.method not in ("GET", "HEAD"):
                raise WrongMethod(
                    _("%(method)s is not possible here; possible: GET, HEAD.")
                    % {"method": request.method}
                )
            answer = view(request, **kwargs)
        except Refused as refusal:
            answer = _problem(request, refusal)
        answer["Access-Control-Allow-Origin"] = "*"
        answer.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(answer, ["Accept-Language", "Authorization"])
        return answer

    return csrf_exempt(public_page(update_wrapper(guarded, view)))


def _problem(request: HttpRequest, refusal: Refused) -> HttpResponse:
    answer = refusal_page(request, refusal)
    if isinstance(refusal, Unauthorized):
        answer["WWW-Authenticate"] = "Bearer"
    if isinstance(refusal, WrongMethod):
        answer["Allow"] = "GET, HEAD"
    return answer


def reader_of(request: HttpRequest) -> User | None:
    """The person behind the token of a request, None without one. Raises Unauthorized for a token
    that opens nothing. One query."""
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if not secret:
        return None
    actor = None
    if kind.lower() == "bearer":
        actor = staff.person_for_token(secret.strip(), timezone.now())
    if actor is None:
        raise Unauthorized(
            _("This token is unknown, revoked or past its end. Issue a new one."), code="token"
        )
    return actor.user


def reader_with(request: HttpRequest, grant: str) -> User:
    """The person behind the token, whose post has `grant`. Raises Unauthorized, NotYours."""
    user = reader_of(request)
    if user is None:
        raise Unauthorized(
            _("Send a token: “Authorization: Bearer linli_…”. An account issues its own tokens.")
        )
    policy.require_any(user, (grant,))
    return user
