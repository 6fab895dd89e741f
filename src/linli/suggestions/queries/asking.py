"""Class and unit that the words of a report speak of: suggestions, never decisions."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from linli.cases.models import Case
from linli.catalogue import queries as catalogue
from linli.staff import queries as staff
from linli.suggestions.models import Purpose
from linli.suggestions.queries.kept import in_force, model_in_force, settings
from linli.suggestions.rules.linear import Guess, guesses, mark

LEAST_LETTERS = 4  # of a text: fewer say nothing
MOST = 3


@dataclass(frozen=True)
class ClassSuggestion:
    """A class in use, how sure (per cent, 1 to 99), and the words that led to it."""

    class_id: int
    code: str
    label: str
    percent: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class UnitSuggestion:
    """A unit at work, how sure (per cent, 1 to 99), and the words that led to it."""

    unit_id: int
    label: str
    percent: int
    words: tuple[str, ...]


def class_suggestions(text: str, *, public: bool = False) -> list[ClassSuggestion]:
    """At most three classes in use, likeliest first; none where that is switched off or nothing is
    sure enough. `public`: only what is offered to residents. Three queries at most."""
    if len(text.strip()) < LEAST_LETTERS:
        return []
    how = settings()
    if not how.classes_on or (public and not how.portal_on):
        return []
    model = model_in_force(Purpose.CLASS)
    if model is None:
        return []
    offered = catalogue.current().classes(on=timezone.localdate(), public=True if public else None)
    known = {one.code: one for one in offered}
    found = guesses(model, text, among=frozenset(known), most=MOST)
    return [
        ClassSuggestion(known[g.label].pk, g.label, known[g.label].label, percent(g), g.words)
        for g in found
        if percent(g) >= how.least_percent
    ]


def is_untaught(text: str) -> bool:
    """Whether no class can be suggested for `text` because nothing was learned yet. At most two
    queries."""
    if len(text.strip()) < LEAST_LETTERS or not settings().classes_on:
        return False
    return in_force(Purpose.CLASS) is None


def unit_suggestions(case: Case) -> list[UnitSuggestion]:
    """At most three units that handled cases with such words, of such a class and there. Only
    units at work. Four queries at most. The caller asks who may see the case."""
    how = settings()
    if not how.units_on or not case.description:
        return []
    model = model_in_force(Purpose.UNIT)
    if model is None:
        return []
    ids = [int(label) for label in model.labels]
    known = {str(unit.pk): unit for unit in staff.units(active=True).filter(pk__in=ids)}
    code = None
    if case.case_class_id is not None:
        code = catalogue.current().class_by_id(case.case_class_id).code
    marks = unit_marks(code, case.street_id or case.district_id)
    found = guesses(model, case.description, marks=marks, among=frozenset(known), most=MOST)
    return [
        UnitSuggestion(known[g.label].pk, known[g.label].label, percent(g), g.words)
        for g in found
        if percent(g) >= how.least_percent
    ]


def unit_marks(code: str | None, region_id: int | None) -> tuple[str, ...]:
    """What a unit depends on beside words: class, major class, and the street."""
    marks = []
    if code is not None:
        marks += [mark("class", code), mark("major", code[:3])]
    if region_id is not None:
        marks.append(mark("region", region_id))
    return tuple(marks)


def percent(guess: Guess) -> int:
    """A confidence in per cent: nothing here is certain, nor impossible."""
    return min(99, max(1, round(guess.confidence * 100)))
