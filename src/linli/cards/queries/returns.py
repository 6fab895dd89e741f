"""Returns and ping-pong by unit: sent back, done again, reopened, designated (R79, R154, R175).

A period counts the cases reported in it, so that every number equals the list it opens.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from linli.cards.queries.units import names_of
from linli.cards.rules.holding import GIVING, Holders
from linli.cases.models import CaseEvent
from linli.cases.queries.lists import cases_for, midnight

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_CASES = 5_000
MOVES = (*GIVING, "decline", "rework", "reopen")
_KIND_OF = {
    "decline": "returned", "rework": "reworked", "reopen": "reopened", "arbitrate": "designated",
}  # fmt: skip
#: Events by which a unit's line is counted.
KINDS = ("returned", "reworked", "reopened", "designated")
PING_PONG = 2  # a case sent back this often, by whomever
_PING_PONG = "ping_pong"


@dataclass(frozen=True)
class Happening:
    """One event in one case, with the unit it counts for."""

    number: str
    unit: int
    kind: str
    at: datetime
    who: str
    words: str
    basis: str = ""
    returns: int = 0  # how often the case has been sent back in all


@dataclass
class Line:
    """A unit and what happened in its cases, newest first."""

    unit: int
    name: str = ""
    happenings: list[Happening] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """How many events of a kind."""
        return sum(one.kind == kind for one in self.happenings)

    @property
    def ping_pong(self) -> int:
        """How many cases the unit had a part in that were sent back twice or more."""
        return len(self.behind(_PING_PONG))

    @property
    def numbers(self) -> dict[str, int]:
        """The columns of the table by what they count: KINDS, then ping-pong."""
        return {**{kind: self.count(kind) for kind in KINDS}, _PING_PONG: self.ping_pong}

    def behind(self, kind: str) -> list[Happening]:
        """What a number counts, newest first: for ping-pong the last event of each case; all for
        no kind."""
        if kind == _PING_PONG:
            latest: dict[str, Happening] = {}
            for one in self.happenings:
                if one.returns >= PING_PONG:
                    latest.setdefault(one.number, one)
            return list(latest.values())
        return [one for one in self.happenings if kind in ("", one.kind)]


def lines_for(user: User, *, since: date, until: date) -> list[Line]:
    """The units of cases `user` may see, those with most events first. Three queries; of more than
    5,000 such cases the newest."""
    cases = (
        cases_for(user)
        .filter(
            Q(decline_count__gt=0) | Q(rework_count__gt=0) | Q(reopen_count__gt=0),
            reported_at__gte=midnight(since),
            reported_at__lt=midnight(until + timedelta(days=1)),
        )
        .order_by("-reported_at", "-id")
    )
    ids = list(cases.values_list("pk", flat=True)[:MOST_CASES])
    events = CaseEvent.objects.filter(case_id__in=ids, move__in=MOVES).select_related(
        "case", "actor"
    )
    lines: dict[int, Line] = {}
    for one in happenings(events.order_by("case_id", "number")):
        lines.setdefault(one.unit, Line(one.unit)).happenings.append(one)
    names = names_of(lines)
    for line in lines.values():
        line.name = names.get(line.unit, "")
        line.happenings.sort(key=lambda one: one.at, reverse=True)
    return sorted(lines.values(), key=lambda line: (-len(line.happenings), line.name))


def happenings(events: Iterable[CaseEvent]) -> list[Happening]:
    """What each event was, with the unit it counts for. Events of a case come in order."""
    found: list[Happening] = []
    holders = Holders()
    for event in events:
        kind = _KIND_OF.get(event.move)
        who = holders.whose(event.case_id, event.move, event.detail)
        if kind is not None and who is not None:
            found.append(
                Happening(
                    event.case.number, who, kind, event.at,
                    str(event.actor) if event.actor else "", event.opinion,
                    event.detail.get("legal_basis", ""), event.case.decline_count,
                )
            )  # fmt: skip
    return found


def line_for(user: User, unit_id: int, *, since: date, until: date) -> Line | None:
    """One unit's line, or None. As `lines_for`."""
    lines = lines_for(user, since=since, until=until)
    return next((line for line in lines if line.unit == unit_id), None)
