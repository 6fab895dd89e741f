"""What leaders of the demo city have said about its units: two yellow cards and an order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from linli.cards.models import Card, Order
from linli.cards.rules.levels import Level
from linli.cards.services.answering import appeal_card, reply_to_card
from linli.cards.services.deciding import give_card
from linli.cases import services as cases
from linli.cases.models import Case
from linli.cases.rules import Stage
from linli.cases.rules.stages import Supervision
from linli.kernel.errors import Refused
from linli.staff.models import Post, User

LEADER, DISTRICT = "leader", "D1"  # an account and the centre it leads (people.ROLES)
_AGO, _SOON = timedelta(minutes=25), timedelta(minutes=15)
_MOST_TRIED = 20
_REASON = "超过处置时限，既未申请延期，也未说明原因"
#: What the unit does with each card, and its words: the second waits for two who decide.
_ANSWERS: tuple[tuple[Callable[..., Card], str], ...] = (
    (reply_to_card, "现场需多部门配合，已约定明日上午处置"),
    (appeal_card, "该处由建设单位管理，我单位无权处置，已在时限内函告，请撤回"),
)


def enter(*, now: datetime) -> int:
    """Cards and an order, each once; how many. Fewer where somebody lacks the grant, or where no
    unit of the district is late."""
    leader = User.objects.filter(username=LEADER).first()
    if leader is None:
        return 0
    made = 0 if Card.objects.exists() else _cards(leader, now - _AGO)
    return made + (0 if Order.objects.exists() else _order(leader, now))


def _cards(leader: User, at: datetime) -> int:
    late = iter(_handled().filter(due_at__lt=at).order_by("-due_at")[:_MOST_TRIED])

    def give(case: Case, answer: Callable[..., Card], words: str) -> None:
        card = give_card(actor=leader, case_id=case.pk, level=Level.YELLOW, words=_REASON, now=at)
        post = Post.objects.select_related("user").filter(unit=card.unit_id, valid_to=None).first()
        if post is None:
            raise Refused("Nobody of the unit can answer.")
        answer(
            actor=post.user, case_id=case.pk, number=card.number, words=words,
            now=at + _SOON,
        )  # fmt: skip

    return sum(
        _on_first(late, lambda case, how=how, words=words: give(case, how, words))  # type: ignore[misc]
        for how, words in _ANSWERS
    )


def _order(leader: User, now: datetime) -> int:
    carded = Card.objects.values("case_id")
    free = _handled().exclude(pk__in=carded).order_by("-reported_at")[:_MOST_TRIED]
    until = timezone.localdate(now) + timedelta(days=2)
    return _on_first(
        free,
        lambda case: cases.supervise(
            case_id=case.pk, actor=leader, now=now, level=Supervision.URGE, until=until,
            opinion="居民多次反映，请在两日内处置完毕并报结果",
        ),
    )  # fmt: skip


def _handled() -> QuerySet[Case]:
    return Case.objects.filter(
        stage=Stage.HANDLING, lead_unit__code__startswith=f"{DISTRICT}-",
        suspended_until__isnull=True, pending="",
    )  # fmt: skip


def _on_first(there: Iterable[Case], act: Callable[[Case], object]) -> int:
    """1 once it has been done with a case of `there`, 0 if all refused."""
    for case in there:
        try:
            with transaction.atomic():
                act(case)
        except Refused:
            continue
        return 1
    return 0
