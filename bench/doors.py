"""Ten thousand messages over all doors at once, and everything breaks meanwhile:

    python -m bench.doors [--messages 10000] [--write]

Starts a whole Linli of its own (database, web, events, worker, as `bin/run` does) in a temporary
folder, sends the messages as their real senders would (again after a time-out or a 5xx, under the
same identity; some hang up before the answer, some are sent twice, some twice at once), kills the
worker twice and restarts the database once in between, and then compares what was sent with what
is there. Every message is one report, or the program ends with 1. It takes some minutes;
`--write` puts the table on docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any, NamedTuple

from bench._ledger import HEAD, Kept, Message, Tally, judge, letters
from bench._stand import Stand, standing

SENDERS = 12
DRAIN_S = 300.0
#: After which part of the messages, and what. The worker is killed once more after the database
#: has come back.
FAULTS: tuple[tuple[float, str], ...] = (
    (0.2, "kill_worker"), (0.45, "restart_database"), (0.7, "kill_worker"),
)  # fmt: skip


class Outcome(NamedTuple):
    """What a run came to; `faults` empty means that all is well."""

    tallies: list[Tally]
    faults: list[str]
    notes: list[str]


def run(messages: int, *, say: Callable[[str], None] = print) -> Outcome:
    """The whole of it, on a stand that is gone afterwards."""
    busy = os.getloadavg()[0]
    with standing() as stand:
        from bench._doors import DOORS
        from bench._town import here
        from bench._wire import Http

        town = here()
        wire = Http(stand.port)
        doors = {door.name: door(town, wire) for door in DOORS}
        names = list(doors)
        todo = [Message(names[n % len(names)], n // len(names)) for n in range(messages)]
        random.shuffle(todo)
        try:
            for door in doors.values():
                door.prepare(-(-messages // len(names)))
            stand.serve()
            for door in doors.values():
                door.begin()
            say(f"The program serves on port {stand.port}.")
            began = time.monotonic()
            refused = _send(todo, lambda m: doors[m.door].send(m), stand, say)
            seconds, loaded = time.monotonic() - began, os.getloadavg()[0]
            say(f"{messages:,} messages are sent, in {seconds:.0f} s; waiting for the jobs …")
            drained, left = _drain()
        finally:
            for door in doors.values():
                door.end()
        outcome = _judged(todo, stand)
        faults = [*refused, *outcome.faults, *left]
        notes = [
            f"{messages:,} messages by {SENDERS} senders in {seconds:.0f} s "
            f"({messages / seconds:.0f}/s); the worker killed (SIGKILL) after 20 % and 70 % of "
            "them, the database restarted (immediate) after 45 %.",
            f"All jobs and letters done {drained:.0f} s after the last message; a worker that was "
            "killed counts as dead after 30 s, and what it was at is then done by the next.",
            f"Load average before and at the end of the sending: {busy:.0f} and {loaded:.0f}.",
            *outcome.notes,
        ]
        return Outcome(outcome.tallies, faults, notes)


def _send(
    todo: list[Message], send: Callable[[Message], None], stand: Stand, say: Callable[[str], None]
) -> list[str]:
    """All of them, by some senders at once, with the faults in between; what was refused."""
    waiting, refused = [(share * len(todo), what) for share, what in FAULTS], []
    breaking: list[threading.Thread] = []
    with ThreadPoolExecutor(SENDERS) as pool:
        jobs = [pool.submit(send, message) for message in todo]
        for done, job in enumerate(as_completed(jobs), start=1):
            if failure := job.exception():
                refused.append(f"{failure}"[:600])
            if waiting and done >= waiting[0][0]:
                what = waiting.pop(0)[1]
                say(f"{done:,} messages: {what.replace('_', ' ')}")
                breaking.append(threading.Thread(target=getattr(stand, what)))
                breaking[-1].start()
    for thread in breaking:
        thread.join()
    return refused


# -- what is there -------------------------------------------------------------------------------
OPEN_WORK = """
SELECT
  (SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
     AND coalesce(scheduled_at, now()) <= now() AND queue_name <> 'upkeep'),
  (SELECT count(*) FROM deliveries_delivery WHERE state = 'waiting'),
  (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'),
  (SELECT count(*) FROM deliveries_delivery WHERE state = 'dead')
"""


_OUTCOMES = "SELECT DISTINCT kind || ': ' || outcome FROM deliveries_delivery WHERE state = 'dead'"


def _drain() -> tuple[float, list[str]]:
    """Wait until nothing is left to do; seconds, and what stays undone."""
    began, work = time.monotonic(), _ask(OPEN_WORK)[0]
    while (work[0] or work[1]) and time.monotonic() - began < DRAIN_S:
        time.sleep(1)
        work = _ask(OPEN_WORK)[0]
    names = ("jobs are left", "deliveries are left", "jobs failed", "deliveries failed")
    left = [f"{count} {name}" for count, name in zip(work, names, strict=True) if count]
    left += [f"a delivery: {said}" for (said,) in _ask(_OUTCOMES)]
    return time.monotonic() - began, left


def _judged(messages: list[Message], stand: Stand) -> Outcome:
    from linli.cases.models import Case, Report
    from linli.cases.queries import chains

    numbers = {case.pk: case.number for case in Case.objects.only("pk", "reported_at")}
    rows = Report.objects.values_list("case_id", "number", "description")
    tallies = judge(messages, [Kept(numbers[case], number, words) for case, number, words in rows])
    faults = [fault for tally in tallies for fault in tally.faults]
    faults += [f"case {one}: says another number of reports than it has" for one in _miscounted()]
    faults += [f"history: {broken}" for broken in chains.breaks()]
    carried = stand.letters.read_text().splitlines() if stand.letters.exists() else []
    owed, missing, more = letters(messages, carried)
    faults += [f"no letter went to {address}" for address in missing]
    notes = [
        f"{len(numbers):,} cases, their counts and the chains of their histories checked; of "
        f"{owed:,} letters owed each went out, {more} more than once."
    ]
    return Outcome(tallies, faults, notes)


def _miscounted() -> list[int]:
    """Cases whose number of reports, or of events that brought them, is not that of their rows."""
    sql = """
    SELECT c.id FROM cases_case c
    LEFT JOIN (SELECT case_id, count(*) AS n FROM cases_report GROUP BY 1) r ON r.case_id = c.id
    LEFT JOIN (SELECT case_id, count(*) AS n FROM cases_caseevent
               WHERE move IN ('report', 'add_report') GROUP BY 1) e ON e.case_id = c.id
    WHERE c.report_count <> coalesce(r.n, 0) OR c.report_count <> coalesce(e.n, 0)
    """
    return [row[0] for row in _ask(sql)]


def _ask(sql: str) -> list[tuple[Any, ...]]:
    from django.db import connection

    connection.close_if_unusable_or_obsolete()
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def table(outcome: Outcome) -> str:
    """The table and the sentences under it."""
    lines = [HEAD, *(tally.row() for tally in outcome.tallies)]
    for note in outcome.notes:
        lines += ["", note]
    if outcome.faults:
        lines += ["", f"**{len(outcome.faults)} faults**, the first of them:", ""]
        lines += [f"- {fault}" for fault in outcome.faults[:20]]
    return "\n".join(lines)


def main() -> None:
    """Run, print, and end with 1 if anything was lost, doubled or left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--write", action="store_true", help="onto docs/benchmarks.md")
    asked = parser.parse_args()
    outcome = run(asked.messages)
    print(table(outcome))
    if asked.write and not outcome.faults:
        from bench import run as page

        page.keep("doors", table(outcome))
    raise SystemExit(bool(outcome.faults))


if __name__ == "__main__":
    main()
