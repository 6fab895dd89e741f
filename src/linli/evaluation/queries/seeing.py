"""Which facts a person sees: those of the cases that `visible_to` lets them see, no others.

Facts carry where and of what kind their case is, so for somebody who sees a district, or whole
classes of the city, the facts of the period are looked through by that first, and only what is left
is asked of its case. The other way round (every case of the district, then which of them has facts
in the period) reads the years that a city has behind it. Who sees little, a street, grids or a
unit's work, is served best by just that.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Case as Either
from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery, When

from linli.cases.models import Case
from linli.cases.policy import NOBODY, Scope, scopes_of, visible_to
from linli.evaluation.models import Freeze, FrozenFact, Touched

if TYPE_CHECKING:
    from linli.staff.models import User

_ITS_CASE = OuterRef("case_id")


def seen_by(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of facts, live or closed, whose case `user` may see: to be counted."""
    seen = visible_to(user)
    if seen == Q():
        return rows
    scopes = scopes_of(user)
    if any(one.is_wide for one in scopes) and _follows_its_case(rows.model):
        # In this order and no other: a join, or two conditions, would be planned from the cases.
        its_case = Subquery(Case.objects.filter(seen, pk=_ITS_CASE).values("pk"))
        return rows.filter(case_id=Either(When(_perhaps(scopes), then=its_case)))
    return listed_by(user, rows)


def listed_by(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The same, to find cases by: a list of the newest begins with the cases."""
    seen = visible_to(user)
    return rows if seen == Q() else rows.filter(case_id__in=Case.objects.filter(seen).values("pk"))


def frozen_facts(freeze: Freeze, source: str) -> QuerySet[FrozenFact]:
    """The facts of a closed period."""
    return FrozenFact.objects.filter(freeze_id=freeze.pk, source=source)


def _follows_its_case(model: type[Model]) -> bool:
    """Facts of closed periods tell where their case was then."""
    return model is not FrozenFact


def _perhaps(scopes: Iterable[Scope]) -> Q:
    """Every fact whose case may be visible, by its own columns: the place and the class are those
    of the case unless it has been touched since; what is seen otherwise is asked of the case."""
    otherwise = reduce(or_, (one.beside_place() for one in scopes), NOBODY)
    placed = [one.by_place(class_column="class_id") for one in scopes if one.has_place]
    touched = Exists(Touched.objects.filter(case_id=_ITS_CASE))
    return reduce(or_, placed) | touched | Exists(Case.objects.filter(otherwise, pk=_ITS_CASE))
