"""Who is told about a case, on screen or by letter; the words are in `cases/apps.py`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from linli.cases.models import Case, Report, ReportContact
from linli.cases.queries import people as staff
from linli.cases.rules.secrets import report_secret
from linli.kernel.errors import BadInput
from linli.kernel.rows import Batch
from linli.kernel.seal import keys
from linli.notices import services as notices
from linli.notices.rules import Channel

#: What a reporter must hear of without asking, and the letter that says it.
LETTERS = {
    "ask_reporter": "cases.asked", "close": "cases.solved", "self_handle": "cases.solved",
    "dismiss": "cases.refused", "void": "cases.refused", "reopen": "cases.open_again",
}  # fmt: skip
_MOST_MERGES = 20


def _url(case: Case) -> str:
    return f"/desk/cases/{case.number}/"


def tell_duty_chiefs(case: Case, *, now: datetime, batch: Batch | None = None) -> None:
    """R59: the duty chiefs of the owning centre hear of an urgent case at once."""
    chiefs = staff.users_with_grant("cases.duty", centre_id=case.centre_id)
    tell(case, "cases.urgent", chiefs, now, batch=batch)


def tell_unit(case: Case, *, now: datetime, batch: Batch | None = None) -> None:
    """The lead unit has work."""
    if case.lead_unit_id is not None:
        users = staff.users_with_grant("cases.handle", unit_id=case.lead_unit_id)
        tell(case, "cases.dispatched", users, now, batch=batch)


def tell_post(
    case: Case, kind: str, post_id: int | None, *, now: datetime, batch: Batch | None = None
) -> None:
    """One post has something to do or to know."""
    if post_id is not None:
        tell(case, kind, staff.users_of_posts([post_id]), now, batch=batch)


def tell(
    case: Case, kind: str, users: Iterable[int], now: datetime, *, batch: Batch | None = None
) -> None:
    """One notice to each user, written with `batch` if one is given."""
    wanted = sorted(set(users))
    if wanted:
        notices.tell(
            user_ids=wanted,
            kind=kind,
            params={"number": case.number, "address": case.address},
            url=_url(case),
            now=now,
            batch=batch,
        )


def tell_call_back(case: Case, *, now: datetime, batch: Batch | None = None) -> None:
    """A resident is not satisfied: those who call back hear of it (R80)."""
    users = staff.users_with_grant("cases.call_back", centre_id=case.centre_id)
    tell(case, "cases.unsatisfied", users, now, batch=batch)


def write_received(
    case: Case, contact: ReportContact, secret: str, *, language: str, now: datetime
) -> None:
    """The number and the link of a report that has just arrived, if its sender can be reached."""
    if settings.PUBLIC_ORIGIN:
        _write(contact, "cases.received", _facts(case, secret, ""), language=language, now=now)


def write_reporters(case: Case, move: str, words: str, *, now: datetime) -> None:
    """Everybody who reported this, or a case merged into it, and left a way to be reached.

    Nobody while PUBLIC_ORIGIN names no address that a letter could point to. Three queries and one
    more a level of merges; two inserts a letter.
    """
    kind = LETTERS.get(move)
    if kind is None or not settings.PUBLIC_ORIGIN:
        return
    own = {case.pk: case}
    frontier = [case.pk]
    for _level in range(_MOST_MERGES):
        below = list(Case.objects.filter(merged_into__in=frontier))
        if not below:
            break
        own |= {one.pk: one for one in below}
        frontier = [one.pk for one in below]
    contacts = {
        (c.case_id, c.number): c for c in ReportContact.objects.filter(case_id__in=list(own))
    }
    if not contacts:
        return
    for report in Report.objects.filter(case_id__in=list(own)).order_by("case_id", "number"):
        contact = contacts.get((report.case_id, report.number))
        if contact is not None:
            secret = report_secret(
                keys().blind,
                case_id=report.case_id,
                report_number=report.number,
                salt=bytes(report.salt),
            )
            _write(
                contact,
                kind,
                _facts(own[report.case_id], secret, words),
                language=report.language,
                now=now,
            )


def _facts(case: Case, secret: str, words: str) -> dict[str, str]:
    link = f"{settings.PUBLIC_ORIGIN}/r/{case.number}/{secret}/"
    return {"number": case.number, "link": link, "words": words}


def _write(
    contact: ReportContact, kind: str, facts: dict[str, str], *, language: str, now: datetime
) -> None:
    for channel, address in ((Channel.SMS, contact.phone), (Channel.EMAIL, contact.email)):
        if not address:
            continue
        try:
            notices.write_message(
                channel=channel,
                address=address,
                kind=kind,
                params=facts,
                language=language,
                now=now,
            )
        except BadInput:
            continue  # a telephone on a wall takes no text messages
