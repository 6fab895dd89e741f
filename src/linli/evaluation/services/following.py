"""The facts follow the cases: touched with the event, made anew by a job, nothing lost between.

An event and the note that it touched its case are written in one statement. The job takes notes
away and writes the facts in one transaction; if it dies, the notes are there again. One process
does it at a time, so that nobody writes what an older look at a case gave.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from django.db import connection, transaction

from linli.cases.models import Case, CaseEvent
from linli.evaluation.models import CaseFact, StepFact, TaskFact, Touched
from linli.evaluation.queries.histories import Known, histories
from linli.evaluation.rules.facts import facts
from linli.kernel.rows import Batch

AT_ONCE = 1_000  # cases whose facts are made in one transaction
LOCK = "hashtext('evaluation.follow')"


def touch(case: Case, event: CaseEvent, batch: Batch) -> None:
    """Note with the event that the case has changed. No query."""
    batch.insert(Touched(case_id=case.pk, number=event.number))


def touch_ground(grid_ids: Collection[int], since: datetime) -> None:
    """Grids have been another worker's since a moment that has passed: whose ground a case lay in
    is asked again for what was reported there since. One statement, by the index of the grid."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO evaluation_touched (case_id, number) SELECT id, 0 FROM cases_case"
            " WHERE grid_id = ANY (%s) AND reported_at >= %s ON CONFLICT DO NOTHING",
            [list(grid_ids), since],
        )


def follow(*, most: int = 50 * AT_ONCE) -> int:
    """Make the facts of touched cases anew, `most` notes at most; returns how many cases.

    Safe to run twice, and at once with others: then one of them does nothing.
    """
    done = 0
    for _round in range(max(1, most // AT_ONCE)):
        count = _follow_some()
        if not count:
            break
        done += count
    return done


@transaction.atomic
def _follow_some() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({LOCK})")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            "DELETE FROM evaluation_touched t USING (SELECT case_id, number FROM evaluation_touched"
            " ORDER BY case_id, number LIMIT %s) AS first"
            " WHERE t.case_id = first.case_id AND t.number = first.number RETURNING t.case_id",
            [AT_ONCE],
        )
        ids = sorted({row[0] for row in cursor.fetchall()})
    if ids:
        make(ids)
    return len(ids)


def make(case_ids: Sequence[int]) -> None:
    """Write the facts of these cases in place of those they had. Inside a transaction."""
    known = histories(case_ids)
    for model in (CaseFact, TaskFact, StepFact):
        model.objects.filter(case_id__in=list(case_ids)).delete()
    cases: list[CaseFact] = []
    tasks: list[TaskFact] = []
    steps: list[StepFact] = []
    for one in known:
        _rows(one, cases, tasks, steps)
    CaseFact.objects.bulk_create(cases, batch_size=AT_ONCE)
    TaskFact.objects.bulk_create(tasks, batch_size=AT_ONCE)
    StepFact.objects.bulk_create(steps, batch_size=AT_ONCE)


def _rows(one: Known, cases: list[CaseFact], tasks: list[TaskFact], steps: list[StepFact]) -> None:
    case_id, found = one.history.case_id, facts(one.history)
    if found.case.reported_at is None:  # a case whose first event has not been seen: none has
        return
    cases.append(
        CaseFact(case_id=case_id, area_grade=one.area_grade, **one.placed, **vars(found.case))
    )
    tasks += [TaskFact(case_id=case_id, **one.placed, **vars(row)) for row in found.tasks]
    steps += [StepFact(case_id=case_id, **one.placed, **vars(row)) for row in found.steps]


def rebuild(*, tell: Callable[[int], None] | None = None) -> int:
    """Make the facts of every case anew, case by case in order; returns how many.

    Cases that change meanwhile are touched as ever and made again by the job.
    """
    last, done = 0, 0
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
            ids = list(
                Case.objects.filter(pk__gt=last)
                .order_by("pk")
                .values_list("pk", flat=True)[:AT_ONCE]
            )
            if ids:
                make(ids)
        if not ids:
            return done
        last, done = ids[-1], done + len(ids)
        if tell is not None:
            tell(done)
