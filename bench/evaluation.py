"""A month's evaluation of every unit, grid and post (design §6: 1 M cases in the month, ≤ 5 s), on
facts that are made up: as many again lie in the month before. They are taken away again.

    python -m bench.evaluation [--cases 1000000] [--explain]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sized
from datetime import UTC, date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")

import django

django.setup()

from django.db import connection  # noqa: E402

from linli.evaluation.queries.figures import FACTS, counted, grouped  # noqa: E402
from linli.evaluation.rules.fairness import share_of  # noqa: E402
from linli.evaluation.rules.formula import names_of  # noqa: E402
from linli.evaluation.rules.periods import Period, Span  # noqa: E402
from linli.evaluation.rules.scoring import Formula  # noqa: E402
from linli.evaluation.rules.seeds import SEEDS  # noqa: E402
from linli.evaluation.rules.subjects import DIMENSIONS, Shows  # noqa: E402

MONTH = Period.around(Span.MONTH, date(2031, 3, 1))
FIRST = 9_000_000_000  # ids no case has
#: Moments of case n: spread over two months; a tenth is late, a twentieth is still open.
_MOMENTS = """
    SELECT %s + n AS id, n, 1 + n %% 300 AS grid, 1 + n %% 40 AS unit, 1 + n %% 900 AS post,
        t AS reported, t + interval '20 min' AS filed, t + interval '40 min' AS sent,
        t + interval '9 h' AS due, n %% 10 <> 0 AS kept,
        'E' || 10 + n / 300 %% 12 || '-' || (array['d','e','n'])[1 + n / 3600 %% 3] || '-'
            || (array['A','B'])[1 + n / 10800 %% 2] AS kind,
        CASE WHEN n %% 20 <> 1 THEN t + CASE WHEN n %% 10 = 0 THEN interval '20 h'
            ELSE interval '6 h' END END AS handled
    FROM (SELECT n, timestamptz '2031-02-01 00:00+08' + n * (interval '59 days' / %s) AS t
          FROM generate_series(1, %s) AS n) AS spread
"""
_ROWS = {
    "evaluation_casefact": """
        (case_id, event_number, area_grade, is_public, on_time, channel, district_id, street_id,
         community_id, grid_id, class_id, reported_at, filed_at, dispatched_at, due_at, handled_at,
         closed_at, stratum)
        SELECT id, 8, 'B', n % 2 = 0, kept, 'portal', 1 + grid / 100, 1 + grid / 30, 1 + grid / 6,
            grid, 1 + n % 90, reported, filed, sent, due, handled, handled + interval '1 h', kind
        FROM moments""",
    "evaluation_taskfact": """
        (case_id, number, unit_id, is_lead, on_time, channel, district_id, grid_id, class_id,
         dispatched_at, due_at, handled_at, closed_at, stratum)
        SELECT id, 1, unit, true, kept, 'portal', 1 + grid / 100, grid, 1 + n % 90, sent, due,
            handled, handled + interval '1 h', kind
        FROM moments""",
    "evaluation_stepfact": """
        (case_id, number, step, post_id, on_time, good, channel, district_id, grid_id, class_id,
         done_at, due_at, stratum)
        SELECT id, k, (array['take','file','dispatch','ask_check','check','close','ground'])[k],
            post + k * 1000, kept, true, 'portal', 1 + grid / 100, grid, 1 + n % 90,
            reported + k * interval '10 min', due, kind
        FROM moments, generate_series(1, 7) AS k""",
}


def fill(cases: int) -> None:
    """Twice as many cases as are asked for, half of them in the month."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE moments AS {_MOMENTS}",
            [FIRST, 2 * cases, 2 * cases],
        )
        for table, rows in _ROWS.items():
            began = time.monotonic()
            cursor.execute(f"INSERT INTO {table} {rows}")
            print(f"{table}: {cursor.rowcount:,} rows in {time.monotonic() - began:.0f} s")
            cursor.execute(f"VACUUM (ANALYZE) {table}")  # as the city's own does in time


def clear() -> None:
    """Take away what `fill` made, also of a run that was ended."""
    with connection.cursor() as cursor:
        for table in _ROWS:
            cursor.execute(f"DELETE FROM {table} WHERE case_id > %s", [FIRST])
            if cursor.rowcount:
                cursor.execute(f"VACUUM {table}")


def measure(code: str, *, explain: bool, fair: bool = False) -> float:
    """Seconds of the statements behind a table of figures, or (`fair`) behind the rates that were
    to be expected in it; the middle of three."""
    dimension = DIMENSIONS[code]
    rows = FACTS[dimension.source]._default_manager.all()
    formulas = [
        Formula(dimension.subject, row[1], row[2], Shows(row[4]), row[5])
        for row in SEEDS
        if row[0] == dimension.subject
    ]
    used = {name.code for one in formulas for name in names_of(one.tree)}
    shares = [share for one in formulas if (share := share_of(one))]
    asked_for = {base.code: base for one in shares for base in (one.part, one.whole)}
    spans = []
    found: Sized = ()
    for _try in range(3):
        asked = len(connection.queries_log)
        began = time.monotonic()
        if fair:
            columns, bases = (dimension.column, "stratum"), list(asked_for.values())
            found = grouped(rows, dimension.source, columns, bases, MONTH.since, MONTH.until)
        else:
            found = counted(rows, dimension, MONTH.since, MONTH.until, codes=used)
        spans.append(time.monotonic() - began)
    what = "expected" if fair else "figures"
    print(f"{code}, {what}: {len(found):,} rows, {sorted(spans)[1]:.2f} s (of {spans[0]:.2f} …)")
    if explain:
        for one in list(connection.queries_log)[asked:]:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {one['sql']}")
                print("\n".join(line for (line,) in cursor.fetchall()))
    return sorted(spans)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="cases in the month")
    parser.add_argument("--explain", action="store_true")
    given = parser.parse_args()
    connection.force_debug_cursor = given.explain
    clear()
    try:
        fill(given.cases)
        together = sum(measure(code, explain=given.explain) for code in DIMENSIONS)
        expected = sum(measure(code, explain=given.explain, fair=True) for code in DIMENSIONS)
        print(
            f"figures {together:.2f} s, expected rates {expected:.2f} s"
            f" ({datetime.now(UTC):%Y-%m-%d}, load {os.getloadavg()[0]:.1f})"
        )
    finally:
        clear()


if __name__ == "__main__":
    main()
