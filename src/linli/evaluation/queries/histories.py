"""The histories of cases as the facts need them. For the job that follows; no person reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q

from linli.cases.models import Case, CaseClock, CaseEvent
from linli.catalogue import queries as catalogue
from linli.catalogue.rules import Clock, WorkCalendar
from linli.evaluation.rules.fairness import stratum_of
from linli.evaluation.rules.histories import Happened, History, Ran
from linli.staff.models import GridDuty
from linli.staff.models.posts import DutyRole


class Known(NamedTuple):
    """A case's history, and where and of what kind it is."""

    history: History
    placed: dict[str, object]
    area_grade: str


_COLUMNS = (
    "id", "channel", "assignee_id", "reported_at", "district_id", "street_id", "community_id",
    "grid_id", "case_class_id", "area_grade",
)  # fmt: skip


def histories(case_ids: Sequence[int]) -> list[Known]:
    """The histories of these cases, in any order. Five queries."""
    ids, book = list(case_ids), catalogue.current()
    cases = list(Case.objects.filter(pk__in=ids).values(*_COLUMNS))
    events, clocks = _events(ids), _clocks(ids, book.calendar)
    keepers = _keepers([(one["grid_id"], one["reported_at"]) for one in cases if one["grid_id"]])
    return [
        Known(
            History(
                case_id=one["id"],
                channel=one["channel"],
                assignee_id=one["assignee_id"],
                keeper_id=keepers.get((one["grid_id"], one["reported_at"])),
                events=events[one["id"]],
                clocks=clocks[one["id"]],
            ),
            {
                "district_id": one["district_id"],
                "street_id": one["street_id"],
                "community_id": one["community_id"],
                "grid_id": one["grid_id"],
                "class_id": one["case_class_id"],
                "channel": one["channel"],
                "stratum": stratum_of(
                    _group(book, one["case_class_id"]), one["reported_at"], one["area_grade"]
                ),
            },
            one["area_grade"],
        )
        for one in cases
    ]


def _group(book: catalogue.Catalogue, class_id: int | None) -> str:
    """The major class: its kind and number, `E01`; empty before a case has a class."""
    if class_id is None:
        return ""
    one = book.class_by_id(class_id)
    return f"{one.kind[:1].upper()}{one.major_code}"


def _events(ids: list[int]) -> dict[int, list[Happened]]:
    found: dict[int, list[Happened]] = defaultdict(list)
    rows = CaseEvent.objects.filter(case_id__in=ids).order_by("case_id", "number")
    for row in rows.values_list(
        "case_id", "number", "move", "at", "stage_from", "stage_to", "post_id", "unit_id", "detail"
    ):
        found[row[0]].append(Happened(*row[1:]))
    return found


def _clocks(ids: list[int], calendar: WorkCalendar) -> dict[int, list[Ran]]:
    """A clock that stands still has no due time, unless its limit had run out before."""
    found: dict[int, list[Ran]] = defaultdict(list)
    rows = CaseClock.objects.filter(case_id__in=ids).order_by("case_id", "number")
    for case_id, stage, started_at, due_at, ended_at, late, *limit in rows.values_list(
        "case_id", "stage", "started_at", "due_at", "ended_at", "late",
        "limit_amount", "limit_unit", "stops", "granted",
    ):  # fmt: skip
        stands = due_at is None and ended_at is None
        due = _clock(started_at, *limit).over_at(calendar) if stands else due_at
        found[case_id].append(Ran(stage, started_at, due, ended_at, late))
    return found


def _clock(started_at: datetime, amount: Decimal, unit: str, stops: Any, granted: Any) -> Clock:
    return Clock.unpack(
        {
            "limit": [str(amount), unit],
            "started_at": started_at.isoformat(),
            "stops": stops,
            "granted": granted,
        }
    )


def _keepers(
    wanted: list[tuple[int, datetime]],
) -> dict[tuple[int | None, datetime], int]:
    """Whose ground a grid was at a moment: its primary worker's post, if that had not ended."""
    if not wanted:
        return {}
    duties: dict[int, list[tuple[datetime, datetime | None, int]]] = defaultdict(list)
    rows = GridDuty.objects.filter(
        Q(role=DutyRole.PRIMARY), grid_id__in={grid for grid, _at in wanted}
    )
    for grid, since, until, post, end in rows.values_list(
        "grid_id", "valid_from", "valid_to", "post_id", "post__valid_to"
    ):
        duties[grid].append((since, min(filter(None, (until, end)), default=None), post))
    found: dict[tuple[int | None, datetime], int] = {}
    for grid, at in wanted:
        for since, until, post in duties[grid]:
            if since <= at and (until is None or at < until):
                found[grid, at] = post
    return found
