"""The cases on components (部件): how many, and how often this year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q
from django.utils import timezone

from linli.cases.models import Case
from linli.cases.queries.lists import cases_for
from linli.cases.rules.stages import OPEN

if TYPE_CHECKING:
    from linli.staff.models import User


class OnThing(NamedTuple):
    """Cases on one component: still open, and reported in the year of the question."""

    open: int
    this_year: int


NONE = OnThing(0, 0)


def counts_on(user: User, codes: Iterable[int], *, now: datetime) -> dict[int, OnThing]:
    """The figures of each component that has cases `user` may see. One query."""
    rows = (
        cases_for(user)
        .filter(component_code__in=list(codes))
        .order_by()
        .values("component_code")
        .annotate(
            still=Count("pk", filter=Q(stage__in=[stage.value for stage in OPEN])),
            lately=Count("pk", filter=Q(reported_at__gte=_year_of(now))),
        )
    )
    return {
        code: OnThing(still, lately)
        for code, still, lately in rows.values_list("component_code", "still", "lately")
        if code is not None
    }


def nth_of_year(user: User, case: Case) -> int:
    """The how many-th case of its year on its component this is, of those `user` may see. One
    query."""
    rows = cases_for(user).filter(
        component_code=case.component_code,
        reported_at__gte=_year_of(case.reported_at),
        reported_at__lte=case.reported_at,
    )
    return rows.count()


def _year_of(at: datetime) -> datetime:
    """The first moment of its year, as the city counts."""
    return timezone.localtime(at).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)


def others_on(user: User, case: Case, *, most: int = 5) -> list[Case]:
    """The other cases on the component of a case that `user` may see, newest first; none where it
    has no component. One query."""
    if case.component_code is None:
        return []
    rows = cases_for(user).filter(component_code=case.component_code).exclude(pk=case.pk)
    return list(rows.select_related("case_class").order_by("-reported_at", "-id")[:most])
