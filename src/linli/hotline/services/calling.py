"""A call from the first ring to the note after it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from linli.audit import services as audit
from linli.cases import services as cases
from linli.cases.rules import Channel
from linli.cases.rules.inputs import Contact, clean_phone
from linli.cases.rules.purposes import Purpose
from linli.cases.services import Filed
from linli.catalogue import queries as catalogue
from linli.catalogue.rules import due_at
from linli.hotline import policy
from linli.hotline.models import Call, CallBack, LineKind
from linli.hotline.queries.calls import Earlier, call_for, earlier_of, open_call
from linli.hotline.queries.lines import kind_of, line_for
from linli.hotline.rules import Outcome, Reason
from linli.kernel.errors import BadInput, NotFound, NotYours, Refused
from linli.kernel.limits import admit
from linli.kernel.seal import blind_index
from linli.kernel.text import clean
from linli.kernel.transactions import whole
from linli.staff.policy import require

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_WORDS, MOST_ANSWER, MOST_NOTE = 4_000, 4_000, 1_000
LOOKS_AN_HOUR = 120  # of one operator: more than anybody takes calls
MOST_ABOUT = 200


class CallEnded(Refused):
    """The call has ended already; nothing more becomes of it."""

    status = 409
    code = "call_ended"


def take_call(*, actor: User, line_id: int, now: datetime) -> Call:
    """The telephone is picked up. Whoever is on a call already goes back to it.

    Raises NotYours, NotFound, Refused for a line that is retired.
    """
    require(actor, policy.GRANT_TAKE)
    line = line_for(actor, line_id)
    if not line.active:
        raise Refused(_("This line is not in use any more. Choose another."), field="line")
    if found := open_call(actor):
        return found
    try:
        with transaction.atomic():
            return Call.objects.create(line=line, operator=actor, began_at=now)
    except IntegrityError:  # two clicks at once: the first one took it
        found = open_call(actor)
        assert found is not None
        return found


@transaction.atomic
def look_up(*, actor: User, call_id: int, phone: str, now: datetime) -> Earlier:
    """What this number was about before, for the operator who is on the call; the look is logged.

    Raises NotFound, NotYours, CallEnded, BadInput, TooMany.
    """
    call = _own_open(actor, call_id)
    phone = clean_phone(phone, least=1)
    admit("hotline.look_up", str(actor.pk), most=LOOKS_AN_HOUR, per=timedelta(hours=1), now=now)
    call.phone, call.phone_index = phone, blind_index(phone)
    call.save(update_fields=["phone", "phone_index"])
    found = earlier_of(actor, phone, but=call.pk, now=now)
    audit.record(
        actor=actor,
        action="hotline.caller_looked_up",
        object_type="call",
        object_id=call.pk,
        now=now,
        detail={"cases": [one.number for one in found.cases], "calls": len(found.calls)},
        purpose="call",
    )
    return found


@transaction.atomic
def answer_call(
    *,
    actor: User,
    call_id: int,
    kind: str,
    words: str,
    answer: str,
    now: datetime,
    name: str = "",
    phone: str = "",
    promised: bool = False,
) -> Call:
    """The caller has the answer, or is `promised` one by telephone: no case, a record of the call.

    Raises NotFound, NotYours, CallEnded, BadInput.
    """
    call = _own_open(actor, call_id)
    found = kind_of(call.line_id, kind)
    words = clean(words, field="description", most=MOST_WORDS, least=1)
    answer = clean(answer, field="answer", most=MOST_ANSWER, least=0 if promised else 1)
    if promised:
        clean_phone(phone, least=1)
    _caller(call, name, phone)
    _end(call, Outcome.ANSWERED, found, words, now, answer=answer)
    if promised:
        _call_back(call, Reason.PROMISED, found, now, about=words[:MOST_ABOUT])
    return call


@whole()
def open_case(
    *,
    actor: User,
    call_id: int,
    kind: str,
    now: datetime,
    language: str = "zh-hans",
    **values: Any,
) -> Filed:
    """The call becomes a case; `values` are those of `cases.services.report`.

    A caller who wants to hear the result stands in the call-back list, due by the limit of the
    kind. The same call again answers with the same case. Raises what `report` raises, CallEnded.
    """
    return _file(actor, call_id, kind, now, language, values, case_id=None)


@whole()
def join_case(
    *,
    actor: User,
    call_id: int,
    case_id: int,
    kind: str,
    now: datetime,
    language: str = "zh-hans",
    **values: Any,
) -> Filed:
    """The call is about a case that is known: it joins it, the caller follows it too (R74).

    `values` are those of `cases.services.add_report`. Raises what that raises, CallEnded.
    """
    return _file(actor, call_id, kind, now, language, values, case_id=case_id)


def _file(
    actor: User,
    call_id: int,
    kind: str,
    now: datetime,
    language: str,
    values: dict[str, Any],
    *,
    case_id: int | None,
) -> Filed:
    key = f"hotline:call:{call_id}"
    call = _own(actor, call_id)
    same = call.words == values["description"]  # else the next call, typed into the page of this
    if (
        call.outcome in (Outcome.CASE, Outcome.JOINED)
        and same
        and (known := cases.sent_before(key))
    ):
        return known
    _require_open(call)
    found = kind_of(call.line_id, kind)
    contact: Contact = values.get("contact") or Contact()
    if values.get("wants_call") and not contact.phone:
        raise BadInput(
            _("phone: to be called back, the caller has to leave a number."), field="phone"
        )
    _caller(call, contact.name, contact.phone)
    given: dict[str, Any] = {
        **values,
        "actor": actor,
        "now": now,
        "channel": Channel.HOTLINE,
        "language": language,
        "submission_key": key,
    }
    take = cases.report if case_id is None else partial(cases.add_report, case_id=case_id)
    filed = take(**given)
    call.case_id, call.report_number = filed.case.pk, filed.report_number
    outcome = Outcome.CASE if case_id is None else Outcome.JOINED
    _end(call, outcome, found, values["description"], now)
    if values.get("wants_call"):
        _call_back(call, Reason.RESULT, found, now)
    return filed


@transaction.atomic
def drop_call(*, actor: User, call_id: int, now: datetime) -> Call:
    """Nobody spoke, or the line broke: nothing is kept of who called.

    Raises NotFound, NotYours, CallEnded.
    """
    call = _own_open(actor, call_id)
    _caller(call, "", "")
    _end(call, Outcome.DROPPED, None, "", now)
    return call


@transaction.atomic
def note_call(*, actor: User, call_id: int, note: str, now: datetime) -> Call:
    """The note after the call; by who took it. Raises NotFound, NotYours, BadInput."""
    call = _own(actor, call_id)
    call.note = clean(note, field="note", most=MOST_NOTE)
    call.noted_at = now
    call.save(update_fields=["note", "noted_at"])
    return call


@transaction.atomic
def show_caller(*, actor: User, call_id: int, purpose: str, now: datetime) -> Call:
    """Who called, for a purpose; the look is logged in the same transaction.

    Raises NotYours without the grant to call back, BadInput without a purpose, NotFound for a call
    that one does not see or whose caller left nothing.
    """
    require(actor, policy.GRANT_CALL_BACK)
    call = call_for(actor, call_id)
    if purpose not in Purpose.values:
        raise BadInput(_("purpose: choose what you need the number for."), field="purpose")
    if not (call.phone or call.name):
        raise NotFound(_("This person left neither name nor number."))
    audit.record(
        actor=actor,
        action="hotline.caller_shown",
        object_type="call",
        object_id=call.pk,
        now=now,
        purpose=purpose,
    )
    return call


# -- pieces ------------------------------------------------------------------------------------
def _own(actor: User, call_id: int) -> Call:
    """A call that the actor took, locked."""
    require(actor, policy.GRANT_TAKE)
    call = call_for(actor, call_id, lock=True)
    if call.operator_id != actor.pk:
        raise NotYours(_("This call was taken by somebody else, who alone may end it."))
    return call


def _own_open(actor: User, call_id: int) -> Call:
    call = _own(actor, call_id)
    _require_open(call)
    return call


def _require_open(call: Call) -> None:
    if call.ended_at is not None:
        raise CallEnded(_("This call has ended already. Take the next one."))


def _caller(call: Call, name: str, phone: str) -> None:
    call.name = clean(name, field="name", most=40)
    call.phone = clean_phone(phone)
    call.phone_index = blind_index(call.phone) if call.phone else None


def _end(
    call: Call,
    outcome: Outcome,
    kind: LineKind | None,
    words: str,
    now: datetime,
    *,
    answer: str = "",
) -> None:
    call.outcome, call.kind, call.words, call.answer = outcome, kind, words, answer
    call.ended_at = max(now, call.began_at)
    call.save()


def _call_back(
    call: Call, reason: Reason, kind: LineKind, now: datetime, *, about: str = ""
) -> None:
    """Put the caller on the list, once for each report of a case."""
    CallBack.objects.create(
        unit_id=call.line.unit_id,
        call=call,
        case_id=call.case_id,
        report_number=call.report_number,
        reason=reason,
        about=about,
        most_tries=call.line.most_tries,
        made_at=now,
        due_at=due_at(catalogue.calendar(), now, kind.limit),
        next_at=now,
    )
