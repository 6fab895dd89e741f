"""The call-back list: who must be called and why, who is reached, what waits for its result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from linli.cases import policy as cases_policy
from linli.cases import queries as cases
from linli.cases.models import Case, CaseEvent, ReportContact
from linli.cases.queries.following import root_of
from linli.cases.rules.stages import Stage
from linli.hotline import policy
from linli.hotline.models import Call, CallBack, CallBackTry
from linli.kernel.errors import NotFound
from linli.kernel.seal import mask_name, mask_phone

if TYPE_CHECKING:
    from linli.staff.models import User

A_PAGE = 60
OLDEST_CASE = timedelta(days=400)  # how old a case may be that is rated only now
#: A case at these stages has a result that the person can be told.
TOLD_AT = (
    Stage.HANDLED,
    Stage.CHECKING,
    Stage.CLOSED,
    Stage.EVALUATED,
    Stage.DISMISSED,
    Stage.VOIDED,
)


def _visible(user: User) -> QuerySet[CallBack]:
    """Those of one's centres; about cases only those one sees."""
    units = sorted(policy.units_of(user, policy.GRANT_CALL_BACK))
    seen = Case.objects.filter(cases_policy.visible_to(user), pk=OuterRef("case_id"))
    rows = CallBack.objects.filter(unit_id__in=units)
    return rows.filter(Q(case_id__isnull=True) | Exists(seen))


def _ready(now: datetime) -> Q:
    """To be called now: an answer that was promised, a case with a result, or the limit is over."""
    told = Case.objects.filter(pk=OuterRef("case_id"), stage__in=TOLD_AT)
    own = Case.objects.filter(pk=OuterRef(OuterRef("case_id")), merged_into__isnull=False)
    joined = Case.objects.filter(pk__in=own.values("merged_into"), stage__in=TOLD_AT)
    result = Exists(told) | Exists(joined)
    return Q(next_at__lte=now) & (Q(case_id__isnull=True) | result | Q(due_at__lte=now))


@dataclass(frozen=True)
class Listed:
    """A call-back with its case, if it has one."""

    call_back: CallBack
    case: Case | None


def call_backs_for(user: User, which: str, *, now: datetime, most: int = A_PAGE) -> list[Listed]:
    """Open ones: `now` to be called now, `later` the others; both by due time. `done`: the latest
    first. Two queries.
    """
    rows = _visible(user).select_related("call__kind", "call__line", "done_by")
    if which == "done":
        rows = rows.filter(done_at__isnull=False).order_by("-done_at", "-pk")
    else:
        ready = _ready(now)
        rows = rows.filter(ready if which == "now" else ~ready, done_at__isnull=True)
        rows = rows.order_by("due_at", "pk")
    found = list(rows[:most])
    ids = {one.case_id for one in found if one.case_id is not None}
    seen = {
        case.pk: case
        for case in cases.cases_for(user).filter(pk__in=ids).select_related("case_class")
    }
    return [Listed(one, seen.get(one.case_id or 0)) for one in found]


def waiting(user: User, now: datetime) -> dict[str, QuerySet[CallBack]]:
    """Who is to be called now; nothing for those who do not call back."""
    if not user.has_grant(policy.GRANT_CALL_BACK):
        return {}
    return {"call_backs": _visible(user).filter(_ready(now), done_at__isnull=True)}


def call_back_for(user: User, call_back_id: int, *, lock: bool = False) -> CallBack:
    """One call-back. One query. Raises NotFound, also for one of others."""
    rows = _visible(user)
    rows = (
        rows.select_for_update(of=("self",))
        if lock
        else rows.select_related("call__kind", "call__line", "done_by")
    )
    found = rows.filter(pk=call_back_id).first()
    if found is None:
        raise NotFound(_("There is no such call-back, or you may not see it."))
    return found


def case_of(user: User, call_back: CallBack) -> Case | None:
    """The case of the report. Raises NotFound where it is hidden now."""
    if call_back.case_id is None:
        return None
    own = cases.cases_for(user).select_related("case_class", "lead_unit", "grid")
    found = own.filter(pk=call_back.case_id).first()
    if found is None:
        raise NotFound(_("There is no such case, or you may not see it."))
    return found


def masked_of(call_back: CallBack, case: Case | None) -> tuple[str, str] | None:
    """Name and number behind stars, if there are any. One query at most."""
    kept: ReportContact | Call | None = call_back.call
    if case is not None:
        kept = ReportContact.objects.filter(
            case_id=case.pk, number=call_back.report_number or 1
        ).first()
    if kept is None or not (kept.name or kept.phone):
        return None
    return mask_name(kept.name), mask_phone(kept.phone)


def report_back_of(case: Case | None) -> str:
    """What the unit said it did, to be told to the person; the last time. One query at most."""
    if case is None:
        return ""
    moves = ("report_back", "self_handle")
    told = CaseEvent.objects.filter(case_id=case.pk, move__in=moves).order_by("-number")
    return told.values_list("opinion", flat=True).first() or ""


def dialled(call_back: CallBack) -> list[CallBackTry]:
    """The tries, the latest first. One query."""
    return list(call_back.dialled.select_related("by").order_by("-at", "-pk"))


def told_of(user: User, case: Case | None) -> Case | None:
    """The case that the person is told about: where it was merged, that one, if `user` sees it. One
    query a merge, and one."""
    if case is None or case.merged_into is None:
        return case
    root = root_of(case)
    return root if cases.may_see(user, root.pk) else case


class Untold(NamedTuple):
    """A report whose sender waits for a call."""

    case_id: int
    report_number: int
    centre_id: int
    at: datetime  # since when
    unhappy: bool


def untold(since: datetime, *, most: int) -> list[Untold]:
    """Reports from whatever door whose senders wait for a call and stand in no list yet: they asked
    for one and the case was closed after `since`, or they rated it “not satisfied”. Four queries,
    the first two from an index each.
    """
    closed = Case.objects.filter(stage=Stage.CLOSED, closed_at__gte=since, reports__wants_call=True)
    rated = Case.objects.filter(
        stage=Stage.EVALUATED,
        rating=1,
        reported_at__gte=since - OLDEST_CASE,
        evaluated_at__gte=since,
        reports__rating=1,
    )
    wanted = [
        Untold(case_id, number, centre_id, moment, unhappy)
        for rows, at, unhappy in ((closed, "closed_at", False), (rated, "evaluated_at", True))
        for case_id, number, centre_id, moment in rows.values_list(
            "pk", "reports__number", "centre_id", at
        )[:most]
    ]
    known: dict[tuple[int | None, int | None], datetime] = {}
    last = CallBack.objects.filter(case_id__in={one.case_id for one in wanted})
    for case_id, number, done_at in last.values_list("case_id", "report_number", "done_at"):
        at = done_at or datetime.max.replace(tzinfo=UTC)  # open: it stands in the list
        known[(case_id, number)] = max(at, known.get((case_id, number), at))
    reachable = {
        (one.case_id, one.number)
        for one in ReportContact.objects.filter(
            case_id__in={one.case_id for one in wanted}, phone_index__isnull=False
        ).only("case_id", "number")
    }
    return [
        one
        for one in wanted
        if one[:2] in reachable and not (one[:2] in known and known[one[:2]] >= one.at)
    ]
