"""What is suggested: classes, units, similar cases."""

from __future__ import annotations

from linli.api.forms.base import Out
from linli.api.forms.names import StageName
from linli.api.forms.outputs.common import Named


class ClassSuggestionOut(Out):
    code: str
    name: str
    percent: int
    words: list[str]


class UnitSuggestionOut(Out):
    unit: int
    name: str
    percent: int
    words: list[str]


class ClassSuggestions(Out):
    classes: list[ClassSuggestionOut]


class CaseSuggestions(Out):
    classes: list[ClassSuggestionOut]
    units: list[UnitSuggestionOut]


class SimilarOut(Out):
    number: str
    stage: StageName
    case_class: Named | None
    description: str
    distance_m: float | None
    reported_at: str
    chance: float
    reasons: list[str]


class Similar(Out):
    cases: list[SimilarOut]
