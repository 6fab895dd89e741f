"""Requests of the demo city's units for more time and suspensions: one waits at each tier, and one
has been granted by both."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from linli.cases import policy, services
from linli.cases.models import Case, CaseClock, CaseEvent
from linli.cases.rules import Stage
from linli.catalogue.rules import Limit, LimitUnit
from linli.demo.services.replay import BUND
from linli.kernel.errors import Refused
from linli.staff.models import Post, User

_LEFT = timedelta(minutes=30)  # of the limit, so that the request comes before its end
_MOST_TRIED = 60


class Plan(NamedTuple):
    """What a unit asks for, why, and how far it comes."""

    words: str
    percent: int = 0  # of the original limit
    days: int = 0
    then: tuple[str, ...] = ()


PLANS = (
    Plan("所需配件已订购，明日到货后即可安装", percent=25),
    Plan("连日降雨，路面无法施工，请求延长时限", percent=100, then=("endorse_extension",)),
    Plan("该处在建工地围挡内，待撤场后处置", days=15),
    Plan("已列入下季度改造计划，改造前无法单独处置", days=60, then=("endorse_suspension",)),
    Plan("涉及两家产权单位，正在协调施工方案", percent=100,
         then=("endorse_extension", "consent_extension")),
)  # fmt: skip
_SAYS = {"endorse_extension": "情况属实，拟同意", "endorse_suspension": "情况属实，拟同意挂账",
         "consent_extension": "同意，请抓紧办理"}  # fmt: skip


def enter(*, now: datetime) -> int:
    """Let the requests be made; once. How many: fewer where nobody may, or no case is under way."""
    if CaseEvent.objects.filter(move__in=["ask_extension", "ask_suspension"]).exists():
        return 0
    under_way = Case.objects.filter(
        stage=Stage.HANDLING, suspended_until__isnull=True, pending="", due_at__gt=now + _LEFT
    )
    here = list(under_way.filter(grid__code__startswith=BUND).order_by("-id")[:_MOST_TRIED])
    here += under_way.exclude(grid__code__startswith=BUND).order_by("-id")[:_MOST_TRIED]
    staff = list(Post.objects.select_related("user").filter(valid_to__isnull=True, kind="work"))
    made = 0
    for plan in PLANS:
        while here:
            if _made(here.pop(0), plan, staff, now):
                made += 1
                break
    return made


def _made(case: Case, plan: Plan, staff: list[Post], now: datetime) -> bool:
    """Whether the request came about as planned; a case on which somebody is refused stays."""
    try:
        with transaction.atomic():
            asking: dict[str, Any] = {"opinion": plan.words}
            until = timezone.localdate(now) + timedelta(days=plan.days)
            if plan.percent:
                asking["limit"] = _share(case, plan.percent)
            else:
                asking["until"] = until
            move = "ask_extension" if plan.percent else "ask_suspension"
            case = _do(case, move, staff, now, **asking)
            for i, move in enumerate(plan.then):
                day = {"until": until} if move == "endorse_suspension" else {}
                case = _do(
                    case, move, staff, now + timedelta(minutes=i), opinion=_SAYS[move], **day
                )
    except Refused:
        return False
    return True


def _share(case: Case, percent: int) -> Limit:
    clock = CaseClock.objects.filter(case_id=case.pk, stage=Stage.HANDLING).latest("number")
    amount = max(Decimal("0.5"), clock.limit_amount * percent / Decimal(100))
    return Limit(amount.quantize(Decimal("0.01")), LimitUnit(clock.limit_unit))


def _do(case: Case, move: str, staff: list[Post], now: datetime, **inputs: Any) -> Case:
    unit = case.lead_unit_id if move.startswith("ask") else case.decider_id or case.centre_id
    people: list[User] = [post.user for post in staff if post.unit_id == unit]
    user = next((one for one in people if policy.seat_for(one, move, case) is not None), None)
    if user is None:
        raise Refused(f"Nobody of the demo can {move}.")
    return services.perform(move, case_id=case.pk, actor=user, now=now, **inputs)
