"""Figures of what was learned, with the names of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linli.catalogue import queries as catalogue
from linli.staff import queries as staff
from linli.suggestions.rules.measuring import LabelFigures

if TYPE_CHECKING:
    from linli.suggestions.models import ModelVersion


def label_rows(version: ModelVersion) -> list[LabelFigures]:
    """The figures of each label, the commonest first. No query."""
    rows = [LabelFigures(*one) for one in version.per_label]
    return sorted(rows, key=lambda one: (-one.texts, one.label))


def names_of_labels(version: ModelVersion) -> dict[str, str]:
    """What the labels of a version are called: classes with their code, units. One query."""
    labels = [str(one[0]) for one in version.per_label]
    if version.purpose == "class":
        known = {one.code: one.label for one in catalogue.classes()}
        return {label: f"{label} {known.get(label, '')}".strip() for label in labels}
    units = staff.units(active=None).filter(pk__in=[int(label) for label in labels])
    return {str(unit.pk): unit.label for unit in units}
