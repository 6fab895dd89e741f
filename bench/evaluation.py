"""A month's evaluation of every unit, grid and post (design §6: 1 M cases in the month, ≤ 5 s), on
facts that are made up: as many again lie in the month before. Everything is rolled back.

    python -m bench.evaluation [--cases 1000000] [--explain]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from linli.evaluation.queries.figures import FACTS, counted  # noqa: E402
from linli.evaluation.rules.periods import Period, Span  # noqa: E402
from linli.evaluation.rules.subjects import DIMENSIONS  # noqa: E402

MONTH = Period.around(Span.MONTH, date(2031, 3, 1))
FIRST = 9_000_000_000  # ids no case has
#: Moments of case n: spread over two months; a tenth is late, a twentieth is still open.
_MOMENTS = """
    SELECT %s + n AS id, n, 1 + n %% 300 AS grid, 1 + n %% 40 AS unit, 1 + n %% 900 AS post,
        t AS reported, t + interval '20 min' AS filed, t + interval '40 min' AS sent,
        t + interval '9 h' AS due, n %% 10 <> 0 AS kept,
        CASE WHEN n %% 20 <> 1 THEN t + CASE WHEN n %% 10 = 0 THEN interval '20 h'
            ELSE interval '6 h' END END AS handled
    FROM (SELECT n, timestamptz '2031-02-01 00:00+08' + n * (interval '59 days' / %s) AS t
          FROM generate_series(1, %s) AS n) AS spread
"""
_ROWS = {
    "evaluation_casefact": """
        (case_id, event_number, area_grade, is_public, on_time, channel, district_id, street_id,
         community_id, grid_id, class_id, reported_at, filed_at, dispatched_at, due_at, handled_at,
         closed_at)
        SELECT id, 8, 'B', n % 2 = 0, kept, 'portal', 1 + grid / 100, 1 + grid / 30, 1 + grid / 6,
            grid, 1 + n % 90, reported, filed, sent, due, handled, handled + interval '1 h'
        FROM moments""",
    "evaluation_taskfact": """
        (case_id, number, unit_id, is_lead, on_time, channel, district_id, grid_id, class_id,
         dispatched_at, due_at, handled_at, closed_at)
        SELECT id, 1, unit, true, kept, 'portal', 1 + grid / 100, grid, 1 + n % 90, sent, due,
            handled, handled + interval '1 h'
        FROM moments""",
    "evaluation_stepfact": """
        (case_id, number, step, post_id, on_time, good, channel, district_id, grid_id, class_id,
         done_at, due_at)
        SELECT id, k, (array['take','file','dispatch','ask_check','check','close','ground'])[k],
            post + k * 1000, kept, true, 'portal', 1 + grid / 100, grid, 1 + n % 90,
            reported + k * interval '10 min', due
        FROM moments, generate_series(1, 7) AS k""",
}


def fill(cases: int) -> None:
    """Twice as many cases as are asked for, half of them in the month."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE moments ON COMMIT DROP AS {_MOMENTS}",
            [FIRST, 2 * cases, 2 * cases],
        )
        for table, rows in _ROWS.items():
            began = time.monotonic()
            cursor.execute(f"INSERT INTO {table} {rows}")
            print(f"{table}: {cursor.rowcount:,} rows in {time.monotonic() - began:.0f} s")
            cursor.execute(f"ANALYZE {table}")


def measure(code: str, *, explain: bool) -> float:
    """Seconds of the one statement behind a table of figures; the middle of three."""
    dimension = DIMENSIONS[code]
    rows = FACTS[dimension.source]._default_manager.all()
    spans = []
    for _try in range(3):
        began = time.monotonic()
        found = counted(rows, dimension, MONTH.since, MONTH.until)
        spans.append(time.monotonic() - began)
    print(f"{code}: {len(found):,} rows, {sorted(spans)[1]:.2f} s (of {spans[0]:.2f} …)")
    if explain:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {connection.queries_log[-1]['sql']}")
            print("\n".join(line for (line,) in cursor.fetchall()))
    return sorted(spans)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="cases in the month")
    parser.add_argument("--explain", action="store_true")
    given = parser.parse_args()
    connection.force_debug_cursor = given.explain
    with transaction.atomic():
        fill(given.cases)
        together = sum(
            measure(code, explain=given.explain) for code in ("unit", "grid", "collector")
        )
        print(f"every unit, grid and post: {together:.2f} s ({datetime.now(UTC):%Y-%m-%d})")
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
