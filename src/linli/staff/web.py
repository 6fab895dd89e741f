"""Who may open a page: every view carries `staff_page` or `public_page`."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, Literal, NamedTuple, ParamSpec, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url

from linli.staff import policy

if TYPE_CHECKING:
    from linli.staff.models import User

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)


class StaffRequest(HttpRequest):
    """A request of somebody who has signed in."""

    user: User


class Access(NamedTuple):
    """Who may open a view: everybody, all staff, or holders of one of `grants`."""

    who: Literal["public", "staff"]
    grants: tuple[str, ...] = ()


StaffView = Callable[Concatenate[StaffRequest, P], HttpResponseBase]
PublicView = Callable[Concatenate[R, P], HttpResponseBase]


def staff_page(
    grant: str | tuple[str, ...] | None = None,
) -> Callable[[StaffView[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """The view is for people signed in whose posts allow one of `grant` (None: any staff).

    Others are sent to sign in, or answered 403 in the form they read (NotYours).
    """
    grants = (grant,) if isinstance(grant, str) else (grant or ())

    def decorate(view: StaffView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return sign_in_first(request)
            staff_request: Any = request
            if grants:
                policy.require_any(staff_request.user, grants)
            return view(staff_request, *args, **kwargs)

        update_wrapper(guarded, view)
        guarded.access = Access("staff", grants)  # type: ignore[attr-defined]  # read by access_of
        return guarded

    return decorate


def public_page(view: PublicView[R, P]) -> PublicView[R, P]:
    """The view is for everybody, signed in or not."""
    view.access = Access("public")  # type: ignore[attr-defined]  # read by access_of
    return view


def access_of(view: Callable[..., Any]) -> Access | None:
    """Who may open `view`; None for a view that nobody has marked (a test finds those)."""
    access: Access | None = getattr(view, "access", None)
    return access


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back here afterwards; htmx loads the whole page anew."""
    login = resolve_url("account_login")
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = login
        return response
    if "application/json" in request.headers.get("Accept", ""):
        return HttpResponse(status=401)
    return redirect_to_login(request.get_full_path(), login)
