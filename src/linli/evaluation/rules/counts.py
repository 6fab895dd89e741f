"""The base counts: which facts count in a period. Each is said once, and read as SQL or in Python.

A moment counts in the period in which it lies; `since` is inside, `until` is not. What was *owed*
in a period is what was done in it, and what was due before its end and is not done by then
(standards §3.5: 应结案数 = 处置数 + 超时未处置): what was done is always part of what was owed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

#: No fact. In a period that has not begun nothing is owed, whatever is overdue today.
NOTHING = Q(case_id__in=[])


class Source(StrEnum):
    """Which table of facts."""

    CASE = "case"
    TASK = "task"
    STEP = "step"


@dataclass(frozen=True)
class Came:
    """The moment `stamp` lies in the period, and the columns of `having` are so."""

    stamp: str
    having: Mapping[str, Any] = field(default_factory=dict)

    def q(self, since: datetime, until: datetime) -> Q:
        return Q(**{f"{self.stamp}__gte": since, f"{self.stamp}__lt": until}, **self.having)

    def holds(self, row: Any, since: datetime, until: datetime) -> bool:
        at = getattr(row, self.stamp)
        return at is not None and since <= at < until and _has(row, self.having)


@dataclass(frozen=True)
class Owed:
    """Done in the period; or due before its end and neither done nor left by then."""

    done: str
    due: str
    out: str
    having: Mapping[str, Any] = field(default_factory=dict)

    def q(self, since: datetime, until: datetime) -> Q:
        if until <= since:
            return NOTHING
        done = Q(**{f"{self.done}__gte": since, f"{self.done}__lt": until})
        return Q(**self.having) & (done | self.overdue(until))

    def overdue(self, until: datetime) -> Q:
        """Not done by `until` though due before, in three parts that an index answers each: still
        owed, done late after `until`, left after it."""
        due, stays = Q(**{f"{self.due}__lt": until}), Q(**{f"{self.out}__isnull": True})
        undone, left = Q(**{f"{self.done}__isnull": True}), Q(**{f"{self.out}__gte": until})
        late = Q(**{f"{self.done}__gte": until, f"{self.done}__gt": F(self.due)})
        return due & undone & stays | due & late & (stays | left) | due & undone & left

    def holds(self, row: Any, since: datetime, until: datetime) -> bool:
        if until <= since or not _has(row, self.having):
            return False
        done, due, out = (getattr(row, name) for name in (self.done, self.due, self.out))
        if done is not None and done < until:
            return bool(since <= done)
        return due is not None and due < until and (out is None or out >= until)


def _has(row: Any, having: Mapping[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in having.items())


@dataclass(frozen=True)
class Base:
    """A count: its code in formulas, its words, when it counts."""

    code: str
    label: str | Promise
    when: Came | Owed


CASE: tuple[Base, ...] = (
    Base("reported", pgettext_lazy("count", "Reported"), Came("reported_at")),
    Base(
        "public_reported",
        pgettext_lazy("count", "Reported by residents"),
        Came("reported_at", {"is_public": True}),
    ),
    Base("filed", pgettext_lazy("count", "Filed"), Came("filed_at")),
    Base(
        "public_verified",
        pgettext_lazy("count", "Residents' reports found true"),
        Came("filed_at", {"is_public": True, "voided_at": None}),
    ),
    Base("dismissed", pgettext_lazy("count", "Dismissed"), Came("dismissed_at")),
    Base("merged", pgettext_lazy("count", "Merged"), Came("merged_at")),
    Base("voided", pgettext_lazy("count", "Voided"), Came("voided_at")),
    Base("dispatched", pgettext_lazy("count", "Dispatched"), Came("dispatched_at")),
    Base(
        "should_handle",
        pgettext_lazy("count", "To be handled"),
        Owed("handled_at", "due_at", "out_at"),
    ),
    Base("handled", pgettext_lazy("count", "Handled"), Came("handled_at")),
    Base(
        "on_time_handled",
        pgettext_lazy("count", "Handled in time"),
        Came("handled_at", {"on_time": True}),
    ),
    Base(
        "late_handled",
        pgettext_lazy("count", "Handled late"),
        Came("handled_at", {"on_time": False}),
    ),
    Base(
        "should_close",
        pgettext_lazy("count", "To be closed"),
        Owed("closed_at", "due_at", "out_at"),
    ),
    Base("closed", pgettext_lazy("count", "Closed"), Came("closed_at")),
    Base(
        "on_time_closed",
        pgettext_lazy("count", "Closed in time"),
        Came("closed_at", {"on_time": True}),
    ),
    Base("reworked", pgettext_lazy("count", "Sent back for rework"), Came("reworked_at")),
    Base(
        "misdispatched", pgettext_lazy("count", "Sent to the wrong unit"), Came("misdispatched_at")
    ),
    Base("suspended", pgettext_lazy("count", "Suspended"), Came("suspended_at")),
    Base("extended", pgettext_lazy("count", "Given more time"), Came("extended_at")),
    Base("reopened", pgettext_lazy("count", "Reopened"), Came("reopened_at")),
    Base("self_handled", pgettext_lazy("count", "Handled on the spot"), Came("self_handled_at")),
)
_LEAD = {"is_lead": True}
TASK: tuple[Base, ...] = (
    Base("filed", pgettext_lazy("count", "Cases given to the unit"), Came("dispatched_at", _LEAD)),
    Base(
        "should_handle",
        pgettext_lazy("count", "To be handled"),
        Owed("handled_at", "due_at", "left_at", _LEAD),
    ),
    Base("handled", pgettext_lazy("count", "Handled"), Came("handled_at", _LEAD)),
    Base(
        "on_time_handled",
        pgettext_lazy("count", "Handled in time"),
        Came("handled_at", {**_LEAD, "on_time": True}),
    ),
    Base(
        "late_handled",
        pgettext_lazy("count", "Handled late"),
        Came("handled_at", {**_LEAD, "on_time": False}),
    ),
    Base(
        "should_close",
        pgettext_lazy("count", "To be closed"),
        Owed("closed_at", "due_at", "left_at", _LEAD),
    ),
    Base("closed", pgettext_lazy("count", "Closed"), Came("closed_at", _LEAD)),
    Base(
        "on_time_closed",
        pgettext_lazy("count", "Closed in time"),
        Came("closed_at", {**_LEAD, "on_time": True}),
    ),
    Base("reworked", pgettext_lazy("count", "Sent back for rework"), Came("reworked_at", _LEAD)),
    Base("declined", pgettext_lazy("count", "Declined"), Came("declined_at", _LEAD)),
    Base("extended", pgettext_lazy("count", "Given more time"), Came("extended_at", _LEAD)),
    Base("suspended", pgettext_lazy("count", "Suspended"), Came("suspended_at", _LEAD)),
    Base("disputed", pgettext_lazy("count", "Reopened after closing"), Came("disputed_at", _LEAD)),
    Base(
        "helped",
        pgettext_lazy("count", "Given to the unit to help"),
        Came("dispatched_at", {"is_lead": False}),
    ),
)


def _done(step: str, **more: bool) -> Came:
    return Came("done_at", {"step": step, **more})


def _owed(step: str) -> Owed:
    return Owed("done_at", "due_at", "out_at", {"step": step})


STEP: tuple[Base, ...] = (
    Base("reports", pgettext_lazy("count", "Reported by the worker"), _done("report")),
    Base(
        "valid_reports",
        pgettext_lazy("count", "Valid reports of the worker"),
        _done("report", good=True),
    ),
    Base("ground_filed", pgettext_lazy("count", "Filed in the worker's grids"), _done("ground")),
    Base(
        "missed",
        pgettext_lazy("count", "Missed: residents reported it"),
        _done("ground", good=False),
    ),
    Base("should_verify", pgettext_lazy("count", "To be verified"), _owed("verify")),
    Base(
        "on_time_verified",
        pgettext_lazy("count", "Verified in time"),
        _done("verify", on_time=True),
    ),
    Base("should_check", pgettext_lazy("count", "To be checked"), _owed("check")),
    Base(
        "on_time_checked", pgettext_lazy("count", "Checked in time"), _done("check", on_time=True)
    ),
    Base("taken", pgettext_lazy("count", "Taken in"), _done("take")),
    Base("asked_verify", pgettext_lazy("count", "Sent to be verified"), _done("ask_verify")),
    Base(
        "on_time_asked_verify",
        pgettext_lazy("count", "Sent to be verified in time"),
        _done("ask_verify", on_time=True),
    ),
    Base("asked_check", pgettext_lazy("count", "Sent to be checked"), _done("ask_check")),
    Base(
        "on_time_asked_check",
        pgettext_lazy("count", "Sent to be checked in time"),
        _done("ask_check", on_time=True),
    ),
    Base("filings", pgettext_lazy("count", "Filed by the person"), _done("file")),
    Base("on_time_filings", pgettext_lazy("count", "Filed in time"), _done("file", on_time=True)),
    Base(
        "void_filings", pgettext_lazy("count", "Filed and voided later"), _done("file", good=False)
    ),
    Base("closings", pgettext_lazy("count", "Closed by the person"), _done("close")),
    Base(
        "on_time_closings",
        pgettext_lazy("count", "Closed in time by the person"),
        _done("close", on_time=True),
    ),
    Base("dispatches", pgettext_lazy("count", "Dispatched by the person"), _done("dispatch")),
    Base(
        "on_time_dispatches",
        pgettext_lazy("count", "Dispatched in time"),
        _done("dispatch", on_time=True),
    ),
    Base(
        "wrong_dispatches",
        pgettext_lazy("count", "Sent to the wrong unit"),
        _done("dispatch", good=False),
    ),
)

COUNTS: Mapping[Source, tuple[Base, ...]] = {
    Source.CASE: CASE, Source.TASK: TASK, Source.STEP: STEP,
}  # fmt: skip


def base(source: Source, code: str) -> Base:
    """The count named `code`. Raises KeyError for one that does not exist."""
    for one in COUNTS[source]:
        if one.code == code:
            return one
    raise KeyError(code)


def candidates(bases: Sequence[Base], since: datetime, until: datetime) -> Q:
    """Facts that may count in any of these in the period: what an index is asked for."""
    stamps = sorted(
        {one.when.stamp if isinstance(one.when, Came) else one.when.done for one in bases}
    )
    found, steps = Q(), {one.when.having.get("step") for one in bases}
    for stamp in stamps:
        found |= Q(**{f"{stamp}__gte": since, f"{stamp}__lt": until})
    overdue = {(o.done, o.due, o.out): o for b in bases if isinstance(o := b.when, Owed)}
    for one in overdue.values():
        found |= one.overdue(until)
    return found if None in steps else found & Q(step__in=sorted(steps))


def marks(source: Source, row: Any, since: datetime, until: datetime) -> int:
    """In which counts a fact counts, a bit each, in the order of the table."""
    found = 0
    for bit, one in enumerate(COUNTS[source]):
        if one.when.holds(row, since, until):
            found |= 1 << bit
    return found


def counted(source: Source, bits: int) -> list[Base]:
    """The counts whose bits are set."""
    return [one for bit, one in enumerate(COUNTS[source]) if bits >> bit & 1]
