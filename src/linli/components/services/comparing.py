"""What an import would change, and changing it: two readings of the same conditions.

A cell that is empty in the file says nothing: what is known stays. The conditions below are used
for counting and for applying, so that the preview and the deed cannot differ.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

from linli.components.models import Import
from linli.components.rules.states import State
from linli.components.services.caring import care_id
from linli.components.services.staging import table_of
from linli.territory import queries as territory

_NEAR = 1e-6  # degrees, about 0.1 m: nearer is the same place
#: Field of a component to what the file says of it; NULL says nothing.
_SAID = {
    "care_id": "s.care_id",
    "wording_id": "w.id",
    "installed_on": "s.installed_on",
    "changed_on": "s.changed_on",
    "condition": "s.condition",
    "name": "s.name",
    "note": "s.note",
    "shape": "s.shape",
    # what the file shows again has come back, unless it says that it is gone
    "state": (
        f"coalesce(s.state, CASE WHEN c.state = {State.REMOVED:d} THEN {State.IN_USE:d} END)"
    ),
}
_MOVED = (
    f"(abs(ST_X(s.place) - ST_X(c.place)) > {_NEAR}"
    f" OR abs(ST_Y(s.place) - ST_Y(c.place)) > {_NEAR})"
)
_CHANGED = " OR ".join(
    f"({said} IS NOT NULL AND {said} IS DISTINCT FROM c.{name})" for name, said in _SAID.items()
)
#: The codes named by rows that were left out: as such, or by the inventory's own key.
_LEFT_OUT = """
    SELECT CASE WHEN f.key ~ '^[1-9][0-9]{15}$' THEN f.key::bigint ELSE k.code END
    FROM components_importfault AS f
    LEFT JOIN components_sourcekey AS k ON k.source_id = %(source)s AND k.key = f.key
    WHERE f.import_id = %(job)s AND (k.code IS NOT NULL OR f.key ~ '^[1-9][0-9]{15}$')"""
_WORDED = "LEFT JOIN components_wording AS w ON w.district = s.district AND w.text = s.address"


class Difference(NamedTuple):
    """How many components an import adds, moves, changes, leaves as they are, finds gone."""

    added: int = 0
    moved: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0


def difference(job: Import) -> Difference:
    """Counted in one reading of the staging table, and one of what a census should have found."""
    table = table_of(job)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(
            f"""
            SELECT count(*) FILTER (WHERE c.code IS NULL),
                count(*) FILTER (WHERE c.code IS NOT NULL AND {_MOVED}),
                count(*) FILTER (WHERE c.code IS NOT NULL AND NOT {_MOVED} AND ({_CHANGED})),
                count(*) FILTER (WHERE c.code IS NOT NULL AND NOT {_MOVED} AND NOT ({_CHANGED}))
            FROM {table} AS s LEFT JOIN components_component AS c ON c.code = s.code {_WORDED}"""
        )
        added, moved, changed, same = cursor.fetchone()
        cursor.execute("SET LOCAL enable_nestloop = on")
        gone = 0
        if job.census:
            condition, values = _gone(job)
            cursor.execute(f"SELECT count(*) FROM ({condition}) AS gone", values)
            (gone,) = cursor.fetchone()
    return Difference(added, moved, changed, same, gone)


def samples(job: Import, verdict: str, most: int) -> list[tuple[int, float, float]]:
    """Some rows that are added, moved, changed or gone: code, lon, lat. One query."""
    table = table_of(job)
    wanted = {
        "added": "c.code IS NULL",
        "moved": f"c.code IS NOT NULL AND {_MOVED}",
        "changed": f"c.code IS NOT NULL AND NOT {_MOVED} AND ({_CHANGED})",
    }
    with connection.cursor() as cursor:
        if verdict == "gone":
            condition, values = _gone(job)
            cursor.execute(
                f"SELECT code, ST_X(place), ST_Y(place) FROM ({condition}) AS gone"
                " ORDER BY code LIMIT %(most)s",
                {**values, "most": most},
            )
        else:
            cursor.execute(
                f"""
                SELECT s.code, ST_X(s.place), ST_Y(s.place) FROM {table} AS s
                LEFT JOIN components_component AS c ON c.code = s.code {_WORDED}
                WHERE {wanted[verdict]} ORDER BY s.code LIMIT %s""",
                [most],
            )
        return list(cursor.fetchall())


def next_code(job: Import, after: int, size: int) -> int | None:
    """The last code of the next `size` rows behind `after`; None where there are no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT max(code) FROM (SELECT code FROM {table_of(job)} WHERE code > %s"
            " ORDER BY code LIMIT %s) AS next",
            [after, size],
        )
        found: int | None = cursor.fetchone()[0]
    return found


def apply_range(job: Import, after: int, upto: int) -> int:
    """Bring the register to what the file says of the codes in (after, upto]; returns how many
    components were added or changed. Three statements and an event a change."""
    known: dict[str, Any] = {"after": after, "upto": upto, "job": job.pk}
    known |= {"source": job.source_id, "now": job.applied_at, "actor": job.approved_by_id}
    with connection.cursor() as cursor:
        count = _add(cursor, job, known) + _change(cursor, job, known)
        return count + _remove(cursor, job, known) if job.census else count


def _add(cursor: CursorWrapper, job: Import, known: dict[str, Any]) -> int:
    """The components that the register does not know yet."""
    cursor.execute(
        f"""
        INSERT INTO components_component (code, quad, place, community_id, grid_id, cell_id,
            care_id, wording_id, source_id, entry, installed_on, changed_on, version, state,
            condition, name, note, shape)
        SELECT s.code, s.quad, s.place, s.community_id, s.grid_id, s.cell_id,
            coalesce(s.care_id, %(nobody)s), w.id, %(source)s, %(job)s, s.installed_on,
            s.changed_on, 1, coalesce(s.state, {State.IN_USE:d}), coalesce(s.condition, 0),
            coalesce(s.name, ''), coalesce(s.note, ''), s.shape
        FROM {table_of(job)} AS s {_WORDED}
        WHERE s.code > %(after)s AND s.code <= %(upto)s AND NOT EXISTS (
            SELECT 1 FROM components_component AS c WHERE c.code = s.code)
        ORDER BY s.code ON CONFLICT (code) DO NOTHING""",
        known | {"nobody": _nobody()},
    )
    return int(cursor.rowcount)


def _change(cursor: CursorWrapper, job: Import, known: dict[str, Any]) -> int:
    """The components that stand elsewhere now, or of which the file says something else."""
    new = {name: f"coalesce({said}, c.{name})" for name, said in _SAID.items()}
    changes = ", ".join(
        f"'{name}', CASE WHEN n.{name} IS DISTINCT FROM n.old_{name}"
        f" THEN jsonb_build_array(n.old_{name}, n.{name}) END"
        for name in _SAID
        if name != "shape"
    )
    news = ", ".join(f"{said} AS {name}, c.{name} AS old_{name}" for name, said in new.items())
    sets = ", ".join(f"{name} = n.{name}" for name in _SAID)
    cursor.execute(
        f"""
        WITH n AS MATERIALIZED (
            SELECT c.code, c.version + 1 AS version, {_MOVED} AS moved, {news},
                s.place, s.quad, s.community_id, s.grid_id, s.cell_id, c.place AS old_place
            FROM {table_of(job)} AS s JOIN components_component AS c ON c.code = s.code {_WORDED}
            WHERE s.code > %(after)s AND s.code <= %(upto)s AND c.entry <> %(job)s
                AND ({_MOVED} OR {_CHANGED})
            FOR UPDATE OF c),
        told AS (
            INSERT INTO components_componentevent (component_code, number, at, actor_id, entry,
                what, changes, opinion)
            SELECT code, version, %(now)s, %(actor)s, %(job)s,
                CASE WHEN moved THEN 'moved' WHEN state <> old_state THEN 'state'
                    ELSE 'changed' END,
                jsonb_strip_nulls(jsonb_build_object({changes}, 'place', CASE WHEN moved THEN
                    jsonb_build_array({_lonlat("old_place")}, {_lonlat("place")}) END)), ''
            FROM n)
        UPDATE components_component AS c SET version = n.version, {sets},
            place = CASE WHEN moved THEN n.place ELSE c.place END,
            quad = CASE WHEN moved THEN n.quad ELSE c.quad END,
            community_id = CASE WHEN moved THEN n.community_id ELSE c.community_id END,
            grid_id = CASE WHEN moved THEN n.grid_id ELSE c.grid_id END,
            cell_id = CASE WHEN moved THEN n.cell_id ELSE c.cell_id END
        FROM n WHERE c.code = n.code""",
        known,
    )
    return int(cursor.rowcount)


def _remove(cursor: CursorWrapper, job: Import, known: dict[str, Any]) -> int:
    """The components that a census has not found again."""
    condition, values = _gone(job)
    cursor.execute(
        f"""
        WITH n AS MATERIALIZED (
            SELECT code, version + 1 AS version, state FROM components_component
            WHERE code IN (SELECT code FROM ({condition}) AS gone
                WHERE code > %(after)s AND code <= %(upto)s)
            FOR UPDATE),
        told AS (
            INSERT INTO components_componentevent (component_code, number, at, actor_id,
                entry, what, changes, opinion)
            SELECT code, version, %(now)s, %(actor)s, %(job)s, 'removed',
                jsonb_build_object('state', jsonb_build_array(state, {State.REMOVED:d})), ''
            FROM n)
        UPDATE components_component AS c
        SET version = n.version, state = {State.REMOVED:d} FROM n WHERE c.code = n.code""",
        known | values,
    )
    return int(cursor.rowcount)


def keep_keys(job: Import) -> None:
    """Remember which code each of the inventory's own keys was given. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO components_sourcekey (source_id, key, code)"
            f" SELECT %s, key, code FROM {table_of(job)} WHERE key IS NOT NULL"
            " ON CONFLICT DO NOTHING",
            [job.source_id],
        )


def _gone(job: Import) -> tuple[str, dict[str, Any]]:
    """What the census should have found: components of its classes in its districts (or in its
    region), not removed yet, that the file does not have. What it has in a row that was left out
    stands where it stood: a slip of the pen removes nothing."""
    values: dict[str, Any] = {"job": job.pk, "source": job.source_id}
    within = ""
    if job.region_id is not None:
        within = "AND c.community_id = ANY (%(communities)s)"
        values["communities"] = sorted(territory.tree().regions_under(job.region_id))
    table = table_of(job)
    return (
        f"""
        SELECT c.code, c.place FROM components_component AS c JOIN (
            SELECT DISTINCT (code / 1000000) * 1000000 AS first FROM {table}) AS series
            ON c.code >= series.first AND c.code < series.first + 1000000
        WHERE c.state <> {State.REMOVED:d} AND c.entry <> %(job)s {within}
            AND NOT EXISTS (SELECT 1 FROM {table} AS s WHERE s.code = c.code)
            AND c.code NOT IN ({_LEFT_OUT})""",
        values,
    )


def _lonlat(name: str) -> str:
    return f"jsonb_build_array(round(ST_X({name})::numeric, 7), round(ST_Y({name})::numeric, 7))"


def _nobody() -> int:
    """The row of `Care` that says nothing is known."""
    return care_id([None, None, None], ["", "", ""])
