"""Progress: told to whoever listens, drawn on a terminal only."""

from __future__ import annotations

import io

import pytest

from linli.kernel.progress import Bar, Cancelled, counted, heard_by, on_terminal, tell


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nobody_listens_and_nothing_is_lost() -> None:
    tell(1, 2)
    assert list(counted(range(3))) == [0, 1, 2]


def test_what_is_counted_is_told_with_its_whole() -> None:
    told: list[tuple[int, int | None, str]] = []
    with heard_by(lambda *facts: told.append(facts)):
        assert len(list(counted(list(range(250)), says="rows"))) == 250
        list(counted(iter("ab")))
    assert told[:4] == [
        (0, 250, "rows"),
        (100, 250, "rows"),
        (200, 250, "rows"),
        (250, 250, "rows"),
    ]
    assert told[4:] == [(0, None, ""), (2, None, "")]


def test_a_listener_stops_the_work() -> None:
    def stop(done: int, total: int | None, says: str) -> None:
        if done >= 100:
            raise Cancelled

    seen: list[int] = []
    with heard_by(stop), pytest.raises(Cancelled):
        seen.extend(counted(range(1000)))
    assert len(seen) == 100


def test_a_terminal_gets_a_bar_that_is_wiped_away() -> None:
    out = Terminal()
    with on_terminal(out):
        tell(50, 100, "rows")
        tell(100, 100, "rows")
    drawn = out.getvalue().split("\r")
    assert "[###############...............] 50 / 100 rows" in drawn[1]
    assert "[##############################] 100 / 100 rows" in drawn[2]
    assert drawn[3].strip() == ""


def test_a_file_or_a_pipe_gets_no_bar() -> None:
    out = io.StringIO()
    bar = Bar(out)
    bar(1, 2, "rows")
    bar.close()
    assert out.getvalue() == ""


def test_without_a_whole_only_the_count_is_drawn() -> None:
    out = Terminal()
    with on_terminal(out):
        tell(1234, None, "rows read")
    assert "1,234 rows read" in out.getvalue()
