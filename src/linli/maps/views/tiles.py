"""Tiles, the style they are drawn in, and where the map begins."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from linli.cases.queries.tiles import case_tile, public_tile
from linli.components.queries import component_tile
from linli.components.rules.filters import ComponentFilter
from linli.maps import queries
from linli.maps.forms import read_filter
from linli.maps.rules.address import parse_address, parse_day
from linli.maps.rules.palette import THEMES
from linli.maps.rules.style import Raster
from linli.maps.rules.style import style as style_of
from linli.marks.queries import mark_tile
from linli.staff.web import StaffRequest, public_page, staff_page

MVT = "application/vnd.mapbox-vector-tile"
KEPT_SHORTLY = "public, max-age=300"
PRIVATE = "private, no-cache"
WORTH_PACKING = 600  # bytes; below, gzip saves less than a packet
TileView = Callable[..., HttpResponseBase]


def _for_programs(view: TileView) -> TileView:
    """401 instead of the sign-in page: a map cannot fill in a form."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: str) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return HttpResponse(status=401)
        return view(request, **kwargs)

    return guarded


@require_safe
@_for_programs
@staff_page("cases.see")
def cases(request: StaffRequest, z: str, x: str, y: str) -> HttpResponseBase:
    """One tile of the cases this person may see, with the list's filters in the query string."""
    wanted = read_filter(request.GET)
    body = case_tile(request.user, wanted, *parse_address(z, x, y), now=timezone.now())
    return _made(request, body, PRIVATE)


@require_safe
@_for_programs
@staff_page("components.see")
def components(request: StaffRequest, z: str, x: str, y: str) -> HttpResponseBase:
    """One tile of the components this person may see, with the list's filters in the query."""
    wanted = ComponentFilter.parse({name: request.GET.getlist(name) for name in request.GET})
    body = component_tile(request.user, wanted, *parse_address(z, x, y))
    return _made(request, body, PRIVATE)


@require_safe
@_for_programs
@staff_page("cases.see")
def marks(request: StaffRequest, z: str, x: str, y: str) -> HttpResponseBase:
    """One tile of the marks this person may see, as they hold on the day `on` (default: today)."""
    on = parse_day(request.GET.get("on", "")) or timezone.localdate()
    body = mark_tile(request.user, *parse_address(z, x, y), on=on)
    return _made(request, body, PRIVATE)


@require_safe
@public_page
def nearby(request: HttpRequest, z: str, x: str, y: str) -> HttpResponseBase:
    """One tile of what everybody may know of cases: class, stage, day, a rounded place."""
    body = public_tile(*parse_address(z, x, y), now=timezone.now())
    return _made(request, body, "public, max-age=60")


def _made(request: HttpRequest, body: bytes, kept: str) -> HttpResponseBase:
    """A tile made for this request, or 304 where the client has the same; `kept` says how long."""
    tag = _tag_of(body)
    answer = get_conditional_response(request, etag=tag) or _tile_answer(request, body)
    answer["ETag"] = tag
    answer["Cache-Control"] = kept
    return answer


def _tag_of(body: bytes) -> str:
    return f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'


@require_safe
@public_page
def ground(request: HttpRequest, layer: str, z: str, x: str, y: str) -> HttpResponseBase:
    """One tile of the ground, the same for everybody: as it is today, or lay on the day `on`.

    The style writes the stamp of the ground into the addresses of its tiles (`v`), and every change
    makes another: what carries the present one may be kept for ever.
    """
    address, today = parse_address(z, x, y), timezone.localdate()
    on = parse_day(request.GET.get("on", "")) or today
    stamp = queries.ground_stamp(today=today)
    tag = _tag_of(f"{layer}/{address}/{on}/{stamp}".encode())
    answer = get_conditional_response(request, etag=tag)
    if answer is None:
        answer = _tile_answer(request, queries.ground_tile(layer, address, on=on))
    answer["ETag"] = tag
    lasts = request.GET.get("v") == stamp
    answer["Cache-Control"] = "public, max-age=31536000, immutable" if lasts else KEPT_SHORTLY
    return answer


def _tile_answer(request: HttpRequest, body: bytes) -> HttpResponse:
    """204 for a tile with nothing in it, else its bytes, packed where the client can unpack."""
    if not body:
        answer = HttpResponse(status=204)
    elif len(body) >= WORTH_PACKING and "gzip" in request.headers.get("Accept-Encoding", ""):
        answer = HttpResponse(gzip.compress(body, 4, mtime=0), content_type=MVT)
        answer["Content-Encoding"] = "gzip"
    else:
        answer = HttpResponse(body, content_type=MVT)
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer


@require_safe
@public_page
def style(request: HttpRequest) -> HttpResponseBase:
    """The style of the ground: `?theme=` light or dark, `?lang=` (default: the page's), `?on=` the
    day of its borders (default: today). Asked for anew by every page, since it names the stamp."""
    on = parse_day(request.GET.get("on", ""))
    theme = request.GET.get("theme", "light")
    lang = request.GET.get("lang") or get_language() or settings.LANGUAGE_CODE
    raster = Raster(tuple(settings.MAP_XYZ), settings.MAP_XYZ_ATTRIBUTION)
    document = style_of(
        theme=theme if theme in THEMES else THEMES[0],
        lang=lang,
        attribution=settings.MAP_ATTRIBUTION,
        raster=raster if raster.tiles else None,
        stamp=queries.ground_stamp(today=timezone.localdate()),
        on="" if on is None else on.isoformat(),
    )
    made = JsonResponse(document, json_dumps_params={"ensure_ascii": False})
    tag = _tag_of(made.content)
    answer = get_conditional_response(request, etag=tag) or made
    answer["ETag"] = tag
    answer["Cache-Control"] = "no-cache"
    patch_vary_headers(answer, ["Accept-Language", "Cookie"])
    return answer


@require_safe
@public_page
def bounds(request: HttpRequest) -> HttpResponse:
    """Where the map begins: `{"bounds": [west, south, east, north]}`, or null where nothing is."""
    user = request.user if request.user.is_authenticated else None
    window = queries.window_for(user, today=timezone.localdate())
    answer = JsonResponse({"bounds": window})
    answer["Cache-Control"] = "private, max-age=60"
    return answer
