"""The access log: written once, sealed, read by the audit administrator."""

import pytest
from django.db import ProgrammingError, connection, transaction

from linli.audit import queries, services
from linli.audit.models import AccessLog, AuditSeal
from linli.audit.queries import Filters
from linli.kernel.errors import BadInput, NotYours
from tests.conftest import NOW
from tests.factories import make_post, make_user

pytestmark = pytest.mark.django_db


def write(count: int = 1, *, object_id: int = 7) -> None:
    for _entry in range(count):
        services.record(
            actor=None, action="audit.read", object_type="log", object_id=object_id, now=NOW
        )


def test_an_entry_can_be_neither_changed_nor_deleted() -> None:
    write()
    for deed in (
        lambda: AccessLog.objects.update(purpose="x"),
        lambda: AccessLog.objects.all().delete(),
    ):
        with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
            deed()
    assert AccessLog.objects.get().purpose == ""


def test_an_action_nobody_registered_is_a_bug() -> None:
    with pytest.raises(LookupError, match=r"no\.such"):
        services.record(actor=None, action="no.such", object_type="x", object_id=1, now=NOW)


def test_only_the_audit_administrator_reads_the_log() -> None:
    write()
    with pytest.raises(NotYours):
        queries.log_for(make_user())
    with pytest.raises(NotYours):
        queries.log_for(make_post("staff.accounts").user)
    assert len(queries.log_for(make_post("audit.see").user).rows) == 1


def test_pages_follow_one_another_without_gap_and_filters_narrow() -> None:
    write(5)
    write(2, object_id=8)
    reader = make_post("audit.see").user
    seen, cursor = [], None
    while True:
        page = queries.log_for(reader, cursor=cursor, size=3)
        seen += [row.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 7
    eights = queries.log_for(reader, Filters(object_type="log", object_id="8"))
    assert len(eights.rows) == 2
    with pytest.raises(BadInput):
        queries.log_for(reader, cursor="nonsense")


def test_seals_form_a_chain_and_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "SEALED_AT_ONCE", 2)
    write(5)
    assert services.seal_log(now=NOW) == 5
    write(1)
    assert services.seal_log(now=NOW) == 1
    assert services.seal_log(now=NOW) == 0
    assert queries.verify_seals() == queries.Verdict(entries=6, seals=4, broken="")


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE audit_accesslog SET user_id = 1 WHERE id = %s",
        "DELETE FROM audit_accesslog WHERE id = %s",
    ],
)
def test_what_a_database_owner_changes_by_force_is_found(deed: str) -> None:
    write(3)
    services.seal_log(now=NOW)
    victim = AccessLog.objects.order_by("id")[1].pk
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_accesslog DISABLE TRIGGER USER")
        cursor.execute(deed, [victim])
        cursor.execute("ALTER TABLE audit_accesslog ENABLE TRIGGER USER")
    verdict = queries.verify_seals()
    seal = AuditSeal.objects.get()
    assert not verdict.holds
    assert verdict.broken == f"{seal.from_id}-{seal.to_id}"
