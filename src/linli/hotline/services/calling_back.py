"""Calling people back: what they say goes to the case by its own moves."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from linli.cases import policy as cases_policy
from linli.cases import services as cases
from linli.cases.models import Case, ReportContact
from linli.cases.services import closing
from linli.catalogue import queries as catalogue
from linli.catalogue.rules import Limit, LimitUnit, due_at
from linli.hotline import policy
from linli.hotline.models import CallBack, CallBackTry
from linli.hotline.queries.calling_back import call_back_for, case_of, told_of, untold
from linli.hotline.rules import Reason, Result, Satisfaction, next_try_at
from linli.hotline.services.calling import show_caller
from linli.kernel.errors import BadInput, Refused
from linli.kernel.text import clean
from linli.kernel.transactions import whole
from linli.staff.policy import require

if TYPE_CHECKING:
    from linli.hotline.models import Call
    from linli.staff.models import User

MOST_WORDS, MOST_TRY = 1_000, 200
MOST_TRIES = 3  # of people who came by no line
LOOKS_BACK = timedelta(days=2)  # how far `gather` looks; it runs every ten minutes
#: For those who came by no line: the shortest of the limits that lines begin with.
SOON = Limit(Decimal(2), LimitUnit.WORK_DAY)


class AlreadyDone(Refused):
    """Somebody else was quicker."""

    status = 409
    code = "already_done"


@whole()
def note_call_back(
    *,
    actor: User,
    call_back_id: int,
    now: datetime,
    words: str,
    satisfaction: int | None = None,
    reopen: bool = False,
) -> CallBack:
    """The person was reached: what they said, and whether they are satisfied.

    On a closed case that nobody has rated this is its rating (`evaluate`); `reopen` reopens it for
    another round where the post allows. A case in hand hears that the person was told
    (`give_feedback`), one that waits for an answer has it (`answer`). Whatever the case takes no
    more stays here. Raises NotFound, NotYours, AlreadyDone, BadInput, MoveRefused.
    """
    found = _open(actor, call_back_id)
    words = clean(words, field="words", most=MOST_WORDS, least=1)
    own = case_of(actor, found)
    case = told_of(actor, own)
    needed = case is not None and case.stage in ("closed", "evaluated")
    if satisfaction is None and needed:
        raise BadInput(
            _("satisfaction: ask whether the person is satisfied."), field="satisfaction"
        )
    if satisfaction is not None and satisfaction not in Satisfaction.values:
        raise BadInput(_("satisfaction: choose one of the three."), field="satisfaction")
    if reopen and (case is None or satisfaction != Satisfaction.NOT):
        raise BadInput(
            _("reopen: only a case whose reporter is not satisfied is reopened."), field="reopen"
        )
    _dialled(found, actor, now, reached=True)
    found.result, found.satisfaction, found.words = Result.REACHED, satisfaction, words
    _done(found, actor, now)
    if case is not None:
        report = found.report_number if case is own else None
        _tell_case(actor, case, report, satisfaction, words, reopen, now)
    return found


def _tell_case(
    actor: User,
    case: Case,
    report_number: int | None,
    satisfaction: int | None,
    words: str,
    reopen: bool,
    now: datetime,
) -> None:
    """What the case can take of it, by its own moves."""
    open_moves = cases_policy.moves_for(actor, case)
    if satisfaction is not None and "evaluate" in open_moves:
        closing.evaluate(
            case_id=case.pk,
            actor=actor,
            now=now,
            rating=satisfaction,
            report_number=report_number,
            opinion=words,
        )
    elif case.waiting and "answer" in open_moves:
        cases.answer(case_id=case.pk, actor=actor, now=now, opinion=words)
    elif "give_feedback" in open_moves:
        cases.give_feedback(case_id=case.pk, actor=actor, now=now, opinion=words)
    if reopen:
        cases.reopen(case_id=case.pk, actor=actor, now=now, opinion=words)


@transaction.atomic
def dial_in_vain(*, actor: User, call_back_id: int, now: datetime, words: str = "") -> CallBack:
    """Nobody took the call: tried again later, given up after the line's number of tries.

    Raises NotFound, NotYours, AlreadyDone, BadInput.
    """
    found = _open(actor, call_back_id)
    _dialled(found, actor, now, reached=False, words=words)
    again = next_try_at(found.tries, found.most_tries, now)
    if again is None:
        found.result = Result.GIVEN_UP
        _done(found, actor, now)
    else:
        found.next_at = again
        found.save()
    return found


@transaction.atomic
def needless(*, actor: User, call_back_id: int, now: datetime, words: str) -> CallBack:
    """Nobody needs to call any more, and why. Raises NotFound, NotYours, AlreadyDone, BadInput."""
    found = _open(actor, call_back_id)
    found.words = clean(words, field="words", most=MOST_WORDS, least=1)
    found.result = Result.NEEDLESS
    _done(found, actor, now)
    return found


def show_number(
    *, actor: User, call_back_id: int, purpose: str, now: datetime
) -> ReportContact | Call:
    """Who is to be called, for a purpose; the look is logged. Raises as `show_contact` does."""
    require(actor, policy.GRANT_CALL_BACK)
    found = call_back_for(actor, call_back_id)
    case = case_of(actor, found)
    if case is not None:
        return cases.show_contact(
            case=case,
            report_number=found.report_number or 1,
            actor=actor,
            purpose=purpose,
            now=now,
        )
    return show_caller(actor=actor, call_id=found.call_id or 0, purpose=purpose, now=now)


def gather(*, now: datetime, most: int = 2_000) -> int:
    """Put people from every door on the list who wait for a call; returns how many.

    They asked for one and their case was closed, or they rated it “not satisfied” (R80). Safe to
    run twice.
    """
    wanted = untold(now - LOOKS_BACK, most=most)
    due = due_at(catalogue.calendar(), now, SOON) if wanted else now
    made = CallBack.objects.bulk_create(
        [
            CallBack(
                unit_id=one.centre_id,
                case_id=one.case_id,
                report_number=one.report_number,
                reason=Reason.UNHAPPY if one.unhappy else Reason.RESULT,
                most_tries=MOST_TRIES,
                made_at=now,
                due_at=due,
                next_at=now,
            )
            for one in wanted
        ],
        ignore_conflicts=True,
    )
    return len(made)


# -- pieces ------------------------------------------------------------------------------------
def _open(actor: User, call_back_id: int) -> CallBack:
    require(actor, policy.GRANT_CALL_BACK)
    found = call_back_for(actor, call_back_id, lock=True)
    if found.done_at is not None:
        raise AlreadyDone(_("Somebody has made this call already. Take the next one."))
    return found


def _dialled(
    call_back: CallBack, actor: User, now: datetime, *, reached: bool, words: str = ""
) -> None:
    call_back.tries += 1
    CallBackTry.objects.create(
        call_back=call_back,
        at=now,
        by=actor,
        reached=reached,
        words=clean(words, field="words", most=MOST_TRY),
    )


def _done(call_back: CallBack, actor: User, now: datetime) -> None:
    call_back.done_at, call_back.done_by = now, actor
    call_back.save()
