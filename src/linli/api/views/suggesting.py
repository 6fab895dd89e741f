"""What words suggest: classes and units with how sure and why, never a decision."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from ninja import Router

from linli.api import queries as rows
from linli.api.forms import inputs, outputs
from linli.api.views.door import ApiRequest, answer, query_of
from linli.suggestions import queries as suggestions

router = Router(tags=["Suggestions"])


@router.post(
    "/suggestions",
    response=outputs.ClassSuggestions,
    operation_id="suggest_classes",
    summary="Classes that words speak of",
)
def suggest_classes(request: ApiRequest, body: inputs.WordsIn) -> HttpResponse:
    """At most three classes in use, likeliest first, each with its confidence in per cent and the
    words that led to it; none where nothing is sure enough or the city has switched it off. The
    words are not kept."""
    return answer({"classes": _classes(body.description)})


@router.get(
    "/cases/{number}/suggestions",
    response=outputs.CaseSuggestions,
    operation_id="suggest_for_case",
    summary="Classes and units for a case",
)
def suggest_for_case(request: ApiRequest, number: str) -> HttpResponse:
    """The same for a case: its classes by the words, and the units that handled such cases."""
    query_of(request)
    case = rows.case_for(request.user, number)
    units = [
        {"unit": one.unit_id, "name": one.label, "percent": one.percent, "words": [*one.words]}
        for one in suggestions.unit_suggestions(case)
    ]
    return answer({"classes": _classes(case.description), "units": units})


def _classes(words: str) -> list[dict[str, Any]]:
    return [
        {"code": one.code, "name": one.label, "percent": one.percent, "words": [*one.words]}
        for one in suggestions.class_suggestions(words)
    ]
