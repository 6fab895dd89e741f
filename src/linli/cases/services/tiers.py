"""Between the tiers: escalate, sign, delegate, transfer; and the leader's supervision."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cases.models import Case
from linli.cases.queries import people
from linli.cases.rules.moves import MoveRefused
from linli.cases.rules.stages import Supervision
from linli.cases.services import clocks, telling
from linli.cases.services.core import Act, advance
from linli.kernel.errors import BadInput
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.staff.models import User


def escalate(
    *, case_id: int, actor: User, now: datetime, opinion: str, seen: int | None = None
) -> Case:
    """上报 to the tier above. A street's escalation waits for its leader's signature (R17)."""

    def change(act: Act) -> None:
        above = _above(act.case)
        if _needs_signature(act.case.centre_id):
            act.case.pending = "escalation"
            act.case.pending_by_id = act.seat.post_id if act.seat else None
            act.detail["waits_for"] = "signature"
            leaders = people.users_with_grant("cases.sign", centre_id=act.case.centre_id)
            telling.tell(act.case, "cases.to_sign", leaders, now, batch=act.batch)
        else:
            _hand_over(act, above)

    return advance(
        case_id, "escalate", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def sign_escalation(
    *, case_id: int, actor: User, now: datetime, opinion: str = "", seen: int | None = None
) -> Case:
    """The leader agrees: the tier above owns the case now, with a clock of its own."""

    def change(act: Act) -> None:
        telling.tell_post(
            act.case, "cases.signed", act.case.pending_by_id, now=now, batch=act.batch
        )
        act.case.pending, act.case.pending_by_id = "", None
        _hand_over(act, _above(act.case))

    return advance(
        case_id, "sign_escalation", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def refuse_escalation(
    *, case_id: int, actor: User, now: datetime, opinion: str, seen: int | None = None
) -> Case:
    """The leader keeps the case at this tier, with a reason."""

    def change(act: Act) -> None:
        telling.tell_post(
            act.case, "cases.escalation_refused", act.case.pending_by_id, now=now, batch=act.batch
        )
        act.case.pending, act.case.pending_by_id = "", None

    return advance(
        case_id,
        "refuse_escalation",
        actor=actor,
        now=now,
        opinion=opinion,
        seen=seen,
        change=change,
    )


def delegate(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    centre: int | None,
    opinion: str = "",
    seen: int | None = None,
) -> Case:
    """下派 to a centre one tier below."""

    def change(act: Act) -> None:
        if centre not in people.child_centres(act.case.centre_id):
            raise BadInput(
                _("centre: choose a centre one tier below the one that owns the case."),
                field="centre",
            )
        _hand_over(act, centre)

    return advance(
        case_id, "delegate", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def transfer(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    centre: int | None,
    opinion: str,
    seen: int | None = None,
) -> Case:
    """Across districts, through the city: the city hands an escalated case to a district (R70)."""

    def change(act: Act) -> None:
        if people.parent_centre(act.case.centre_id) is not None:
            raise MoveRefused(
                _("Only the city transfers between districts. Escalate the case to it first."),
                field="move",
            )
        if centre not in people.child_centres(act.case.centre_id):
            raise BadInput(_("centre: choose the centre of a district."), field="centre")
        act.detail["district_of_place"] = act.case.district_id
        _hand_over(act, centre)

    return advance(
        case_id, "transfer", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def supervise(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    opinion: str,
    level: str = Supervision.ATTEND,
    until: date | None = None,
    seen: int | None = None,
) -> Case:
    """督办: the leader's order to the unit and the centre; the stage stays (R76)."""
    if level not in Supervision.values:
        raise BadInput(
            _("level is one of %(allowed)s, not “%(value)s”.")
            % {"allowed": ", ".join(Supervision.values), "value": level[:40]},
            field="level",
        )
    if until is not None and until < timezone.localdate(now):
        raise BadInput(_("until: choose today or a later day."), field="until")

    def change(act: Act) -> None:
        act.case.supervision_count += 1
        act.detail["level"] = str(level)
        if until is not None:
            act.detail["until"] = until.isoformat()
        telling.tell_unit(act.case, now=now, batch=act.batch)
        users = people.users_with_grant("cases.dispatch", centre_id=act.case.centre_id)
        telling.tell(act.case, "cases.supervised", users, now, batch=act.batch)

    return advance(
        case_id, "supervise", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def comment(
    *, case_id: int, actor: User, now: datetime, opinion: str, seen: int | None = None
) -> Case:
    """批示: the leader's words in the story; the stage stays."""
    return advance(case_id, "comment", actor=actor, now=now, opinion=opinion, seen=seen)


def ask_reporter(
    *, case_id: int, actor: User, now: datetime, opinion: str, seen: int | None = None
) -> Case:
    """A question to the reporter; the clock stands still until the answer."""

    def change(act: Act) -> None:
        act.case.waiting_since = now
        act.detail["clock"] = "stop"

    return advance(
        case_id, "ask_reporter", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def answer(
    *,
    case_id: int,
    actor: User | None,
    now: datetime,
    opinion: str,
    uploads: tuple[str, ...] | list[str] = (),
    holder: str | None = None,
    seen: int | None = None,
    said_by: tuple[int, int] | None = None,
) -> Case:
    """The reporter's answer, noted by an operator or (`actor` None) sent by the reporter.

    `said_by` is the sender's report (case id, number): its follow page shows words and photos.
    """

    def change(act: Act) -> None:
        if said_by is not None:
            act.detail["follows"] = list(said_by)
        act.case.waiting_since = None
        if not act.case.is_suspended:
            act.detail["clock"] = "resume"

    return advance(
        case_id,
        "answer",
        actor=actor,
        now=now,
        opinion=opinion,
        uploads=uploads,
        holder=holder,
        seen=seen,
        change=change,
        by_reporter=actor is None,
    )


def _above(case: Case) -> int:
    above = people.parent_centre(case.centre_id)
    if above is None:
        raise MoveRefused(_("This centre is the topmost; there is no tier above."), field="move")
    return above


def _needs_signature(centre_id: int) -> bool:
    region_id = people.region_of(centre_id)
    return region_id is not None and territory.tree().region(region_id).tier == "street"


def _hand_over(act: Act, centre_id: int) -> None:
    """Another centre owns the case: it sees it, and the clock of each tier is kept."""
    case = act.case
    act.detail |= {"centre": {"from": case.centre_id, "to": centre_id}}
    case.shared_with = sorted({*case.shared_with, case.centre_id, centre_id})
    case.centre_id = centre_id
    case.waiting_since = None  # the new owner asks anew if it has to; its clock runs
    clocks.restart(case, now=act.now, batch=act.batch)
    users = people.users_with_grant("cases.intake", centre_id=centre_id)
    telling.tell(case, "cases.handed_over", users, act.now, batch=act.batch)
