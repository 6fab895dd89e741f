"""What waits for a worker on site: to verify and to check (R58, R75)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.db.models import F, Q, QuerySet

from linli.cases import queries as cases
from linli.cases.queries.lists import SHOWN, where
from linli.cases.rules import Stage
from linli.cases.rules.filters import CaseFilter
from linli.cases.rules.inputs import Place
from linli.staff import policy as staff

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.staff.models import User

QUEUES = {"to_verify": "cases.verify", "to_check": "cases.check"}
MOST_SHOWN = 60


@dataclass(frozen=True)
class Task:
    """A case and what is asked of the worker; `distance_m` only while a position is given."""

    case: Case
    move: str  # verify, check
    distance_m: float | None


@dataclass(frozen=True)
class Tasks:
    """The list, and how many there are in all (what the badge says)."""

    rows: list[Task]
    count: int

    @property
    def hidden(self) -> int:
        return self.count - len(self.rows)


def _waiting(user: User, now: datetime) -> QuerySet[Case]:
    wanted = Q(pk__in=[])
    for queue in QUEUES:
        wanted |= where(user, CaseFilter(queue=queue), now=now)
    return cases.cases_for(user).filter(wanted)


def waiting(user: User, now: datetime) -> dict[str, QuerySet[Case]]:
    """What the badge counts: exactly the rows of the list; nothing for people who never go on
    site."""
    return {"tasks": _waiting(user, now)} if staff.holds_any(user, QUEUES.values()) else {}


def tasks_for(
    user: User, *, now: datetime, here: Place | None = None, most: int = MOST_SHOWN
) -> Tasks:
    """Nearest first if `here` is given, else due first. Two queries. `here` is not kept (P6)."""
    waiting = _waiting(user, now)
    rows = waiting.select_related(*SHOWN)
    if here is not None:
        rows = rows.annotate(distance=Distance("place", Point(here.lon, here.lat, srid=4326)))
        order = (F("distance").asc(nulls_last=True), "id")
    else:
        order = (F("due_at").asc(nulls_last=True), "id")
    found = [Task(case, move_of(case), _metres(case)) for case in rows.order_by(*order)[: most + 1]]
    count = len(found) if len(found) <= most else waiting.count()
    return Tasks(found[:most], count)


def next_after(user: User, case: Case, *, now: datetime) -> Task | None:
    """The nearest other task, seen from `case`. One query."""
    here = None
    if case.place is not None:
        here = Place(case.place.x, case.place.y)
    rows = tasks_for(user, now=now, here=here, most=2).rows
    return next((task for task in rows if task.case.pk != case.pk), None)


def move_of(case: Case) -> str:
    """What is asked of a worker at this stage; empty for nothing."""
    return {Stage.VERIFYING: "verify", Stage.CHECKING: "check"}.get(Stage(case.stage), "")


def _metres(case: Case) -> float | None:
    distance = getattr(case, "distance", None)
    return None if distance is None else float(distance.m)
