"""The access log as the audit administrator reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.audit import queries as audit
from linli.audit.queries import Filters
from linli.audit.rules import label_of
from linli.console.queries.people import people_named
from linli.kernel.errors import NotFound
from linli.staff.models import User
from linli.staff.queries import names_of

MOST_EXPORTED = 100_000
SIGN_INS = (
    "staff.signed_in",
    "staff.sign_in_failed",
    "staff.signed_out",
    "staff.idled_out",
    "staff.session_ended",
    "staff.account_unlocked",
)


class Line(NamedTuple):
    """An entry with its words."""

    id: int
    at: datetime
    who: str
    user_id: int | None
    action: str
    label: str
    object_type: str
    object_id: str
    purpose: str
    detail: Mapping[str, Any]


class LogPage(NamedTuple):
    """Entries, newest first, and the token of the next page."""

    lines: list[Line]
    next: str | None


def filters_of(wanted: Mapping[str, Any]) -> Filters:
    """The filters of the form. Raises NotFound for a name nobody, or more than one, has."""
    user_id = None
    if who := (wanted.get("who") or "").strip():
        found = people_named(who)
        exact = [one for one in found if who in (one.name, one.username)]
        if len(exact) != 1 and len(found) != 1:
            raise NotFound(
                _("Several people answer to this name. Write the user name.")
                if found
                else _("Nobody has this name."),
                field="who",
            )
        user_id = (exact or found)[0].pk
    until: date | None = wanted.get("until")
    return Filters(
        user_id=user_id,
        action=wanted.get("action") or "",
        object_type=wanted.get("object_type") or "",
        object_id=wanted.get("object_id") or "",
        since=_midnight(wanted.get("since")),
        until=_midnight(until + timedelta(days=1) if until else None),
    )


def _midnight(on: date | None) -> datetime | None:
    return datetime.combine(on, time(), timezone.get_current_timezone()) if on else None


def log_page(user: User, filters: Filters, *, cursor: str | None, size: int = 50) -> LogPage:
    """A page of the log with the names of who acted. Two queries. Raises NotYours."""
    page = audit.log_for(user, filters, cursor=cursor, size=size)
    names = names_of(row.user_id for row in page.rows if row.user_id is not None)
    return LogPage([_line(row, names) for row in page.rows], page.next)


def log_lines(user: User, filters: Filters) -> Iterator[Line]:
    """Every entry, newest first, up to a bound; two queries a thousand. Raises NotYours."""
    cursor: str | None = None
    for _round in range(MOST_EXPORTED // 1000):
        page = log_page(user, filters, cursor=cursor, size=1000)
        yield from page.lines
        cursor = page.next
        if cursor is None:
            return


def _line(row: Any, names: Mapping[int, str]) -> Line:
    stranger = row.user_id is None
    who = _("not signed in") if stranger else names.get(row.user_id, f"#{row.user_id}")
    return Line(
        row.id,
        row.at,
        who,
        row.user_id,
        row.action,
        label_of(row.action),
        row.object_type,
        row.object_id,
        row.purpose,
        row.detail,
    )
