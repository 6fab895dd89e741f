"""What units send back, rule by rule, and what arbitration decided (R154, R175, R79)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import QuerySet

from linli.cases.models import CaseEvent
from linli.cases.queries.lists import cases_for

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_EVENTS = 5_000
_OLDEST = timedelta(days=180)  # cases reported longer before the period are not looked through


class Return(NamedTuple):
    """A case sent back once: by whom, when and why."""

    number: str
    at: datetime
    who: str
    reason: str
    times: int  # how often the case has been sent back by now


@dataclass(frozen=True)
class Returned:
    """What one unit sent back of one class, sent to it by one rule. `rule` None: the dispatcher or
    the list sent it."""

    rule: int | None
    unit: int | None
    class_id: int | None
    returns: tuple[Return, ...]  # newest first

    @property
    def times(self) -> int:
        return len(self.returns)

    @property
    def last_at(self) -> datetime:
        return self.returns[0].at


@dataclass(frozen=True)
class Designation:
    """A case that arbitration gave to a unit, with its legal basis."""

    number: str
    at: datetime
    who: str
    unit: int | None
    basis: str
    opinion: str


def returned_for(user: User, *, since: datetime) -> list[Returned]:
    """What units have sent back since then, of the cases `user` may see, by rule, unit and class;
    the most frequent first. One query; of more than 5,000 returns the newest."""
    groups: dict[tuple[int | None, int | None, int | None], list[Return]] = defaultdict(list)
    for event in _events(user, "decline", since)[:MOST_EVENTS]:
        key = (event.detail.get("rule"), event.detail.get("unit"), event.case.case_class_id)
        groups[key].append(
            Return(
                event.case.number,
                event.at,
                str(event.actor) if event.actor else "",
                event.opinion,
                event.case.decline_count,
            )
        )
    found = [Returned(*key, tuple(rows)) for key, rows in groups.items()]
    return sorted(found, key=lambda one: (one.times, one.last_at), reverse=True)


def designations_for(user: User, *, since: datetime, most: int = 100) -> list[Designation]:
    """The decisions of arbitration since then on cases `user` may see, newest first. One query."""
    return [
        Designation(
            event.case.number,
            event.at,
            str(event.actor) if event.actor else "",
            event.detail.get("unit"),
            event.detail.get("legal_basis", ""),
            event.opinion,
        )
        for event in _events(user, "arbitrate", since)[:most]
    ]


def _events(user: User, move: str, since: datetime) -> QuerySet[CaseEvent]:
    """The events of a move on cases that were ever sent back, newest first."""
    sent_back = cases_for(user).filter(decline_count__gt=0, reported_at__gte=since - _OLDEST)
    rows = CaseEvent.objects.filter(move=move, at__gte=since, case_id__in=sent_back.values("pk"))
    return rows.select_related("case", "actor").order_by("-at", "-case_id")
