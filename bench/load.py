"""A large city of made-up cases, put in by SQL: python -m bench.load --cases 1000000

The ground, the catalogue and the people go through the ordinary imports and services; only the
cases do not (ten million through the services would take a day). Every constraint of the database
holds, and is on while they are loaded; foreign keys and indexes are taken off before and put back
after, as the catalogue of the database describes them, so that the migrations stay the only truth.
Only the `--stories` newest evaluated cases have their nine events, linked as `services` link them.
Called again with a larger number it adds what is missing.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from bench import _database

BYTES_A_CASE = 2_300  # rows and indexes of a case, its words, its report; measured at 1 M
CHUNK = 250_000
YEARS = 3
DOORS_A_STREET = 1_000
TABLES = ("cases_case", "cases_casewords", "cases_report", "cases_caseclock", "cases_caseevent")

#: What is seen, by department; each is followed by one of STATES.
THINGS = {
    "CG": ["占道经营", "乱堆杂物", "店外摆摊", "小广告", "违规广告牌", "晾晒衣物"],
    "LH": ["行道树断枝", "绿地垃圾", "树池箅子", "枯树", "草坪破坏", "果皮箱满溢"],
    "ZJ": ["工地夜间施工", "渣土车遗撒", "围挡破损", "外墙脱落", "违法搭建", "楼道堆物"],
    "SZ": ["路面坑洼", "井盖松动", "人行道地砖破损", "雨水箅子堵塞", "护栏缺失", "盲道占用"],
    "JJ": ["交通信号灯不亮", "路名牌歪斜", "隔离桩损坏", "共享单车乱停", "机动车违停", "标线不清"],
    "SW": ["自来水管漏水", "污水冒溢", "消火栓漏水", "道路积水", "阀门井破损", "水压不足"],
    "DL": ["路灯不亮", "配电箱破损", "电线下垂", "电线杆倾斜", "变压器噪声", "景观灯损坏"],
    "HB": ["油烟扰民", "噪声扰民", "焚烧树叶", "河道漂浮物", "异味", "扬尘污染"],
}
STATES = [
    "请尽快处理", "已经好几天了", "影响居民出行", "存在安全隐患", "希望有人来看看",
    "昨天反映过一次", "晚上看不清", "老人走路不方便", "下雨以后更严重", "附近学校门口",
    "小区居民多次投诉",
    "占了半边路",
]  # fmt: skip
ROADS = ["人民", "解放", "中山", "建设", "和平", "胜利", "新华", "长江", "青年", "友谊", "光明",
         "文化", "体育", "花园", "沿河", "环城", "学府", "工农", "幸福", "朝阳"]  # fmt: skip


class Done(NamedTuple):
    """What a load did."""

    added: int
    seconds: float


Work = Callable[[psycopg.Connection], None]
Hands = Callable[[Work], None]


def load(
    own: psycopg.Connection,
    *,
    cases: int,
    now: datetime,
    hands: Hands | None = None,
    stories: int = 50_000,
    say: Callable[[str], None] = print,
) -> Done:
    """Fill the database of `own`, whose city is there, up to `cases` cases.

    `hands` lets several connections do the same work at once; without it `own` does it alone, in
    its transaction if it is in one.
    """
    began = time.monotonic()
    have, first = _counted(own)
    missing = cases - have
    if missing <= 0:
        say(f"There are {have:,} cases already.")
        return Done(0, 0.0)
    _database.require_room(own, needed=missing * BYTES_A_CASE)
    _require_all_columns()
    _lay_out(own, now)
    hands = hands or (lambda work: work(own))
    say(f"Loading {missing:,} cases into the {have:,} there are …")
    with without_keys(own, hands, tables=TABLES, say=say):
        _insert(hands, first=first, count=missing, now=now, say=say)
        _write_stories(own, stories, say=say)
    _tidy_up(own, say=say)
    return Done(missing, time.monotonic() - began)


def hands_at(url: str, jobs: int) -> Hands:
    """`jobs` connections to `url`, each on a thread of its own; the first failure is raised."""

    def at_once(work: Work) -> None:
        failures: list[BaseException] = []

        def run() -> None:
            try:
                with psycopg.connect(url, autocommit=True) as own:
                    own.execute("SET synchronous_commit = off; SET work_mem = '256MB'")
                    own.execute("SET maintenance_work_mem = '1GB'")
                    own.execute("SET max_parallel_maintenance_workers = 0")
                    work(own)
            except BaseException as failure:
                failures.append(failure)

        threads = [threading.Thread(target=run) for _job in range(jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    return at_once


def _counted(own: psycopg.Connection) -> tuple[int, int]:
    row = own.execute("SELECT count(*), coalesce(max(id), 0) + 1 FROM cases_case").fetchone()
    assert row is not None
    return row[0], row[1]


# -- what cases are made of ----------------------------------------------------------------------
def _lay_out(own: psycopg.Connection, now: datetime) -> None:
    """Small tables to draw from: places, doors with their words, phrases with theirs, people."""
    from linli.kernel.text import bigrams

    own.execute(
        """
        DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench;
        CREATE TABLE bench.cell AS
        SELECT row_number() OVER (ORDER BY v.id) - 1 AS n, v.cell_id, v.grid_id, v.grade,
            c.community_id, m.parent_id AS street_id, s.parent_id AS district_id,
            u.id AS centre_id, dense_rank() OVER (ORDER BY s.code) - 1 AS street_n,
            dense_rank() OVER (ORDER BY s.parent_id) - 1 AS district_n,
            ST_XMin(v.outline) AS x, ST_YMin(v.outline) AS y,
            ST_XMax(v.outline) - ST_XMin(v.outline) AS dx,
            ST_YMax(v.outline) - ST_YMin(v.outline) AS dy
        FROM territory_cellversion v JOIN territory_cell c ON c.id = v.cell_id
        JOIN territory_region m ON m.id = c.community_id
        JOIN territory_region s ON s.id = m.parent_id
        JOIN staff_unit u ON u.region_id = s.id AND u.kind = 'centre';
        CREATE TABLE bench.unit AS
        SELECT dense_rank() OVER (ORDER BY u.region_id) - 1 AS district_n,
            row_number() OVER (PARTITION BY u.region_id ORDER BY u.id) - 1 AS n,
            u.id AS unit_id, min(p.user_id) AS handler_id,
            (SELECT min(i.user_id) FROM staff_post i JOIN staff_unit c ON c.id = i.unit_id
             WHERE c.region_id = u.region_id AND 'cases.check' = ANY (i.grants)) AS inspector_id,
            (SELECT min(i.user_id) FROM staff_post i JOIN staff_unit c ON c.id = i.unit_id
             WHERE c.region_id = u.region_id AND 'cases.close' = ANY (i.grants)) AS chief_id
        FROM staff_unit u JOIN staff_post p ON p.unit_id = u.id
        WHERE u.kind <> 'centre' GROUP BY u.id;
        CREATE TABLE bench.duty AS
        SELECT grid_id, min(post_id) AS post_id FROM staff_gridduty GROUP BY grid_id;
        CREATE TABLE bench.door (street_n int, n int, text text, pairs text[]);
        CREATE TABLE bench.phrase (n int, department int, class_id bigint, condition_id bigint,
            text text, pairs text[]);
        CREATE TABLE bench.slot (n int, phrase int);
        """
    )
    streets = own.execute("SELECT max(street_n) + 1 FROM bench.cell").fetchone()
    assert streets is not None
    _copy(own, "bench.door", _doors(streets[0], bigrams))
    phrases = list(_phrases(own, now, bigrams))
    _copy(own, "bench.phrase", phrases)
    _copy(own, "bench.slot", _slots(len(phrases)))
    own.execute("ANALYZE bench.cell; ANALYZE bench.door; ANALYZE bench.phrase; ANALYZE bench.unit")


def _doors(streets: int, bigrams: Callable[[str], list[str]]) -> Iterator[tuple[Any, ...]]:
    pick = random.Random(3)
    for street in range(streets):
        roads = [f"{pick.choice(ROADS)}{pick.choice(['东', '西', '南', '北', ''])}"
                 f"{'一二三四五六七八九十'[street % 10]}{pick.choice(['路', '街', '巷'])}"
                 for _ in range(8)]  # fmt: skip
        for n in range(DOORS_A_STREET):
            text = f"{pick.choice(roads)}{pick.randrange(1, 900)}号"
            yield street, n, text, bigrams(text)


def _phrases(
    own: psycopg.Connection, now: datetime, bigrams: Callable[[str], list[str]]
) -> Iterator[tuple[Any, ...]]:
    """Every thing in every state; the classes of the catalogue are dealt out to the things."""
    classes = own.execute(
        "SELECT c.id, min(f.id) FROM catalogue_caseclass c LEFT JOIN catalogue_filingcondition f"
        " ON f.case_class_id = c.id WHERE c.active GROUP BY c.id ORDER BY c.id"
    ).fetchall()
    things = [(d, thing) for d, each in enumerate(THINGS.values()) for thing in each]
    random.Random(5).shuffle(things)
    for t, (department, thing) in enumerate(things):
        of_thing = classes[t :: len(things)] or classes[:1]
        for s, state in enumerate(STATES):
            class_id, condition_id = of_thing[s % len(of_thing)]
            text = f"{thing},{state}"
            yield t * len(STATES) + s, department, class_id, condition_id, text, bigrams(text)


def _slots(phrases: int) -> Iterator[tuple[int, int]]:
    """10,000 slots, dealt to the things by Zipf's law; the states of a thing are alike."""
    things = phrases // len(STATES)
    weights = [1 / (rank + 2) for rank in range(things)]
    pick = random.Random(9)
    chosen = pick.choices(range(things), weights, k=10_000)
    for n, thing in enumerate(chosen):
        yield n, thing * len(STATES) + pick.randrange(len(STATES))


def _copy(own: psycopg.Connection, table: str, rows: Iterable[Sequence[Any]]) -> None:
    with own.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


# -- the cases -----------------------------------------------------------------------------------
#: One row of luck a case: where, what, when, how it goes on. `age` is 0 now and 1 three years ago.
_DRAWN = """
    SELECT i, 1 - (i - %(first)s + random()) / %(count)s AS age,
        floor(random() * %(cells)s)::int AS cell_n, floor(random() * 10000)::int AS slot_n,
        floor(random() * %(doors)s)::int AS door_n, random() AS rx, random() AS ry,
        random() AS r_open, random() AS r_stage, random() AS r_rate, random() AS r_life,
        random() AS r_kind, random() AS r_due, random() AS r_side
    FROM generate_series(%(from)s::bigint, %(to)s::bigint) AS i
"""
_STAGED = """
    SELECT d.*, %(now)s::timestamptz - d.age * %(span)s::interval AS at,
        interval '1 hour' * (1 + 96 * d.r_life) AS life,
        CASE WHEN d.r_open < CASE WHEN d.age < 0.1 THEN 0.25 ELSE 0.0055 END THEN
            CASE WHEN d.r_stage < 0.12 THEN 'reported' WHEN d.r_stage < 0.17 THEN 'verifying'
                WHEN d.r_stage < 0.27 THEN 'filed' WHEN d.r_stage < 0.40 THEN 'dispatched'
                WHEN d.r_stage < 0.80 THEN 'handling' WHEN d.r_stage < 0.88 THEN 'handled'
                ELSE 'checking' END
        ELSE CASE WHEN d.r_stage < 0.06 THEN 'dismissed' WHEN d.r_stage < 0.09 THEN 'merged'
                WHEN d.r_stage < 0.10 THEN 'voided' WHEN d.r_stage < 0.20 THEN 'closed'
                ELSE 'evaluated' END
        END AS stage
    FROM drawn d
"""
_PLACED = """
    SELECT s.*, c.cell_id, c.grid_id, c.community_id, c.street_id, c.district_id, c.centre_id,
        c.grade, ST_SetSRID(ST_MakePoint(c.x + c.dx * s.rx, c.y + c.dy * s.ry), 4326) AS place,
        p.class_id, p.condition_id, o.text AS door, o.text || ',' || p.text AS words,
        o.pairs || p.pairs AS pairs, u.unit_id, u.handler_id, u.inspector_id, u.chief_id,
        t.post_id AS worker_id,
        s.stage IN ('reported', 'verifying', 'filed', 'dispatched', 'handling', 'handled',
            'checking') AS open,
        s.stage IN ('closed', 'evaluated') AS done,
        s.stage IN ('filed', 'dispatched', 'handling', 'handled', 'checking', 'voided', 'closed',
            'evaluated') AS whole,
        s.stage IN ('dispatched', 'handling', 'handled', 'checking', 'closed', 'evaluated') AS sent,
        s.stage IN ('handled', 'checking', 'closed', 'evaluated') AS worked,
        s.stage IN ('closed', 'evaluated') AND s.r_kind < 0.03 AS on_the_spot,
        s.stage IN ('filed', 'dispatched', 'handling') AND s.r_side < 0.03 AS hung
    FROM staged s JOIN bench.cell c ON c.n = s.cell_n
    JOIN bench.slot k ON k.n = s.slot_n JOIN bench.phrase p ON p.n = k.phrase
    JOIN bench.door o ON o.street_n = c.street_n AND o.n = s.door_n
    JOIN bench.unit u ON u.district_n = c.district_n AND u.n = p.department
    LEFT JOIN bench.duty t ON t.grid_id = c.grid_id
"""
_DUE = """CASE WHEN NOT open OR hung THEN NULL
    WHEN r_due < 0.1 THEN %(now)s::timestamptz - interval '30 days' * (r_due * 10) ^ 2
    ELSE %(now)s::timestamptz + interval '7 days' * r_due END"""
#: Every column of a case and what it holds; a column that a migration adds has to be named here.
CASE = {
    "id": "i", "case_class_id": "class_id", "condition_id": "condition_id",
    "urgency": "CASE WHEN r_kind > 0.98 THEN 'urgent' ELSE 'normal' END",
    "handling": "CASE WHEN r_kind > 0.97 THEN 'emergency' WHEN r_kind > 0.9 THEN 'coordinated'"
                " ELSE 'general' END",
    "channel": "(ARRAY['portal', 'hotline', 'worker', 'wechat', 'counter'])"
               "[1 + floor(5 * r_kind * r_kind)::int]",
    "description": "words", "address": "door", "place": "place", "place_origin": "'wgs84'",
    "area_grade": "grade", "cell_id": "cell_id", "grid_id": "grid_id",
    "community_id": "community_id", "street_id": "street_id", "district_id": "district_id",
    "stage": "stage", "stage_since": "CASE WHEN open THEN at ELSE at + life END",
    "centre_id": "centre_id", "lead_unit_id": "CASE WHEN sent AND NOT on_the_spot THEN unit_id END",
    "co_units": "'{}'", "shared_with": "CASE WHEN r_side > 0.99 THEN ARRAY[unit_id] ELSE '{}' END",
    "assignee_id": "CASE WHEN stage IN ('verifying', 'checking') THEN worker_id END",
    "due_at": _DUE, "warn_at": f"({_DUE}) - interval '12 hours'",
    "suspended_until": "CASE WHEN hung THEN %(now)s::date + 20 END",
    "waiting_since": "NULL",
    "pending": "CASE WHEN stage IN ('dispatched', 'handling') AND r_side > 0.985 THEN 'extension'"
               " WHEN stage = 'filed' AND r_side > 0.99 THEN 'escalation' ELSE '' END",
    "pending_by_id": "NULL", "pending_detail": "'{}'",
    "component_code": "NULL::bigint",
    "route": "NULL::jsonb",
    "arbiter_id": "NULL::bigint",
    "merged_into": "CASE WHEN stage = 'merged' THEN greatest(1, i - 1 - floor(rx * 40)::int) END",
    "handled_by_id": "CASE WHEN on_the_spot THEN inspector_id"
                     " WHEN worked OR stage = 'handling' THEN handler_id END",
    "checked_by_id": "CASE WHEN (done AND NOT on_the_spot)"
                     " OR (stage = 'checking' AND r_side < 0.5) THEN inspector_id END",
    "closed_by_id": "CASE WHEN on_the_spot THEN inspector_id WHEN done THEN chief_id END",
    "tracker_id": "CASE WHEN r_side > 0.8 THEN worker_id END",
    "decider_id": "NULL::bigint",
    "self_handled": "on_the_spot", "verified": "CASE WHEN r_life < 0.1 THEN true END",
    "check_passed": "CASE WHEN done AND NOT on_the_spot THEN true"
                    " WHEN stage = 'checking' AND r_side < 0.5 THEN r_side < 0.45 END",
    "feedback_given": "false", "approval_asked": "false", "reported_at": "at",
    "filed_at": "CASE WHEN whole AND NOT on_the_spot THEN at + life * 0.02 END",
    "dispatched_at": "CASE WHEN sent AND NOT on_the_spot THEN at + life * 0.05 END",
    "handled_at": "CASE WHEN worked THEN at + life * 0.8 END",
    "closed_at": "CASE WHEN done THEN at + life * 0.95 END",
    "evaluated_at": "CASE WHEN stage = 'evaluated' THEN at + life END",
    "rating": "CASE WHEN stage = 'evaluated' AND r_rate < 0.4 THEN"
              " CASE WHEN r_rate < 0.01 THEN 1 WHEN r_rate < 0.1 THEN 2 ELSE 3 END END",
    "report_count": "1", "rework_count": "0", "decline_count": "0", "extension_count": "0",
    "suspension_count": "CASE WHEN hung THEN 1 ELSE 0 END", "reopen_count": "0",
    "supervision_count": "0", "file_count": "0",
    "clock_count": "CASE WHEN open THEN 1 ELSE 0 END", "event_count": "0",
    "head_hash": "repeat('0', 64)",
}  # fmt: skip


def _statement() -> str:
    """Cases, their words, their reports and the clocks of open ones: one statement a chunk."""
    columns = ", ".join(CASE)
    values = ", ".join(CASE.values())
    return f"""
    WITH drawn AS MATERIALIZED ({_DRAWN}), staged AS ({_STAGED}),
    placed AS MATERIALIZED ({_PLACED} ORDER BY i),
    words AS (
        INSERT INTO cases_casewords (case_id, bigrams) SELECT i, {{words}} FROM placed),
    reports AS (
        INSERT INTO cases_report (case_id, number, channel, description, address, place,
            reported_at, salt, language, wants_call)
        SELECT i, 1, {CASE["channel"]}, words, door, place, at, int8send(i), 'zh-hans', false
        FROM placed),
    clocks AS (
        INSERT INTO cases_caseclock (case_id, number, stage, centre_id, unit_id, limit_amount,
            limit_unit, started_at, stops, granted, due_at, warn_at)
        SELECT i, 1, stage, centre_id,
            CASE WHEN stage IN ('dispatched', 'handling') THEN unit_id END, 24, 'urgent_hour',
            at, CASE WHEN hung THEN jsonb_build_array(jsonb_build_array(at, NULL)) ELSE '[]' END,
            '[]', {_DUE}, ({_DUE}) - interval '12 hours'
        FROM placed WHERE open)
    INSERT INTO cases_case ({columns}) SELECT {values} FROM placed
    """.replace("{words}", _WORDS)


_WORDS = "pairs || to_char(at AT TIME ZONE 'UTC', '\"@\"YYYYMM')"


def _require_all_columns() -> None:
    from linli.cases.models import Case

    known = {f.column for f in Case._meta.concrete_fields}
    if known != set(CASE):
        raise _database.Trouble(
            f"bench/load.py and the table of cases differ in {sorted(known ^ set(CASE))}: "
            "name each column in CASE."
        )


def _insert(
    hands: Hands, *, first: int, count: int, now: datetime, say: Callable[[str], None]
) -> None:
    starts = iter(range(first, first + count, CHUNK))
    lock, began, done = threading.Lock(), time.monotonic(), [0]
    shared = {"first": first, "count": count, "now": now, "span": timedelta(days=365 * YEARS)}

    def work(own: psycopg.Connection) -> None:
        row = own.execute("SELECT count(*) FROM bench.cell").fetchone()
        assert row is not None
        while True:
            with lock:
                start = next(starts, None)
            if start is None:
                return
            last = min(start + CHUNK, first + count) - 1
            own.execute("SELECT setseed(%s)", [(start % 9973) / 9973])
            own.execute(
                _statement(),
                {"from": start, "to": last, "cells": row[0], "doors": DOORS_A_STREET, **shared},
            )
            with lock:
                done[0] += last - start + 1
                rate = done[0] / (time.monotonic() - began)
                say(f"  {done[0]:>11,} rows   {rate:,.0f}/s")

    hands(work)


# -- keys and indexes ----------------------------------------------------------------------------
_KEYS = """
    SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid)
    FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = ANY (%s::regclass[])
    ORDER BY 1, 2
"""
_INDEXES = """
    SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
    FROM pg_index i WHERE i.indrelid = ANY (%s::regclass[]) AND NOT EXISTS (
        SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
    ORDER BY 1
"""


@contextmanager
def without_keys(
    own: psycopg.Connection, hands: Hands, *, tables: Sequence[str], say: Callable[[str], None]
) -> Iterator[None]:
    """Foreign keys and indexes of `tables` are off inside; they come back also when something
    fails."""
    own.execute("SET CONSTRAINTS ALL IMMEDIATE")
    keys = own.execute(_KEYS, [list(tables)]).fetchall()
    indexes = own.execute(_INDEXES, [list(tables)]).fetchall()
    for table, key, _text in keys:
        own.execute(f"ALTER TABLE {table} DROP CONSTRAINT {_quoted(key)}")
    for index, _text in indexes:
        own.execute(f"DROP INDEX {index}")
    try:
        yield
    finally:
        began = time.monotonic()
        waiting, lock = list(indexes), threading.Lock()

        def build(builder: psycopg.Connection) -> None:
            while True:
                with lock:
                    if not waiting:
                        return
                    index, text = waiting.pop()
                own_time = time.monotonic()
                builder.execute(text)
                say(f"  {index}: {time.monotonic() - own_time:.1f} s")

        hands(build)
        for table, key, text in keys:
            own.execute(f"ALTER TABLE {table} ADD CONSTRAINT {_quoted(key)} {text}")
        spent = time.monotonic() - began
        say(f"  {len(indexes)} indexes and {len(keys)} foreign keys: {spent:.1f} s")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _tidy_up(own: psycopg.Connection, *, say: Callable[[str], None]) -> None:
    began = time.monotonic()
    own.execute("DROP SCHEMA bench CASCADE")
    own.execute(
        "SELECT setval(pg_get_serial_sequence('cases_case', 'id'), max(id)) FROM cases_case"
    )
    alone = own.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    for table in TABLES if alone else ():
        own.execute(sql.SQL("VACUUM {}").format(sql.Identifier(table)))
    own.execute("ANALYZE")
    say(f"  vacuum and analyze: {time.monotonic() - began:.1f} s")


# -- stories -------------------------------------------------------------------------------------
_LIFE = (
    ("report", "reported", "reported", 0.0), ("file", "reported", "filed", 0.02),
    ("dispatch", "filed", "dispatched", 0.05), ("accept", "dispatched", "handling", 0.1),
    ("report_back", "handling", "handled", 0.8), ("request_check", "handled", "checking", 0.85),
    ("check", "checking", "checking", 0.9), ("close", "checking", "closed", 0.95),
    ("evaluate", "closed", "evaluated", 1.0),
)  # fmt: skip


def _write_stories(own: psycopg.Connection, most: int, *, say: Callable[[str], None]) -> None:
    """Nine events for the newest evaluated cases, linked by the program's own rule."""
    from linli.cases.models import CaseEvent
    from linli.cases.queries.chains import facts_of
    from linli.cases.rules import GENESIS, link

    began = time.monotonic()
    have = own.execute("SELECT count(DISTINCT case_id) FROM cases_caseevent").fetchone()
    assert have is not None
    rows = own.execute(
        "SELECT id, reported_at, evaluated_at, handled_by_id, closed_by_id, checked_by_id, channel"
        " FROM cases_case WHERE stage = 'evaluated' AND NOT self_handled AND event_count = 0"
        " ORDER BY id DESC LIMIT %s",
        [max(0, most - have[0])],
    ).fetchall()
    columns = [f.column for f in CaseEvent._meta.concrete_fields]
    heads: list[tuple[int, str]] = []

    def events() -> Iterator[tuple[Any, ...]]:
        for case_id, start, end, handler, chief, inspector, channel in rows:
            head = GENESIS
            for number, (move, before, after, share) in enumerate(_LIFE, start=1):
                actor = {"accept": handler, "report_back": handler, "check": inspector}
                event = CaseEvent(
                    case_id=case_id, number=number, move=move, stage_from=before, stage_to=after,
                    at=(start + (end - start) * share).astimezone(UTC),
                    actor_id=None if move in ("report", "evaluate") else actor.get(move, chief),
                    opinion="已处理完毕" if move == "report_back" else "",
                    detail={"channel": channel} if move == "report" else {},
                )  # fmt: skip
                event.digest = head = link(head, facts_of(event))
                yield tuple(_plain(getattr(event, column)) for column in columns)
            heads.append((case_id, head))

    with (
        own.transaction(),
        own.cursor() as cursor,
        cursor.copy(f"COPY cases_caseevent ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for event in events():
            copy.write_row(event)
    own.execute("CREATE TABLE bench.head (case_id bigint PRIMARY KEY, head text)")
    _copy(own, "bench.head", heads)
    own.execute(
        "UPDATE cases_case SET event_count = %s, head_hash = head FROM bench.head"
        " WHERE case_id = id",
        [len(_LIFE)],
    )
    say(f"  {len(heads):,} stories of {len(_LIFE)} events: {time.monotonic() - began:.1f} s")


def _plain(value: Any) -> Any:
    return psycopg.types.json.Jsonb(value) if isinstance(value, dict) else value


def main() -> None:
    """Make the bench's database if need be, and fill it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="how many there shall be")
    parser.add_argument("--stories", type=int, default=50_000, help="how many have their events")
    parser.add_argument("--jobs", type=int, default=2, help="connections at once")
    parser.add_argument("--anew", action="store_true", help="drop the bench's database first")
    asked = parser.parse_args()
    if asked.anew:
        _database.drop()
    url = _database.use(make=True)
    from django.utils import timezone

    from bench import _city

    now, began = timezone.now(), time.monotonic()
    _city.found(now=now)
    print(f"The city is there: {time.monotonic() - began:.1f} s")
    with psycopg.connect(url, autocommit=True) as own:
        done = load(
            own,
            cases=asked.cases,
            now=now,
            hands=hands_at(url, asked.jobs),
            stories=asked.stories,
        )
    print(f"{done.added:,} cases in {done.seconds:.0f} s.")


if __name__ == "__main__":
    main()
