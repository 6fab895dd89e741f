"""The description of the interface for programs (OpenAPI 3.0), drawn from the collections."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from linli.ogc.rules.asking import MOST, USUAL
from linli.ogc.rules.collections import Collection
from linli.ogc.rules.crs import Crs

Json = dict[str, Any]


def document(collections: Iterable[Collection], *, root: str, title: str) -> Json:
    """The document; `root` is the address of the landing page without its last slash."""
    paths: Json = {
        "/": _get("landing", "Where to begin", "application/json"),
        "/conformance": _get("conformance", "What this holds to", "application/json"),
        "/collections": _get("collections", "The collections", "application/json"),
    }
    for one in collections:
        base = f"/collections/{one.name}"
        paths[base] = _get(f"{one.name}.collection", str(one.title), "application/json")
        paths[f"{base}/items"] = _get(
            f"{one.name}.items",
            str(one.about),
            "application/geo+json",
            [*_PAGE, *(_query(name, {"type": "string"}) for name in one.asked_by)],
        )
        paths[f"{base}/items/{{featureId}}"] = _get(
            f"{one.name}.item",
            str(one.title),
            "application/geo+json",
            [_ID, *(each for each in _PAGE if each["name"] in ("crs", "datetime"))],
        )
        if one.grant:
            for path in (base, f"{base}/items", f"{base}/items/{{featureId}}"):
                paths[path]["get"]["security"] = [{"token": []}]
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": "1"},
        "servers": [{"url": root}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": _PROBLEM},
        },
    }


def _query(name: str, schema: Json, says: str = "") -> Json:
    found: Json = {"in": "query", "name": name, "required": False, "schema": schema}
    found |= {"style": "form", "explode": False}
    return found | ({"description": says} if says else {})


_PAGE: tuple[Json, ...] = (
    _query("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}),
    _query(
        "bbox",
        {
            "type": "array",
            "items": {"type": "number"},
            "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
        },
        "West, south, east, north.",
    ),
    _query("bbox-crs", {"type": "string", "format": "uri", "enum": [each.value for each in Crs]}),
    _query("datetime", {"type": "string"}, "A day, a moment, or an interval with a slash."),
    _query("crs", {"type": "string", "format": "uri", "enum": [each.value for each in Crs]}),
    _query("cursor", {"type": "string"}, "Where a page begins; found in its link “next”."),
    _query("f", {"type": "string", "enum": ["json"]}),
)
_ID: Json = {
    "in": "path", "name": "featureId", "required": True, "schema": {"type": "string"},
}  # fmt: skip
_PROBLEM: Json = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "field": {"type": "string", "nullable": True},
    },
}
_REFUSALS = {
    "400": "A parameter has the wrong form or is unknown",
    "401": "No token, or one that is not valid",
    "403": "The token does not allow this",
    "404": "There is no such thing, or you may not see it",
}


def _get(operation: str, says: str, media: str, parameters: Iterable[Json] = ()) -> Json:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    schema: Json = {"type": "object"}
    responses: Json = {"200": {"description": says, "content": {media: {"schema": schema}}}}
    for status, sentence in _REFUSALS.items():
        responses[status] = {"description": sentence, "content": problem}
    return {
        "get": {
            "operationId": operation,
            "summary": says,
            "parameters": list(parameters),
            "responses": responses,
        }
    }
