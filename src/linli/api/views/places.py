"""Registers and places: locate, regions, grids, classes, units, similar cases."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from linli.api import queries as rows
from linli.api.forms import inputs, outputs
from linli.api.views import parameters
from linli.api.views.door import ApiRequest, answer, query_of
from linli.cases import queries as cases
from linli.catalogue import queries as catalogue
from linli.components.rules import parse_code
from linli.files import queries as uploads
from linli.kernel.errors import BadInput
from linli.kernel.web import degrees
from linli.territory.rules import coordinates
from linli.territory.rules.kinds import Tier

router = Router(tags=["Registers"])
_POINT = (*parameters.names(parameters.POINT), "crs")


def _point(given: dict[str, str]) -> tuple[float, float]:
    """The point of a query in WGS84. Raises BadInput."""
    lon, lat = degrees(given.get("lon", ""), "lon", 180), degrees(given.get("lat", ""), "lat", 90)
    crs = given.get("crs", "wgs84")
    if crs not in {each.value for each in coordinates.CRS}:
        raise BadInput(_("crs is one of wgs84, gcj02 and bd09."), field="crs")
    return in_wgs84(lon, lat, crs)


def in_wgs84(lon: float, lat: float, crs: str) -> tuple[float, float]:
    """A point of one of the known systems. Raises BadInput for what is no place there."""
    x, y = coordinates.to_wgs84(lon, lat, coordinates.CRS(crs))
    lon, lat = float(x), float(y)
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise BadInput(_("This point is no place in %(crs)s.") % {"crs": crs}, field="lon")
    return lon, lat


@router.get(
    "/locate",
    response=outputs.LocationOut,
    operation_id="locate",
    summary="What lies under a point",
    openapi_extra={"parameters": [*parameters.POINT, parameters.IN_CRS]},
)
def locate(request: ApiRequest) -> HttpResponse:
    """Cell, grid and regions under a point; on a border the lowest code wins."""
    lon, lat = _point(query_of(request, *_POINT))
    return answer(rows.location_row(lon, lat))


@router.get(
    "/similar",
    response=outputs.Similar,
    operation_id="list_similar",
    summary="Open cases near a point",
    openapi_extra={
        "parameters": [
            *parameters.POINT,
            parameters.IN_CRS,
            parameters.query("class", "The code of a class.", pattern="^[EC][0-9]{4,6}$"),
        ]
    },
)
def list_similar(request: ApiRequest) -> HttpResponse:
    """Open cases near in place and time, likeliest first: look before you report (R74)."""
    given = query_of(request, *_POINT, "class")
    lon, lat = _point(given)
    code = given.get("class", "")
    class_id = catalogue.class_by_code(code[:20]).pk if code else None
    asked = cases.Asked(at=timezone.now(), lon=lon, lat=lat, class_id=class_id)
    found = cases.similar_cases(request.user, asked)
    return answer({"cases": [rows.similar_row(one) for one in found]})


@router.post(
    "/similar",
    response=outputs.Similar,
    operation_id="find_similar",
    summary="Open cases that may be the same problem",
)
def find_similar(request: ApiRequest, body: inputs.SimilarIn) -> HttpResponse:
    """By place, time, class, words, component and photos of POST /files: likeliest first, each
    with its chance and reasons (R74). Nothing is kept; the photos may be sent with the report."""
    place = body.place()
    point = None if place is None else in_wgs84(place.lon, place.lat, body.crs)
    asked = cases.Asked(
        at=timezone.now(),
        lon=point[0] if point else None,
        lat=point[1] if point else None,
        class_id=catalogue.class_by_code(body.case_class).pk if body.case_class else None,
        words=body.description,
        address=body.address,
        pictures=uploads.fingerprints_of(body.files, owner=request.user, holder=None),
        component=parse_code(body.component) if body.component else None,
    )
    found = cases.similar_cases(request.user, asked)
    return answer({"cases": [rows.similar_row(one) for one in found]})


@router.get(
    "/regions",
    response=outputs.Regions,
    operation_id="list_regions",
    summary="Regions",
    openapi_extra={
        "parameters": [
            parameters.query("parent", "The code of the region above.", pattern="^[0-9]{1,12}$"),
            parameters.query("tier", "The tier.", enum=list(Tier.values)),
        ]
    },
)
def list_regions(request: ApiRequest) -> HttpResponse:
    """The present divisions by code: right below `parent`, of one `tier` (below it), or the
    roots."""
    given = query_of(request, "parent", "tier")
    tier = given.get("tier", "")
    if tier and tier not in Tier.values:
        raise BadInput(
            _("tier is one of %(tiers)s.") % {"tiers": ", ".join(Tier.values)}, field="tier"
        )
    return answer({"regions": rows.region_rows(parent=given.get("parent", ""), tier=tier)})


@router.get(
    "/grids",
    response=outputs.Grids,
    operation_id="list_grids",
    summary="Grids of a community",
    openapi_extra={
        "parameters": [
            parameters.query(
                "community", "The community's code.", required=True, pattern="^[0-9]{12}$"
            )
        ]
    },
)
def list_grids(request: ApiRequest) -> HttpResponse:
    """The present grids of a community, by code."""
    given = query_of(request, "community")
    if not given.get("community"):
        raise BadInput(
            _("community is missing. Give the code of one; GET /regions lists them."),
            field="community",
        )
    return answer({"grids": rows.grid_rows(given["community"], on=timezone.localdate())})


@router.get(
    "/classes",
    response=outputs.Classes,
    operation_id="list_classes",
    summary="Classes of cases",
    openapi_extra={
        "parameters": [parameters.query("kind", "Of this kind.", enum=["component", "event"])]
    },
)
def list_classes(request: ApiRequest) -> HttpResponse:
    """The classes in use today, with their filing and closing conditions."""
    given = query_of(request, "kind")
    kind = given.get("kind")
    if kind not in (None, "component", "event"):
        raise BadInput(_("kind is component or event."), field="kind")
    today, book = timezone.localdate(), catalogue.current()
    return answer(
        {
            "classes": [
                {
                    "code": each.code,
                    "name": each.name,
                    "name_en": each.name_en,
                    "kind": each.kind,
                    "major": each.major_name,
                    "public": each.public,
                    "conditions": [
                        {
                            "id": condition.pk,
                            "number": condition.number,
                            "filing": condition.filing_text,
                            "closing": condition.closing_text,
                        }
                        for condition in book.conditions_for(each, on=today)
                    ],
                }
                for each in book.classes(on=today, kind=kind)
            ]
        }
    )


@router.get(
    "/units",
    response=outputs.Units,
    operation_id="list_units",
    summary="Units",
    openapi_extra={
        "parameters": [
            parameters.query("kind", "Of this kind.", enum=list(rows.UNIT_KINDS)),
        ]
    },
)
def list_units(request: ApiRequest) -> HttpResponse:
    """Centres, departments and all who handle cases, parents first."""
    given = query_of(request, "kind")
    kind = given.get("kind", "")
    if kind and kind not in rows.UNIT_KINDS:
        raise BadInput(
            _("kind is one of %(kinds)s.") % {"kinds": ", ".join(rows.UNIT_KINDS)}, field="kind"
        )
    return answer({"units": rows.unit_rows(kind=kind)})


@router.get("/badges", response=outputs.Badges, operation_id="list_badges", summary="Your queues")
def list_badges(request: ApiRequest) -> HttpResponse:
    """How many cases wait in each of your queues: exactly the rows of its list."""
    query_of(request)
    found = cases.badges_for(request.user, now=timezone.now())
    return answer(
        {
            "badges": [
                {
                    "queue": badge.queue,
                    "waiting": badge.waiting,
                    "url": f"/api/v1/cases?queue={badge.queue}",
                }
                for badge in found
            ]
        }
    )


@router.get("/me", response=outputs.Me, operation_id="read_me", summary="Who you are here")
def read_me(request: ApiRequest) -> HttpResponse:
    """The account behind this request and what its posts (or the token's one post) allow."""
    query_of(request)
    user = request.user
    return answer(
        {
            "username": user.get_username(),
            "name": user.name,
            "language": user.language,
            "by_token": request.auth.startswith("token:"),
            "seats": [rows.seat_row(seat) for seat in user.seats],
        }
    )
