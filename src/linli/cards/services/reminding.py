"""Reminders at 80 %, at the limit and a working day after: each told exactly once (R73)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation

from linli.cards.models import Reminder, Wish
from linli.cards.rules.steps import NEWS, Step, step_at
from linli.cases.models import Case
from linli.cases.queries import people
from linli.cases.rules.stages import OPEN, Stage
from linli.catalogue import queries as catalogue
from linli.kernel.errors import BadInput
from linli.notices import rules as notices
from linli.notices.rules import Channel
from linli.notices.services import tell, write_message
from linli.staff.models import User

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = 2_000
KINDS = {Step.WARNED: "cases.warned", Step.DUE: "cases.overdue", Step.OVERDUE: "cards.overdue"}
_KEY = ("case_id", "stage", "step", "due_at")


def remind(*, now: datetime) -> int:
    """Tell of every step passed since the last run; returns how many. Safe to run twice.

    A step is done with once its row stands, and the row is written with its notices: a run that
    was missed is made up for, two runs at once tell once. Two queries for 2,000 open cases.
    """
    calendar, count = catalogue.calendar(), 0
    passed = (
        Case.objects.filter(stage__in=OPEN, due_at__isnull=False)
        .filter(Q(warn_at__lte=now) | Q(due_at__lte=now))
        .values_list("pk", "stage", "warn_at", "due_at")
        .order_by("pk")
    )
    running = [(pk, stage, warn, due) for pk, stage, warn, due in passed if due is not None]
    for lot in _lots(running):
        done = _done([row[0] for row in lot])
        for case_id, stage, warn_at, due_at in lot:
            found = step_at(now, warn_at, due_at, calendar)
            if found is None or found[0].rank <= done.get((case_id, stage, due_at), -1):
                continue
            step, since = found
            count += _tell(case_id, stage, step, due_at, now, is_news=now - since <= NEWS)
    return count


def _done(case_ids: list[int]) -> dict[tuple[int, str, datetime], int]:
    """The rank of the highest step that is done with, by case, stage and due time. One query."""
    found: dict[tuple[int, str, datetime], int] = {}
    rows = Reminder.objects.filter(case_id__in=case_ids).values_list(*_KEY)
    for case_id, stage, step, due_at in rows:
        key = (case_id, stage, due_at)
        found[key] = max(found.get(key, -1), Step(step).rank)
    return found


@transaction.atomic
def _tell(
    case_id: int, stage: str, step: Step, due_at: datetime, now: datetime, *, is_news: bool
) -> int:
    case = Case.objects.select_for_update(no_key=True).get(pk=case_id)
    if (case.stage, case.due_at) != (stage, due_at):
        return 0  # meanwhile it has moved on
    row = Reminder(case_id=case_id, stage=stage, step=step.value, due_at=due_at, at=now, told=0)
    users = _who(case, step) if is_news else []
    row.told = len(users)
    if Reminder.objects.filter(case_id=case_id, stage=stage, step=step, due_at=due_at).exists():
        return 0  # another run was quicker; it held the lock on the case
    row.save(force_insert=True)
    if users:
        params = {"number": case.number, "address": case.address}
        url = f"/desk/cases/{case.number}/"
        tell(user_ids=users, kind=KINDS[step], params=params, url=url, now=now)
        _write(users, KINDS[step], params, url, now)
    return int(bool(users))


def _who(case: Case, step: Step) -> list[int]:
    """Those who can act: the unit while it is the unit's turn, with the centre's duty chiefs from
    the limit on and the unit's leaders a day later; otherwise the centre's duty chiefs."""
    with_unit = case.stage in (Stage.DISPATCHED, Stage.HANDLING) and case.lead_unit_id is not None
    found: set[int] = set()
    if with_unit:
        found |= set(people.users_with_grant("cases.handle", unit_id=case.lead_unit_id))
        if step == Step.OVERDUE:
            found |= set(people.users_with_grant("cards.answer", unit_id=case.lead_unit_id))
    if not with_unit or step != Step.WARNED:
        found |= set(people.users_with_grant("cases.duty", centre_id=case.centre_id))
    return sorted(found)


def _write(
    users: Iterable[int], kind: str, params: dict[str, str], path: str, now: datetime
) -> None:
    """By e-mail to those who wish it; the outbox keeps it back during quiet hours."""
    wishing = User.objects.filter(
        pk__in=Wish.objects.filter(user_id__in=list(users)).values("user_id")
    ).exclude(email="")
    for user in wishing.order_by("pk"):
        with translation.override(user.language):
            words = notices.sentence(kind, params)
        facts = {
            "number": params["number"],
            "words": words,
            "link": f"{settings.PUBLIC_ORIGIN}{path}",
        }
        try:
            write_message(
                channel=Channel.EMAIL, address=user.email, kind="cards.reminder", params=facts,
                language=user.language, now=now,
            )  # fmt: skip
        except BadInput:
            continue  # the address on the account is none


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


def _lots(
    rows: list[tuple[int, str, datetime | None, datetime]],
) -> Iterator[list[tuple[int, str, datetime | None, datetime]]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]
