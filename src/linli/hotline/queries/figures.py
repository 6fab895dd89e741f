"""What the lines did in a period: calls, answers, cases, call-backs, satisfaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Avg, Count, F, Q

from linli.cases.queries.lists import midnight
from linli.hotline.models import Call, CallBack, Line, LineKind
from linli.hotline.queries.lines import MANAGES, lines_for
from linli.hotline.rules import Outcome, Result, length_text

if TYPE_CHECKING:
    from linli.staff.models import User


@dataclass(frozen=True)
class LineFigures:
    """One line in a period; `talk` is the mean length of a call."""

    line: Line
    calls: int
    answered: int
    cases: int
    joined: int
    dropped: int
    talk: timedelta | None
    kinds: list[tuple[str, int]]
    called_back: int
    reached: int
    satisfied: int
    basic: int
    unsatisfied: int

    @property
    def talk_text(self) -> str:
        """The mean length as 4:07."""
        return length_text(self.talk)

    @property
    def rated(self) -> int:
        return self.satisfied + self.basic + self.unsatisfied

    @property
    def percent(self) -> int | None:
        """满意率: satisfied and basically satisfied of those who said, in percent, if any did."""
        return round(100 * (self.satisfied + self.basic) / self.rated) if self.rated else None


def figures_for(user: User, since: date, until: date) -> list[LineFigures]:
    """Each line of one's centres from `since` to `until` (days, both counted), retired ones too
    where they were called. Calls count by when they began, call-backs by when they were done. Four
    queries.
    """
    lines = list(lines_for(user, MANAGES, active=None))
    begin, end = midnight(since), midnight(until + timedelta(days=1))
    calls = Call.objects.filter(line__in=lines, began_at__gte=begin, began_at__lt=end)
    ended = calls.filter(ended_at__isnull=False)
    by_line: dict[int, Mapping[str, Any]] = {
        row["line"]: row
        for row in ended.values("line").annotate(
            calls=Count("pk"),
            talk=Avg(F("ended_at") - F("began_at")),
            **{one.value: Count("pk", filter=Q(outcome=one)) for one in Outcome},
        )
    }
    kinds: dict[int, list[tuple[str, int]]] = {}
    counted = ended.filter(kind__isnull=False).values("line", "kind__name", "kind__name_en")
    for row in counted.annotate(calls=Count("pk")).order_by("line", "kind__position"):
        kind = LineKind(name=row["kind__name"], name_en=row["kind__name_en"])
        kinds.setdefault(row["line"], []).append((kind.label, row["calls"]))
    backs = CallBack.objects.filter(call__line__in=lines, done_at__gte=begin, done_at__lt=end)
    done: dict[int, Mapping[str, Any]] = {
        row["call__line"]: row
        for row in backs.exclude(result=Result.NEEDLESS)
        .values("call__line")
        .annotate(
            all=Count("pk"),
            reached=Count("pk", filter=Q(result=Result.REACHED)),
            **{f"said_{n}": Count("pk", filter=Q(satisfaction=n)) for n in (1, 2, 3)},
        )
    }
    return [
        _figures(line, by_line.get(line.pk, {}), kinds.get(line.pk, []), done.get(line.pk, {}))
        for line in lines
        if line.active or line.pk in by_line or line.pk in done
    ]


def _figures(
    line: Line, called: Mapping[str, Any], kinds: list[tuple[str, int]], back: Mapping[str, Any]
) -> LineFigures:
    return LineFigures(
        line,
        called.get("calls", 0),
        called.get(Outcome.ANSWERED, 0),
        called.get(Outcome.CASE, 0),
        called.get(Outcome.JOINED, 0),
        called.get(Outcome.DROPPED, 0),
        called.get("talk"),
        kinds,
        back.get("all", 0),
        back.get("reached", 0),
        back.get("said_3", 0),
        back.get("said_2", 0),
        back.get("said_1", 0),
    )
