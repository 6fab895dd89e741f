"""The sheets of a month are opened, for every post of a role in the units below."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from linli.appraisal import policy
from linli.appraisal.models import Input, Scheme, Sheet
from linli.appraisal.queries.figures import figured
from linli.appraisal.queries.schemes import in_force
from linli.appraisal.queries.sheets import posts_to_open
from linli.appraisal.rules.schemes import Origin
from linli.appraisal.rules.states import OPEN, State
from linli.appraisal.services.writing import remember, tell_worker
from linli.audit.services import record
from linli.cards.rules.states import last_moment
from linli.catalogue import queries as catalogue
from linli.evaluation.rules.periods import Period, Span
from linli.kernel.errors import BadInput, Refused
from linli.staff import policy as staff
from linli.staff.models import Post

if TYPE_CHECKING:
    from linli.staff.models import User


@transaction.atomic
def open_month(*, actor: User, month: date, role_id: int, now: datetime) -> int:
    """Open a sheet for every post of the role that was held in the month, in the units below the
    actor's posts, and take its figures; how many. What is open already stays as it is.

    Raises BadInput for a month that is not over or has no scheme, NotYours, Refused where there is
    nobody.
    """
    staff.require(actor, OPEN)
    period = Period.around(Span.MONTH, month)
    if not period.over(now):
        raise BadInput(
            _("month: %(month)s is not over yet; open it from the first day after it.")
            % {"month": period.label},
            field="month",
        )
    scheme = in_force(period.last).filter(role_id=role_id).prefetch_related("lines").first()
    if scheme is None:
        raise BadInput(
            _("role_id: this role has no scheme for %(month)s; write one that is in force then.")
            % {"month": period.label},
            field="role_id",
        )
    units = policy.units_of(actor, [OPEN])
    posts = posts_to_open(units, role_id, period.since, period.until)
    made = _open(scheme, period, posts, actor, now)
    if not posts:
        raise Refused(
            _("Nobody held a post of this role in your units in %(month)s.")
            % {"month": period.label},
            field="role_id",
        )
    record(
        actor=actor, action="appraisal.opened", object_type="appraisal", object_id=period.label,
        now=now, detail={"role": role_id, "sheets": made},
    )  # fmt: skip
    return made


def _open(scheme: Scheme, period: Period, posts: Iterable[Post], actor: User, now: datetime) -> int:
    numbers: dict[int, int] = {}
    live = set()
    rows = Sheet.objects.filter(month=period.first, post_id__in=[post.pk for post in posts])
    for post_id, number, state in rows.values_list("post_id", "number", "state"):
        numbers[post_id] = max(numbers.get(post_id, 0), number)
        if state != State.DROPPED:
            live.add(post_id)
    until = last_moment(catalogue.calendar(), now, scheme.report_days)
    sheets = [
        Sheet(
            scheme=scheme, post=post, user_id=post.user_id, unit_id=post.unit_id,
            month=period.first, number=numbers.get(post.pk, 0) + 1, report_until=until,
        )
        for post in posts
        if post.pk not in live
    ]  # fmt: skip
    seat = next((s for s in actor.seats if OPEN in s.grants), None)
    for sheet in sheets:
        remember(sheet, "open", now=now, actor=actor, seat=seat)
        tell_worker(sheet, "appraisal.opened", now)
    take_figures(scheme, period, sheets, now=now)
    return len(sheets)


def take_figures(scheme: Scheme, period: Period, sheets: list[Sheet], *, now: datetime) -> None:
    """Write what the system counts on these sheets of one scheme, anew where it stands already.
    The statements do not grow with the number of sheets."""
    lines = [line for line in scheme.lines.all() if line.origin == Origin.FIGURE]
    found = figured(scheme, period, [sheet.post_id for sheet in sheets], now=now) if lines else None
    if found is None or not sheets:
        return
    inputs = []
    for sheet in sheets:
        for line in lines:
            points, detail = found.of(sheet.post_id, line, now)
            inputs.append(Input(sheet=sheet, line=line, points=points, detail=detail, at=now))
    Input.objects.bulk_create(
        inputs,
        update_conflicts=True,
        unique_fields=["sheet", "line"],
        update_fields=["points", "detail", "at"],
    )
