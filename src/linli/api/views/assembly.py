"""The operations put together, their description as OpenAPI and as a page."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.openapi.schema import REF_TEMPLATE

from linli.api.forms.outputs import Problem
from linli.api.views import cases, components, files, moves, places, sheets, suggesting
from linli.api.views.door import Bearer, Session, StrictParser, guarded
from linli.api.views.problems import answer_in_problems, nothing_here
from linli.staff.web import public_page

_ABOUT = """\
Cases of the city: report, list, read, move. Send a token as `Authorization: Bearer linli_…`; it
stands for one post, and what is not visible to that post is 404. Every refusal is problem+json
(RFC 9457) with a sentence in the language of `Accept-Language` (zh-hans, zh-hant, en). Writes take
an `Idempotency-Key`: the same request again under the same key is answered as the first time for
48 hours. Lists go on by `cursor` and `next`."""

api = NinjaAPI(
    title="Linli",
    version="1",
    description=_ABOUT,
    auth=[Bearer(), Session()],
    parser=StrictParser(),
    openapi_url=None,
    docs_url=None,
    urls_namespace="api-v1",
)
answer_in_problems(api)
for _router in (
    cases.router,
    sheets.router,
    moves.router,
    places.router,
    components.router,
    files.router,
    suggesting.router,
):
    api.add_router("", _router)

_READS = {
    "400": "A parameter has the wrong form",
    "401": "No token, or one that is not valid",
    "403": "Your posts do not allow this",
    "404": "There is no such thing, or you may not see it",
    "422": "A rule refuses it",
}
_WRITES = _READS | {
    "409": "Meanwhile the case has changed, or the move is not open",
    "413": "The request is too large",
    "415": "The body is not of the type this takes",
    "429": "Too many writes; see Retry-After",
    "503": "The storage of files is out of reach for now",
}


@cache
def _schema() -> dict[str, Any]:
    """OpenAPI, with the refusals of every operation."""
    schema: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/v1/")
    parts = schema["components"]["schemas"]
    own = Problem.model_json_schema(ref_template=REF_TEMPLATE)
    parts |= own.pop("$defs")
    parts["Problem"] = own
    said = {"application/problem+json": {"schema": {"$ref": REF_TEMPLATE.format(model="Problem")}}}
    for path in schema["paths"].values():
        for method, operation in path.items():
            kinds = _READS if method == "get" else _WRITES
            for status, says in kinds.items():
                operation["responses"].setdefault(status, {"description": says, "content": said})
    download = schema["paths"]["/api/v1/cases/{number}/files/{file_number}"]["get"]["responses"]
    download[200]["content"] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    download["206"] = {"description": "A part of the file", "content": download[200]["content"]}
    download["304"] = {"description": "Not changed"}
    download["416"] = {"description": "The file is shorter than that"}
    for path in ("sheet", "sheet.pdf"):
        taken = schema["paths"][f"/api/v1/cases/{{number}}/{path}"]["get"]["responses"]
        taken["429"] = {"description": _WRITES["429"], "content": said}
        if path == "sheet.pdf":
            whole = {"schema": {"type": "string", "format": "binary"}}
            taken[200]["content"] = {"application/pdf": whole}
            taken["503"] = {"description": "The server has no Chinese font", "content": said}
    return schema


@public_page
def openapi(request: HttpRequest) -> HttpResponse:
    """The description of the interface for programs (OpenAPI 3.1)."""
    response = JsonResponse(_schema(), json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"  # public, and the same for everybody
    return response


@public_page
def docs(request: HttpRequest) -> HttpResponse:
    """The description of the interface for people."""
    from linli.api.views.reference import chapters

    return render(request, "api/docs.html", {"about": _ABOUT, "chapters": chapters(_schema())})


@public_page
def root(request: HttpRequest) -> HttpResponse:
    """Where to begin."""
    return JsonResponse({"version": "1", "openapi": "/api/v1/openapi.json", "docs": "/api/v1/docs"})


@csrf_exempt
@public_page
def nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """404 as a problem for every other address below."""
    return nothing_here(request)


def all_patterns() -> list[URLPattern]:
    """The addresses of the operations, each behind the same door."""
    patterns, _app, _namespace = api.urls
    found = [pattern for pattern in patterns if isinstance(pattern, URLPattern)]
    for pattern in found:
        pattern.callback = guarded(pattern.callback)
    return [pattern for pattern in found if pattern.name != "api-root"]
