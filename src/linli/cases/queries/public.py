"""What everybody may know of cases: class, stage, day and a rounded place (P12, P15).

Never the words of a resident, nor a number to reach one by; places are rounded, and distances are
counted from the rounded place, so that no asking brings out the true one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cases import rules
from linli.cases.models import Case, CaseFile
from linli.cases.queries.one import near
from linli.cases.queries.settings import settings
from linli.cases.queries.similar import MOST_NEAR, Asked, ranked
from linli.cases.rules.stages import OPEN, Stage
from linli.kernel.errors import NotFound
from linli.territory.rules.coordinates import metres_between, metres_per_degree

ROUNDED_M = 20
#: Classes that are about persons rather than things: reported like others, shown to nobody else.
ABOUT_PERSONS = ("E0502", "E0601", "E0602", "E0699")
SOLVED = (Stage.CLOSED, Stage.EVALUATED)


@dataclass(frozen=True)
class PublicCase:
    """A case as strangers see it. `after` is the number of a photo of the result, if there is one.

    `lon`, `lat`: WGS84, rounded to about 20 m; `distance_m` from there, in tens of metres.
    """

    case_id: int
    number: str
    class_name: str
    class_code: str
    stage: str
    reported_on: date
    closed_on: date | None
    area: str
    lon: float
    lat: float
    distance_m: int | None = None
    after: int | None = None
    same_picture: bool = False  # as one that was asked with

    @property
    def solved(self) -> bool:
        return self.stage in SOLVED

    @property
    def stage_label(self) -> str:
        return str(Stage(self.stage).label)


@dataclass(frozen=True)
class PublicFigures:
    """Counts of one grid; `rated` of the solved ones were rated, `satisfied` of them well."""

    reported: int
    solved: int
    open: int
    rated: int
    satisfied: int


def public_near(
    *,
    lon: float,
    lat: float,
    now: datetime,
    radius_m: float = 1000,
    solved_days: int = 30,
    most: int = 60,
) -> list[PublicCase]:
    """Filed and open cases and those solved lately, nearest first. Two queries."""
    rows = near(public_rows(now=now, solved_days=solved_days), lon=lon, lat=lat, radius_m=radius_m)
    found = [_public(case, here=(lon, lat)) for case in rows[:most]]
    return sorted(_with_photos(found), key=lambda case: case.distance_m or 0)


def public_similar(
    *,
    lon: float,
    lat: float,
    at: datetime,
    class_id: int | None = None,
    pictures: tuple[int, ...] = (),
    most: int = 5,
) -> list[PublicCase]:
    """Open cases that may be the same problem (R74), likeliest first: by place, time, class and
    picture, never by what others wrote: no asking brings out words of a resident.

    Radius and hours are the city's. Two queries, one more with pictures.
    """
    numbers = settings()
    within = timedelta(hours=numbers.similar_hours)
    shown = Q(case_class=None) | _PUBLIC
    rows = near(
        Case.objects.select_related("case_class", "grid", "community"),
        lon=lon,
        lat=lat,
        radius_m=numbers.similar_radius_m,
    ).filter(shown, stage__in=OPEN, reported_at__gte=at - within)
    asked = Asked(at=at, class_id=class_id, pictures=pictures)
    found = {case.pk: case for case in rows[:MOST_NEAR]}
    public = {pk: _public(case, here=(lon, lat)) for pk, case in found.items()}
    metres = {pk: float(one.distance_m or 0) for pk, one in public.items()}
    likely = ranked(asked, found, numbers.similar_radius_m + ROUNDED_M, within, metres)
    return [
        replace(public[one.case.pk], same_picture=one.likeness.same_picture)
        for one in likely[:most]
    ]


def public_solved(*, most: int = 6) -> list[PublicCase]:
    """The cases closed last, newest first, each with a photo of the result if any. Two queries."""
    rows = _shown().filter(stage=Stage.CLOSED, closed_at__isnull=False).order_by("-closed_at")
    return _with_photos([_public(case) for case in rows[:most]])


def public_figures(grid_id: int, *, since: datetime) -> PublicFigures:
    """Counts of one grid since a moment; `open` is now. One query."""
    solved = Q(stage__in=SOLVED, closed_at__gte=since)
    found = Case.objects.filter(grid_id=grid_id).aggregate(
        reported=Count("pk", filter=Q(reported_at__gte=since)),
        solved=Count("pk", filter=solved),
        open=Count("pk", filter=Q(stage__in=OPEN)),
        rated=Count("pk", filter=solved & Q(rating__isnull=False)),
        satisfied=Count("pk", filter=solved & Q(rating__gte=2)),
    )
    return PublicFigures(**found)


def public_photo(number: str, file_number: int) -> CaseFile:
    """The photo of a result. Two queries. Raises NotFound for every other file."""
    parsed = rules.parse_case_number(number)
    if parsed is not None:
        case = _shown().filter(pk=parsed[0], stage__in=SOLVED).first()
        if case is not None and case.reported_on == parsed[1]:
            row = results_of([case.pk]).filter(number=file_number).first()
            if row is not None:
                return row
    raise NotFound(_("There is no such file in this case."))


_PUBLIC = Q(case_class__public=True) & ~Q(case_class__code__in=ABOUT_PERSONS)


def public_rows(*, now: datetime, solved_days: int = 30) -> QuerySet[Case]:
    """Filed and open cases and those solved lately, of public classes, unordered."""
    return _shown().filter(
        Q(stage__in=[s for s in OPEN if s not in (Stage.REPORTED, Stage.VERIFYING)])
        | Q(stage__in=SOLVED, closed_at__gte=now - timedelta(days=solved_days))
    )


def _shown() -> QuerySet[Case]:
    rows = Case.objects.select_related("case_class", "grid", "community")
    return rows.filter(_PUBLIC, place__isnull=False)


def results_of(case_ids: Iterable[int]) -> QuerySet[CaseFile]:
    return CaseFile.objects.filter(
        case_id__in=list(case_ids), purpose=CaseFile.Purpose.AFTER, kind="photo"
    ).order_by("case_id", "number")


def _with_photos(cases: list[PublicCase]) -> list[PublicCase]:
    after: dict[int, int] = {}
    for row in results_of(case.case_id for case in cases if case.solved):
        after[row.case_id] = row.number  # the last one: after any rework
    return [replace(case, after=after.get(case.case_id)) for case in cases]


def _public(case: Case, here: tuple[float, float] | None = None) -> PublicCase:
    assert case.place is not None
    lon, lat = rounded(case.place.x, case.place.y)
    kind = case.case_class
    areas = [a.name for a in (case.community, case.grid) if a is not None]
    closed = timezone.localdate(case.closed_at) if case.closed_at else None
    return PublicCase(
        case_id=case.pk,
        number=case.number,
        class_name=kind.label if kind else "",
        class_code=kind.code if kind else "",
        stage=case.stage,
        reported_on=case.reported_on,
        closed_on=closed,
        area=" ".join(areas),
        lon=lon,
        lat=lat,
        distance_m=None if here is None else _metres((lon, lat), here),
    )


def rounded(lon: float, lat: float) -> tuple[float, float]:
    """The middle of the square of about 20 m in which a point lies."""
    _x, y = metres_per_degree(31.0)  # one lattice for all: squares must not shift with the point
    step_lat = ROUNDED_M / y
    row = math.floor(lat / step_lat) + 0.5
    x, _y = metres_per_degree(row * step_lat)
    step_lon = ROUNDED_M / x
    return (
        round((math.floor(lon / step_lon) + 0.5) * step_lon, 6),
        round(row * step_lat, 6),
    )


def _metres(a: tuple[float, float], b: tuple[float, float]) -> int:
    """To ten metres: more would tell more than the rounded place does."""
    return round(metres_between(a, b) / 10) * 10
