"""Schemes: which is in force, their lines, and the figures they may use."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from linli.appraisal.models import Scheme
from linli.evaluation.queries.books import books_of, version_on
from linli.evaluation.rules.scoring import Formula
from linli.evaluation.rules.subjects import DIMENSIONS, Dimension, Subject
from linli.kernel.errors import NotFound
from linli.staff.models import PostTemplate


def schemes() -> QuerySet[Scheme]:
    """Every scheme with its role, by role, the newest first. One query."""
    rows = Scheme.objects.select_related("role", "made_by")
    return rows.order_by("role__name", "-number")


def scheme_by_id(scheme_id: int) -> Scheme:
    """One scheme with its lines. Two queries. Raises NotFound."""
    found = schemes().filter(pk=scheme_id).prefetch_related("lines").first()
    if found is None:
        raise NotFound(_("There is no such scheme."))
    return found


def in_force(day: date) -> QuerySet[Scheme]:
    """The schemes in force on a day, one a role. One query."""
    return schemes().filter(Q(last_on=None) | Q(last_on__gte=day), valid_from__lte=day)


def newest_of(role_id: int) -> Scheme | None:
    """The scheme of a role that was written last. One query."""
    return schemes().filter(role_id=role_id).prefetch_related("lines").first()


def roles() -> QuerySet[PostTemplate]:
    """The roles of the city that work on cases, by name. One query."""
    return PostTemplate.objects.filter(grants__contains=["cases.see"]).order_by("name")


def dimension_of(subject: str) -> Dimension | None:
    """The dimension of evaluation that counts for posts of a subject."""
    people = (one for one in DIMENSIONS.values() if one.of_people)
    return next((one for one in people if one.subject == subject), None)


def subjects() -> list[tuple[str, str]]:
    """The subjects whose formulas are about posts."""
    return [(one.subject.value, str(one.label)) for one in DIMENSIONS.values() if one.of_people]


def formulas_on(day: date) -> dict[str, dict[str, Formula]]:
    """The formulas about posts in force on a day: subject to code to formula. Two queries.
    Raises NotFound where none were in force."""
    books = books_of(version_on(day))
    return {
        subject: {one.code: one for one in books[Subject(subject)].formulas}
        for subject, _label in subjects()
    }
