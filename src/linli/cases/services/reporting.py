"""How a case begins: one report, from whatever channel (design §3, R74)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from linli.cases import rules
from linli.cases.models import Case, CaseWords, Report, ReportContact, SubmissionKey
from linli.cases.queries import people as staff
from linli.cases.rules.inputs import Contact, Place, clean_phone
from linli.cases.rules.moves import MoveRefused
from linli.cases.rules.secrets import report_secret
from linli.cases.rules.words import month_mark
from linli.cases.services import clocks, placing, telling, things
from linli.cases.services.core import Act, attach, facts, locked, remember, write
from linli.catalogue import queries as catalogue
from linli.kernel import rows
from linli.kernel.errors import BadInput, NotYours
from linli.kernel.seal import blind_index, keys
from linli.kernel.text import bigrams, clean
from linli.kernel.transactions import whole
from linli.staff.policy import Seat

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_DESCRIPTION = 4000
MOST_ADDRESS = 200


class Filed(NamedTuple):
    """What a reporter takes home: the case, the number of the report in it, and the secret."""

    case: Case
    report_number: int
    secret: str
    again: bool = False  # the same submission had arrived before


@whole()
def report(
    *,
    description: str,
    now: datetime,
    channel: str,
    place: Place | None = None,
    address: str = "",
    case_class: str | None = None,
    urgency: str = rules.Urgency.NORMAL,
    handling: str = rules.Handling.GENERAL,
    contact: Contact | None = None,
    wants_call: bool = False,
    uploads: Sequence[str] = (),
    holder: str | None = None,
    actor: User | None = None,
    submission_key: str | None = None,
    language: str = "zh-hans",
    component: str = "",
    centre: int | None = None,
) -> Filed:
    """Take a report in; it opens a case at “reported”.

    `case_class` is a code of the catalogue; `component` the code of the thing it is about: the case
    stands where it stands, and has its class and address where the report gives none. The same
    `submission_key` again answers with the first case and doubles nothing. An urgent report by
    somebody with the grant `cases.urgent` goes straight to the command centre and is filed at once
    (R59). `centre`: to whom another authority has handed it, and who owns it then; it may be urgent
    too, for that the command centre owns. Raises BadInput, NotYours.
    """
    if submission_key and (known := _known(submission_key)):
        return known
    description = clean(description, field="description", most=MOST_DESCRIPTION, least=1)
    address = clean(address, field="address", most=MOST_ADDRESS)
    thing = things.named(component, actor, place) if component else None
    if thing is not None:
        place, case_class = things.place_of(thing), case_class or things.class_of(thing)
        address = address or things.address_of(thing)
    if place is None and not address:
        raise BadInput(
            _("place: please mark a place on the map or write an address."), field="place"
        )
    _choice("channel", channel, rules.Channel.values)
    _choice("urgency", urgency, rules.Urgency.values)
    _choice("handling", handling, rules.Handling.values)
    seat = None if actor is None and centre is not None else _reporting_seat(actor, urgency)
    case = Case(
        id=_next_id(),
        channel=channel,
        description=description,
        address=address,
        urgency=urgency,
        handling=handling,
        stage=rules.Stage.REPORTED,
        stage_since=now,
        reported_at=now,
        component_code=thing.code if thing is not None else None,
    )
    if case_class:
        case.case_class_id = catalogue.class_by_code(case_class).id
    if place is not None:
        placing.put(case, place)
    case.centre_id = _owner(case, seat, urgency, centre)
    if seat is not None and seat.reach == "grids":
        case.tracker_id = seat.post_id
    _share_with_owner(case)
    if submission_key and not _claim(submission_key, case, now):
        known = _known(submission_key)
        if known is not None:
            return known
    clock = clocks.begin(case, now=now)
    act = Act(case, "report", now, actor, seat, "", {"channel": channel})
    if uploads:
        act.files = attach(act, uploads, report_number=1, holder=holder)
    pairs = bigrams(f"{description} {address}")
    act.batch.insert(CaseWords(case_id=case.pk, bigrams=[*pairs, month_mark(now)]))
    if clock is not None:
        act.batch.insert(clock)
    secret = _add_report(act, 1, channel, description, address, contact, wants_call, language)
    remember(act, rules.Stage.REPORTED)
    write(act, None)
    if urgency == rules.Urgency.URGENT:
        telling.tell_duty_chiefs(case, now=now)
        _file_at_once(case, actor, now)
    return Filed(case, 1, secret)


def add_report(
    *,
    case_id: int,
    description: str,
    now: datetime,
    channel: str,
    contact: Contact | None = None,
    wants_call: bool = False,
    uploads: Sequence[str] = (),
    holder: str | None = None,
    actor: User | None = None,
    submission_key: str | None = None,
    language: str = "zh-hans",
    follows: tuple[int, int] | None = None,
) -> Filed:
    """A further report of the same problem: it joins the case, its reporter follows it too (R74).

    `follows` is the earlier report (case id, number) whose sender adds to it, if it is known.

    The same `submission_key` again answers with the first and doubles nothing. Raises NotFound,
    MoveRefused for a case that has ended, BadInput.
    """
    if submission_key and (known := _known(submission_key)):
        return known
    with transaction.atomic():
        case = locked(case_id, actor)
        if not case.is_open:
            raise MoveRefused(
                _("This case is at “%(stage)s” and takes no further reports. Report it anew.")
                % {"stage": rules.Stage(case.stage).label}
            )
        description = clean(description, field="description", most=MOST_DESCRIPTION, least=1)
        _choice("channel", channel, rules.Channel.values)
        seat = _reporting_seat(actor, rules.Urgency.NORMAL)
        before = facts(case)
        case.report_count += 1
        if submission_key and not _claim(submission_key, case, now, case.report_count):
            known = _known(submission_key)
            if known is not None:
                return known
        act = Act(case, "add_report", now, actor, seat, "", {"channel": channel})
        act.detail["report"] = case.report_count
        if follows is not None:
            act.detail["follows"] = list(follows)
        if uploads:
            act.files = attach(act, uploads, report_number=case.report_count, holder=holder)
        secret = _add_report(
            act, case.report_count, channel, description, "", contact, wants_call, language
        )
        remember(act, case.stage)
        write(act, before)
        return Filed(case, case.report_count, secret)


def _reporting_seat(actor: User | None, urgency: str) -> Seat | None:
    if actor is None:
        if urgency == rules.Urgency.URGENT:
            raise NotYours(
                _("urgency: in an emergency please call the emergency number, not this form."),
                field="urgency",
            )
        return None
    grant = "cases.urgent" if urgency == rules.Urgency.URGENT else "cases.report"
    seat = next((seat for seat in actor.seats if grant in seat.grants), None)
    if seat is None:
        raise NotYours(_("Your posts do not allow this kind of report."), field="urgency")
    return seat


def _choice(field: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise BadInput(
            _("%(field)s is one of %(allowed)s, not “%(value)s”.")
            % {"field": field, "allowed": ", ".join(allowed), "value": str(value)[:40]},
            field=field,
        )


def _next_id() -> int:
    ((number,),) = rows.ask("SELECT nextval('cases_case_id_seq')")
    return int(number)


def _owner(case: Case, seat: Seat | None, urgency: str, handed_to: int | None) -> int:
    """The centre that owns a new case: the command centre if urgent, the desk's, or by place."""
    if urgency == rules.Urgency.URGENT:
        return staff.command_centre()
    if seat is not None and seat.centre_id is not None and "cases.intake" in seat.grants:
        return seat.centre_id
    return handed_to if handed_to is not None else placing.centre_for(case)


def _share_with_owner(case: Case) -> None:
    """A centre sees what it owns even where the place is unknown or lies elsewhere."""
    if case.centre_id not in case.shared_with:
        regions = [case.community_id, case.street_id, case.district_id]
        if staff.region_of(case.centre_id) not in regions:
            case.shared_with = [*case.shared_with, case.centre_id]


def _add_report(
    act: Act,
    number: int,
    channel: str,
    description: str,
    address: str,
    contact: Contact | None,
    wants_call: bool,
    language: str,
) -> str:
    case, salt = act.case, os.urandom(8)
    act.batch.insert(
        Report(
            case_id=case.pk,
            number=number,
            channel=channel,
            description=description,
            address=address,
            place=case.place,
            reported_at=act.now,
            by_user=act.actor,
            post_id=act.seat.post_id if act.seat else None,
            salt=salt,
            language=language,
            wants_call=wants_call,
        )
    )
    secret = report_secret(keys().blind, case_id=case.pk, report_number=number, salt=salt)
    if contact:
        kept = _contact_row(case, number, contact)
        act.batch.insert(kept)
        telling.write_received(case, kept, secret, language=language, now=act.now)
    return secret


def _contact_row(case: Case, number: int, contact: Contact) -> ReportContact:
    phone = clean_phone(contact.phone)
    email = clean(contact.email, field="email", most=120)
    if email and ("@" not in email or " " in email):
        raise BadInput(_("email: this is not an e-mail address."), field="email")
    return ReportContact(
        case_id=case.pk,
        number=number,
        name=clean(contact.name, field="name", most=40),
        phone=phone,
        email=email,
        phone_index=blind_index(phone) if phone else None,
    )


def _claim(key: str, case: Case, now: datetime, report_number: int = 1) -> bool:
    """Whether this is the first submission under `key`; a second one waits for the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_submissionkey (key, case_id, report_number, at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (key) DO NOTHING",
            [_key(key), case.pk, report_number, now],
        )
        return bool(cursor.rowcount)


def sent_before(submission_key: str) -> Filed | None:
    """What this submission became, if it has arrived before. Three queries at most."""
    return _known(submission_key)


def _known(key: str) -> Filed | None:
    kept = SubmissionKey.objects.filter(key=_key(key)).first()
    if kept is None:
        return None
    case = Case.objects.get(pk=kept.case_id)
    return Filed(case, kept.report_number, secret_of(kept.case_id, kept.report_number), again=True)


def _key(key: str) -> str:
    return clean(key, field="submission_key", most=80, least=8)


def secret_of(case_id: int, report_number: int) -> str:
    """The secret of a report, made anew. One query. Only for the reporter's own eyes."""
    salt = Report.objects.values_list("salt", flat=True).get(case_id=case_id, number=report_number)
    return report_secret(
        keys().blind, case_id=case_id, report_number=report_number, salt=bytes(salt)
    )


def _file_at_once(case: Case, actor: User | None, now: datetime) -> None:
    """R59: an urgent case that is whole skips the filing queue."""
    if case.case_class_id is None or case.grid_id is None or case.place is None:
        return
    before = facts(case)
    case.stage, case.stage_since, case.filed_at = rules.Stage.FILED, now, now
    act = Act(case, "file", now, None, None, "", {"urgent": True})
    clocks.turn(
        case, rules.Stage.REPORTED, now=now, relimit=False, detail=act.detail, batch=act.batch
    )
    remember(act, rules.Stage.REPORTED)
    write(act, before)
    things.follow(case, "file", actor=actor, now=now)
