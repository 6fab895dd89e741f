"""Features: a page of a collection, and one by its id."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

from linli.ogc import queries
from linli.ogc.rules import asking
from linli.ogc.rules.asking import Asked
from linli.ogc.views.about import GEOJSON, collection_named, link
from linli.ogc.views.door import door, reader_with

_OF_ONE = ("crs", "datetime", "f")


@door
def items(request: HttpRequest, collection: str) -> HttpResponseBase:
    """A page of features, and the way to the next. Four queries at most; one if nothing changed."""
    one, now = collection_named(collection), timezone.now()
    if one.grant:
        user = reader_with(request, one.grant)
        asked = _asked(request, one.asked_by)
        if collection == "components":
            page = queries.component_page(user, asked)
        else:
            page = queries.case_page(user, asked, now=now)
        return _answer(_page(request, collection, asked, page), asked)
    asked = _asked(request, one.asked_by)
    tag = _tag(request)
    known = get_conditional_response(request, etag=tag)
    if known is not None:
        return _kept(known, tag)
    page = queries.ground_page(collection, asked, today=timezone.localdate(now))
    return _kept(_answer(_page(request, collection, asked, page), asked), tag)


@door
def item(request: HttpRequest, collection: str, feature: str) -> HttpResponseBase:
    """One feature. Three queries at most."""
    one, now = collection_named(collection), timezone.now()
    user = reader_with(request, one.grant) if one.grant else None
    asked = _asked(request, (), known=_OF_ONE)
    if user is not None and collection == "components":
        text = queries.component_feature(user, feature, asked)
    elif user is not None:
        text = queries.case_feature(user, feature, asked, now=now)
    else:
        today = timezone.localdate(now)
        text = queries.ground_feature(collection, feature, asked, today=today)
    found = json.loads(text)
    found["links"] = [
        link(request, "self", "item", GEOJSON, collection=collection, feature=feature),
        link(request, "collection", "collection", collection=collection),
    ]
    return _answer(queries.dumped(found), asked)


def _asked(
    request: HttpRequest, facts: tuple[str, ...], *, known: tuple[str, ...] = asking.PAGE
) -> Asked:
    zone = timezone.get_current_timezone()
    return asking.read(request.GET.dict(), facts=facts, zone=zone, known=known)


def _page(request: HttpRequest, collection: str, asked: Asked, page: queries.Page) -> str:
    """A FeatureCollection as text."""
    own = link(request, "self", "items", GEOJSON, collection=collection)
    links = [own | {"href": _with(own["href"], request.GET)}]
    if page.next is not None:
        onward = _with(own["href"], request.GET, cursor=page.next)
        links.append({"rel": "next", "type": GEOJSON, "href": onward})
    links.append(link(request, "collection", "collection", collection=collection))
    facts: dict[str, Any] = {
        "type": "FeatureCollection",
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numberReturned": len(page.texts),
        "links": links,
    }
    if page.matched is not None:
        facts["numberMatched"] = page.matched
    return queries.collection_text(page.texts, facts)


def _with(href: str, query: QueryDict, **more: str) -> str:
    changed = query.copy()
    for name, value in more.items():
        changed[name] = value
    return f"{href}?{changed.urlencode()}" if changed else href


def _answer(text: str, asked: Asked) -> HttpResponse:
    answer = HttpResponse(text, content_type=GEOJSON)
    answer["Content-Crs"] = f"<{asked.crs.value}>"
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _tag(request: HttpRequest) -> str:
    """Stands for a page of the ground: the question, the day, the state of the territory."""
    made_of = (
        request.build_absolute_uri(),
        timezone.localdate().isoformat(),
        queries.ground_stamp(),
        get_language() or "",
    )
    return f'W/"{hashlib.sha256("|".join(made_of).encode()).hexdigest()[:20]}"'


def _kept(answer: HttpResponseBase, tag: str) -> HttpResponseBase:
    answer["ETag"] = tag
    answer["Cache-Control"] = "public, max-age=300"
    return answer
