"""The clocks of a case in words: which stage, how long, how far. No personal data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING

from django.utils import timezone

from linli.cases import rules
from linli.catalogue import queries as catalogue
from linli.catalogue.rules import Limit, LimitUnit

if TYPE_CHECKING:
    from linli.cases.models import CaseClock, CaseEvent


GIVING_TIME = frozenset({"extend", "consent_extension"})


@dataclass(frozen=True)
class Grant:
    """More time, and who consented to it: by the record of the case."""

    limit: str
    who: str = ""
    post: str = ""
    at: datetime | None = None


@dataclass
class ClockRow:
    """A clock of the case: of which stage, how long, how far."""

    stage: str
    limit: str
    started_at: datetime
    due_at: datetime | None
    warn_at: datetime | None
    ended_at: datetime | None
    late: bool | None
    stopped: bool
    stops: int
    granted: list[Grant]
    holder: str


def clock_rows(clocks: Iterable[CaseClock], story: Iterable[CaseEvent] = ()) -> list[ClockRow]:
    """The clocks in words, oldest first, with who granted more time. No query."""
    consents = [event for event in story if event.move in GIVING_TIME]
    return [
        ClockRow(
            stage=str(rules.Stage(c.stage).label),
            limit=limit_words([str(c.limit_amount), c.limit_unit]),
            started_at=c.started_at,
            due_at=c.due_at,
            warn_at=c.warn_at,
            ended_at=c.ended_at,
            late=c.late,
            stopped=c.ended_at is None and bool(c.stops) and c.stops[-1][1] is None,
            stops=len(c.stops),
            granted=_grants(c, consents),
            holder=(c.unit or c.centre).label,
        )
        for c in clocks
    ]


def _grants(clock: CaseClock, consents: list[CaseEvent]) -> list[Grant]:
    """Each extension of a clock with the consent that gave it: those while the clock ran, in
    order."""
    own = [
        event
        for event in consents
        if event.at >= clock.started_at and (clock.ended_at is None or event.at <= clock.ended_at)
    ]
    found = []
    for pair, event in zip_longest(clock.granted, own[: len(clock.granted)]):
        post = (
            f"{event.unit.label} {event.post.label}" if event and event.unit and event.post else ""
        )
        who = str(event.actor) if event and event.actor else ""
        found.append(Grant(limit_words(pair), who, post, event.at if event else None))
    return found


def due_words(due: dict[str, str | None]) -> str:
    """“11-22 10:00 → 11-23 09:00”."""
    parts = [
        timezone.localtime(datetime.fromisoformat(at)).strftime("%m-%d %H:%M") if at else "–"
        for at in (due.get("from"), due.get("to"))
    ]
    return parts[1] if parts[0] == "–" else " → ".join(parts)


def limit_words(pair: list[str]) -> str:
    """“4 working hours” from what an event keeps of a limit."""
    return catalogue.limit_text(Limit(Decimal(pair[0]), LimitUnit(pair[1])))
