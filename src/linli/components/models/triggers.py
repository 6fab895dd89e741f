"""Triggers that keep the counts by tile true, whoever writes; and that keep events forever."""

from __future__ import annotations

import pgtrigger

from linli.components.rules.tallies import LEVELS

FINE, *COARSER = LEVELS
_SHIFT = 2 * (31 - FINE)
_KEYS = "community_id, care_id, kind, state"


def _side(table: str, sign: str) -> str:
    return (
        f"SELECT quad >> {_SHIFT} AS tile, community_id, care_id,"
        f" ((code / 1000000) % 10000)::smallint AS kind, state, {sign}count(*) AS n"
        f" FROM {table} GROUP BY 1, 2, 3, 4, 5"
    )


def _adds(*sides: str) -> str:
    both = " UNION ALL ".join(sides)
    coarser = "".join(
        f"""
        UNION ALL
        SELECT {level}, tile >> {2 * (FINE - level)}, {_KEYS}, sum(n) FROM fine
        GROUP BY tile >> {2 * (FINE - level)}, {_KEYS} HAVING sum(n) <> 0"""
        for level in COARSER
    )
    return f"""
        WITH fine AS (
            SELECT tile, {_KEYS}, sum(n) AS n FROM ({both}) AS sides
            GROUP BY tile, {_KEYS} HAVING sum(n) <> 0)
        INSERT INTO components_tally (level, tile, {_KEYS}, count)
        SELECT {FINE}, tile, {_KEYS}, n FROM fine{coarser};
        RETURN NULL;
    """


def counts_tallies() -> list[pgtrigger.Trigger]:
    """After each statement, its differences go to the ledger of counts."""
    new, old = _side("new_rows", ""), _side("old_rows", "-")
    made = (
        ("tally_insert", pgtrigger.Insert, {"new": "new_rows"}, _adds(new)),
        ("tally_update", pgtrigger.Update, {"old": "old_rows", "new": "new_rows"}, _adds(old, new)),
        ("tally_delete", pgtrigger.Delete, {"old": "old_rows"}, _adds(old)),
    )
    return [
        pgtrigger.Trigger(
            name=name,
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(**referencing),  # type: ignore[no-untyped-call]  # pgtrigger has no types
            func=func,
        )
        for name, operation, referencing, func in made
    ]
