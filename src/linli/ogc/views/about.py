"""What there is: landing page, conformance, collections, the description for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.ogc import queries
from linli.ogc.rules import openapi
from linli.ogc.rules.asking import form_of
from linli.ogc.rules.collections import COLLECTIONS, CONFORMS_TO, Collection
from linli.ogc.rules.crs import Crs
from linli.ogc.views.door import door, reader_of, reader_with

JSON, GEOJSON = "application/json", "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
Json = dict[str, Any]


def link(request: HttpRequest, rel: str, name: str, media: str = JSON, **holes: str) -> Json:
    """A link to one of our own addresses."""
    href = request.build_absolute_uri(reverse(f"ogc:{name}", kwargs=holes))
    return {"rel": rel, "type": media, "href": href}


def said(body: Json, media: str = JSON) -> HttpResponse:
    """`body` as an answer."""
    return HttpResponse(queries.dumped(body), content_type=media)


@door
def landing(request: HttpRequest) -> HttpResponse:
    """Where a client begins."""
    form_of(request.GET.dict())
    links = [
        link(request, "self", "landing"),
        link(request, "service-desc", "api", OPENAPI),
        link(request, "conformance", "conformance"),
        link(request, "data", "collections"),
    ]
    about = _(
        "Regions, grids and cells for everybody; cases and components for those whose token may"
        " see them."
    )
    return said({"title": "Linli", "description": about, "links": links})


@door
def conformance(request: HttpRequest) -> HttpResponse:
    """What the answers hold to."""
    form_of(request.GET.dict())
    return said({"conformsTo": list(CONFORMS_TO)})


@door
def api(request: HttpRequest) -> HttpResponse:
    """OpenAPI, of all collections."""
    root = request.build_absolute_uri(reverse("ogc:landing")).rstrip("/")
    return said(openapi.document(COLLECTIONS.values(), root=root, title="Linli"), OPENAPI)


@door
def collections(request: HttpRequest) -> HttpResponse:
    """The collections that this client may read. Two queries at most."""
    form_of(request.GET.dict())
    user = reader_of(request)
    shown = [
        one
        for one in COLLECTIONS.values()
        if not one.grant or (user is not None and user.has_grant(one.grant))
    ]
    extent = _extent()
    return said(
        {
            "links": [link(request, "self", "collections")],
            "crs": [each.value for each in Crs],
            "collections": [_described(request, one, extent) for one in shown],
        }
    )


@door
def collection(request: HttpRequest, collection: str) -> HttpResponse:
    """One collection. Two queries at most."""
    form_of(request.GET.dict())
    one = collection_named(collection)
    if one.grant:
        reader_with(request, one.grant)
    return said(_described(request, one, _extent()))


def collection_named(name: str) -> Collection:
    """The collection. Raises NotFound."""
    found = COLLECTIONS.get(name)
    if found is None:
        raise NotFound(
            _("There is no collection of this name. There are: %(names)s.")
            % {"names": ", ".join(COLLECTIONS)},
            field="collectionId",
        )
    return found


def _extent() -> Json:
    """The same for all: everything lies in a region."""
    box, since = queries.extent(today=timezone.localdate())
    found: Json = {}
    if box is not None:
        found["spatial"] = {"bbox": [[round(edge, 7) for edge in box]], "crs": Crs.CRS84.value}
    if since is not None:
        found["temporal"] = {"interval": [[f"{since}T00:00:00Z", None]]}
    return found


def _described(request: HttpRequest, one: Collection, extent: Json) -> Json:
    return {
        "id": one.name,
        "title": str(one.title),
        "description": str(one.about),
        "itemType": "feature",
        "extent": extent,
        "crs": [each.value for each in Crs],
        "storageCrs": Crs.CRS84.value,
        "links": [
            link(request, "self", "collection", collection=one.name),
            link(request, "items", "items", GEOJSON, collection=one.name),
        ],
    }


@door
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """404 as a problem for every other address below."""
    raise NotFound(_("There is nothing at this address. Begin at /ogc/."))
