"""More time (延期) and suspension (挂账): decided by one tier or by two.

What has been asked for, by whom and who consented first stands in `pending_detail` until it is
decided (`services.asking`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cases.models import Case
from linli.cases.queries import people
from linli.cases.queries.settings import settings
from linli.cases.rules import MOVES
from linli.cases.rules.consents import (
    ASKED,
    SECOND,
    SUSPENSIONS,
    Pending,
    needs_second_to_suspend,
)
from linli.cases.rules.moves import MoveRefused
from linli.cases.services import telling
from linli.cases.services.asking import allowed_day, days_until
from linli.cases.services.core import Act, advance
from linli.catalogue.rules import Limit, LimitUnit
from linli.kernel.errors import BadInput

if TYPE_CHECKING:
    from linli.staff.models import User

GRANT_SECOND = "cases.consent"
_MOST_TIERS = 8


# -- the owning centre decides --------------------------------------------------------------------
def extend(
    *, case_id: int, actor: User, now: datetime, opinion: str = "", seen: int | None = None
) -> Case:
    """Consent to what the unit asked for, where one consent is enough; the due time moves by it."""
    return advance(
        case_id, "extend", actor=actor, now=now, opinion=opinion, seen=seen, change=_extend
    )


def _extend(act: Act) -> None:
    amount, unit = act.case.pending_detail["limit"]
    act.detail |= {"limit": [amount, unit], "clock": Limit(Decimal(amount), LimitUnit(unit))}
    act.case.extension_count += 1
    _answered(act, "cases.extended")


def endorse_extension(
    *, case_id: int, actor: User, now: datetime, opinion: str, seen: int | None = None
) -> Case:
    """The first of two consents to more time; the tier above gives the second."""

    def change(act: Act) -> None:
        act.detail["limit"] = act.case.pending_detail["limit"]
        _pass_up(act, Pending.EXTENSION_SECOND)

    return advance(
        case_id,
        "endorse_extension",
        actor=actor,
        now=now,
        opinion=opinion,
        seen=seen,
        change=change,
    )


def refuse_extension(
    *, case_id: int, actor: User, now: datetime, opinion: str, seen: int | None = None
) -> Case:
    """No more time, with a reason."""
    return advance(
        case_id,
        "refuse_extension",
        actor=actor,
        now=now,
        opinion=opinion,
        seen=seen,
        change=lambda act: _answered(act, "cases.extension_refused"),
    )


def suspend(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    until: date | None,
    opinion: str,
    seen: int | None = None,
) -> Case:
    """挂账 to a date, once: of the centre's own accord or because the unit asked; the clock stands
    still. Raises BadInput for a day later than asked for, or that needs a second consent."""
    numbers = settings()
    day = allowed_day(until, numbers.suspension_days, now)

    def change(act: Act) -> None:
        _no_later_than_asked(act.case, day)
        if needs_second_to_suspend(numbers, days_until(day, now)):
            raise BadInput(
                _(
                    "until: more than %(days)d days need a second consent. Choose an earlier day,"
                    " or “%(move)s”."
                )
                % {
                    "days": numbers.suspension_days_alone,
                    "move": MOVES["endorse_suspension"].label,
                },
                field="until",
            )
        _suspend(act, day)

    return advance(
        case_id, "suspend", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def endorse_suspension(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    until: date | None,
    opinion: str,
    seen: int | None = None,
) -> Case:
    """The first of two consents to a long suspension, asked for by the unit or proposed by the
    centre. Raises BadInput for a day later than asked for, or that one consent is enough for."""
    numbers = settings()
    day = allowed_day(until, numbers.suspension_days, now)

    def change(act: Act) -> None:
        case = act.case
        _no_later_than_asked(case, day)
        if not needs_second_to_suspend(numbers, days_until(day, now)):
            raise BadInput(
                _("until: up to %(days)d days one consent is enough; suspend the case.")
                % {"days": numbers.suspension_days_alone},
                field="until",
            )
        act.detail["until"] = day.isoformat()
        case.pending_detail = {**case.pending_detail, "until": day.isoformat()}
        _pass_up(act, Pending.SUSPENSION_SECOND)

    return advance(
        case_id,
        "endorse_suspension",
        actor=actor,
        now=now,
        opinion=opinion,
        seen=seen,
        change=change,
    )


def refuse_suspension(
    *, case_id: int, actor: User, now: datetime, opinion: str, seen: int | None = None
) -> Case:
    """The case goes on as it is, with a reason."""
    return advance(
        case_id,
        "refuse_suspension",
        actor=actor,
        now=now,
        opinion=opinion,
        seen=seen,
        change=lambda act: _answered(act, "cases.suspension_refused"),
    )


# -- the tier above decides -----------------------------------------------------------------------
def consent_extension(
    *, case_id: int, actor: User, now: datetime, opinion: str = "", seen: int | None = None
) -> Case:
    """The second consent: the due time moves by what was asked for."""
    return advance(
        case_id,
        "consent_extension",
        actor=actor,
        now=now,
        opinion=opinion,
        seen=seen,
        change=_extend,
    )


def consent_suspension(
    *, case_id: int, actor: User, now: datetime, opinion: str = "", seen: int | None = None
) -> Case:
    """The second consent: the case stands still to the day of the first."""

    def change(act: Act) -> None:
        day = date.fromisoformat(act.case.pending_detail["until"])
        if day <= timezone.localdate(now):
            raise MoveRefused(
                _("The day that was asked for (%(day)s) has come already; refuse the request.")
                % {"day": day.isoformat()},
                field="move",
            )
        _suspend(act, day)

    return advance(
        case_id,
        "consent_suspension",
        actor=actor,
        now=now,
        opinion=opinion,
        seen=seen,
        change=change,
    )


def refuse_consent(
    *, case_id: int, actor: User, now: datetime, opinion: str, seen: int | None = None
) -> Case:
    """The tier above refuses, with a reason: nothing is granted."""

    def change(act: Act) -> None:
        more_time = act.case.pending == Pending.EXTENSION_SECOND
        _answered(act, "cases.extension_refused" if more_time else "cases.suspension_refused")

    return advance(
        case_id, "refuse_consent", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


# -- the unit takes its request back --------------------------------------------------------------
def withdraw_request(
    *, case_id: int, actor: User, now: datetime, opinion: str = "", seen: int | None = None
) -> Case:
    """撤回申请: nothing was granted and nothing counts; those who were asked need not decide.

    Limits and counts stay as they are, and the unit may ask again.
    """

    def change(act: Act) -> None:
        case = act.case
        act.detail["withdrawn"] = case.pending
        grant, centre = "cases.extend", case.centre_id
        if case.pending in SUSPENSIONS:
            grant = "cases.suspend"
        elif case.pending in SECOND and case.decider_id is not None:
            grant, centre = GRANT_SECOND, case.decider_id
        asked = people.users_with_grant(grant, centre_id=centre)
        _answered(act, "cases.request_withdrawn", also=asked)

    return advance(
        case_id, "withdraw_request", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


# -- going on -------------------------------------------------------------------------------------
def resume(
    *,
    case_id: int,
    actor: User | None,
    now: datetime,
    opinion: str = "",
    seen: int | None = None,
) -> Case:
    """The suspended case goes on; `actor` None: its date has come."""

    def change(act: Act) -> None:
        act.case.suspended_until = None
        if not act.case.waiting:
            act.detail["clock"] = "resume"
        telling.tell_unit(act.case, now=now, batch=act.batch)

    return advance(
        case_id, "resume", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def drop(case: Case) -> None:
    """What waits is overtaken by what happens: nobody has to decide about it any more."""
    case.pending, case.pending_by_id, case.pending_detail = Pending.NOTHING.value, None, {}
    case.decider_id = None


def _suspend(act: Act, day: date) -> None:
    case = act.case
    case.suspended_until = day
    case.suspension_count += 1
    act.detail |= {"until": day.isoformat(), "clock": "stop"}
    if case.pending in ASKED and case.pending.startswith(Pending.SUSPENSION):
        _answered(act, "cases.suspended")


def _pass_up(act: Act, pending: Pending) -> None:
    """The tier above has to consent too: the nearest centre upwards where somebody else may."""
    case, given = act.case, act.actor
    assert given is not None  # the clock consents to nothing
    centre, deciders = _tier_above(case.centre_id, but=given.pk)
    case.pending, case.decider_id = pending.value, centre
    case.pending_detail = {
        **case.pending_detail,
        "first": given.pk,
        "first_post": act.seat.post_id if act.seat else None,
    }
    case.shared_with = sorted({*case.shared_with, centre})
    act.detail |= {"waits_for": pending.value, "decider": centre}
    telling.tell(case, "cases.to_consent", deciders, act.now, batch=act.batch)


def _tier_above(centre_id: int, *, but: int) -> tuple[int, list[int]]:
    """The centre that gives the second consent, and who may there. One query a tier.

    The tiers above in order, and the centre itself (its chief or leader) only where none is above.
    Raises MoveRefused where nobody may.
    """
    own, above = centre_id, people.parent_centre(centre_id)
    tiers = [own] if above is None else []
    for _tier in range(_MOST_TIERS):
        if above is None:
            break
        tiers.append(above)
        above = people.parent_centre(above)
    for tier in tiers:
        found = [u for u in people.users_with_grant(GRANT_SECOND, centre_id=tier) if u != but]
        if found:
            return tier, found
    raise MoveRefused(
        _(
            "Nobody else may give the second consent. Ask the administrator to give somebody of"
            " the centre above a post that may."
        ),
        field="move",
        code="no_second",
    )


def _answered(act: Act, kind: str, *, also: Iterable[int] = ()) -> None:
    """The request is over: who asked and who consented first hear of it, and `also` who else."""
    case = act.case
    posts = {case.pending_by_id, case.pending_detail.get("first_post")} - {None}
    users = {*people.users_of_posts(sorted(post for post in posts if post is not None)), *also}
    own = act.actor.pk if act.actor else None
    telling.tell(case, kind, [user for user in users if user != own], act.now, batch=act.batch)
    drop(case)


def _no_later_than_asked(case: Case, day: date) -> None:
    if case.pending in SUSPENSIONS and day.isoformat() > case.pending_detail["until"]:
        raise BadInput(
            _("until: the unit asked for %(day)s; choose that day or an earlier one.")
            % {"day": case.pending_detail["until"]},
            field="until",
        )
