"""The wall, its map, and the door by which a screen without a person comes in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import update_wrapper
from typing import Any, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from linli.cases.queries.tiles import case_tile
from linli.cases.rules.filters import CaseFilter
from linli.cases.rules.stages import OPEN
from linli.cockpit import board, policy, services
from linli.cockpit.forms import ScreenForm
from linli.cockpit.queries import area
from linli.kernel.errors import Refused
from linli.kernel.limits import admit, source_of
from linli.staff.web import StaffRequest, public_page, staff_page

_OPEN = CaseFilter(stages=tuple(stage.value for stage in OPEN))
_TILE = "application/vnd.mapbox-vector-tile"
_DEEPEST = 22
_TILE_S = 60  # how long a browser keeps a tile: the map looks again once a minute
_YEAR_S = 365 * 24 * 3600
_TRIES = 10  # of a token, an hour and address


def _before_the_wall(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """The view is for people and screens that may look at the wall; `request.user` is the person as
    the wall knows them, and on no other page."""
    guarded = staff_page(policy.LOOKS)(view)

    def entered(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            screen = policy.screen_of(request.COOKIES, timezone.now())
            if screen is not None:
                request.user = screen
        if request.user.is_authenticated:
            request.user = policy.onlooker(request.user) or request.user
        return guarded(request, **kwargs)

    update_wrapper(entered, guarded)
    return entered


@require_safe
@_before_the_wall
def wall(request: StaffRequest) -> HttpResponse:
    """The whole wall as it is now; the event stream brings what changes."""
    now = timezone.now()
    user = request.user
    box = area.window(user, today=timezone.localdate(now))
    filled = board.context(user, now=now) | {
        "area": area.area_name(user),
        "bounds": ",".join(f"{degrees:.6f}" for degrees in box) if box else "",
        "now": now,
        "zone": settings.TIME_ZONE,
        "language": get_language() or settings.LANGUAGE_CODE,
    }
    answer = render(request, "cockpit/wall.html", filled)
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@_before_the_wall
def tile(request: StaffRequest, z: int, x: int, y: int) -> HttpResponse:
    """One tile of the open cases of the wall's area."""
    if z > _DEEPEST or x >= 2**z or y >= 2**z:
        raise Http404
    body = case_tile(request.user, _OPEN, z, x, y, now=timezone.now())
    answer = HttpResponse(body, content_type=_TILE, status=200 if body else 204)
    answer["Cache-Control"] = f"private, max-age={_TILE_S // 2}"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def screen(request: HttpRequest) -> HttpResponse:
    """Type a token once: this browser shows the wall from now on, without anybody signed in."""
    form = ScreenForm(request.POST or None)
    if request.method == "POST":
        now = timezone.now()
        admit("wall_screen", source_of(request), most=_TRIES, per=timedelta(hours=1), now=now)
        if form.is_valid():
            token = cast("str", form.cleaned_data["token"]).strip()
            try:
                services.set_up_screen(token=token, now=now)
            except Refused as refusal:
                form.add_error("token", str(refusal))
            else:
                answer = redirect("cockpit:wall")
                answer.set_cookie(
                    policy.COOKIE, token, max_age=_YEAR_S, httponly=True, samesite="Lax",
                    secure=settings.SESSION_COOKIE_SECURE,
                )  # fmt: skip
                return answer
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "cockpit/screen.html", {"form": form}, status=status)
