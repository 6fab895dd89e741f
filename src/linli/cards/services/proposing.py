"""The job that looks for what the rules of cards name, and proposes; it never issues."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from linli.cards import policy
from linli.cards.models import Card, CardRule, Order
from linli.cards.rules.holding import GIVING, Holders
from linli.cards.rules.levels import What, rank
from linli.cards.rules.matching import Fact, gravest, in_force
from linli.cards.rules.orders import Outcome
from linli.cards.rules.states import STANDING, State
from linli.cards.services.writing import nearest_with, next_number, remember
from linli.cases.models import Case, CaseClock, CaseEvent
from linli.cases.rules.stages import OPEN, Stage
from linli.cases.services.core import locked
from linli.catalogue import queries as catalogue
from linli.notices.services import tell

AT_ONCE = 2_000
_BACK_AND_FORTH = (*GIVING, "decline", "rework")


def propose_cards(*, now: datetime) -> int:
    """Propose the gravest card each fact asks for, unless there has been one as grave on the same
    case, unit and ground; how many. Safe to run twice. A handful of queries for 2,000 cases."""
    rules = in_force(CardRule.objects.all(), timezone.localdate(now))
    proposed: Counter[int] = Counter()
    for facts in _lots(rules, now):
        met = [(fact, rule) for fact in facts if (rule := gravest(rules, fact)) is not None]
        grave = _gravest_so_far({fact.case_id for fact, _rule in met})
        for fact, rule in met:
            key = (fact.case_id, fact.unit_id, fact.what)
            standing = (fact.case_id, fact.unit_id, "")
            if rank(rule.level) > max(grave.get(key, -1), grave.get(standing, -1)):
                centre = _propose(fact, rule, now)
                if centre is not None:
                    proposed[centre] += 1
    for centre, count in proposed.items():
        tell(
            user_ids=nearest_with(policy.GRANT_ISSUE, centre),
            kind="cards.proposed", params={"count": count}, url="/supervision/", now=now,
        )  # fmt: skip
    return proposed.total()


def _gravest_so_far(case_ids: set[int]) -> dict[tuple[int, int, str], int]:
    """The rank of the gravest card there has been, by case, unit and ground; with the ground ""
    that of the card standing now. One query."""
    found: dict[tuple[int, int, str], int] = {}
    for case_id, unit_id, what, level, state in Card.objects.filter(
        case_id__in=case_ids
    ).values_list("case_id", "unit_id", "what", "level", "state"):
        for ground in (what, *([""] if state in STANDING else [])):
            key = (case_id, unit_id, ground)
            found[key] = max(found.get(key, -1), rank(level))
    return found


@transaction.atomic
def _propose(fact: Fact, rule: CardRule, now: datetime) -> int | None:
    """The proposal, or the one there is made graver; the centre that decides on a new one."""
    case = locked(fact.case_id, None)
    value = fact.count_since(rule.valid_from)
    card = Card.objects.filter(
        case_id=case.pk, unit_id=fact.unit_id, what=fact.what, state=State.PROPOSED
    ).first()
    if card is not None and rank(card.level) >= rank(rule.level):
        return None  # another run was quicker
    is_new = card is None
    if card is None:
        card = Card(
            case=case, number=next_number(case.pk), unit_id=fact.unit_id, what=fact.what,
            proposed_at=now,
        )  # fmt: skip
    card.rule, card.value, card.level, card.points = rule, value, rule.level, rule.points
    remember(card, "propose" if is_new else "rise", now=now)
    return case.centre_id if is_new else None


def _lots(rules: Sequence[CardRule], now: datetime) -> Iterator[list[Fact]]:
    """The facts that a rule could name, some thousands of cases at a time."""
    first = {
        what: min((rule.valid_from for rule in rules if rule.what == what), default=None)
        for what in What
    }
    if (day := first[What.OVERDUE]) is not None:
        yield from _overdue(day, now)
    if first[What.RETURNS] is not None or first[What.REWORKS] is not None:
        least = {
            what: min((r.least for r in rules if r.what == what), default=2**15 - 1)
            for what in (What.RETURNS, What.REWORKS)
        }
        yield from _back_and_forth(least)
    if (day := first[What.ORDERS]) is not None:
        yield _unmet(day)


def _overdue(day: date, now: datetime) -> Iterator[list[Fact]]:
    """Units whose limit ran out on `day` or later and runs on. Two queries for 2,000 cases."""
    calendar = catalogue.calendar()
    since = datetime.combine(day, time(), ZoneInfo(settings.TIME_ZONE))
    late = Case.objects.filter(
        Q(stage=Stage.HANDLING, due_at__gte=since, due_at__lt=now) | Q(stage=Stage.DISPATCHED),
        lead_unit__isnull=False,
        suspended_until__isnull=True,
    ).values_list("pk", "lead_unit_id")
    for lot in _in_lots(list(late.order_by("pk"))):
        units = dict(lot)
        clocks = CaseClock.objects.filter(
            case_id__in=units, stage=Stage.HANDLING, ended_at__isnull=True, due_at__gte=since,
            due_at__lt=now,
        )  # fmt: skip
        yield [
            Fact(
                case_id,
                units[case_id],
                What.OVERDUE,
                (timezone.localdate(due_at),),
                int(calendar.work_between(due_at, now).total_seconds() // 3600),
            )
            for case_id, due_at in clocks.values_list("case_id", "due_at")
            if due_at is not None
        ]


def _back_and_forth(least: dict[What, int]) -> Iterator[list[Fact]]:
    """What units sent back and had to do again, in open cases. Two queries for 2,000 cases."""
    often = Case.objects.filter(
        Q(rework_count__gte=least[What.REWORKS]) | Q(decline_count__gte=least[What.RETURNS]),
        stage__in=OPEN,
    )
    for lot in _in_lots(list(often.order_by("pk").values_list("pk", "lead_unit_id"))):
        events = CaseEvent.objects.filter(
            case_id__in=[pk for pk, _unit in lot], move__in=_BACK_AND_FORTH
        ).order_by("case_id", "number")
        yield blamed(events.values_list("case_id", "move", "at", "detail"))


def blamed(events: Iterable[tuple[int, str, datetime, dict[str, object]]]) -> list[Fact]:
    """Who sent back and who had to do again, from events in order."""
    days: dict[tuple[int, int, str], list[date]] = defaultdict(list)
    holders = Holders()
    for case_id, move, at, detail in events:
        who = holders.whose(case_id, move, detail)
        if who is not None and move not in GIVING:
            what = What.RETURNS if move == "decline" else What.REWORKS
            days[case_id, who, what.value].append(timezone.localdate(at))
    return [Fact(case, unit, what, tuple(on)) for (case, unit, what), on in days.items()]


def _unmet(day: date) -> list[Fact]:
    """Orders a leader has called not met, due on `day` or later. One query."""
    days: dict[tuple[int, int], list[date]] = defaultdict(list)
    rows = Order.objects.filter(outcome=Outcome.NOT_MET, due_on__gte=day, unit__isnull=False)
    for case_id, unit_id, due_on in rows.values_list("case_id", "unit_id", "due_on"):
        days[case_id, unit_id].append(due_on)
    return [Fact(case, unit, What.ORDERS, tuple(on)) for (case, unit), on in days.items()]


def _in_lots(rows: list[tuple[int, int | None]]) -> Iterator[list[tuple[int, int]]]:
    for start in range(0, len(rows), AT_ONCE):
        yield [(pk, unit or 0) for pk, unit in rows[start : start + AT_ONCE]]
