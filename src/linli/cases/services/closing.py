"""From a handled case to an evaluated one: check on site, close, rework, rate, reopen, void."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.cases.models import Case, Report
from linli.cases.queries.settings import settings
from linli.cases.rules.inputs import Place
from linli.cases.services import granting, placing, telling
from linli.cases.services.core import Act, advance
from linli.cases.services.intake import _worker
from linli.kernel.errors import BadInput

if TYPE_CHECKING:
    from linli.staff.models import User

SATISFIED, FAIRLY, UNSATISFIED = 3, 2, 1


def request_check(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    assignee: int | None = None,
    opinion: str = "",
    seen: int | None = None,
) -> Case:
    """Send somebody who did not handle the case to look at the result on site."""

    def change(act: Act) -> None:
        act.case.assignee_id = _worker(act.case, assignee, "cases.check")
        act.case.check_passed, act.case.checked_by_id = None, None
        telling.tell_post(
            act.case, "cases.to_check", act.case.assignee_id, now=now, batch=act.batch
        )

    return advance(
        case_id, "request_check", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def check(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    passed: bool,
    place: Place | None,
    uploads: Sequence[str],
    opinion: str = "",
    seen: int | None = None,
) -> Case:
    """核查 on site: passed or not, with a photo and the position it was taken at (R58)."""
    if place is None:
        raise BadInput(
            _("place: the position of the check is missing. Allow the phone to share it."),
            field="place",
        )

    def change(act: Act) -> None:
        case = act.case
        point = placing.wgs84(place)
        distance = placing.distance_m(case.place, point)
        case.check_passed, case.checked_by = passed, actor
        act.detail |= {
            "passed": passed,
            "place": [round(point.x, 6), round(point.y, 6)],
            "distance_m": round(distance),
            "far": distance > settings().check_distance_m,
        }

    return advance(
        case_id,
        "check",
        actor=actor,
        now=now,
        opinion=opinion,
        uploads=uploads,
        seen=seen,
        change=change,
    )


def close(
    *, case_id: int, actor: User, now: datetime, opinion: str = "", seen: int | None = None
) -> Case:
    """结案 after a passed check, by somebody who did not handle the case (R12)."""

    def change(act: Act) -> None:
        act.case.closed_by, act.case.closed_at = actor, now
        act.case.assignee_id = None

    return advance(
        case_id, "close", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def rework(
    *, case_id: int, actor: User, now: datetime, opinion: str, seen: int | None = None
) -> Case:
    """返工: the check failed; the same unit has to act again, its clock starts anew."""

    def change(act: Act) -> None:
        case = act.case
        case.rework_count += 1
        case.dispatched_at = now
        case.handled_by_id = case.handled_at = None
        case.check_passed, case.checked_by_id, case.assignee_id = None, None, None
        telling.tell_unit(case, now=now, batch=act.batch)

    return advance(
        case_id, "rework", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def give_feedback(
    *, case_id: int, actor: User, now: datetime, opinion: str, seen: int | None = None
) -> Case:
    """The person was told the result; coordinated cases need it before closing (R61)."""

    def change(act: Act) -> None:
        act.case.feedback_given = True

    return advance(
        case_id, "give_feedback", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def void(
    *, case_id: int, actor: User, now: datetime, opinion: str, seen: int | None = None
) -> Case:
    """作废, with a reason the reporter can read."""

    def change(act: Act) -> None:
        act.case.suspended_until = None
        act.case.assignee_id = None
        granting.drop(act.case)

    return advance(case_id, "void", actor=actor, now=now, opinion=opinion, seen=seen, change=change)


def reopen(
    *,
    case_id: int,
    actor: User | None,
    now: datetime,
    opinion: str,
    uploads: Sequence[str] = (),
    holder: str | None = None,
    seen: int | None = None,
    said_by: tuple[int, int] | None = None,
) -> Case:
    """The resident disputes the closing, or the centre finds it wrong: filed and handled anew.

    `said_by` is the resident's report (case id, number): its follow page shows words and photos.
    """

    def change(act: Act) -> None:
        if said_by is not None:
            act.detail["follows"] = list(said_by)
        case = act.case
        case.reopen_count += 1
        case.self_handled = False
        case.lead_unit_id, case.co_units, case.route, case.arbiter_id = None, [], None, None
        case.handled_by_id = case.checked_by_id = case.closed_by_id = None
        case.check_passed = None
        case.feedback_given = False
        case.handled_at = case.closed_at = case.evaluated_at = None
        case.dispatched_at, case.rating = None, None

    return advance(
        case_id,
        "reopen",
        actor=actor,
        now=now,
        opinion=opinion,
        uploads=uploads,
        holder=holder,
        seen=seen,
        change=change,
        by_reporter=actor is None,
    )


def evaluate(
    *,
    case_id: int,
    actor: User | None,
    now: datetime,
    rating: int | None,
    report_number: int | None = None,
    opinion: str = "",
    seen: int | None = None,
) -> Case:
    """评价: the resident's rating (3 satisfied, 2 fairly, 1 not); None: the window ended (R80).

    `actor` is an operator who noted it in a call; None for the reporter or the clock.
    """
    if rating is not None and rating not in (SATISFIED, FAIRLY, UNSATISFIED):
        raise BadInput(
            _("rating: 3 is satisfied, 2 fairly satisfied, 1 not satisfied."), field="rating"
        )
    if rating is None and actor is not None:
        raise BadInput(_("rating: choose how satisfied the person is."), field="rating")

    def change(act: Act) -> None:
        act.case.rating, act.case.evaluated_at = rating, now
        act.detail["rating"] = rating
        if report_number is not None:
            Report.objects.filter(case_id=case_id, number=report_number).update(
                rating=rating, rated_at=now
            )
        if rating == UNSATISFIED:
            telling.tell_call_back(act.case, now=now, batch=act.batch)

    return advance(
        case_id,
        "evaluate",
        actor=actor,
        now=now,
        opinion=opinion,
        seen=seen,
        change=change,
        by_reporter=actor is None,
    )


def close_rating_windows(*, now: datetime, most: int = 500) -> int:
    """Evaluate closed cases whose rating window is over; returns how many. Safe to run twice."""
    edge = now - timedelta(days=settings().rating_days)
    waiting = Case.objects.filter(stage="closed", closed_at__lt=edge).order_by("closed_at")
    count = 0
    for case_id in list(waiting.values_list("pk", flat=True)[:most]):
        evaluate(case_id=case_id, actor=None, now=now, rating=None)
        count += 1
    return count
