"""Facts of evaluation for the cases of the bench's city, put in by SQL of what their rows say.

`as_they_are`: of the case and of its unit, for every case, at the moments its row tells.
`one_month`: the newest cases are told as if all of them had been reported in one month (or, where
there are twice as many, in that month and the one before), with the steps of their posts too.
The rule itself (linli.evaluation.rules.facts) makes facts of events, which most cases of this city
do not have; what is made here is what it would make of plain lives.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime

import psycopg
from psycopg import sql

from bench import load

TABLES = ("evaluation_casefact", "evaluation_taskfact", "evaluation_stepfact")
CHUNK = 500_000
AS_THEY_ARE = "as they are"
#: Posts that nobody holds: this many more than the id of the grid or the street they are for.
COLLECTORS, OPERATORS, CHIEFS, DISPATCHERS = 10**6, 2 * 10**6, 3 * 10**6, 4 * 10**6

#: A case's moments, all of them `shift` later than its row says. Units had 66 hours.
_MOMENTS = """
    SELECT c.id, c.channel, c.area_grade, c.district_id, c.street_id, c.community_id, c.grid_id,
        c.case_class_id, c.lead_unit_id, c.self_handled, c.stage, c.suspended_until,
        c.channel IN ('portal', 'hotline', 'wechat', 'open311', 'counter') AS is_public,
        c.reported_at + shift AS reported, c.stage_since + shift AS since,
        c.filed_at + shift AS filed, c.dispatched_at + shift AS sent,
        CASE WHEN c.closed_at IS NULL THEN c.due_at ELSE c.dispatched_at + interval '66 h' END
            + shift AS due,
        CASE WHEN NOT c.self_handled THEN c.handled_at + shift END AS handled,
        c.closed_at + shift AS closed,
        coalesce(c.handled_at - c.dispatched_at <= interval '66 h', true) AS kept,
        coalesce(g.code, '') || '-' || CASE
            WHEN extract(hour FROM (c.reported_at + shift) AT TIME ZONE %(zone)s) IN
                (23, 0, 1, 2, 3, 4, 5, 6, 7) THEN 'n'
            WHEN extract(hour FROM (c.reported_at + shift) AT TIME ZONE %(zone)s) >= 18 THEN 'e'
            ELSE 'd' END || '-' || c.area_grade AS stratum
    FROM cases_case c LEFT JOIN bench.major g ON g.class_id = c.case_class_id
    CROSS JOIN LATERAL (SELECT {shift} AS shift) AS later
    WHERE c.id BETWEEN %(from)s AND %(to)s AND c.reported_at IS NOT NULL
"""
_AS_IT_IS = "interval '0'"
#: By its id a case has its place in the time from `%(since)s` on.
_IN_TURN = "%(since)s + %(step)s * (c.id - %(first)s) - c.reported_at"

_PLACE = "district_id, street_id, community_id, grid_id, case_class_id, channel, stratum"
_PLACED = "district_id, street_id, community_id, grid_id, class_id, channel, stratum"
_CASE = f"""
    INSERT INTO evaluation_casefact (case_id, event_number, {_PLACED}, area_grade, is_public,
        on_time, reported_at, filed_at, dismissed_at, merged_at, voided_at, dispatched_at, due_at,
        handled_at, closed_at, self_handled_at, out_at, reworked_at, misdispatched_at, suspended_at,
        extended_at, reopened_at)
    SELECT id, 8, {_PLACE}, area_grade, is_public, kept, reported, filed,
        CASE WHEN stage = 'dismissed' THEN since END, CASE WHEN stage = 'merged' THEN since END,
        CASE WHEN stage = 'voided' THEN since END, sent, due, handled,
        CASE WHEN NOT self_handled THEN closed END, CASE WHEN self_handled THEN closed END,
        CASE WHEN stage IN ('dismissed', 'merged', 'voided') THEN since END,
        CASE WHEN id %% 29 = 0 THEN handled END, CASE WHEN id %% 97 = 0 THEN sent END,
        CASE WHEN suspended_until IS NOT NULL THEN sent END, CASE WHEN id %% 43 = 0 THEN sent END,
        NULL
    FROM moments
"""
_TASK = f"""
    INSERT INTO evaluation_taskfact (case_id, number, unit_id, is_lead, on_time, {_PLACED},
        dispatched_at, due_at, handled_at, closed_at, declined_at, reworked_at, suspended_at,
        extended_at)
    SELECT id, 1, lead_unit_id, true, kept, {_PLACE}, sent, due, handled, closed, NULL,
        CASE WHEN id %% 29 = 0 THEN handled END,
        CASE WHEN suspended_until IS NOT NULL THEN sent END, CASE WHEN id %% 43 = 0 THEN sent END
    FROM moments WHERE sent IS NOT NULL AND lead_unit_id IS NOT NULL
"""
#: number, step, post, when it was done, whether it was in time, whether it was good
_STEPS = f"""
    (3, 'take', {OPERATORS} + street_id * 4 + id %% 4, reported + interval '5 min', true, true),
    (4, 'file', {CHIEFS} + street_id, filed, id %% 19 <> 0, stage <> 'voided'),
    (6, 'dispatch', {DISPATCHERS} + street_id, sent, id %% 23 <> 0, id %% 97 <> 0),
    (12, 'ask_check', {OPERATORS} + street_id * 4 + id %% 4, handled + interval '10 min',
        id %% 31 <> 0, true),
    (14, 'check', {COLLECTORS} + grid_id, handled + (closed - handled) / 2, id %% 17 <> 0, true),
    (16, 'close', {CHIEFS} + street_id, closed, id %% 37 <> 0, true),
    (0, 'ground', {COLLECTORS} + grid_id, filed, true, NOT is_public)
"""
_STEP = f"""
    INSERT INTO evaluation_stepfact (case_id, number, step, post_id, on_time, good, {_PLACED},
        done_at, due_at)
    SELECT id, number, step, post, in_time, good, {_PLACE}, done,
        CASE WHEN step IN ('file', 'dispatch', 'check', 'close') THEN
            done + CASE WHEN in_time THEN 1 ELSE -1 END * interval '20 min' END
    FROM moments
    CROSS JOIN LATERAL (VALUES {_STEPS}) AS did (number, step, post, done, in_time, good)
    WHERE done IS NOT NULL
"""


def as_they_are(own: psycopg.Connection, hands: load.Hands) -> None:
    """Facts of every case and its unit, in place of others; nothing where they are there."""
    if _laid(own) == AS_THEY_ARE:
        return
    first, last = _ids(own)
    _say_laid(own, "")
    with load.without_keys(own, hands, tables=TABLES, say=_quiet):
        own.execute("TRUNCATE evaluation_touched, " + ", ".join(TABLES))
        _fill(own, hands, first, last, _AS_IT_IS, (_CASE, _TASK), {})
    _rest(own)
    _say_laid(own, AS_THEY_ARE)


def one_month(
    own: psycopg.Connection, hands: load.Hands, *, since: datetime, until: datetime, cases: int
) -> None:
    """Put the newest `cases` into the month from `since` to `until`, as many again before it (so
    far as there are so many), and the facts of their posts with them.

    Older ones stay as they are.
    """
    first, last = _ids(own)
    start = max(first, last - cases + 1)
    before = max(first, start - cases)
    if _laid(own) == (kept := f"{start} from {since:%Y-%m-%d}"):
        return
    if cases < last - first:
        as_they_are(own, hands)
    _say_laid(own, "")
    step = (until - since) / (last - start + 1)
    with load.without_keys(own, hands, tables=TABLES, say=_quiet):
        for table in TABLES:
            own.execute(f"DELETE FROM {table} WHERE case_id >= %s", [before])
            own.execute(f"VACUUM {table}")
        given = {"since": since, "step": step, "first": start}
        _fill(own, hands, before, last, _IN_TURN, (_CASE, _TASK, _STEP), given)
    _rest(own)
    _say_laid(own, kept)


def _laid(own: psycopg.Connection) -> str:
    """Which facts were made last; empty where they are not of this module, or not whole."""
    row = own.execute("SELECT obj_description('evaluation_casefact'::regclass)").fetchone()
    return (row and row[0]) or ""


def _say_laid(own: psycopg.Connection, what: str) -> None:
    own.execute(sql.SQL("COMMENT ON TABLE evaluation_casefact IS {}").format(sql.Literal(what)))


def _ids(own: psycopg.Connection) -> tuple[int, int]:
    row = own.execute("SELECT min(id), max(id) FROM cases_case").fetchone()
    assert row is not None
    return row[0], row[1]


def _fill(
    own: psycopg.Connection,
    hands: load.Hands,
    first: int,
    last: int,
    shift: str,
    statements: tuple[str, ...],
    given: dict[str, object],
) -> None:
    from django.conf import settings

    from linli.catalogue import queries as catalogue

    majors = [(one.pk, f"{one.kind[:1].upper()}{one.major_code}")
              for one in catalogue.current().all_classes]  # fmt: skip
    own.execute("DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench")
    own.execute("CREATE TABLE bench.major (class_id bigint PRIMARY KEY, code text)")
    with own.cursor() as cursor:
        cursor.executemany("INSERT INTO bench.major VALUES (%s, %s)", majors)
    moments = _MOMENTS.replace("{shift}", shift)
    starts = iter([(one, text) for text in statements for one in range(first, last + 1, CHUNK)])

    def work(hand: psycopg.Connection) -> None:
        for start, text in starts:  # one list for all hands
            given_here = {"from": start, "to": min(start + CHUNK - 1, last), **given}
            hand.execute(
                f"WITH moments AS MATERIALIZED ({moments}) {text}",
                given_here | {"zone": settings.TIME_ZONE},
            )

    began = time.monotonic()
    hands(work)
    spent = time.monotonic() - began
    print(f"Facts of {last - first + 1:,} cases in {spent:.0f} s.", file=sys.stderr, flush=True)
    own.execute("DROP SCHEMA bench CASCADE")


def _rest(own: psycopg.Connection) -> None:
    """As the city's own tables are in time: no room of dead rows, counted, on the disk."""
    for table in TABLES:
        own.execute(f"VACUUM (ANALYZE) {table}")
    own.execute("VACUUM (ANALYZE) evaluation_touched")


def _quiet(_text: str) -> None:
    pass
