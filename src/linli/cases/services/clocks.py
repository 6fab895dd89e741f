"""The clocks of a case: which limit runs at which stage, and every change of a due time."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from linli.cases.models import Case, CaseClock
from linli.cases.rules import OPEN, Stage
from linli.cases.rules.limits import limited
from linli.catalogue import queries as catalogue
from linli.catalogue.models import CaseClass, FilingCondition
from linli.catalogue.queries import Catalogue, NoLimit
from linli.catalogue.rules import Clock, Limit, LimitUnit
from linli.catalogue.rules import extend as extend_clock
from linli.catalogue.rules import resume as resume_clock
from linli.catalogue.rules import stop as stop_clock
from linli.kernel import rows
from linli.kernel.rows import Batch

_UNIT_STAGES = (Stage.DISPATCHED, Stage.HANDLING)


def limit_at(book: Catalogue, case: Case, stage: str, now: datetime) -> Limit | None:
    """The limit of `stage` for this case: for handling the class's own, or what the routing rule
    sets; a desk limit otherwise."""
    on = timezone.localdate(now)
    if stage == Stage.HANDLING and case.case_class_id is not None:
        subject: CaseClass | FilingCondition = book.class_by_id(case.case_class_id)
        if case.condition_id is not None:
            subject = book.condition_by_id(case.condition_id)
        try:
            own: Limit | None = book.handling_limit(subject, case.area_grade, case.urgency, on)
        except NoLimit:  # a class without conditions: the desk limit of the stage, if any
            own = book.stage_limit(stage, case.urgency, on)
        return limited(case.route, own)
    return book.stage_limit(stage, case.urgency, on)


def begin(case: Case, *, now: datetime) -> CaseClock | None:
    """The first clock of a new case (not saved); sets the case's due time."""
    book = catalogue.current()
    limit = limit_at(book, case, case.stage, now)
    if limit is None:
        return None
    row = _row(case, case.stage, limit, now)
    _measure(book, row)
    case.due_at, case.warn_at = row.due_at, row.warn_at
    return row


def turn(
    case: Case,
    stage_from: str,
    *,
    now: datetime,
    relimit: bool,
    detail: dict[str, Any],
    batch: Batch,
) -> None:
    """Bring the clocks in line with a move that has set `case.stage`, and note a changed due time.

    One query to read the running clocks; what changes is written with `batch`.
    """
    moved = case.stage != stage_from
    if not (moved or relimit or "clock" in detail):
        return
    book = catalogue.current()
    running = _running(case)
    if moved:
        running = _end(book, case, running, now, batch)
        running += _start(book, case, running, now, batch)
    action = detail.pop("clock", None)
    before = {row.number: row.due_at for row in running}
    changed = [row for row in running if _apply(book, case, row, action, relimit, now)]
    if isinstance(action, Limit):  # the unit's clock may be another than that of the stage
        detail["term"] = [_moment(before[row.number]) for row in changed[:1]] + [
            _moment(row.due_at) for row in changed[:1]
        ]
    for row in changed:
        batch.change(row, ["limit_amount", "limit_unit", "stops", "granted", "due_at", "warn_at"])
    _mirror(case, running, detail)


def _running(case: Case) -> list[CaseClock]:
    """Read after the case is locked, by a statement of its own: it sees what the last mover did."""
    return rows.read(CaseClock, "case_id = %s AND ended_at IS NULL ORDER BY number", [case.pk])


def _end(
    book: Catalogue, case: Case, running: list[CaseClock], now: datetime, batch: Batch
) -> list[CaseClock]:
    """End the clocks that the new stage leaves; returns those that go on."""
    going_on = []
    for row in running:
        if case.stage in _UNIT_STAGES and row.stage == Stage.HANDLING and _same_round(case, row):
            going_on.append(row)
            continue
        clock = to_clock(row)
        if clock.stopped:
            clock = resume_clock(clock, now)
            row.due_at = clock.due_at(book.calendar)
        row.ended_at = now
        row.late = row.due_at is not None and now > row.due_at
        row.stops = clock.packed()["stops"]
        batch.change(row, ["ended_at", "late", "stops", "due_at"])
    return going_on


def _same_round(case: Case, row: CaseClock) -> bool:
    return case.dispatched_at is not None and row.started_at == case.dispatched_at


def _start(
    book: Catalogue, case: Case, running: list[CaseClock], now: datetime, batch: Batch
) -> list[CaseClock]:
    """Start the clocks of the new stage. Dispatch starts the handling limit at once."""
    if case.stage not in OPEN:
        return []
    stages = [case.stage]
    if case.stage == Stage.DISPATCHED:
        stages.append(Stage.HANDLING)
    have = {row.stage for row in running}
    fresh = []
    for stage in stages:
        limit = None if stage in have else limit_at(book, case, stage, now)
        if limit is not None:
            row = _row(case, stage, limit, now)
            _measure(book, row)
            fresh.append(row)
    batch.insert(*fresh)
    return fresh


def restart(case: Case, *, now: datetime, batch: Batch) -> None:
    """Another centre owns the case now: its tier gets a clock of its own, the former is kept.

    For moves that change neither stage nor limit, whose clocks `turn` leaves alone.
    """
    for row in _running(case):
        row.ended_at = now
        row.late = row.due_at is not None and now > row.due_at
        batch.change(row, ["ended_at", "late"])
    started = _start(catalogue.current(), case, [], now, batch)
    _mirror(case, started, {})


def _apply(
    book: Catalogue, case: Case, row: CaseClock, action: object, relimit: bool, now: datetime
) -> bool:
    """Change one running clock as the move asks; returns whether it changed."""
    clock = to_clock(row)
    if action == "stop" and not clock.stopped:
        clock = stop_clock(clock, max(now, clock.started_at))
    elif action == "resume" and clock.stopped:
        clock = resume_clock(clock, now)
    elif isinstance(action, Limit) and row.stage == Stage.HANDLING:
        clock = extend_clock(clock, action)
    elif relimit:
        limit = limit_at(book, case, row.stage, now)
        if limit is None or limit == clock.limit:
            return False
        clock = Clock(limit, clock.started_at, clock.stops, clock.granted)
    else:
        return False
    packed = clock.packed()
    row.limit_amount, row.limit_unit = clock.limit.amount, clock.limit.unit
    row.stops, row.granted = packed["stops"], packed["granted"]
    _measure(book, row)
    return True


def _mirror(case: Case, running: list[CaseClock], detail: dict[str, Any]) -> None:
    """The case shows the clock of its own stage; a changed due time goes into the event."""
    own = next((row for row in running if row.stage == case.stage), None)
    due, warn = (own.due_at, own.warn_at) if own else (None, None)
    if due != case.due_at:
        detail["due"] = {"from": _moment(case.due_at), "to": _moment(due)}
    case.due_at, case.warn_at = due, warn


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def to_clock(row: CaseClock) -> Clock:
    """The pure clock of a row."""
    return Clock.unpack(
        {
            "limit": [str(row.limit_amount), row.limit_unit],
            "started_at": row.started_at.isoformat(),
            "stops": row.stops,
            "granted": row.granted,
        }
    )


def _row(case: Case, stage: str, limit: Limit, now: datetime) -> CaseClock:
    case.clock_count += 1
    return CaseClock(
        case_id=case.pk,
        number=case.clock_count,
        stage=stage,
        centre_id=case.centre_id,
        unit_id=case.lead_unit_id if stage in _UNIT_STAGES else None,
        limit_amount=Decimal(limit.amount),
        limit_unit=LimitUnit(limit.unit),
        started_at=now,
        stops=[],
        granted=[],
    )


def _measure(book: Catalogue, row: CaseClock) -> None:
    clock, calendar = to_clock(row), book.calendar
    row.due_at, row.warn_at = clock.due_at(calendar), clock.warn_at(calendar)
