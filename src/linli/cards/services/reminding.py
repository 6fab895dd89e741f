"""Reminders at 80 %, at the limit and a working day after: each told exactly once (R73)."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import translation

from linli.cards.models import Reminder, Wish
from linli.cards.rules.steps import NEWS, Step, step_at
from linli.cases.models import Case
from linli.cases.queries import people
from linli.cases.rules.stages import OPEN, Stage
from linli.catalogue import queries as catalogue
from linli.kernel import rows
from linli.kernel.errors import BadInput
from linli.kernel.rows import Batch
from linli.notices import rules as notices
from linli.notices.rules import Channel
from linli.notices.services import tell, write_message
from linli.staff.models import User

AT_ONCE = 500  # open cases whose steps are looked up and told of in one transaction
KINDS = {Step.WARNED: "cases.warned", Step.DUE: "cases.overdue", Step.OVERDUE: "cards.overdue"}
_KEY = ("case_id", "stage", "step", "due_at")
#: Of what a run has decided, what still holds and nobody else has written is written, and said.
_NOTE = """
    INSERT INTO cards_reminder (case_id, stage, step, due_at, at, told)
    SELECT n.case_id, n.stage, n.step, n.due_at, n.at, n.told
    FROM jsonb_to_recordset(%s::jsonb) AS n (case_id bigint, stage varchar, step varchar,
            due_at timestamptz, at timestamptz, told smallint)
        JOIN cases_case c ON c.id = n.case_id AND c.stage = n.stage AND c.due_at = n.due_at
    ORDER BY n.case_id
    ON CONFLICT (case_id, stage, step, due_at) DO NOTHING RETURNING case_id"""


class _Passed(NamedTuple):
    """The clock of an open case that has passed a step."""

    case_id: int
    stage: str
    warn_at: datetime | None
    due_at: datetime


class _Found(NamedTuple):
    """A step of a case that nobody has been told of; `users`: who are, none of what is no news."""

    case: Case
    step: Step
    users: list[int]


def remind(*, now: datetime) -> int:
    """Tell of every step passed since the last run; returns how many. Safe to run twice.

    A step is done with once its row stands, and the row is written with its notices: a run that
    was missed is made up for, two runs at once tell once. One query, which leaves out what has
    passed its last step; for 500 of the others another, where any of them has news three more, and
    one for each unit that is told.
    """
    calendar, count = catalogue.calendar(), 0
    last = Reminder.objects.filter(
        case_id=OuterRef("pk"), stage=OuterRef("stage"), due_at=OuterRef("due_at"),
        step=Step.OVERDUE,
    )  # fmt: skip
    passed = (
        Case.objects.filter(stage__in=OPEN, due_at__isnull=False)
        .filter(Q(warn_at__lte=now) | Q(due_at__lte=now), ~Exists(last))
        .values_list("pk", "stage", "warn_at", "due_at")
        .order_by("pk")
    )
    running = [_Passed(pk, stage, warn, due) for pk, stage, warn, due in passed if due is not None]
    everybody = _Everybody()
    for start in range(0, len(running), AT_ONCE):
        lot = running[start : start + AT_ONCE]
        done = _done([row.case_id for row in lot])
        steps: dict[int, tuple[Step, datetime]] = {}
        for row in lot:
            was = done.get((row.case_id, row.stage, row.due_at), -1)
            found = step_at(now, row.warn_at, row.due_at, calendar)
            if found is not None and found[0].rank > was:
                steps[row.case_id] = found
        if steps:
            count += _tell([row for row in lot if row.case_id in steps], steps, everybody, now)
    return count


def _done(case_ids: list[int]) -> dict[tuple[int, str, datetime], int]:
    """The rank of the highest step that is done with, by case, stage and due time. One query."""
    found: dict[tuple[int, str, datetime], int] = {}
    known = Reminder.objects.filter(case_id__in=case_ids).values_list(*_KEY)
    for case_id, stage, step, due_at in known:
        key = (case_id, stage, due_at)
        found[key] = max(found.get(key, -1), Step(step).rank)
    return found


@transaction.atomic
def _tell(
    lot: list[_Passed],
    steps: dict[int, tuple[Step, datetime]],
    everybody: _Everybody,
    now: datetime,
) -> int:
    """Note the steps of these cases and tell of those that are news; how many were told of."""
    cases, found = Case.objects.in_bulk([row.case_id for row in lot]), list[_Found]()
    for row in lot:
        case, (step, since) = cases.get(row.case_id), steps[row.case_id]
        if case is not None and (case.stage, case.due_at) == (row.stage, row.due_at):
            users = everybody.who(case, step) if now - since <= NEWS else []
            found.append(_Found(case, step, users))
    noted = _note(found, now)
    news = [one for one in found if one.users and one.case.pk in noted]
    batch = Batch()
    for one in news:
        tell(user_ids=one.users, kind=KINDS[one.step], params=_params(one.case),
             url=_path(one.case), now=now, batch=batch)  # fmt: skip
    batch.write()
    _write(news, now)
    return len(news)


def _note(found: list[_Found], now: datetime) -> set[int]:
    """Write the rows; the ids of the cases that it was this run which wrote them. One query."""
    given = [
        {
            "case_id": one.case.pk, "stage": one.case.stage, "step": one.step.value,
            "due_at": str(one.case.due_at), "at": str(now), "told": len(one.users),
        }
        for one in found
    ]  # fmt: skip
    return {case_id for (case_id,) in rows.ask(_NOTE, [json.dumps(given)])}


class _Everybody:
    """Who is told, asked once of each unit in a run."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, int | None], list[int]] = {}

    def who(self, case: Case, step: Step) -> list[int]:
        """Those who can act: the unit while it is the unit's turn, with the centre's duty chiefs
        from the limit on and the unit's leaders a day later; otherwise the centre's duty chiefs."""
        with_unit = (
            case.stage in (Stage.DISPATCHED, Stage.HANDLING) and case.lead_unit_id is not None
        )
        found: set[int] = set()
        if with_unit:
            found.update(self._of("cases.handle", unit_id=case.lead_unit_id))
            if step == Step.OVERDUE:
                found.update(self._of("cards.answer", unit_id=case.lead_unit_id))
        if not with_unit or step != Step.WARNED:
            found.update(self._of("cases.duty", centre_id=case.centre_id))
        return sorted(found)

    def _of(self, grant: str, **unit: int | None) -> list[int]:
        [(kind, unit_id)] = unit.items()
        key = (grant, kind, unit_id)
        if key not in self._known:
            self._known[key] = people.users_with_grant(grant, **unit)
        return self._known[key]


def _params(case: Case) -> dict[str, str]:
    return {"number": case.number, "address": case.address}


def _path(case: Case) -> str:
    return f"/desk/cases/{case.number}/"


def _write(news: list[_Found], now: datetime) -> None:
    """By e-mail to those who wish it; the outbox keeps it back during quiet hours. One query, and
    those of the letters."""
    told = {user for one in news for user in one.users}
    if not told:
        return
    wishes = Wish.objects.filter(user_id__in=told).values("user_id")
    wishing = User.objects.filter(pk__in=wishes).exclude(email="").in_bulk()
    for one in news:
        for user in (wishing[pk] for pk in one.users if pk in wishing):
            _write_to(user, one, now)


def _write_to(user: User, one: _Found, now: datetime) -> None:
    with translation.override(user.language):
        words = notices.sentence(KINDS[one.step], _params(one.case))
    facts = {
        "number": one.case.number,
        "words": words,
        "link": f"{settings.PUBLIC_ORIGIN}{_path(one.case)}",
    }
    with suppress(BadInput):  # the address on the account is none
        write_message(
            channel=Channel.EMAIL, address=user.email, kind="cards.reminder", params=facts,
            language=user.language, now=now,
        )  # fmt: skip


def wish_mail(*, actor: User, wished: bool, now: datetime) -> None:
    """Whether the person is reminded by e-mail too."""
    if wished:
        Wish.objects.get_or_create(user=actor, defaults={"since": now})
    else:
        Wish.objects.filter(user=actor).delete()


def forget_reminders(*, now: datetime, most: int = 20_000) -> int:
    """Delete the rows of cases that have ended: their clocks have stopped. Returns how many."""
    ended = Reminder.objects.exclude(case__stage__in=OPEN).values_list("case_id", flat=True)
    ids = list(ended.distinct()[:most])
    count, _rows = Reminder.objects.filter(case_id__in=ids).delete()
    return count
