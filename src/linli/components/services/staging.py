"""The staging table of an import: rows that passed their checks, unlogged, dropped at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from linli.components.models import Import
from linli.components.services.checking import Fault
from linli.components.services.lines import escaped
from linli.kernel.text import bigrams

#: In the order of `checking`; ids are those of the register.
COLUMNS = {
    "row": "integer NOT NULL",
    "code": "bigint",
    "key": "text",
    "district": "integer NOT NULL",
    "kind": "smallint NOT NULL",
    "quad": "bigint NOT NULL",
    "place": "geometry(Point, 4326) NOT NULL",
    "community_id": "bigint NOT NULL",
    "grid_id": "bigint",
    "cell_id": "bigint",
    "care_id": "integer",
    "state": "smallint",
    "condition": "smallint",
    "installed_on": "date",
    "changed_on": "date",
    "address": "text",
    "name": "text",
    "note": "text",
    "shape": "geometry(Geometry, 4326)",
}
_WORDINGS_AT_ONCE = 50_000


def table_of(job: Import) -> str:
    """The name of its staging table."""
    return f"components_stage_{job.pk:d}"


def make(job: Import) -> None:
    """An empty staging table."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    _run(f"CREATE UNLOGGED TABLE {table_of(job)} ({columns})")


def drop(job: Import) -> None:
    """No staging table any more."""
    _run(f"DROP TABLE IF EXISTS {table_of(job)}")


def holds(job: Import) -> int | None:
    """How many rows it has; None if there is none (a crash of the database empties it)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [table_of(job)])
        if cursor.fetchone()[0] is None:
            return None
        cursor.execute(f"SELECT count(*) FROM {table_of(job)}")
        return int(cursor.fetchone()[0])


def take_in(job: Import, lines: Sequence[str], faults: Iterable[Fault]) -> None:
    """Lines of good rows and the faults of others, by COPY."""
    with connection.cursor() as cursor:
        if lines:
            with cursor.copy(f"COPY {table_of(job)} FROM STDIN") as copy:
                copy.write("\n".join(lines))
                copy.write("\n")
        _note(job, faults)


def _note(job: Import, faults: Iterable[Fault]) -> None:
    rows = [(job.pk, *fault) for fault in faults]
    if not rows:
        return
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY components_importfault (import_id, row, key, field, reason) FROM STDIN"
        ) as copy,
    ):
        for row in rows:
            copy.write_row(row)


# -- when all rows are in --------------------------------------------------------------------------
def number(job: Import) -> None:
    """Give codes to rows that bring only their inventory's own key: the code they had before, or
    the next of their class in their district. Three statements."""
    table = table_of(job)
    # By district and kind alone every row would meet every other one: keys are found by hash.
    _run("SET LOCAL enable_mergejoin = off; SET LOCAL enable_nestloop = off")
    _run(
        f"UPDATE {table} AS s SET code = k.code FROM components_sourcekey AS k"
        " WHERE s.code IS NULL AND k.source_id = %s AND k.key = s.key",
        [job.source_id],
    )
    _run(
        f"""
        WITH open AS (
            SELECT min(row) AS row, district, kind, key FROM {table} WHERE code IS NULL
            GROUP BY district, kind, key),
        series AS (SELECT DISTINCT district::bigint * 10000 + kind AS prefix FROM open),
        taken AS MATERIALIZED (  -- else these are asked again for each row
            SELECT prefix, greatest(
                (SELECT max(code) FROM components_component
                 WHERE code >= prefix * 1000000 AND code < (prefix + 1) * 1000000),
                (SELECT max(code) FROM components_sourcekey
                 WHERE code >= prefix * 1000000 AND code < (prefix + 1) * 1000000),
                (SELECT max(code) FROM {table}
                 WHERE code >= prefix * 1000000 AND code < (prefix + 1) * 1000000),
                prefix * 1000000) AS last
            FROM series),
        given AS (
            SELECT o.key, o.district, o.kind, t.last + row_number() OVER (
                PARTITION BY o.district, o.kind ORDER BY o.row) AS code
            FROM open AS o JOIN taken AS t ON t.prefix = o.district::bigint * 10000 + o.kind)
        UPDATE {table} AS s SET code = g.code FROM given AS g
        WHERE s.code IS NULL AND s.key = g.key AND s.district = g.district AND s.kind = g.kind"""
    )
    _run("SET LOCAL enable_mergejoin = on; SET LOCAL enable_nestloop = on")


def reject_repeats(job: Import, reason: str) -> int:
    """Rows whose code stands in the file before: they become faults. Returns how many."""
    table = table_of(job)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX ON {table} (code, row)")
        cursor.execute(f"ANALYZE {table}")
        cursor.execute(
            f"""
            WITH repeats AS (
                SELECT row, code, first FROM (
                    SELECT row, code, min(row) OVER (PARTITION BY code ORDER BY row
                        ROWS UNBOUNDED PRECEDING) AS first FROM {table}) AS every
                WHERE row <> first),
            gone AS (
                DELETE FROM {table} AS s USING repeats AS r WHERE s.code = r.code AND s.row = r.row)
            INSERT INTO components_importfault (import_id, row, key, field, reason)
            SELECT %s, row, lpad(code::text, 16, '0'), 'code', replace(%s, '{{row}}', first::text)
            FROM repeats""",
            [job.pk, reason],
        )
        return int(cursor.rowcount)


def learn_wordings(job: Import) -> None:
    """Every new description of a place goes to the register of wordings, with its pairs of letters.

    Streams the new ones only; some 30,000 a second.
    """
    table = table_of(job)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            DECLARE new_wordings NO SCROLL CURSOR FOR
            SELECT DISTINCT s.district, s.address FROM {table} AS s
            WHERE s.address IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM components_wording AS w
                WHERE w.district = s.district AND w.text = s.address)"""
        )
        while True:
            cursor.execute(f"FETCH {_WORDINGS_AT_ONCE} FROM new_wordings")
            rows = cursor.fetchall()
            if not rows:
                break
            with cursor.copy(
                "COPY components_wording (district, text, bigrams) FROM STDIN"
            ) as copy:
                # pairs are of letters and digits alone, and so is what is written of an array
                copy.write(
                    "".join(
                        f"{district}\t{escaped(text)}\t{{{','.join(bigrams(text))}}}\n"
                        for district, text in rows
                    )
                )
        cursor.execute("CLOSE new_wordings")


def _run(sql: str, values: Sequence[Any] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
