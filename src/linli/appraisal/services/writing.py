"""What every deed with a sheet shares: the lock, the history, who is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.appraisal import policy
from linli.appraisal.models import Sheet, SheetEvent
from linli.appraisal.queries.sheets import history_of
from linli.appraisal.rules.states import HEAR
from linli.audit.services import record
from linli.kernel.errors import NotFound
from linli.kernel.text import clean
from linli.notices.services import tell
from linli.staff.queries import posts as staff_posts
from linli.staff.queries.units import unit_tree

if TYPE_CHECKING:
    from linli.staff.models import User
    from linli.staff.policy import Seat

MOST_WORDS = 2_000


def words_of(text: str, *, needed: bool) -> str:
    """A reason or an opinion as it is kept. Raises BadInput naming the field."""
    return clean(text, field="words", most=MOST_WORDS, least=2 if needed else 0)


def locked_sheet(actor: User, sheet_id: int) -> tuple[Sheet, list[SheetEvent]]:
    """The sheet and its history, for this transaction alone. Raises NotFound."""
    rows = Sheet.objects.select_for_update(of=("self",)).filter(policy.visible_to(actor))
    sheet = rows.select_related("scheme", "user", "unit").filter(pk=sheet_id).first()
    if sheet is None:
        raise NotFound(_("There is no such sheet of appraisal, or you may not see it."))
    return sheet, history_of(sheet)


def remember(
    sheet: Sheet,
    deed: str,
    *,
    now: datetime,
    actor: User | None = None,
    seat: Seat | None = None,
    words: str = "",
) -> None:
    """Save the sheet and add a line to its history."""
    sheet.event_count += 1
    sheet.save()
    SheetEvent.objects.create(
        sheet=sheet, number=sheet.event_count, deed=deed, at=now, actor=actor,
        post_id=seat.post_id if seat else None, state=sheet.state, words=words,
    )  # fmt: skip


def log(sheet: Sheet, action: str, actor: User, now: datetime, **detail: str) -> None:
    """A line in the access log: codes and ids, no points."""
    record(
        actor=actor, action=action, object_type="appraisal", object_id=str(sheet.pk), now=now,
        detail={"month": f"{sheet.month:%Y-%m}", "post": sheet.post_id, **detail},
    )  # fmt: skip


def tell_worker(sheet: Sheet, kind: str, now: datetime, **params: str) -> None:
    """A notice to the worker that opens the sheet."""
    _tell(sheet, [sheet.user_id], kind, now, **params)


def tell_hearers(sheet: Sheet, history: Iterable[SheetEvent], now: datetime) -> None:
    """Those above who may hear the appeal and have not acted on the sheet."""
    above = [node.id for node in unit_tree().upwards(sheet.unit_id)]
    holders = staff_posts.holders_of(HEAR, unit_ids=above, now=now)
    acted = {event.actor_id for event in history} | {sheet.user_id}
    users = {post.user_id for post in holders} - acted
    _tell(sheet, users, "appraisal.to_hear", now)


def _tell(sheet: Sheet, users: Iterable[int], kind: str, now: datetime, **params: str) -> None:
    params = {"month": f"{sheet.month:%Y-%m}", **params}
    tell(user_ids=users, kind=kind, params=params, url=f"/appraisal/{sheet.pk}/", now=now)
