"""Rows read and written without the ORM are the rows the ORM would read and write."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.gis.geos import LineString, MultiLineString, Point
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from linli.cases.models import Case, CaseClock, CaseFile, CaseSettings, Report
from linli.kernel import rows, transactions, versions
from linli.kernel.errors import BadInput
from linli.notices.models import Notice
from linli.staff.models import Unit
from linli.territory.models import Road
from linli.territory.rules.kinds import RoadKind

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 2, 30, 15, 123456, tzinfo=UTC)
WORDS = "“积水”\\ %s $1 {a,b} \n\t'\";--😀"


@pytest.fixture
def centre() -> Unit:
    return Unit.objects.create(name="中心", kind="centre", code="C1")


def case(centre: Unit, **given: Any) -> Case:
    return Case(
        id=7,
        channel="hotline",
        description=WORDS,
        place=Point(121.490317, 31.2400001, srid=4326),
        stage_since=NOW,
        reported_at=NOW,
        centre_id=centre.pk,
        shared_with=[3, 1],
        suspended_until=date(2026, 4, 1),
        pending_detail={"limit": ["1.5", "work_day"], "none": None, "deep": {"x": 0.1}},
        **given,
    )


def clock(centre: Unit, number: int) -> CaseClock:
    return CaseClock(
        case_id=7, number=number, stage="reported", centre_id=centre.pk,
        limit_amount=Decimal("1.50"), limit_unit="work_day", started_at=NOW,
        stops=[["a", None]], granted=[],
    )  # fmt: skip


def values(row: Any) -> dict[str, Any]:
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}


def test_what_is_written_is_read_again_by_either_way(centre: Unit) -> None:
    made, began = case(centre), clock(centre, 1)
    report = Report(
        case_id=7, number=1, channel="hotline", description="", place=made.place, reported_at=NOW,
        salt=b"\x00\xff'\\12345",
    )  # fmt: skip
    photo = CaseFile(
        case_id=7, number=1, event_number=1, purpose="report", kind="photo", mime="image/jpeg",
        name=WORDS, size_bytes=2**40, sha256="", key="k", sealed_place="121.49,31.24", added_at=NOW,
    )  # fmt: skip
    batch = rows.Batch()
    batch.insert(began, report, photo, made)
    with CaptureQueriesContext(connection) as spent:
        batch.write()
    assert len(spent) == 1
    assert not made._state.adding
    for row, where in ((made, "id = 7"), (began, "case_id = 7"), (report, "case_id = 7"),
                       (photo, "case_id = 7")):  # fmt: skip
        model = type(row)
        (ours,) = rows.read(model, where, [])
        theirs = model._default_manager.get()
        assert values(ours) == values(theirs)
        expected = values(row)
        found = values(theirs)
        if "salt" in found:
            found["salt"] = bytes(found["salt"])
        assert found == expected
    raw = rows.ask("SELECT sealed_place FROM cases_casefile")[0][0]
    assert b"121" not in bytes(raw)  # sealed on the way


def test_only_what_is_said_to_have_changed_is_changed(centre: Unit) -> None:
    batch = rows.Batch()
    made, first, second = case(centre), clock(centre, 1), clock(centre, 2)
    batch.insert(made, first, second)
    batch.write()
    made.address, made.description = "人民路1号", "not said"
    second.late, second.ended_at = True, NOW
    batch.change(made, ["address"])
    batch.change(second, ["late"])
    batch.change(second, ["ended_at"])
    with CaptureQueriesContext(connection) as spent:
        batch.write()
    assert len(spent) == 1
    kept = Case.objects.get()
    assert (kept.address, kept.description) == ("人民路1号", WORDS)
    ended = CaseClock.objects.order_by("number").values_list("number", "late", "ended_at")
    assert list(ended) == [(1, None, None), (2, True, NOW)]
    with CaptureQueriesContext(connection) as spent:
        batch.write()
    assert not spent.captured_queries  # it is empty


def test_a_change_of_a_row_of_the_batch_is_part_of_its_insert(centre: Unit) -> None:
    batch, made = rows.Batch(), case(centre)
    batch.insert(made)
    made.address = "later"
    batch.change(made, ["address"])
    batch.write()
    assert Case.objects.get().address == "later"


def test_the_database_gives_keys_that_are_left_to_it_and_refuses_what_it_must(
    centre: Unit,
) -> None:
    user = get_user_model().objects.create(username="zhang", name="zhang")
    batch = rows.Batch()
    batch.insert(*(Notice(user_id=user.pk, kind="k", url="/", created_at=NOW) for _n in "ab"))
    batch.write()
    first, second = Notice.objects.order_by("pk").values_list("pk", flat=True)
    assert first < second
    wrong = rows.Batch()
    wrong.insert(case(centre, stage="filed"))  # without a class (R66)
    with pytest.raises(IntegrityError), transaction.atomic():
        wrong.write()
    assert not Case.objects.exists()


def test_rows_are_removed_by_their_keys_together_with_what_replaces_them(centre: Unit) -> None:
    batch = rows.Batch()
    batch.insert(case(centre), clock(centre, 1), clock(centre, 2), clock(centre, 3))
    batch.write()
    batch.remove(clock(centre, 1), clock(centre, 3), clock(centre, 9))
    batch.insert(clock(centre, 4))
    with CaptureQueriesContext(connection) as spent:
        batch.write()
    assert len(spent) == 1
    left = CaseClock.objects.order_by("number").values_list("number", flat=True)
    assert list(left) == [2, 4]


def test_of_two_who_take_one_gets_the_row(centre: Unit) -> None:
    batch = rows.Batch()
    batch.insert(case(centre))
    batch.write()
    assert [row.description for row in rows.take(Case, "id = %s", [7])] == [WORDS]
    assert rows.take(Case, "id = %s", [7]) == []


@pytest.mark.django_db(transaction=True)
def test_notifications_come_with_the_commit_and_in_their_order() -> None:
    import psycopg

    given = connection.get_connection_params()
    kept = {k: v for k, v in given.items() if k not in ("context", "cursor_factory")}
    kept.pop("prepare_threshold")
    with psycopg.connect(**kept, autocommit=True) as ears:
        ears.execute("LISTEN linli_test")
        batch = rows.Batch()
        for said in ("one", "two"):
            batch.notify("linli_test", json.dumps({"said": said}))
        with transaction.atomic():
            batch.write()
            assert not list(ears.notifies(timeout=0.2))
        heard = [json.loads(n.payload)["said"] for n in ears.notifies(timeout=5, stop_after=2)]
    assert heard == ["one", "two"]


def test_a_statement_is_prepared_once_whatever_its_numbers(centre: Unit) -> None:
    for number in (1, 2**20, 2**40):
        rows.ask("SELECT id FROM cases_case WHERE id = %s AND 'prepared' = 'prepared'", [number])
    ((count,),) = rows.ask(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%''prepared'' =%%'"
        " AND statement NOT LIKE '%%count%%'"
    )
    assert count == 1


def test_what_is_asked_is_seen_by_those_who_count_statements() -> None:
    with CaptureQueriesContext(connection) as spent:
        rows.read(CaseSettings, "id = %s", [1])
    assert "cases_casesettings" in spent[0]["sql"]


# -- versions ------------------------------------------------------------------------------------
def test_a_version_is_asked_each_time_unless_the_request_has_learned_it() -> None:
    versions.register("test.clock", "SELECT count(*) FROM staff_unit")
    try:
        assert versions.present("test.clock") == 0
        with versions.one_request():
            versions.learn(rows.ask(f"SELECT {versions.columns()}")[0])
            Unit.objects.create(name="中心", kind="centre", code="C1")
            with CaptureQueriesContext(connection) as spent:
                assert versions.present("test.clock") == 0
            assert not spent.captured_queries
        assert versions.present("test.clock") == 1  # forgotten with the request
        versions.learn([None] * len(versions._ASKED_BY))  # outside of one: nothing is kept
        assert versions.present("test.clock") == 1
    finally:
        del versions._ASKED_BY["test.clock"]


# -- transactions --------------------------------------------------------------------------------
@transactions.whole()
def hire(code: str, *, refused: bool = False) -> None:
    Unit.objects.create(name=code, kind="centre", code=code)
    if refused:
        raise BadInput("no")


def test_a_service_alone_is_rolled_back_by_its_own_refusal() -> None:
    hire("A")
    with pytest.raises(BadInput):
        hire("B", refused=True)
    assert set(Unit.objects.values_list("code", flat=True)) == {"A"}


@transactions.whole()
def _hire_two() -> None:
    hire("C")
    hire("D", refused=True)


def test_within_a_whole_nothing_is_marked_and_all_of_it_is_rolled_back() -> None:
    with transactions.whole(), CaptureQueriesContext(connection) as spent:
        hire("A")
        hire("B")
    assert not [q for q in spent if "SAVEPOINT" in q["sql"]]
    with pytest.raises(BadInput):
        _hire_two()
    assert set(Unit.objects.values_list("code", flat=True)) == {"A", "B"}


@pytest.mark.django_db(transaction=True)
def test_threads_that_read_at_once_share_no_reader_of_geometry() -> None:
    """The reader of GEOS belongs to one thread: shared, it mixes up the bytes of two rows. Long
    roads, so that two threads are sure to read at the same time."""
    ends = {
        Road.objects.create(
            kind=RoadKind.PRIMARY,
            route=MultiLineString(LineString([(121 + i / 1e6, 31) for i in range(number * 3_000)])),
        ).pk: number * 3_000
        for number in range(1, 5)
    }  # fmt: skip

    def look(key: int) -> set[int]:
        try:
            return {
                road.route.num_coords
                for _ in range(40)
                for road in rows.read(Road, "id = %s", [key])
            }
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(ends)) as threads:
        seen = dict(zip(ends, threads.map(look, ends), strict=True))
    assert seen == {key: {points} for key, points in ends.items()}
