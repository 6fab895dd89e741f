"""A month of forty cases, worked by hand: two grids, two units, four posts.

month.csv tells each case in a line; moments are days of March 2026 (1.00 is the first at midnight,
0.50 the 28th of February at noon). Filing should take 0.05 days; a check is late where it says so.
Nobody set a limit for dispatching or for asking for checks: those are in time.
"""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from linli.evaluation.queries.figures import Counts
from linli.evaluation.rules.counts import COUNTS, Source
from linli.evaluation.rules.facts import Facts, facts
from linli.evaluation.rules.histories import Happened, History, Ran
from linli.evaluation.rules.periods import Period, Span
from linli.evaluation.rules.scoring import Book, Formula, shown
from linli.evaluation.rules.seeds import SEEDS
from linli.evaluation.rules.subjects import EDGES, Shows, Subject

MARCH = Period.around(Span.MONTH, date(2026, 3, 1))
OPERATOR, CHIEF, DISPATCHER, WORKER = 1, 2, 3, 4
UNITS = {"roads": 10, "water": 20}
POSTS = {
    "file": CHIEF, "close": CHIEF, "void": CHIEF, "dismiss": CHIEF, "merge": CHIEF,
    "dispatch": DISPATCHER, "request_check": OPERATOR, "check": WORKER, "self_handle": WORKER,
}  # fmt: skip


def moment(text: str) -> datetime:
    return MARCH.since + timedelta(days=float(text) - 1)


def told(row: dict[str, str]) -> Facts:
    """The facts of one line."""
    reporter = {"hotline": OPERATOR, "worker": WORKER, "portal": None}[row["channel"]]
    events, clocks = [], []
    for number, act in enumerate(row["story"].split("; "), 1):
        move, when, *more = act.split()
        at, late = moment(when), move.startswith("late_")
        move = move.removeprefix("late_")
        post = reporter if move == "report" else POSTS.get(move)
        detail = {"unit": UNITS[more[0]]} if move == "dispatch" else {}
        events.append(Happened(number, move, at, "", "", post, None, detail))
        if "due" in more:
            due = more[more.index("due") + 1]
            clocks.append(Ran("handling", at, None if due == "never" else moment(due)))
        if move == "report":
            clocks.append(Ran("reported", at, at + timedelta(days=0.05)))
        if move == "check":
            clocks.append(
                Ran(
                    "checking",
                    at - timedelta(days=0.05),
                    at + timedelta(days=-0.01 if late else 0.2),
                )
            )
    keeper = WORKER if row["grid"] == "1" else None
    return facts(History(int(row["case"]), row["channel"], None, keeper, events, clocks))


@pytest.fixture(scope="module")
def month() -> dict[str, Counts]:
    """The counts by grid, unit and post."""
    with (Path(__file__).parent / "month.csv").open(encoding="utf-8") as file:
        cases = [(int(row["grid"]), told(row)) for row in csv.DictReader(file)]
    assert len(cases) == 40
    rows = {
        "grid": [(Source.CASE, grid, one.case) for grid, one in cases],
        "unit": [(Source.TASK, task.unit_id, task) for _grid, one in cases for task in one.tasks],
        "post": [(Source.STEP, step.post_id, step) for _grid, one in cases for step in one.steps],
    }
    found: dict[str, Counts] = {}
    for name, some in rows.items():
        found[name] = {}
        for source, key, row in some:
            line = found[name].setdefault(key, {b.code: 0 for b in COUNTS[source]})
            for base in COUNTS[source]:
                line[base.code] += base.when.holds(row, MARCH.since, MARCH.until)
    return found


def judged(subject: Subject, counts: dict[str, int]) -> dict[str, str]:
    """Every indicator as it is shown, with the grade."""
    rows = (s for s in SEEDS if s[0] == subject)
    book = Book(tuple(Formula(subject, s[1], s[2], Shows(s[4]), s[5], s[6]) for s in rows), EDGES)
    values = book.values(counts)
    return {one.code: shown(values[one.code], one.shows) for one in book.formulas} | {
        "grade": book.grade(values["total"])
    }


def holds(found: dict[str, int] | dict[str, str], **wanted: object) -> None:
    assert {name: found[name] for name in wanted} == wanted


def test_the_first_grid(month: dict[str, Counts]) -> None:
    counts = month["grid"][1]
    # Reported: 1–12, 13–18, 28–30, 31–32, 33–34, 36 = 12 + 6 + 3 + 2 + 2 + 1. Filed: without 33,
    # 34, 36. Of residents among those filed: 1–12, 28–30. Closed: 1–18, 28–30, and 37 of February,
    # which was late. 38 was over before.
    holds(counts, reported=26, filed=23, public_verified=15, dismissed=2, voided=2, self_handled=1,
          should_close=22, closed=22, on_time_closed=21, should_handle=22, handled=22,
          late_handled=1, reworked=2, misdispatched=1)  # fmt: skip
    # 21 ÷ 22; (1 − 15 ÷ 23) × 100; 10 % × 34.78 + 20 % × 0 + 30 % × 100 + 40 % × 95.45
    holds(judged(Subject.REGION_2, counts), closing_rate="100.00 %",
          on_time_closing_rate="95.45 %", public_score="34.78", filed_score="0.00",
          total="71.66", grade="C")  # fmt: skip


def test_the_second_grid(month: dict[str, Counts]) -> None:
    counts = month["grid"][2]
    # Owed: 19–22 closed late, 23–25 overdue; 26–27 are due in April, the clock of 39 stands still,
    # 40 was closed and reopened.
    holds(counts, reported=12, filed=11, public_verified=11, merged=1, suspended=1, reopened=1,
          should_close=7, closed=4, on_time_closed=0, should_handle=7, handled=4,
          late_handled=4)  # fmt: skip
    # 4 ÷ 7; 11 filed − 1 suspended = 10 → 0; 30 % × 57.14
    holds(judged(Subject.REGION_2, counts), closing_rate="57.14 %",
          on_time_closing_rate="0.00 %", public_score="0.00", filed_score="0.00",
          total="17.14", grade="E")  # fmt: skip


def test_the_roads_unit(month: dict[str, Counts]) -> None:
    counts = month["unit"][UNITS["roads"]]
    # 30 was declined, 31–32 voided; 37 was given to it in February and done late.
    holds(counts, filed=23, should_handle=21, handled=21, on_time_handled=20, should_close=21,
          closed=21, on_time_closed=20, reworked=2, declined=1)  # fmt: skip
    # 20 ÷ 21, 2 ÷ 21; 10 + 30 + 30 × 0.9524 + 30 × 0.9048
    holds(judged(Subject.UNIT, counts), closing_rate="100.00 %",
          on_time_handling_rate="95.24 %", rework_rate="9.52 %", total="95.71",
          grade="A")  # fmt: skip


def test_the_water_unit(month: dict[str, Counts]) -> None:
    counts = month["unit"][UNITS["water"]]
    # Handled: 19–22 late, 30 and 40 in time; 23–25 overdue. 40 was reopened: closed no longer.
    holds(counts, filed=12, should_handle=9, handled=6, on_time_handled=2, should_close=8,
          closed=5, on_time_closed=1, reworked=0, disputed=1, suspended=1)  # fmt: skip
    # 5 ÷ 8, 2 ÷ 9; 10 + 30 × 0.625 + 30 × 0.2222 + 30
    holds(judged(Subject.UNIT, counts), closing_rate="62.50 %",
          on_time_handling_rate="22.22 %", rework_rate="0.00 %", total="65.42",
          grade="C")  # fmt: skip


def test_the_grid_worker(month: dict[str, Counts]) -> None:
    counts = month["post"][WORKER]
    # Reports: 13–18, 31–32, 36. Filed in grid 1: 23, of which residents told 15. Checks: 27 of the
    # closed cases and 2 that failed; those of 19–22 were late. No verification.
    holds(counts, reports=9, valid_reports=9, ground_filed=23, missed=15, should_verify=0,
          should_check=29, on_time_checked=25)  # fmt: skip
    # (40 × 100 + 20 × 34.78 + 20 × 86.21) ÷ 80: verifying had nothing to count
    holds(judged(Subject.COLLECTOR, counts), valid_rate="100.00 %", missed_rate="65.22 %",
          verify_rate="—", check_rate="86.21 %", total="80.25", grade="B")  # fmt: skip


def test_the_operator(month: dict[str, Counts]) -> None:
    counts = month["post"][OPERATOR]
    # Calls of March: 1–12, 19–25, 28–30, 33–35, 39–40.
    holds(counts, taken=27, asked_verify=0, asked_check=29, on_time_asked_check=29)
    # (25 × 0 + 35 × 100) ÷ 60
    holds(judged(Subject.OPERATOR, counts), taken_score="0.00", verify_sent_rate="—",
          check_sent_rate="100.00 %", total="58.33", grade="D")  # fmt: skip


def test_the_duty_chief(month: dict[str, Counts]) -> None:
    counts = month["post"][CHIEF]
    # 23 + 11 filed, 23–25 late, 31–32 voided later; 27 closed after 4 late checks.
    holds(counts, filings=34, on_time_filings=31, void_filings=2, closings=27,
          on_time_closings=23)  # fmt: skip
    # 31 ÷ 34, 32 ÷ 34, 23 ÷ 27; 25 % + 40 % + 35 %
    holds(judged(Subject.CHIEF, counts), on_time_filing_rate="91.18 %",
          right_filing_rate="94.12 %", on_time_closing_rate="85.19 %", total="90.26",
          grade="A")  # fmt: skip


def test_the_dispatcher(month: dict[str, Counts]) -> None:
    counts = month["post"][DISPATCHER]
    # 34 cases filed in March, 30 twice: the first time to the wrong unit.
    holds(counts, dispatches=35, on_time_dispatches=35, wrong_dispatches=1)
    # 34 ÷ 35; 20 % × 0 + 40 % × 100 + 40 % × 97.14
    holds(judged(Subject.DISPATCHER, counts), right_dispatch_rate="97.14 %",
          on_time_dispatch_rate="100.00 %", dispatch_score="0.00", total="78.86",
          grade="B")  # fmt: skip
