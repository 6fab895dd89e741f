"""Cases as rows: lists, one case, its clocks, its requests."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.api.queries.names import Row, grids_by_id, iso, units_by_id
from linli.cases import queries as cases
from linli.cases import rules
from linli.cases.models import Case, CaseClock
from linli.cases.queries import requests as asking
from linli.cases.rules.filters import CaseFilter
from linli.catalogue import queries as catalogue
from linli.catalogue.rules import Limit, LimitUnit, light
from linli.components.rules.codes import text_of
from linli.kernel.errors import NotFound
from linli.kernel.web import cursor_text
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.staff.models import User


class Rows(NamedTuple):
    """Some rows and the token of the next page, or None at the end."""

    rows: list[Row]
    next: str | None


_NAMES = (
    "id", "reported_at", "stage", "stage_since", "urgency", "handling", "channel", "description",
    "address", "due_at", "warn_at", "suspended_until", "event_count", "report_count", "rating",
    "case_class_id", "grid_id", "community_id", "street_id", "district_id", "centre_id",
    "lead_unit_id", "component_code",
)  # fmt: skip
_LISTED = (*_NAMES, "lon", "lat")
_COLUMNS = ", ".join((*_NAMES, "ST_X(place)", "ST_Y(place)"))


def case_rows(
    user: User,
    wanted: CaseFilter,
    *,
    now: datetime,
    after: tuple[datetime, int] | None,
    size: int,
) -> Rows:
    """The newest cases that fit, `size` a page, as `GET /cases` shows them. 3 queries.

    `after` is the last row of the page before: the moment of its report and its id.
    """
    below = None if after is None else cases.Found(*after)
    rows = cases.newest_values(user, wanted, _COLUMNS, now=now, size=size + 1, below=below)
    found = [dict(zip(_LISTED, row, strict=True)) for row in rows]
    more, found = len(found) > size, found[:size]
    token = cursor_text([found[-1]["reported_at"].isoformat(), found[-1]["id"]]) if more else None
    return Rows(_case_rows(found, now), token)


def _case_rows(found: list[Row], now: datetime) -> list[Row]:
    """Rows of the table as the interface shows them. Names come from memory: joins for them would
    cost several times the query itself, in planning alone."""
    book, tree = catalogue.current(), territory.tree()
    grids = grids_by_id(tree, {row["grid_id"] for row in found})
    units = units_by_id(
        {row["centre_id"] for row in found} | {row["lead_unit_id"] for row in found}
    )

    def kind(class_id: int | None) -> Row | None:
        if class_id is None:
            return None
        found = book.class_by_id(class_id)
        return {"code": found.code, "name": found.name}

    def region(region_id: int | None) -> str | None:
        return None if region_id is None else tree.region(region_id).code

    return [
        {
            "number": rules.case_number(row["id"], timezone.localdate(row["reported_at"])),
            "stage": row["stage"],
            "case_class": kind(row["case_class_id"]),
            "urgency": row["urgency"],
            "handling": row["handling"],
            "channel": row["channel"],
            "description": row["description"],
            "address": row["address"],
            "place": None if row["lon"] is None else {"lon": row["lon"], "lat": row["lat"]},
            "component": row["component_code"] and text_of(row["component_code"]),
            "grid": grids.get(row["grid_id"]),
            "community": region(row["community_id"]),
            "street": region(row["street_id"]),
            "district": region(row["district_id"]),
            "centre": units[row["centre_id"]],
            "unit": units.get(row["lead_unit_id"]),
            "reported_at": row["reported_at"].isoformat(),
            "stage_since": row["stage_since"].isoformat(),
            "due_at": iso(row["due_at"]),
            "light": light_of(row["stage"], now, row["warn_at"], row["due_at"]),
            "suspended_until": iso(row["suspended_until"]),
            "reports": row["report_count"],
            "rating": row["rating"],
            "seen": row["event_count"],
        }
        for row in found
    ]


def light_of(
    stage: str, now: datetime, warn_at: datetime | None, due_at: datetime | None
) -> str | None:
    """The light of an open case; None for one that has ended."""
    if stage not in rules.OPEN:
        return None
    return str(light(now, warn_at, due_at))


def case_for(user: User, number: str) -> Case:
    """The case with this number, without its names: those come from memory. One query.

    Raises NotFound, also for a foreign case.
    """
    parsed = rules.parse_case_number(number)
    if parsed is not None:
        case = cases.cases_for(user).filter(pk=parsed[0]).first()
        if case is not None and case.reported_on == parsed[1]:
            return case
    raise _no_such_case()


def case_row(case: Case, now: datetime) -> Row:
    """One case as a row of the list."""
    row = {name: getattr(case, name) for name in _NAMES}
    row["lon"], row["lat"] = case.place.coords if case.place else (None, None)
    return _case_rows([row], now)[0]


def clock_rows(case: Case) -> list[Row]:
    """The clocks of a case, oldest first. One query."""
    clocks = CaseClock.objects.filter(case_id=case.pk).order_by("number")
    return [
        {
            "stage": clock.stage,
            "limit": catalogue.limit_text(Limit(clock.limit_amount, LimitUnit(clock.limit_unit))),
            "started_at": iso(clock.started_at),
            "due_at": iso(clock.due_at),
            "warn_at": iso(clock.warn_at),
            "ended_at": iso(clock.ended_at),
            "late": clock.late,
            "stopped": bool(clock.stops) and clock.stops[-1][1] is None,
        }
        for clock in clocks
    ]


def request_rows(case: Case) -> list[Row]:
    """More time and suspensions of a case, oldest first. One query."""
    return [
        {
            "kind": one.kind,
            "what": one.what,
            "until": iso(one.until),
            "answer": one.answer.value,
            "asked": one.asked and _said(one.asked),
            "consents": [_said(said) for said in one.consents],
            "refusal": one.refusal and _said(one.refusal),
            "withdrawal": one.withdrawal and _said(one.withdrawal),
            "due_from": iso(one.due_from),
            "due_to": iso(one.due_to),
        }
        for one in asking.requests_of(asking.request_events(case))
    ]


def _said(said: asking.Said) -> Row:
    return {"who": said.who, "post": said.post, "at": iso(said.at), "words": said.words}


def _no_such_case() -> NotFound:
    return NotFound(_("There is no such case, or you may not see it."))


def case_id_for(user: User, number: str) -> int:
    """The id of the case with this number. One query. Raises NotFound, also for a foreign case."""
    parsed = rules.parse_case_number(number)
    if parsed is not None:
        at = cases.cases_for(user).filter(pk=parsed[0]).values_list("reported_at", flat=True)
        if (found := at.first()) is not None and timezone.localdate(found) == parsed[1]:
            return parsed[0]
    raise _no_such_case()


def number_of(user: User, case_id: int | None) -> str | None:
    """The number of a case by its id, if `user` may see it. One query unless `case_id` is None."""
    if case_id is None:
        return None
    at = cases.cases_for(user).filter(pk=case_id).values_list("reported_at", flat=True).first()
    return None if at is None else rules.case_number(case_id, timezone.localdate(at))


def similar_row(found: cases.Similar) -> Row:
    """A case of `cases.queries.similar_cases` as `/similar` shows it."""
    case, likeness = found.case, found.likeness
    kind = case.case_class
    return {
        "number": case.number,
        "stage": case.stage,
        "case_class": kind and {"code": kind.code, "name": kind.name},
        "description": case.description,
        "distance_m": None if found.distance_m is None else round(found.distance_m, 1),
        "reported_at": case.reported_at.isoformat(),
        "chance": round(likeness.chance, 3),
        "reasons": found.reasons,
    }
