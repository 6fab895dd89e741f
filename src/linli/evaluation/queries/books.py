"""The formulas of a day, of a version, and their history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from linli.evaluation.models import Indicator, Version, VersionState
from linli.evaluation.rules.scoring import Book, Formula
from linli.evaluation.rules.subjects import EDGES, Shows, Subject
from linli.kernel.errors import NotFound


def version_on(day: date) -> Version:
    """The published version in force on a day. One query. Raises NotFound where none was."""
    found = (
        Version.objects.filter(state=VersionState.PUBLISHED, valid_from__lte=day)
        .filter(Q(valid_to=None) | Q(valid_to__gt=day))
        .first()
    )
    if found is None:
        raise NotFound(_("No formulas were in force on %(day)s.") % {"day": day.isoformat()})
    return found


def versions() -> QuerySet[Version]:
    """Every version but dropped ones, the draft first, then the newest. One query."""
    kept = Version.objects.exclude(state=VersionState.DROPPED)
    return kept.select_related("made_by", "published_by").order_by("-state", "-number", "-pk")


def draft() -> Version | None:
    """The draft, if there is one. One query."""
    return Version.objects.filter(state=VersionState.DRAFT).first()


def version_by_id(version_id: int) -> Version:
    """One version. Raises NotFound."""
    found = versions().filter(pk=version_id).first()
    if found is None:
        raise NotFound(_("There is no such version of formulas."))
    return found


def formula_of(row: Indicator) -> Formula:
    """The value of a row."""
    return Formula(
        Subject(row.subject), row.code, row.label, Shows(row.shows), row.formula, row.source
    )


def books_of(version: Version) -> Mapping[Subject, Book]:
    """The formulas of a version by subject. One query."""
    found: dict[Subject, list[Formula]] = {one: [] for one in Subject}
    for row in version.indicators.order_by("position", "pk"):
        found[Subject(row.subject)].append(formula_of(row))
    edges = version.edges or EDGES
    return {subject: Book(tuple(rows), edges) for subject, rows in found.items()}
