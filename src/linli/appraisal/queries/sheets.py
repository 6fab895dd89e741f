"""Sheets: lists, one sheet, its history in words. No list is ordered by points (P14)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from linli.appraisal import policy
from linli.appraisal.models import Sheet, SheetEvent
from linli.appraisal.rules.states import DEEDS, FROZEN, HAPPENED, State
from linli.cases.policy import GRANT_SEE
from linli.kernel.errors import NotFound
from linli.staff.models import Post
from linli.staff.queries.history import Line, line_of

if TYPE_CHECKING:
    from linli.staff.models import User

_SHOWN = ("scheme__role", "post", "user", "unit", "signed_by", "corrects")
ICONS = {
    "open": "plus", "report": "send", "skip": "arrow-forward-up", "submit": "arrow-right",
    "send_back": "arrow-back-up", "show": "eye", "agree": "check", "appeal": "scale",
    "keep": "shield-check", "change": "repeat", "sign": "pencil", "archive": "archive",
    "correct": "edit", "drop": "trash", "score": "edit", "adjust": "plus", "unadjust": "minus",
    "figures": "chart-bar", "kept": "shield-check", "anew": "repeat",
}  # fmt: skip


def sheets_for(
    user: User, *, month: date | None = None, state: str = "", waiting_at: datetime | None = None
) -> QuerySet[Sheet]:
    """The sheets `user` may see, the latest month first, by unit and name; never by points.
    `waiting_at`: those of others that wait for `user` at that moment. One query."""
    rows = Sheet.objects.filter(policy.visible_to(user))
    if waiting_at is not None:
        rows = rows.filter(policy.waits_for(user, waiting_at)[1])
    if month is not None:
        rows = rows.filter(month=month)
    if state:
        rows = rows.filter(state=state)
    order = ("-month", "unit__path", "user__name", "post_id", "-number")
    return rows.select_related(*_SHOWN).order_by(*order)


def waiting(user: User, now: datetime) -> dict[str, QuerySet[Sheet]]:
    """Sheets that wait for the person: `appraisal` those of others, `appraisal_own` their own."""
    own, others = policy.waits_for(user, now)
    rows = {}
    if user.has_grant(GRANT_SEE):  # nobody else's work is appraised
        rows["appraisal_own"] = Sheet.objects.filter(own)
    if policy.units_of(user, policy.GRANTS):
        rows["appraisal"] = Sheet.objects.filter(policy.visible_to(user), others)
    return rows


def own_sheets(user: User) -> QuerySet[Sheet]:
    """The sheets about `user`, the latest month first. One query."""
    rows = Sheet.objects.filter(user_id=user.pk).exclude(state=State.DROPPED)
    return rows.select_related(*_SHOWN).order_by("-month", "-number", "post_id")


def sheet_for(user: User, sheet_id: int) -> Sheet:
    """One sheet. One query. Raises NotFound, also for a sheet of others."""
    rows = Sheet.objects.filter(policy.visible_to(user), pk=min(sheet_id, 2**62))
    found = rows.select_related(*_SHOWN).first()
    if found is None:
        raise NotFound(_("There is no such sheet of appraisal, or you may not see it."))
    return found


def history_of(sheet: Sheet) -> list[SheetEvent]:
    """What happened to a sheet, oldest first. One query."""
    return list(sheet.events.select_related("actor", "post__unit").order_by("number"))


def entries_of(history: list[SheetEvent]) -> list[Line]:
    """The history in words. No query."""
    done = {name: deed.done for name, deed in DEEDS.items()}
    return [
        line_of(event, icons=ICONS, deeds=done, happened=HAPPENED, badge=State(event.state).label)
        for event in history
    ]


def corrections_of(sheet: Sheet) -> list[Sheet]:
    """The correction sheets beside a signed one, oldest first. One query."""
    return list(sheet.corrections.exclude(state=State.DROPPED).order_by("number"))


def signed_of(user: User, month: date) -> list[Sheet]:
    """The signed sheets of a month that `user` may see and that no signed correction has replaced,
    by unit and name. Five queries."""
    replaced = Sheet.objects.filter(month=month, state__in=FROZEN, corrects__isnull=False)
    rows = sheets_for(user, month=month).filter(state__in=FROZEN)
    rows = rows.exclude(pk__in=replaced.values("corrects"))
    return list(rows.prefetch_related("scheme__lines", "inputs__entered_by", "adjustments"))


def posts_to_open(unit_ids: set[int], role_id: int, since: datetime, until: datetime) -> list[Post]:
    """The posts of a role in these units that were held in a span, with their people, by unit and
    id. One query."""
    rows = Post.objects.filter(
        template=role_id, unit_id__in=unit_ids, valid_from__lt=until, user__is_system=False
    ).exclude(valid_to__lte=since)
    return list(rows.select_related("user", "unit").order_by("unit__path", "pk"))
