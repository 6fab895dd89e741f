"""Who sees which sheet, and who may do what with it: one's own, and those of units below (P14)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.appraisal.models import Adjustment, Input, SheetEvent
from linli.appraisal.rules import states
from linli.appraisal.rules.states import (
    ACTED,
    DEEDS,
    FORWARD,
    HEARINGS,
    SEPARATED,
    Side,
    State,
    side_of,
)
from linli.kernel.errors import NotYours
from linli.staff import policy as staff

if TYPE_CHECKING:
    from linli.appraisal.models import Sheet
    from linli.staff.models import User
    from linli.staff.policy import Seat

GRANTS: Final = (states.OPEN, states.SCORE, states.REVIEW, states.HEAR, states.SIGN)
READERS: Final = (*GRANTS, states.SCHEMES)
NOBODY: Final = Q(pk__in=[])


def visible_to(user: User) -> Q:
    """Which sheets `user` may see: the own ones, and those of the units below a post that works on
    sheets. Lists, files and counts start here."""
    return Q(user_id=user.pk) | Q(unit_id__in=sorted(units_of(user, GRANTS)))


def units_of(user: User, grants: Iterable[str]) -> set[int]:
    """The units in which `user` holds one of `grants`: those of the posts, and all below."""
    wanted = set(grants)
    return {unit for seat in user.seats if wanted & seat.grants for unit in seat.unit_ids}


def seat_over(user: User, grant: str, unit_id: int) -> Seat | None:
    """The first post with `grant` whose unit is `unit_id` or above it."""
    return next((s for s in user.seats if grant in s.grants and unit_id in s.unit_ids), None)


def deeds_for(user: User, sheet: Sheet, history: list[SheetEvent]) -> list[str]:
    """What `user` may do with the sheet now: the page's buttons. No query."""
    now = timezone.now()
    return [deed for deed in DEEDS if not why_not(user, deed, sheet, history, now)]


def require_deed(
    user: User, deed: str, sheet: Sheet, history: list[SheetEvent], now: datetime
) -> Seat | None:
    """The post by which `user` does it; None for the worker's own deeds. Raises NotYours."""
    why = why_not(user, deed, sheet, history, now)
    if why:
        raise NotYours(why, field="deed", code="not_open_to_you")
    grant = DEEDS[deed].grant
    return seat_over(user, grant, sheet.unit_id) if grant else None


def may_score(user: User, sheet: Sheet, history: list[SheetEvent]) -> bool:
    """Whether `user` may enter points now: whoever might hand the sheet over."""
    return not why_not(user, "submit", sheet, history, timezone.now())


def why_not(user: User, deed: str, sheet: Sheet, history: list[SheetEvent], now: datetime) -> str:
    """Why `user` may not do `deed`, as a sentence; empty where it is open. No query."""
    row = DEEDS[deed]
    if sheet.state not in row.sources:
        return _("The sheet is “%(state)s” by now; “%(deed)s” is not open.") % {
            "state": sheet.get_state_display(), "deed": row.label,
        }  # fmt: skip
    if row.side == Side.WORKER:
        return _why_not_worker(user, deed, sheet, now)
    if sheet.user_id == user.pk:
        return _("This is your own sheet; somebody else does this.")
    if seat_over(user, row.grant, sheet.unit_id) is None:
        return _("Your posts do not allow “%(deed)s” for this unit.") % {"deed": row.label}
    return (
        _why_not_separated(user, deed, history)
        or _why_not_own_points(user, deed, sheet)
        or _why_not_yet(deed, sheet, now)
    )


def _why_not_worker(user: User, deed: str, sheet: Sheet, now: datetime) -> str:
    if sheet.user_id != user.pk:
        return _("Only the worker whom the sheet is about does this.")
    if deed == "appeal" and sheet.appealed_at is not None:
        return _("You have appealed against this sheet already; an appeal is heard once.")
    if deed == "appeal" and sheet.appeal_until is not None and now > sheet.appeal_until:
        return _("An appeal was possible until %(day)s.") % {"day": _day(sheet.appeal_until)}
    return ""


def _why_not_separated(user: User, deed: str, history: list[SheetEvent]) -> str:
    """One person acts on a sheet for one side only, and hears an appeal once."""
    side = DEEDS[deed].side
    own = [event for event in history if event.actor_id == user.pk]
    if side in SEPARATED:
        for event in own:
            other = side_of(event.deed)
            if other in SEPARATED and other != side:
                return _(
                    "You have acted on this sheet already; scoring, review, appeal and signature"
                    " are in different hands. Leave it to somebody else."
                )
    if deed in HEARINGS and any(event.deed in HEARINGS for event in own):
        return _("Two people hear an appeal, each once. Leave it to somebody else.")
    return ""


def _why_not_own_points(user: User, deed: str, sheet: Sheet) -> str:
    """A correction begins with what was entered in the signed sheet: whoever entered it does not
    review, hear or sign it here either. Two queries, for a correction alone."""
    if sheet.corrects_id is None or DEEDS[deed].side not in SEPARATED[1:]:
        return ""
    points = sheet.inputs.filter(entered_by_id=user.pk)
    if points.exists() or sheet.adjustments.filter(entered_by_id=user.pk).exists():
        return _("Points on this sheet are yours. Leave it to somebody else.")
    return ""


def _why_not_yet(deed: str, sheet: Sheet, now: datetime) -> str:
    if deed == "skip" and now <= sheet.report_until:
        return _("The worker may still report until %(day)s.") % {"day": _day(sheet.report_until)}
    may_appeal = sheet.state == State.SHOWN and sheet.appealed_at is None
    if deed == "sign" and may_appeal and sheet.appeal_until and now <= sheet.appeal_until:
        return _("The worker may still appeal until %(day)s; sign afterwards.") % {
            "day": _day(sheet.appeal_until)
        }
    return ""


def waits_for(user: User, now: datetime) -> tuple[Q, Q]:
    """The sheets on which the next step is `user`'s: their own, and those of others. The same
    question as `why_not`, of many sheets: what leads a sheet on and is open to them now."""
    own = Q(state=State.REPORTING) | _may_appeal(now)
    others = NOBODY
    for deed in FORWARD:
        row = DEEDS[deed]
        units = units_of(user, (row.grant,))
        if units:
            reached = Q(unit_id__in=sorted(units), state__in=row.sources)
            others |= (
                reached
                & _open(deed, now)
                & Q(~Exists(_hindering(user, deed)))
                & _not_own_points(user, deed)
            )
    return Q(user_id=user.pk) & own, others & ~Q(user_id=user.pk)


def _may_appeal(now: datetime) -> Q:
    return Q(state=State.SHOWN, appealed_at__isnull=True, appeal_until__gte=now)


def _open(deed: str, now: datetime) -> Q:
    """What `_why_not_yet` asks."""
    if deed == "skip":
        return Q(report_until__lt=now)
    return ~_may_appeal(now) if deed == "sign" else Q()


def _not_own_points(user: User, deed: str) -> Q:
    """What `_why_not_own_points` asks."""
    if DEEDS[deed].side not in SEPARATED[1:]:
        return Q()
    points = Input.objects.filter(sheet_id=OuterRef("pk"), entered_by_id=user.pk)
    extras = Adjustment.objects.filter(sheet_id=OuterRef("pk"), entered_by_id=user.pk)
    return Q(corrects__isnull=True) | Q(~Exists(points)) & Q(~Exists(extras))


def _hindering(user: User, deed: str) -> QuerySet[SheetEvent]:
    """What `_why_not_separated` asks: own events on the sheet that leave the deed to others."""
    side, found = DEEDS[deed].side, set[str]()
    if side in SEPARATED:
        found |= {one for one in ACTED if side_of(one) in SEPARATED and side_of(one) != side}
    if deed in HEARINGS:
        found |= set(HEARINGS)
    return SheetEvent.objects.filter(
        sheet_id=OuterRef("pk"), actor_id=user.pk, deed__in=sorted(found)
    )


def _day(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d")


def require_schemes(user: User) -> None:
    """Raises NotYours unless `user` writes schemes."""
    staff.require(user, states.SCHEMES)
