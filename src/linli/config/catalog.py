"""What the database says of its own tables: keys, unique indexes, triggers. For `distribution`."""

from __future__ import annotations

from typing import Any

from django.db import connection

from linli.config.distribution import ForeignKey, Trigger, UniqueIndex

_TABLES = """
    SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND n.nspname = 'public' ORDER BY relname"""
_KEYS = """
    SELECT c.relname, columns.names, t.relname, targets.names
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace,
    LATERAL (SELECT array_agg(a.attname::text ORDER BY u.n) AS names
             FROM unnest(k.conkey) WITH ORDINALITY u (attnum, n)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum) columns,
    LATERAL (SELECT array_agg(a.attname::text ORDER BY u.n) AS names
             FROM unnest(k.confkey) WITH ORDINALITY u (attnum, n)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum) targets
    WHERE k.contype = 'f' AND n.nspname = 'public' ORDER BY c.relname, k.conname"""
_UNIQUES = """
    SELECT c.relname, i.relname, array_agg(coalesce(a.attname::text, '') ORDER BY u.n)
    FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL unnest(x.indkey::smallint[]) WITH ORDINALITY u (attnum, n)
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum AND u.attnum > 0
    WHERE (x.indisunique OR x.indisexclusion) AND n.nspname = 'public' AND u.n <= x.indnkeyatts
    GROUP BY c.relname, i.relname ORDER BY c.relname, i.relname"""
_TRIGGERS = """
    SELECT c.relname, t.tgname, p.prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND n.nspname = 'public' ORDER BY c.relname, t.tgname"""


def tables() -> list[str]:
    """Every table of ours, by name."""
    return [row[0] for row in _rows(_TABLES)]


def foreign_keys() -> list[ForeignKey]:
    """Every foreign key, by table."""
    return [ForeignKey(row[0], tuple(row[1]), row[2], tuple(row[3])) for row in _rows(_KEYS)]


def uniques() -> list[UniqueIndex]:
    """Every primary key, unique index and exclusion, by table."""
    return [UniqueIndex(row[0], row[1], tuple(row[2])) for row in _rows(_UNIQUES)]


def triggers() -> list[Trigger]:
    """Every trigger of ours, by table."""
    return [Trigger(*row) for row in _rows(_TRIGGERS)]


def distributed() -> list[str]:
    """Tables that Citus has taken over already; none without Citus."""
    if _rows("SELECT to_regclass('pg_dist_partition') IS NULL") == [(True,)]:
        return []
    return [row[0] for row in _rows("SELECT logicalrelid::regclass::text FROM pg_dist_partition")]


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
