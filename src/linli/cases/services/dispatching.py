"""From a filed case to a handled one: dispatch, accept, decline, report back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.cases.models import Case
from linli.cases.queries import people
from linli.cases.rules.inputs import Place
from linli.cases.services import granting, routes, telling
from linli.cases.services.core import Act, advance
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
        granting.drop(act.case)
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
        granting.drop(case)
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
        granting.drop(act.case)
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


def _dispute(act: Act) -> None:
    """Nobody wants the case: it waits for the centre above, or for the topmost itself."""
    case = act.case
    case.pending = "arbitration"
    case.arbiter_id = people.parent_centre(case.centre_id) or case.centre_id
    case.shared_with = sorted({*case.shared_with, case.arbiter_id})
    act.detail["waits_for"] = "arbitration"
    judges = people.users_with_grant("cases.arbitrate", centre_id=case.arbiter_id)
    telling.tell(case, "cases.to_arbitrate", judges, act.now, batch=act.batch)


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
