"""A database goes back to the first version and, with the rows of then, forward to this one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from linli.cases import queries
from linli.cases import services as cases
from linli.cases.queries.chains import breaks
from linli.demo.services import making
from linli.staff import seeds, services
from linli.staff.models import Post, PostTemplate, User
from tests.cases.city import make_city
from tests.conftest import NOW
from tests.factories import make_unit, make_user

pytestmark = pytest.mark.django_db
#: Where the packages of the first version stood. Frozen: a package that is not here came later.
FIRST = {
    "api": "0001_idempotency",
    "audit": "0001_access_log",
    "cases": "0006_badges_by_centre",
    "catalogue": "0001_catalogue",
    "console": "0001_staged_files_and_checks",
    "desk": "0001_list_columns",
    "files": "0001_uploads",
    "kernel": "0001_limits",
    "notices": "0001_notices_and_messages",
    "staff": "0001_accounts_and_posts",
    "territory": "0001_territory",
}
LONG_AGO = NOW - timedelta(days=400)
LEADER = ["cases.comment", "cases.export", "cases.see", "cases.sign", "cases.supervise"]


def migrate(targets: list[tuple[str, str | None]]) -> MigrationExecutor:
    """To these places, in the transaction of the test."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # none waits when a table changes
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return executor


def test_a_database_goes_back_to_the_first_version_and_forward_with_its_rows() -> None:
    city = make_city()
    case = cases.report(
        description="井盖缺失", place=city.districts[0].place(), channel="portal", now=NOW
    ).case
    now = MigrationExecutor(connection).loader.graph.leaf_nodes()
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("linli.")}
    newest = [(label, name) for label, name in now if label in ours]
    executor = migrate([(label, FIRST.get(label)) for label, _name in newest])
    old = executor.loader.project_state(list(FIRST.items())).apps
    template = old.get_model("staff", "PostTemplate").objects
    template.create(code="leader", name="领导", reach="region", grants=LEADER)
    template.create(code="evaluator", name="考核员", reach="region", grants=["cases.see"])
    template.create(code="river", name="河长", reach="region", grants=["cases.see"])
    posts = {p.pk: set(p.grants) for p in old.get_model("staff", "Post").objects.all()}
    assert posts
    assert not any(grant.startswith("components.") for had in posts.values() for grant in had)
    assert services.keep_templates() == 0, "the program of today at tables of then: waits"

    migrate(newest)
    services.keep_grants()
    services.keep_templates()

    grants = {row.code: row.grants for row in PostTemplate.objects.all()}
    (leader,) = (role for role in seeds.ROLES if role.code == "leader")
    assert sorted(grants["leader"]) == leader.all_grants(), "left as it was: follows the program"
    assert "components.export" not in grants["evaluator"], "changed by the city: stays"
    assert "cases.export" not in grants["evaluator"]
    assert "cases.export" in PostTemplate.objects.get(code="evaluator").not_taken
    assert PostTemplate.objects.get(code="river").proposed is None
    for post in Post.objects.filter(pk__in=posts):
        assert posts[post.pk] <= set(post.grants), "no post loses anything"
        assert ("cases.see" in post.grants) <= ("components.see" in post.grants)
    assert queries.case_for(city.districts[0].user("operator"), case.number).pk == case.pk
    assert list(breaks()) == []
    verdict = services.verify_audit(now=NOW)
    assert verdict.holds, verdict.broken


@pytest.mark.parametrize(("name", "ages"), [("示范市城市运行管理中心", False), ("某市中心", True)])
def test_the_accounts_of_an_older_demo_open_with_the_password_that_everybody_knows(
    name: str, ages: bool
) -> None:
    make_unit("centre", name=name, code="CITY")
    known, own = make_user(), make_user()
    User.objects.filter(pk=known.pk).update(date_joined=LONG_AGO, password_changed_at=LONG_AGO)
    User.objects.filter(pk=own.pk).update(
        date_joined=LONG_AGO, password_changed_at=LONG_AGO + timedelta(days=1)
    )
    making.keep()
    assert User.objects.get(pk=known.pk).password_is_due(NOW) is ages
    assert User.objects.get(pk=own.pk).password_is_due(NOW), "chosen by somebody: ages"
