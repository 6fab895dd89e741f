"""Keeping the ledger of counts by tile short (models.Tally)."""

from __future__ import annotations

from django.db import connection, transaction

_KEYS = "level, tile, community_id, care_id, kind, state"


@transaction.atomic
def fold_tallies() -> int:
    """Sum up the lines of the ledger that stand for the same thing; returns how many went.

    Lines of transactions that are still open are not seen and stay. No reader or writer waits.
    Safe to run at any time, by several at once: one folds, the others find nothing to do.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('components.fold'))")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            f"""
            WITH several AS MATERIALIZED (
                SELECT {_KEYS} FROM components_tally GROUP BY {_KEYS}
                HAVING count(*) > 1 OR sum(count) = 0),
            gone AS (
                DELETE FROM components_tally AS t USING several AS s
                WHERE (t.level, t.tile, t.community_id, t.care_id, t.kind, t.state)
                    = (s.level, s.tile, s.community_id, s.care_id, s.kind, s.state)
                RETURNING t.*),
            kept AS (
                INSERT INTO components_tally ({_KEYS}, count)
                SELECT {_KEYS}, sum(count) FROM gone GROUP BY {_KEYS} HAVING sum(count) <> 0
                RETURNING 1)
            SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM kept)"""
        )
        return int(cursor.fetchone()[0])
