"""Components (部件): the register, one of them, what stands near a point."""

from __future__ import annotations

import math

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from linli.api import queries as rows
from linli.api.forms import components as outputs
from linli.api.views import parameters
from linli.api.views.door import ApiRequest, answer, query_of
from linli.api.views.places import _POINT, _point
from linli.components import queries
from linli.components.rules.filters import GROUPS, NAMES, ComponentFilter
from linli.components.rules.states import State
from linli.kernel.errors import BadInput

router = Router(tags=["Components"])
_STATE = "|".join((*(state.word for state in State), *GROUPS))
FILTERS = (
    parameters.query("class", "A class or its beginning: `C01`.", pattern="^C[0-9]{0,4}$"),
    parameters.query(
        "state", "One or several states, parted by commas.", pattern=f"^({_STATE})(,({_STATE}))*$"
    ),
    parameters.query("region", "A region's code.", pattern="^[0-9]{1,12}$"),
    parameters.query("grid", "A grid's code.", pattern="^[A-Za-z0-9]{1,20}$"),
    parameters.query("cell", "A cell's code.", pattern="^[0-9]{1,15}$"),
    parameters.query(
        "unit", "The id of a unit that owns, answers or maintains.",
        type="integer", minimum=1, maximum=10**9,
    ),
    parameters.query("q", "A code, or words of the place (two letters at least).", maxLength=100),
)  # fmt: skip


@router.get(
    "/components",
    response=outputs.Components,
    operation_id="list_components",
    summary="Components",
    openapi_extra={"parameters": [*FILTERS, *parameters.PAGING]},
)
def list_components(request: ApiRequest) -> HttpResponse:
    """What the token's post may see, by code; the list goes on by `cursor`."""
    given = query_of(request, *NAMES, *parameters.names(parameters.PAGING))
    size = _number(given.get("page_size", "50"), "page_size", 1, 200)
    wanted = ComponentFilter.parse({name: given[name] for name in NAMES if name in given})
    page = queries.page_for(request.user, wanted, cursor=given.get("cursor"), size=size)
    found = [rows.component_row(one) for one in page.rows]
    following = None
    if page.next is not None:
        query = request.GET.copy()
        query["cursor"] = page.next
        following = f"{request.path}?{query.urlencode()}"
    return answer({"components": found, "cursor": page.next, "next": following})


@router.get(
    "/components/near",
    response=outputs.Near,
    operation_id="list_components_near",
    summary="Components near a point",
    openapi_extra={
        "parameters": [
            *parameters.POINT,
            parameters.IN_CRS,
            parameters.query(
                "radius", "Metres.", type="integer", minimum=1, maximum=500, default=50
            ),
            parameters.query("class", "A class or its beginning.", pattern="^C[0-9]{0,4}$"),
        ]
    },
)
def list_components_near(request: ApiRequest) -> HttpResponse:
    """The nearest first, twenty at most: what a case may be about."""
    given = query_of(request, *_POINT, "radius", "class")
    lon, lat = _point(given)
    radius_m = _number(given.get("radius", "50"), "radius", 1, 500)
    wanted = ComponentFilter.parse({"class": given.get("class", "")})
    found = queries.near(request.user, wanted, lon=lon, lat=lat, radius_m=radius_m)
    near = [rows.component_row(one) | {"distance_m": round(one.distance_m, 1)} for one in found]  # type: ignore[attr-defined]  # annotated
    return answer({"components": near})


@router.get(
    "/components/{code}",
    response=outputs.ComponentOut,
    operation_id="get_component",
    summary="One component with its history",
)
def get_component(request: ApiRequest, code: str) -> HttpResponse:
    """Its facts, and what changed in it, newest first."""
    query_of(request)
    one = queries.component_for(request.user, code)
    return answer(
        rows.component_row(one)
        | {"note": one.note, "history": [rows.told_row(t) for t in queries.story_of(one)]}
    )


def _number(text: str, name: str, least: int, most: int) -> int:
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else math.nan
    if not least <= value <= most:
        raise BadInput(
            _("%(name)s is a number from %(least)d to %(most)d.")
            % {"name": name, "least": least, "most": most},
            field=name,
        )
    return int(value)
