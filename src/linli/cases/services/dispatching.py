"""From a filed case to a handled one: dispatch, accept, decline, report back, more time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cases.models import Case
from linli.cases.queries import people
from linli.cases.queries.settings import settings
from linli.cases.rules.inputs import Place
from linli.cases.rules.moves import MoveRefused
from linli.cases.services import routes, telling
from linli.cases.services.core import Act, advance
from linli.catalogue.rules import Limit, LimitUnit
from linli.kernel.errors import BadInput
from linli.kernel.text import clean
from linli.staff.models import unit_tree

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_CO_UNITS = 10
MOST_BASIS = 500
RETURNS_TO_ARBITRATE = 2  # R175: from the second return on it is 推诿


def dispatch(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    unit: int | None,
    co_units: Sequence[int] = (),
    opinion: str = "",
    seen: int | None = None,
) -> Case:
    """派遣: hand a filed case to a lead unit and any co-handling units; its clock starts now.

    Raises BadInput (no unit, unknown unit), Stale, MoveRefused, NotYours.
    """
    if unit is None:
        raise BadInput(_("unit: choose the unit that has to act."), field="unit")

    def change(act: Act) -> None:
        lead, others = _units(unit, co_units)
        act.case.arbiter_id = None
        routes.note_route(act, lead, now=now)
        _hand_to(act, lead, others)

    return advance(
        case_id, "dispatch", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def arbitrate(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    unit: int | None,
    legal_basis: str,
    opinion: str,
    co_units: Sequence[int] = (),
    seen: int | None = None,
) -> Case:
    """裁定: the centre above names the unit, with a legal basis (R79); the unit may not decline.

    Raises BadInput, Stale, MoveRefused, NotYours.
    """
    if unit is None:
        raise BadInput(_("unit: choose the unit that has to act."), field="unit")
    basis = clean(legal_basis, field="legal_basis", most=MOST_BASIS, least=2)

    def change(act: Act) -> None:
        lead, others = _units(unit, co_units)
        act.case.pending, act.case.pending_by_id = "", None
        act.detail["legal_basis"] = basis
        act.case.route = {"unit": lead, "taken": True, "basis": basis}
        act.detail["route"] = act.case.route
        _hand_to(act, lead, others)

    return advance(
        case_id, "arbitrate", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def _hand_to(act: Act, lead: int, others: list[int]) -> None:
    """The case is the unit's now: it sees it and is told."""
    case = act.case
    case.lead_unit_id, case.co_units = lead, others
    case.shared_with = sorted({*case.shared_with, *others})
    case.dispatched_at = act.now
    case.handled_by_id = case.handled_at = None
    act.detail |= {"unit": lead, "co_units": others}
    telling.tell_unit(case, now=act.now, batch=act.batch)


def accept(
    *, case_id: int, actor: User, now: datetime, opinion: str = "", seen: int | None = None
) -> Case:
    """The lead unit takes the case on."""

    def change(act: Act) -> None:
        act.case.handled_by = actor

    return advance(
        case_id, "accept", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def decline(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    opinion: str,
    uploads: Sequence[str] = (),
    seen: int | None = None,
) -> Case:
    """退单: the unit sends the case back with a reason; counted for the unit (R154).

    From the second time on the centre above decides whose work it is (R79, R175).
    """

    def change(act: Act) -> None:
        case = act.case
        act.detail["unit"] = case.lead_unit_id
        if case.lead_unit_id is not None:  # it goes on seeing what it declined
            case.shared_with = sorted({*case.shared_with, case.lead_unit_id})
        if case.route and case.route.get("rule") and case.route.get("taken"):
            act.detail["rule"] = case.route["rule"]
        case.lead_unit_id, case.co_units, case.route = None, [], None
        case.decline_count += 1
        case.dispatched_at = None
        case.pending, case.pending_by_id = "", None
        if case.decline_count >= RETURNS_TO_ARBITRATE:
            _dispute(act)

    return advance(
        case_id,
        "decline",
        actor=actor,
        now=now,
        opinion=opinion,
        uploads=uploads,
        seen=seen,
        change=change,
    )


def report_back(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    opinion: str,
    uploads: Sequence[str],
    place: Place | None = None,
    seen: int | None = None,
) -> Case:
    """处理反馈: what was done, with an after-photo."""

    def change(act: Act) -> None:
        act.case.handled_by, act.case.handled_at = actor, now
        act.case.check_passed, act.case.checked_by_id = None, None
        act.case.pending, act.case.pending_by_id = "", None
        if place is not None:
            act.detail["place"] = [place.lon, place.lat, place.origin]

    return advance(
        case_id,
        "report_back",
        actor=actor,
        now=now,
        opinion=opinion,
        uploads=uploads,
        seen=seen,
        change=change,
    )


def co_report(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    opinion: str,
    uploads: Sequence[str] = (),
    seen: int | None = None,
) -> Case:
    """A co-handling unit reports its part to the lead unit."""
    return advance(
        case_id, "co_report", actor=actor, now=now, opinion=opinion, uploads=uploads, seen=seen
    )


def ask_extension(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    limit: Limit,
    opinion: str,
    seen: int | None = None,
) -> Case:
    """延期: the unit asks for more time, before the limit is over, with a reason."""

    def change(act: Act) -> None:
        case = act.case
        if case.due_at is not None and now > case.due_at:
            raise MoveRefused(
                _("The limit is over already; more time has to be asked for before."),
                field="limit",
            )
        case.pending = "extension"
        case.pending_by_id = act.seat.post_id if act.seat else None
        case.pending_detail = {"limit": [str(limit.amount), str(limit.unit)]}
        act.detail["limit"] = [str(limit.amount), str(limit.unit)]
        chiefs = people.users_with_grant("cases.extend", centre_id=case.centre_id)
        telling.tell(case, "cases.extension_asked", chiefs, now, batch=act.batch)

    return advance(
        case_id, "ask_extension", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def extend(
    *, case_id: int, actor: User, now: datetime, opinion: str = "", seen: int | None = None
) -> Case:
    """Consent to what the unit asked for; the due time moves by it."""

    def change(act: Act) -> None:
        case = act.case
        amount, unit = case.pending_detail["limit"]
        act.detail |= {"limit": [amount, unit], "clock": Limit(Decimal(amount), LimitUnit(unit))}
        case.extension_count += 1
        _answered(act, "cases.extended")

    return advance(
        case_id, "extend", actor=actor, now=now, opinion=opinion, seen=seen, change=change
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
    """挂账 to a date: once, at most the city's limit of days; the clock stands still."""
    if until is None:
        raise BadInput(_("until: give the day on which the case goes on."), field="until")
    today = timezone.localdate(now)
    most = settings().suspension_days
    if not today < until <= today + timedelta(days=most):
        raise BadInput(
            _("until: choose a day after today, at most %(most)d days ahead.") % {"most": most},
            field="until",
        )

    def change(act: Act) -> None:
        act.case.suspended_until = until
        act.case.suspension_count += 1
        act.detail |= {"until": until.isoformat(), "clock": "stop"}

    return advance(
        case_id, "suspend", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


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


def _dispute(act: Act) -> None:
    """Nobody wants the case: it waits for the centre above, or for the topmost itself."""
    case = act.case
    case.pending = "arbitration"
    case.arbiter_id = people.parent_centre(case.centre_id) or case.centre_id
    case.shared_with = sorted({*case.shared_with, case.arbiter_id})
    act.detail["waits_for"] = "arbitration"
    judges = people.users_with_grant("cases.arbitrate", centre_id=case.arbiter_id)
    telling.tell(case, "cases.to_arbitrate", judges, act.now, batch=act.batch)


def _answered(act: Act, kind: str) -> None:
    telling.tell_post(act.case, kind, act.case.pending_by_id, now=act.now, batch=act.batch)
    act.case.pending, act.case.pending_by_id, act.case.pending_detail = "", None, {}


def _units(unit: int, co_units: Sequence[int]) -> tuple[int, list[int]]:
    nodes = unit_tree().nodes
    if unit not in nodes:
        raise BadInput(_("unit: there is no such unit. Choose one from the list."), field="unit")
    others = sorted(set(co_units) - {unit})
    if unknown := [str(u) for u in others if u not in nodes]:
        raise BadInput(
            _("co_units: there is no unit %(units)s.") % {"units": ", ".join(unknown)},
            field="co_units",
        )
    if len(others) > MOST_CO_UNITS:
        raise BadInput(
            _("co_units: at most %(most)d units.") % {"most": MOST_CO_UNITS}, field="co_units"
        )
    return unit, others
