"""What a handling unit asks for: more time (延期) and suspension (挂账), within the city's bounds.

What a request needs is settled when it is made, by the city's numbers (`rules.consents`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cases.models import Case, CaseClock, CaseSettings
from linli.cases.queries import people
from linli.cases.queries.settings import settings
from linli.cases.rules import Stage
from linli.cases.rules.consents import (
    Pending,
    needs_second_to_extend,
    needs_second_to_suspend,
    running,
    within,
)
from linli.cases.rules.moves import MoveRefused
from linli.cases.services import telling
from linli.cases.services.clocks import to_clock
from linli.cases.services.core import Act, advance
from linli.catalogue import queries as catalogue
from linli.catalogue.rules import Clock, Limit
from linli.kernel import rows
from linli.kernel.errors import BadInput

if TYPE_CHECKING:
    from linli.staff.models import User


def ask_extension(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    limit: Limit,
    opinion: str,
    seen: int | None = None,
) -> Case:
    """延期: the unit asks for more time, before the limit is over, with a reason.

    Raises MoveRefused (over, or as often as the city allows), BadInput for more than it allows.
    """

    def change(act: Act) -> None:
        case = act.case
        if case.due_at is not None and now > case.due_at:
            raise MoveRefused(
                _("The limit is over already; more time has to be asked for before."),
                field="limit",
            )
        two = _two_to_extend(case, limit, settings(), now)
        packed = [str(limit.amount), str(limit.unit)]
        _ask(act, Pending.EXTENSION_FIRST if two else Pending.EXTENSION, {"limit": packed})
        chiefs = people.users_with_grant("cases.extend", centre_id=case.centre_id)
        telling.tell(case, "cases.extension_asked", chiefs, now, batch=act.batch)

    return advance(
        case_id, "ask_extension", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def _two_to_extend(case: Case, asked: Limit, numbers: CaseSettings, now: datetime) -> bool:
    """Whether two consents are needed. Raises what the city's bounds forbid."""
    if case.extension_count >= numbers.extensions_most:
        raise MoveRefused(
            _(
                "limit: more time has been granted %(times)d times already, and the city allows no"
                " more. Report back, or ask the centre for a suspension."
            )
            % {"times": case.extension_count},
            field="limit",
        )
    clock, calendar = running(_handling_clock(case), now), catalogue.calendar()
    if not within(clock, asked, numbers.extension_percent_most, calendar):
        raise BadInput(
            _("limit: ask for at most %(percent)d %% of the original limit (%(limit)s) at once.")
            % {
                "percent": numbers.extension_percent_most,
                "limit": catalogue.limit_text(clock.limit),
            },
            field="limit",
        )
    return needs_second_to_extend(
        numbers, clock, asked, granted=case.extension_count, calendar=calendar
    )


def _handling_clock(case: Case) -> Clock:
    found = rows.read(
        CaseClock,
        "case_id = %s AND stage = %s AND ended_at IS NULL",
        [case.pk, Stage.HANDLING.value],
    )
    if not found:
        raise MoveRefused(
            _("limit: this case has no limit for handling, so there is nothing to extend."),
            field="limit",
        )
    return to_clock(found[0])


def ask_suspension(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    until: date | None,
    opinion: str,
    seen: int | None = None,
) -> Case:
    """挂账申请: the unit asks that the case stands still to a date; the clock runs on until then.

    Raises BadInput for a day the city does not allow.
    """
    numbers = settings()
    day = allowed_day(until, numbers.suspension_days, now)

    def change(act: Act) -> None:
        two = needs_second_to_suspend(numbers, days_until(day, now))
        asked = Pending.SUSPENSION_FIRST if two else Pending.SUSPENSION
        _ask(act, asked, {"until": day.isoformat()})
        chiefs = people.users_with_grant("cases.suspend", centre_id=act.case.centre_id)
        telling.tell(act.case, "cases.suspension_asked", chiefs, now, batch=act.batch)

    return advance(
        case_id, "ask_suspension", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def _ask(act: Act, pending: Pending, asked: Mapping[str, Any]) -> None:
    case = act.case
    case.pending = pending.value
    case.pending_by_id = act.seat.post_id if act.seat else None
    case.pending_detail = {**asked, "by": act.actor.pk if act.actor else None}
    act.detail |= asked
    act.detail["waits_for"] = pending.value


def allowed_day(until: date | None, most: int, now: datetime) -> date:
    """The day to which a case may stand still. Raises BadInput."""
    if until is None:
        raise BadInput(_("until: give the day on which the case goes on."), field="until")
    today = timezone.localdate(now)
    if not today < until <= today + timedelta(days=most):
        raise BadInput(
            _("until: choose a day after today, at most %(most)d days ahead.") % {"most": most},
            field="until",
        )
    return until


def days_until(day: date, now: datetime) -> int:
    """Whole days from today, as the city counts."""
    return (day - timezone.localdate(now)).days
