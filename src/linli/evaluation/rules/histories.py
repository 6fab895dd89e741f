"""The history of a case as far as figures need it: its events and its clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Happened:
    """An event of the case, as far as figures need it."""

    number: int
    move: str
    at: datetime
    stage_from: str
    stage_to: str
    post_id: int | None = None
    unit_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ran:
    """A clock of one stage."""

    stage: str
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None = None
    late: bool | None = None

    def kept(self, at: datetime) -> bool:
        """Whether what was done at `at` was in time. A clock that ended has judged itself."""
        if self.late is not None and self.ended_at == at:
            return not self.late
        return self.due_at is None or at <= self.due_at


@dataclass(frozen=True)
class History:
    """A case as the facts need it: what it is now, and all that happened, in order.

    `keeper_id`: the post of the primary worker of its grid when it was reported.
    """

    case_id: int
    channel: str
    assignee_id: int | None
    keeper_id: int | None
    events: Sequence[Happened]
    clocks: Sequence[Ran] = ()
