"""One case: found by number, with its story."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point, Polygon
from django.contrib.gis.measure import Distance as Metres
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from linli.cases import policy, rules
from linli.cases.models import Case, CaseClock, CaseEvent, CaseFile, Report, ReportContact
from linli.cases.queries.following import MOST_MERGES
from linli.cases.queries.lists import SHOWN, cases_for
from linli.cases.rules.stages import OPEN
from linli.kernel.errors import NotFound
from linli.territory.rules.coordinates import metres_per_degree

if TYPE_CHECKING:
    from linli.staff.models import User


def case_for(user: User, number: str) -> Case:
    """The case with this number. One query. Raises NotFound, also for a case of others."""
    parsed = rules.parse_case_number(number)
    if parsed is not None:
        case = (
            cases_for(user)
            .select_related(*SHOWN, "condition", "assignee__user", "cell", "decider")
            .filter(pk=parsed[0])
            .first()
        )
        if case is not None and case.reported_on == parsed[1]:
            return case
    raise NotFound(_("There is no such case, or you may not see it."))


def cases_on(user: User, component_code: int, *, most: int = 50) -> list[Case]:
    """The cases on a component that `user` may see, newest first. One query."""
    rows = cases_for(user).filter(component_code=component_code).select_related("case_class")
    return list(rows.order_by("-reported_at", "-id")[:most])


def story_of(case: Case) -> list[CaseEvent]:
    """The events, oldest first, with who and from where. One query."""
    rows = CaseEvent.objects.filter(case_id=case.pk).order_by("number")
    return list(rows.select_related("actor", "post", "unit"))


def files_of(case: Case) -> list[CaseFile]:
    """The files, oldest first. One query."""
    return list(CaseFile.objects.filter(case_id=case.pk).order_by("number"))


def file_of(case: Case, number: int) -> CaseFile:
    """One file. Raises NotFound."""
    row = CaseFile.objects.filter(case_id=case.pk, number=number).first()
    if row is None:
        raise NotFound(_("There is no such file in this case."))
    return row


def reports_of(case: Case) -> list[Report]:
    """The reports, oldest first, without who sent them. One query."""
    return list(Report.objects.filter(case_id=case.pk).order_by("number"))


def clocks_of(case: Case) -> list[CaseClock]:
    """The clocks, oldest first. One query."""
    rows = CaseClock.objects.filter(case_id=case.pk).order_by("number")
    return list(rows.select_related("centre", "unit"))


def contacts_of(case: Case) -> dict[int, ReportContact]:
    """Who reported, by report number: only for `policy.may_read_contacts`. One query."""
    return {c.number: c for c in ReportContact.objects.filter(case_id=case.pk)}


def merged_into(user: User, case: Case) -> QuerySet[Case]:
    """The cases that were merged into this one. One query."""
    return cases_for(user).filter(merged_into=case.pk).order_by("id")


def open_near(user: User | None, *, lon: float, lat: float, radius_m: float) -> QuerySet[Case]:
    """Open cases within `radius_m` metres, nearest first; `user` None: for the public page."""
    rows = Case.objects.all() if user is None else cases_for(user)
    return near(rows, lon=lon, lat=lat, radius_m=radius_m).filter(stage__in=OPEN)


def near(rows: QuerySet[Case], *, lon: float, lat: float, radius_m: float) -> QuerySet[Case]:
    """Those of `rows` within `radius_m` metres, nearest first, with `distance`."""
    x, y = metres_per_degree(lat)
    dx, dy = radius_m / x, radius_m / y
    box = Polygon.from_bbox((lon - dx, lat - dy, lon + dx, lat + dy))
    box.srid = 4326
    here = Point(lon, lat, srid=4326)
    return (
        rows.filter(place__intersects=box)
        .annotate(distance=Distance("place", here, spheroid=True))
        .filter(distance__lte=Metres(m=radius_m))
        .order_by("distance")
    )


def voices_of(case: Case, merged: Sequence[Case]) -> int:
    """How many reports stand behind a case: its own, and those of the cases `merged` into it and
    into these. One query a level of merges below the first; none without any."""
    voices = case.report_count + sum(one.report_count for one in merged)
    frontier = [one.pk for one in merged]
    for _level in range(MOST_MERGES):
        if not frontier:
            break
        below = list(
            Case.objects.filter(merged_into__in=frontier).values_list("pk", "report_count")
        )
        frontier = [pk for pk, _count in below]
        voices += sum(count for _pk, count in below)
    return voices


def may_see(user: User, case_id: int) -> bool:
    """Whether `user` may see the case. One query."""
    return cases_for(user).filter(pk=case_id).exists()


def moves_with_forms(user: User, case: Case) -> list[tuple[str, rules.Move]]:
    """The moves open to `user` with their rows of the table. No query."""
    return [(name, rules.MOVES[name]) for name in policy.moves_for(user, case)]
