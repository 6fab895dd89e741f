"""The inbox: the person's queues, how much waits in each, and what presses most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import F

from linli.cases import queries as cases
from linli.cases.queries import badges
from linli.cases.queries.lists import SHOWN
from linli.cases.rules.filters import CaseFilter
from linli.desk.rules.queues import QUEUES, Queue
from linli.notices import queries as notices

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.staff.models import User

ROWS_SHOWN = 8
APART = "late"  # overlaps with the other queues, so it is not added to them


@dataclass(frozen=True)
class Waiting:
    """A queue of one person: its count and the rows that press most, first due first."""

    name: str
    queue: Queue
    count: int
    rows: list[Case]

    @property
    def more(self) -> int:
        """How many rows are not shown here."""
        return max(self.count - len(self.rows), 0)


def waiting(user: User, now: datetime) -> dict[str, Any]:
    """What the navigation counts: the sum of the queues, and unread notices."""
    queues = badges.queues_for(user, now)
    return {
        "inbox": [rows for name, rows in queues.items() if name != APART],
        "notices": notices.unread(user),
    }


def queues_of(user: User, *, now: datetime) -> list[Waiting]:
    """The person's queues, in the order of the loop. One query a queue that waits, and two."""
    return [
        Waiting(
            badge.queue,
            QUEUES[badge.queue],
            badge.waiting,
            pressing(user, badge.queue, now=now) if badge.waiting else [],
        )
        for badge in cases.badges_for(user, now=now)
    ]


def pressing(user: User, queue: str, *, now: datetime, most: int = ROWS_SHOWN) -> list[Case]:
    """The cases of a queue whose limit ends first; those without a limit last. One query."""
    rows = cases.filtered(user, CaseFilter(queue=queue), now=now).select_related(*SHOWN)
    return list(rows.order_by(F("due_at").asc(nulls_last=True), "id")[:most])


def next_in(user: User, queue: str, *, but: int, now: datetime) -> Case | None:
    """The most pressing case of a queue other than `but`. One query."""
    return next((c for c in pressing(user, queue, now=now, most=2) if c.pk != but), None)
