"""三员分立: three administrators apart, and apart from the work on cases (standards 5.6)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from linli.kernel.errors import NotYours, Refused
from linli.staff import queries, rules, services
from linli.staff.models import KnownGrant, Post
from tests.conftest import NOW
from tests.factories import make_post, make_unit, make_user

pytestmark = pytest.mark.django_db
SYSTEM, SECURITY, AUDIT, WORK = "staff.accounts", "staff.posts", "audit.see", "cases.see"
APART = [(SYSTEM, SECURITY), (SYSTEM, AUDIT), (SECURITY, AUDIT), (AUDIT, WORK), (SYSTEM, WORK)]


@pytest.mark.parametrize("grants", APART)
def test_one_post_cannot_join_two_duties(grants: tuple[str, str]) -> None:
    with pytest.raises(rules.NotSeparated, match=r"分开|kept apart"):
        services.give_post(
            actor=queries.system_actor(),
            user=make_user(),
            unit=make_unit(),
            title="x",
            grants=grants,
            reach="unit",
            now=NOW,
        )
    with pytest.raises(IntegrityError, match="cannot join the duties"), transaction.atomic():
        make_post(*grants)


@pytest.mark.parametrize(("first", "second"), APART)
def test_one_person_cannot_hold_posts_of_two_duties(first: str, second: str) -> None:
    post = make_post(first)
    with pytest.raises(rules.NotSeparated):
        services.give_post(
            actor=queries.system_actor(),
            user=post.user,
            unit=post.unit,
            title="x",
            grants=[second],
            reach="unit",
            now=NOW,
        )
    with pytest.raises(IntegrityError, match="staff_separate_duties"), transaction.atomic():
        make_post(second, user=post.user)


def test_raw_sql_cannot_join_duties_either() -> None:
    post = make_post(SYSTEM)
    with pytest.raises(IntegrityError, match="cannot join"), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(grants=[SYSTEM, AUDIT], kind="common")
    Post.objects.filter(pk=post.pk).update(kind="common")
    post.refresh_from_db()
    assert post.kind == "system", "the database derives the kind, whatever is written"


def test_duties_may_follow_one_another() -> None:
    post = make_post(SYSTEM, valid_to=NOW)
    after = make_post(WORK, user=post.user, valid_from=NOW)
    assert [seat.post_id for seat in queries.account_for(post.user, post.user_id).seats] == [
        after.pk
    ]


def test_common_grants_go_with_any_duty() -> None:
    post = make_post(SECURITY, "staff.duties")
    make_post("staff.duties", user=post.user)
    assert {p.kind for p in Post.objects.filter(user=post.user)} == {"security", "common"}


def test_an_unknown_grant_is_refused_here_and_in_the_database() -> None:
    with pytest.raises(rules.UnknownGrant, match=r"no\.such"):
        services.give_post(
            actor=queries.system_actor(),
            user=make_user(),
            unit=make_unit(),
            title="x",
            grants=["no.such"],
            reach="unit",
            now=NOW,
        )
    with pytest.raises(IntegrityError, match="unknown grant"), transaction.atomic():
        make_post("no.such")


def test_the_database_knows_the_register_of_grants() -> None:
    assert dict(KnownGrant.objects.values_list("code", "kind")) == {
        grant.code: grant.kind for grant in rules.GRANTS.values()
    }


def test_nobody_changes_their_own_posts() -> None:
    post = make_post(SECURITY)
    with pytest.raises(Refused):
        services.end_post(actor=post.user, post=post, now=NOW)
    with pytest.raises(Refused):
        services.give_post(
            actor=post.user,
            user=post.user,
            unit=post.unit,
            title="x",
            grants=["staff.duties"],
            reach="unit",
            now=NOW,
        )


def test_only_the_security_administrator_gives_posts_and_the_refusal_says_what_is_needed() -> None:
    system = make_post(SYSTEM)
    with pytest.raises(NotYours, match=str(rules.label_of(SECURITY))):
        services.give_post(
            actor=system.user,
            user=make_user(),
            unit=system.unit,
            title="x",
            grants=[],
            reach="unit",
            now=NOW,
        )


def test_an_ended_post_takes_its_duties_and_tokens_with_it() -> None:
    security, post = make_post(SECURITY), make_post(WORK)
    issued = services.issue_token(
        actor=post.user, post=post, name="x", grants=[WORK], now=NOW - timedelta(hours=1)
    )
    services.end_post(actor=security.user, post=post, now=NOW)
    assert queries.person_for_token(issued.secret, NOW) is None
    assert not queries.posts_of(post.user, now=NOW).exists()
    issued.token.refresh_from_db()
    assert issued.token.revoked_at == NOW


def test_every_role_of_the_seeds_is_allowed_and_every_grant_of_cases_is_in_one() -> None:
    services.seed_templates()
    for template in queries.templates():
        rules.kind_of(template.grants)
    given = {code for template in queries.templates() for code in template.grants}
    by_hand = {"maps.count_few"}  # few see fewer than five: nobody begins with it (R108)
    assert set(rules.GRANTS) - by_hand <= given
    assert not by_hand & given
    assert services.seed_templates() == 0
