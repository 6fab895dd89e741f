"""What the lists of the form offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from linli.analysis.rules.measures import menu
from linli.catalogue import queries as catalogue
from linli.evaluation.queries.names import region_lines
from linli.evaluation.rules.counts import Source
from linli.evaluation.rules.scoring import Book
from linli.evaluation.rules.subjects import Subject
from linli.staff import queries as staff

_INDENT = "\u3000"
Pairs = list[tuple[Any, Any]]


@dataclass(frozen=True)
class Choices:
    """Pairs of value and words."""

    measures: Pairs
    regions: Pairs
    classes: Pairs
    units: Pairs


def choices_of(known: Mapping[Subject, Book]) -> Choices:
    """Two queries at most."""
    return Choices(_measures(known), _regions(), _classes(), _units())


def _measures(known: Mapping[Subject, Book]) -> Pairs:
    """Numbers of cases; then those that only units have."""
    cases, tasks = menu(known, Source.CASE), menu(known, Source.TASK)
    found: Pairs = [(one.code, one.label) for one in cases.values()]
    found += [
        (one.code, _("%(label)s (by unit)") % {"label": one.label})
        for one in tasks.values()
        if one.code not in cases
    ]
    return found


def _regions() -> Pairs:
    return [(region.code, text) for region, text in region_lines()]


def _classes() -> Pairs:
    """Each major class, and its minor ones below it."""
    found: Pairs = []
    heads = set[str]()
    for one in catalogue.classes():
        major = one.code[:3]
        if major not in heads:
            heads.add(major)
            found.append((major, f"{major} {one.major_name}"))
        found.append((one.code, f"{_INDENT}{one.code} {one.label}"))
    return found


def _units() -> Pairs:
    return [(str(one.pk), one.label) for one in staff.units()]
