"""The figures recounted by somebody else: plain definitions of standards §3.5 over the list of
events, without replay and without the program's counts. Random lives, every count, any period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from linli.cases.rules.moves import MOVES, after, moves_from
from linli.evaluation.rules.counts import COUNTS, Source
from linli.evaluation.rules.facts import facts
from linli.evaluation.rules.histories import Happened, History, Ran
from tests.conftest import NOW

LIMITS = {"reported": 1, "verifying": 2, "filed": 1, "handling": 6, "handled": 1, "checking": 3}
KEEPER, ROADS, WATER = 9, 10, 20
_UNIT_STAGES = ("dispatched", "handling")
_STILL = ("resume", "void", "comment")
STEPS = ("file", "dispatch", "accept", "report_back", "request_check", "check", "close", "rework",
         "verify", "resume", "unmerge", "reopen")  # fmt: skip
MEANS = {"consent_extension": "extend", "consent_suspension": "suspend"}  # by the second tier
Period = tuple[datetime, datetime]
Row = dict[str, Any]


def hour(n: float) -> datetime:
    return NOW + timedelta(hours=n)


class Life:
    """A case that lives by the table of moves; its clocks run as those of the program do."""

    def __init__(self, channel: str) -> None:
        self.channel, self.stage, self.events = channel, "reported", list[Happened]()
        self.clocks: list[Ran] = []
        self.assignee: int | None = None
        self.stopped_at: datetime | None = None
        self.passed: bool | None = None
        self.suspensions = 0
        post = {"worker": 4, "hotline": 1, "portal": None}[channel]
        self._happen("report", NOW, post, {}, "reported")
        self._start("reported", NOW)

    def open_moves(self) -> list[str]:
        moves = [m for m in moves_from(self.stage) if self._may(m)]
        return [m for m in moves if m in _STILL] if self.stopped_at else moves

    def _may(self, move: str) -> bool:
        match move:
            case "check":
                return self.passed is None
            case "close":
                return self.passed is True
            case "rework":
                return self.passed is False
            case "resume":
                return self.stopped_at is not None
            case "suspend" | "consent_suspension":
                return not self.suspensions
        return True

    def choose(self, choice: int) -> str | None:
        """Two times of three the next step, so that lives come to an end; else any open move."""
        moves = self.open_moves()
        steps = [move for move in STEPS if move in moves]
        if choice % 3 and steps:
            return steps[0]
        return moves[choice // 3 % len(moves)] if moves else None

    def make(self, move: str, at: datetime, choice: int) -> None:
        detail: dict[str, Any] = {}
        before, self.stage = self.stage, str(after(self.stage, move).value)
        post: int | None = 1 + choice % 4
        match move:
            case "dispatch" | "arbitrate":
                unit = (ROADS, WATER)[choice % 2]
                detail = {"unit": unit, "co_units": [30 - unit] if choice % 3 == 0 else []}
            case "request_verification" | "request_check":
                self.assignee, self.passed = 4, None
            case "verify" | "close" | "void" | "rework":
                self.assignee = None
            case "check":
                self.passed = choice % 3 > 0
            case "suspend" | "consent_suspension":
                self.stopped_at, self.suspensions = at, 1
            case "extend" | "consent_extension":
                self._more(timedelta(hours=2))
            case "reopen" if choice % 2:
                post = None  # a resident
        self._happen(move, at, post, detail, before)
        if move == "resume":
            self._go_on(at)
        if self.stage != before:
            self._turn(move, at)

    def _happen(self, move: str, at: datetime, post: int | None, detail: Any, before: str) -> None:
        number = len(self.events) + 1
        self.events.append(Happened(number, move, at, before, self.stage, post, None, detail))

    def _turn(self, move: str, at: datetime) -> None:
        self._go_on(at)
        same = self.stage in _UNIT_STAGES and move not in ("dispatch", "arbitrate", "rework")
        for place, one in enumerate(self.clocks):
            if one.ended_at is None and not (same and one.stage == "handling"):
                late = one.due_at is not None and at > one.due_at
                self.clocks[place] = Ran(one.stage, one.started_at, one.due_at, at, late)
        self._start("handling" if self.stage == "dispatched" else self.stage, at)

    def _start(self, stage: str, at: datetime) -> None:
        running = any(one.stage == stage and one.ended_at is None for one in self.clocks)
        if stage in LIMITS and not running:
            self.clocks.append(Ran(stage, at, at + timedelta(hours=LIMITS[stage])))

    def _more(self, time: timedelta) -> None:
        for place, one in enumerate(self.clocks):
            if one.stage == "handling" and not one.ended_at and one.due_at:
                self.clocks[place] = Ran(one.stage, one.started_at, one.due_at + time)

    def _go_on(self, at: datetime) -> None:
        """Clocks that stood still end later by as much, unless they had run out before."""
        stopped, self.stopped_at = self.stopped_at, None
        if stopped is None:
            return
        for place, one in enumerate(self.clocks):
            if one.ended_at is None and one.due_at is not None and one.due_at > stopped:
                due = one.due_at + (at - stopped)
                self.clocks[place] = Ran(one.stage, one.started_at, due)

    def history(self) -> History:
        stopped = self.stopped_at
        clocks = [
            Ran(one.stage, one.started_at, None)
            if stopped and not one.ended_at and one.due_at and one.due_at > stopped
            else one
            for one in self.clocks
        ]
        return History(1, self.channel, self.assignee, KEEPER, self.events, clocks)


# -- the recount ---------------------------------------------------------------------------------
def last(events: Iterable[Happened], done: str, undone: Sequence[str] = ()) -> datetime | None:
    """When `done` happened last, unless one of `undone` took it back."""
    found = None
    for event in events:
        name = MEANS.get(event.move, event.move)
        found = event.at if name == done else None if name in undone else found
    return found


def first(events: Iterable[Happened], *moves: str) -> datetime | None:
    return next((event.at for event in events if event.move in moves), None)


def within(at: datetime | None, period: Period) -> bool:
    return at is not None and period[0] <= at < period[1]


def owed(done: datetime | None, due: datetime | None, out: datetime | None, p: Period) -> bool:
    if done is not None and done < p[1]:
        return done >= p[0]
    return due is not None and due < p[1] and (out is None or out >= p[1])


def work(events: Sequence[Happened], clocks: Sequence[Ran]) -> Row:
    """What one round of handling came to: its handling, closing, limit."""
    rounds = [e.at for e in events if e.move in ("dispatch", "arbitrate", "rework")]
    own = [c for c in clocks if c.stage == "handling" and c.started_at in rounds]
    return {
        "handled": last(events, "report_back", ("rework", "reopen")),
        "closed": last(events, "close", ("reopen",)),
        "late": any(c.late for c in own),
        "due": own[-1].due_at if own else None,
        "rework": first(events, "rework"),
    }


def recount_case(h: History, p: Period) -> Row:
    es = h.events
    again = max((n for n, e in enumerate(es) if e.move == "reopen"), default=0)
    now = work(es[again:], h.clocks)  # what was reopened has been taken back
    ends = [e.move for e in es if e.move in ("dispatch", "arbitrate", "rework", "decline")]
    due = None if ends and ends[-1] == "decline" else now["due"]
    public = h.channel in ("hotline", "portal")
    filed = filing(es)
    merged = last(es, "merge", ("unmerge",))
    out = first(es, "dismiss", "void") or merged
    done, closed, void = now["handled"], now["closed"], first(es, "void")
    return {
        "reported": within(es[0].at, p), "public_reported": public and within(es[0].at, p),
        "filed": within(filed, p), "public_verified": public and not void and within(filed, p),
        "dismissed": within(first(es, "dismiss"), p), "merged": within(merged, p),
        "voided": within(void, p), "dispatched": within(first(es, "dispatch", "arbitrate"), p),
        "should_handle": owed(done, due, out, p), "handled": within(done, p),
        "on_time_handled": within(done, p) and not now["late"],
        "late_handled": within(done, p) and now["late"],
        "should_close": owed(closed, due, out, p), "closed": within(closed, p),
        "on_time_closed": within(closed, p) and not now["late"],
        "reworked": within(first(es, "rework"), p), "suspended": within(last(es, "suspend"), p),
        "extended": within(last(es, "extend"), p), "reopened": within(last(es, "reopen"), p),
        "self_handled": within(last(es, "self_handle", ("reopen",)), p),
        "misdispatched": any(within(at, p) for at in wrong(es)[:1]),
    }  # fmt: skip


def filing(es: Sequence[Happened]) -> datetime | None:
    """When it was filed for itself; what was handled on the spot is filed by being reopened."""
    again = [e for e in es if e.move in ("file", "merge", "reopen")]
    since = max((n for n, e in enumerate(again) if e.move == "merge"), default=-1)
    filings = [e.at for e in again[since + 1 :]]
    return filings[0] if filings else None


def wrong(es: Sequence[Happened]) -> list[datetime]:
    """When another unit was sent what a unit had declined."""
    turns = [e for e in es if e.move in ("dispatch", "arbitrate", "decline")]
    return [
        c.at
        for a, b, c in zip(turns, turns[1:], turns[2:], strict=False)
        if b.move == "decline" and a.detail["unit"] != c.detail["unit"]
    ]


def recount_unit(h: History, start: int, p: Period) -> Row:
    """What one dispatch asked of its unit, until it declined, or the case ended or came back."""
    es = h.events[start:]
    stop = next((n for n, e in enumerate(es) if e.move in ("decline", "void", "reopen")), None)
    own = es if stop is None else es[: stop + 1]
    end = None if stop is None else own[-1]
    now = work(own, h.clocks)
    closed = None if end and end.move == "reopen" else now["closed"]
    handled = last(own, "report_back", ("rework",))
    left = end and (last(own, "close") or end.at)
    declined = end.at if end and end.move == "decline" else None
    late = bool(now["late"]) and declined is None
    return {
        "filed": within(es[0].at, p), "should_handle": owed(handled, now["due"], left, p),
        "handled": within(handled, p), "on_time_handled": within(handled, p) and not late,
        "late_handled": within(handled, p) and late,
        "should_close": owed(closed, now["due"], left, p), "closed": within(closed, p),
        "on_time_closed": within(closed, p) and not late, "reworked": within(now["rework"], p),
        "declined": within(declined, p), "extended": within(last(own, "extend"), p),
        "suspended": within(last(own, "suspend"), p),
        "disputed": within(end.at if end and end.move == "reopen" else None, p),
        "helped": bool(es[0].detail["co_units"]) and within(es[0].at, p),
    }  # fmt: skip


def recount_posts(h: History, p: Period) -> Row:
    es, found = h.events, Counter[str]()
    case = recount_case(h, (NOW, hour(10_000)))

    def due_of(stage: str, at: datetime) -> datetime | None:
        own = [c for c in h.clocks if c.stage == stage and c.started_at <= at]
        return next((c.due_at for c in own[::-1] if not c.ended_at or c.ended_at >= at), None)

    def add(name: str, at: datetime, stage: str = "", *more: str) -> None:
        if within(at, p):
            due = due_of(stage, at)
            found.update([name, *more])
            found[f"on_time_{name}"] += due is None or at <= due

    taking = [e for e in es if e.move in ("request_verification", "file", "dismiss", "merge")]
    if h.channel == "hotline":
        add("taken", es[0].at)
    elif taking:
        add("taken", taking[0].at)
    if h.channel == "worker":
        valid = case["filed"] or last(es, "self_handle", ("merge",))
        add("reports", es[0].at, "", *(["valid_reports"] if valid else []))
    filings = [e.at for e in es if e.move == "file"]
    for at in filings:
        void = case["voided"] and at == filings[-1]
        add("filings", at, "reported", *(["void_filings"] if void else []))
    for event in es:
        match event.move:
            case "request_verification":
                add("asked_verify", event.at, "reported")
            case "verify":
                add("verified", event.at, "verifying")
                found["should_verify"] += owed(event.at, due_of("verifying", event.at), None, p)
            case "request_check":
                add("asked_check", event.at, "handled")
            case "check":
                add("checked", event.at, "checking")
                found["should_check"] += owed(event.at, due_of("checking", event.at), None, p)
            case "close":
                add("closings", event.at, "checking")
            case "dispatch" | "arbitrate":
                add("dispatches", event.at, "filed")
    late = {"verifying": "should_verify", "checking": "should_check"}.get(es[-1].stage_to)
    if late and (late == "should_verify" or last(es, "request_check", ("check",))):
        due = next(c.due_at for c in h.clocks if c.stage == es[-1].stage_to and not c.ended_at)
        found[late] += owed(None, due, None, p)
    # the dispatch before each decline that led to another unit
    turns = [e for e in es if e.move in ("dispatch", "arbitrate", "decline")]
    for a, b, c in zip(turns, turns[1:], turns[2:], strict=False):
        if b.move == "decline" and a.detail["unit"] != c.detail["unit"]:
            found["wrong_dispatches"] += within(a.at, p)
    return dict(found) | recount_ground(h, case["filed"] and p)


def recount_ground(h: History, p: Any) -> Row:
    if not p:
        return {}
    es = h.events
    at = filing(es)
    missed = h.channel != "worker" and first(es, "void") is None
    return {"ground_filed": within(at, p), "missed": missed and within(at, p)}


def same(source: Source, rows: Iterable[Any], recounted: Callable[[str], int], p: Period) -> None:
    rows = list(rows)
    for base in COUNTS[source]:
        counted = sum(base.when.holds(row, *p) for row in rows)
        assert counted == recounted(base.code), (source, base.code)


@given(
    st.sampled_from(["worker", "hotline", "portal"]),
    st.lists(st.tuples(st.integers(0, 89), st.integers(1, 9)), min_size=8, max_size=24),
    st.integers(0, 50), st.integers(1, 60),
)  # fmt: skip
@settings(max_examples=400, deadline=None)
def test_an_independent_recount_agrees_whatever_happens(
    channel: str, acts: list[tuple[int, int]], since: int, length: int
) -> None:
    life, at = Life(channel), 0
    for choice, gap in acts:
        at += gap
        if move := life.choose(choice):
            life.make(move, hour(at), choice)
    history, period = life.history(), (hour(since), hour(since + length))
    found = facts(history)
    case = recount_case(history, period)
    same(Source.CASE, [found.case], lambda code: int(bool(case[code])), period)
    starts = [n for n, e in enumerate(life.events) if e.move in ("dispatch", "arbitrate")]
    units = Counter[str]()
    for start in starts:
        units.update({k: int(bool(v)) for k, v in recount_unit(history, start, period).items()})
    same(Source.TASK, found.tasks, lambda code: units[code], period)
    posts = recount_posts(history, period)
    same(Source.STEP, found.steps, lambda code: int(posts.get(code, 0)), period)


def test_the_random_lives_reach_every_move_that_counts() -> None:
    """Without this the test above might agree on nothing."""
    seen, chance = set[str](), Random(7)
    for number in range(300):
        life = Life(("worker", "hotline", "portal")[number % 3])
        for step in range(22):
            choice = chance.randrange(90)
            if move := life.choose(choice):
                life.make(move, hour(step), choice)
        seen |= {event.move for event in life.events}
    assert seen >= set(MOVES) - {"evaluate", "add_report"}
