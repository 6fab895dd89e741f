"""The access log after three years: whole sealed ranges go, nothing else does, and it is seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from linli.audit import queries, services
from linli.audit.models import AccessLog, AuditCut
from linli.audit.queries import verify_seals
from linli.notices.models import Notice
from linli.staff import policy
from linli.staff.models import User
from linli.staff.services import verify_audit
from tests.conftest import NOW
from tests.factories import make_post, make_user

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365.25)


def write_and_seal(at: datetime, count: int = 2) -> None:
    for _entry in range(count):
        services.record(actor=None, action="audit.read", object_type="log", object_id=1, now=at)
    services.seal_log(now=at + timedelta(minutes=10))


@pytest.fixture
def years() -> datetime:
    """Two sealed ranges older than three years, one of last month, and an unsealed entry."""
    now = timezone.now()
    write_and_seal(now - 4 * YEAR)
    write_and_seal(now - 3.5 * YEAR, count=3)
    write_and_seal(now - timedelta(days=30))
    services.record(actor=None, action="audit.read", object_type="log", object_id=1, now=now)
    return now


def test_what_is_past_three_years_goes_and_the_proof_still_holds(years: datetime) -> None:
    assert services.forget_old(now=years) == 5
    assert AccessLog.objects.filter(at__lt=years - timedelta(days=31)).count() == 0
    assert [(cut.entries) for cut in AuditCut.objects.order_by("to_id")] == [2, 3]
    verdict = queries.verify_seals()
    assert verdict.holds
    assert (verdict.seals, verdict.forgotten, verdict.entries) == (3, 2, 2)
    left = AccessLog.objects.get(action="audit.forgotten")
    assert left.detail["entries"] == 5
    assert services.forget_old(now=years) == 0


@pytest.mark.parametrize(
    "which",
    [
        "id = (SELECT min(id) FROM audit_accesslog)",  # one of a range
        "id = (SELECT max(id) FROM audit_accesslog)",  # a young one
        "id <= (SELECT max(to_id) FROM audit_auditseal)",  # old ranges and a young one
        # an old range that is not the first
        "id BETWEEN (SELECT from_id FROM audit_auditseal ORDER BY id OFFSET 1 LIMIT 1)"
        " AND (SELECT to_id FROM audit_auditseal ORDER BY id OFFSET 1 LIMIT 1)",
        "true",
    ],
)
def test_the_database_lets_nothing_else_go(years: datetime, which: str) -> None:
    before = AccessLog.objects.count()
    refused = pytest.raises(ProgrammingError, match="Cannot delete")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM audit_accesslog WHERE {which}")
    assert AccessLog.objects.count() == before


def test_nobody_writes_that_a_range_was_let_go(years: datetime) -> None:
    services.forget_old(now=years)
    for deed in (
        lambda: AuditCut.objects.create(to_id=99, entries=1, at=years),
        lambda: AuditCut.objects.update(to_id=99),
        lambda: AuditCut.objects.all().delete(),
    ):
        with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
            deed()


def test_the_command_says_whether_the_seals_hold(years: datetime, capsys: Any) -> None:
    call_command("verify_audit")
    assert "7 entries under 3 seals" in capsys.readouterr().out
    break_seal()
    with pytest.raises(CommandError, match="is broken"):
        call_command("verify_audit")


def break_seal() -> None:
    victim = AccessLog.objects.order_by("id")[1].pk
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_accesslog DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_accesslog SET object_id = '2' WHERE id = %s", [victim])
        cursor.execute("ALTER TABLE audit_accesslog ENABLE TRIGGER USER")


def test_a_break_is_told_to_the_audit_administrators_by_night(years: datetime) -> None:
    admin = make_post("audit.see").user
    make_post("staff.units")
    verify_audit(now=years)
    assert not Notice.objects.exists()
    break_seal()
    verify_audit(now=years)
    notice = Notice.objects.get()
    assert (notice.user_id, notice.kind) == (admin.pk, "audit.broken")
    verdict = verify_seals()
    assert verdict.broken.startswith("1-")
    assert verdict.broken in notice.sentence
    holds = AccessLog.objects.filter(action="audit.verified").order_by("id")
    assert [entry.detail["holds"] for entry in holds] == [True, False]


# -- by which post -------------------------------------------------------------------------------
def entry_of(user: User) -> AccessLog:
    services.record(actor=user, action="audit.read", object_type="log", object_id=1, now=NOW)
    return AccessLog.objects.latest("id")


def test_an_entry_names_the_post_whose_grant_was_asked_for() -> None:
    user = make_user()
    first = make_post("cases.see", user=user)
    second = make_post("cases.export", user=user)
    user = User.objects.get(pk=user.pk)
    assert entry_of(user).post_id is None, "two posts, and nobody has asked by which"
    policy.require(user, "cases.export")
    assert entry_of(user).post_id == second.pk
    policy.require(user, "cases.see")
    assert entry_of(user).post_id == first.pk


def test_the_only_post_is_named_if_it_is_known_without_asking(
    django_assert_num_queries: Any,
) -> None:
    user = User.objects.get(pk=make_post("cases.see").user_id)
    with django_assert_num_queries(1):
        services.record(actor=user, action="audit.read", object_type="log", object_id=1, now=NOW)
    assert user.seats
    assert entry_of(user).post_id == user.seats[0].post_id
