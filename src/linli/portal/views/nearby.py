"""What others reported around a place: class, stage and day, nothing of persons (P12, P15)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from linli.cases import queries as cases
from linli.cases.rules.stages import STAGE_WORDS
from linli.files import services as files
from linli.portal.forms.report import point_of
from linli.portal.queries import choices
from linli.staff.web import public_page

RADIUS_M = 1000


@require_safe
@public_page
def nearby(request: HttpRequest) -> HttpResponse:
    """A map and a list around ?lon=&lat=, or around the first place that answers to ?q=."""
    words = request.GET.get("q", "")[:100]
    point = point_of(request.GET)
    found = choices.places_found(words) if words and point is None else []
    if point is None and found:
        point = (found[0].lon, found[0].lat)
    rows = _near(point) if point else []
    spot = choices.spot_at(*point, on=timezone.localdate()) if point else None
    context = {
        "words": words,
        "place": found[0].text if found else "",
        "others": found[1:],
        "point": point,
        "spot": spot,
        "cases": rows,
        "point_query": f"?lon={point[0]:.6f}&lat={point[1]:.6f}" if point else "",
        "radius_m": RADIUS_M,
    }
    return render(request, "portal/nearby.html", context)


@require_safe
@public_page
def points(request: HttpRequest) -> HttpResponse:
    """The same as GeoJSON, for the map: rounded places."""
    point = point_of(request.GET)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [case.lon, case.lat]},
            "properties": {
                "text": f"{case.class_name} · {STAGE_WORDS[case.stage]}",
                "quiet": case.solved,
            },
        }
        for case in (_near(point) if point else [])
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


def _near(point: tuple[float, float]) -> list[cases.PublicCase]:
    return cases.public_near(lon=point[0], lat=point[1], now=timezone.now(), radius_m=RADIUS_M)


@require_safe
@public_page
def result(request: HttpRequest, number: str, file_number: int) -> HttpResponseBase:
    """The small photo of a result."""
    row = cases.public_photo(number, file_number)
    mime = "image/jpeg" if row.thumb_key else row.mime
    return files.respond(request, key=row.thumb_key or row.key, mime=mime, name="result.jpg")
