"""What a case leaves behind, whatever happened to it: a pure function of its history."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from linli.evaluation.rules.counts import COUNTS, Came, Source, marks
from linli.evaluation.rules.facts import Facts, facts
from linli.evaluation.rules.histories import Happened, History, Ran
from tests.conftest import NOW

OPERATOR, CHIEF, DISPATCHER, WORKER, KEEPER = 1, 2, 3, 4, 5
ROADS, WATER = 10, 20


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def story(*acts: tuple[str, float, Any], channel: str = "hotline", **more: Any) -> Facts:
    """The facts of acts (move, hours after NOW, its detail); a unit has five hours each round."""
    posts = {
        "report": WORKER if channel == "worker" else OPERATOR, "file": CHIEF, "close": CHIEF,
        "dispatch": DISPATCHER, "verify": WORKER, "check": WORKER, "void": CHIEF,
        "request_check": OPERATOR, "request_verification": OPERATOR, "dismiss": CHIEF,
    }  # fmt: skip
    events, clocks = [], []
    for number, (move, hours, detail) in enumerate(acts, 1):
        events.append(Happened(number, move, at(hours), "", "", posts.get(move), None, detail))
        if move in ("dispatch", "rework"):
            clocks.append(Ran("handling", at(hours), at(hours + 5)))
    return facts(History(1, channel, None, KEEPER, events, clocks, **more))


def counts_of(found: Facts, since: float = -1, until: float = 1000) -> dict[str, int]:
    """In how many rows each count of each source holds."""
    rows = {
        Source.CASE: [found.case], Source.TASK: found.tasks, Source.STEP: found.steps,
    }  # fmt: skip
    return {
        f"{source}.{base.code}": sum(base.when.holds(row, at(since), at(until)) for row in some)
        for source, some in rows.items()
        for base in COUNTS[source]
    }


TO_UNIT = {"unit": ROADS}
PLAIN = (
    ("report", 0, {}), ("file", 1, {}), ("dispatch", 2, TO_UNIT), ("accept", 3, {}),
    ("report_back", 6, {}), ("check", 7, {"passed": True}), ("close", 8, {}),
)  # fmt: skip


def test_a_plain_case_counts_once_in_everything() -> None:
    counted = counts_of(story(*PLAIN))
    for code in ("reported", "filed", "dispatched", "should_handle", "handled",
                 "on_time_handled", "should_close", "closed", "on_time_closed"):  # fmt: skip
        assert counted[f"case.{code}"] == 1, code
    for code in ("filed", "should_close", "closed", "on_time_closed", "handled"):
        assert counted[f"task.{code}"] == 1, code
    assert counted["step.taken"] == counted["step.filings"] == counted["step.dispatches"] == 1
    assert counted["step.missed"] == 1  # a resident told what the grid's worker should have seen
    assert counted["case.reworked"] == counted["case.late_handled"] == 0


def test_what_is_overdue_at_the_end_of_a_period_is_owed_in_it_and_again_until_it_is_done() -> None:
    found = story(*PLAIN[:3], ("report_back", 30, {}), ("close", 31, {}))  # due at hour 7
    before, first, second = (counts_of(found, *edges) for edges in ((-1, 6), (-1, 24), (24, 48)))
    assert before["case.should_close"] == 0  # not due yet
    assert (first["case.should_close"], first["case.closed"]) == (1, 0)
    assert (second["case.should_close"], second["case.closed"]) == (1, 1)
    assert second["case.late_handled"] == 1
    assert second["case.on_time_closed"] == 0


def test_rework_takes_the_first_handling_back_and_is_told() -> None:
    found = story(
        *PLAIN[:5], ("rework", 7, {}), ("report_back", 9, {}), ("close", 10, {}),
    )  # fmt: skip
    counted = counts_of(found)
    assert counted["case.handled"] == counted["task.handled"] == 1
    assert counted["case.reworked"] == counted["task.reworked"] == 1
    assert found.case.handled_at == at(9)
    assert counted["case.on_time_closed"] == 1
    late = story(*PLAIN[:4], ("report_back", 8, {}), ("rework", 9, {}), ("report_back", 10, {}),
                 ("close", 11, {}))  # fmt: skip
    assert counts_of(late)["case.on_time_closed"] == 0  # the first round was late, and stays so


def test_a_wrong_unit_is_the_dispatchers_fault_only_if_another_one_takes_it() -> None:
    wrong = story(*PLAIN[:3], ("decline", 3, {}), ("dispatch", 4, {"unit": WATER}))
    counted = counts_of(wrong)
    assert counted["task.filed"] == 2
    assert counted["task.declined"] == counted["step.wrong_dispatches"] == 1
    assert counted["case.misdispatched"] == 1
    same = counts_of(story(*PLAIN[:3], ("decline", 3, {}), ("dispatch", 4, TO_UNIT)))
    assert same["task.declined"] == 1
    assert same["step.wrong_dispatches"] == same["case.misdispatched"] == 0


def test_voiding_leaves_the_filing_and_says_that_it_was_wrong() -> None:
    counted = counts_of(story(*PLAIN[:3], ("void", 4, {})))
    assert counted["case.filed"] == counted["case.voided"] == counted["step.void_filings"] == 1
    assert counted["case.should_handle"] == counted["task.should_close"] == 0


def test_a_merged_case_was_not_filed_for_itself_and_an_unmerged_one_counts_anew() -> None:
    merged = story(("report", 0, {}), ("file", 1, {}), ("merge", 2, {}))
    counted = counts_of(merged)
    assert (counted["case.merged"], counted["case.filed"], counted["step.missed"]) == (1, 0, 0)
    back = story(("report", 0, {}), ("merge", 2, {}), ("unmerge", 3, {}), ("file", 4, {}))
    counted = counts_of(back)
    assert (counted["case.merged"], counted["case.filed"]) == (0, 1)
    assert back.case.out_at is None


def test_a_disputed_closing_is_taken_back_and_the_new_work_has_its_own_clock() -> None:
    found = story(*PLAIN, ("reopen", 50, {}), ("dispatch", 51, {"unit": WATER}))
    counted = counts_of(found, until=52)
    assert counted["case.closed"] == 0
    assert counted["case.reopened"] == counted["task.disputed"] == 1
    assert counted["case.should_close"] == 0
    assert counts_of(found, until=60)["case.should_close"] == 1  # due at 56


def test_what_was_reopened_later_is_not_overdue_in_the_month_in_which_it_was_closed() -> None:
    found = story(*PLAIN, ("reopen", 50, {}))  # due at 7, closed at 8
    first, then = counts_of(found, -1, 40), counts_of(found, 40, 60)
    assert first["case.should_close"] == first["task.should_close"] == 0
    assert (first["task.handled"], then["task.disputed"]) == (1, 1)
    late = story(*PLAIN[:3], ("report_back", 20, {}), ("close", 21, {}), ("reopen", 50, {}))
    assert counts_of(late, -1, 10)["task.should_close"] == 1  # it was overdue then, and stays so


def test_a_case_whose_limit_ran_out_before_a_unit_declined_was_late() -> None:
    acts = (("decline", 9, {}), ("dispatch", 10, {"unit": WATER}), ("report_back", 11, {}),
            ("close", 12, {}))  # fmt: skip
    counted = counts_of(story(*PLAIN[:3], *acts))  # due at 7
    assert (counted["case.closed"], counted["case.on_time_closed"]) == (1, 0)
    assert counted["task.on_time_closed"] == 1  # the second unit was in time


def test_a_voided_filing_was_not_verified_and_nobody_missed_it() -> None:
    counted = counts_of(story(*PLAIN[:3], ("void", 4, {})))
    assert (counted["case.filed"], counted["case.public_verified"]) == (1, 0)
    assert (counted["step.ground_filed"], counted["step.missed"]) == (1, 0)


def test_a_merged_report_counts_alike_whether_it_was_merged_before_the_filing_or_after() -> None:
    before = story(("report", 0, {}), ("merge", 2, {}), channel="worker")
    after = story(("report", 0, {}), ("file", 1, {}), ("merge", 2, {}), channel="worker")
    back = story(("report", 0, {}), ("file", 1, {}), ("merge", 2, {}), ("unmerge", 3, {}),
                 ("file", 4, {}), channel="worker")  # fmt: skip
    valid = [counts_of(one)["step.valid_reports"] for one in (before, after, back)]
    assert valid == [0, 0, 1]


def test_a_workers_report_is_valid_once_it_is_filed() -> None:
    open_ = counts_of(story(("report", 0, {}), channel="worker"))
    assert (open_["step.reports"], open_["step.valid_reports"], open_["step.taken"]) == (1, 0, 0)
    filed = counts_of(story(*PLAIN, channel="worker"))
    assert (filed["step.valid_reports"], filed["step.missed"]) == (1, 0)
    spot = counts_of(story(("report", 0, {}), ("self_handle", 1, {}), channel="worker"))
    assert (spot["step.valid_reports"], spot["case.self_handled"], spot["case.closed"]) == (1, 1, 0)


def test_a_verification_that_nobody_does_is_owed_by_the_one_who_was_sent() -> None:
    sent = Happened(2, "request_verification", at(1), "reported", "verifying", OPERATOR)
    history = History(
        1, "hotline", WORKER, None, [Happened(1, "report", at(0), "", "reported"), sent],
        [Ran("verifying", at(1), at(2))],
    )  # fmt: skip
    counted = counts_of(facts(history))
    assert (counted["step.should_verify"], counted["step.on_time_verified"]) == (1, 0)
    assert [s.post_id for s in facts(history).steps if s.step == "verify"] == [WORKER]


MOVES = st.sampled_from(
    ["file", "dispatch", "accept", "decline", "report_back", "rework", "close", "reopen", "void",
     "merge", "unmerge", "suspend", "extend", "dismiss", "self_handle", "check"]
)  # fmt: skip


@given(
    st.lists(st.tuples(MOVES, st.integers(1, 9), st.sampled_from([ROADS, WATER])), max_size=14),
    st.integers(0, 60), st.integers(1, 60),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_whatever_happens_parts_stay_parts_and_history_alone_decides(
    acts: list[tuple[str, int, int]], since: int, length: int
) -> None:
    """Any moves in any order: what was done is a part of what was owed, what was in time of what
    was done; a later act changes no step that an earlier one made but its `good`."""
    hours, told = 0, [("report", 0.0, {})]
    for move, gap, unit in acts:
        hours += gap
        told.append((move, float(hours), {"unit": unit}))
    found = story(*told)
    assert found == story(*told)
    counted = counts_of(found, since, since + length)
    for source in ("case", "task"):
        assert counted[f"{source}.on_time_closed"] <= counted[f"{source}.closed"]
        assert counted[f"{source}.closed"] <= counted[f"{source}.should_close"]
        assert counted[f"{source}.handled"] <= counted[f"{source}.should_handle"]
        parts = counted[f"{source}.on_time_handled"] + counted[f"{source}.late_handled"]
        assert parts == counted[f"{source}.handled"]
    shorter = story(*told[:-1])
    stays = {(s.number, s.step, s.post_id, s.done_at) for s in found.steps if s.number > 0}
    assert {
        (s.number, s.step, s.post_id, s.done_at) for s in shorter.steps if s.number > 0
    } <= stays
    assert len({s.number for s in found.steps}) == len(found.steps)


@given(st.integers(0, 40), st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=40, deadline=None)
def test_moments_add_up_over_neighbouring_periods(start: int, one: int, two: int) -> None:
    found = story(*PLAIN)
    first, second, both = (
        counts_of(found, start, start + one),
        counts_of(found, start + one, start + one + two),
        counts_of(found, start, start + one + two),
    )
    for source in Source:
        for base in COUNTS[source]:
            if isinstance(base.when, Came):
                name = f"{source}.{base.code}"
                assert first[name] + second[name] == both[name]


def test_marks_are_the_counts_as_bits() -> None:
    found = story(*PLAIN)
    bits = marks(Source.CASE, found.case, at(-1), at(100))
    names = [b.code for i, b in enumerate(COUNTS[Source.CASE]) if bits >> i & 1]
    assert "on_time_closed" in names
    assert "reworked" not in names
