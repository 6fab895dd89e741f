"""Tokens: narrowed, ended, never readable again."""

from datetime import timedelta
from typing import Any

import pytest

from linli.kernel.errors import NotYours, Refused
from linli.staff import queries, services
from linli.staff.models import ApiToken
from tests.conftest import NOW
from tests.factories import make_post

pytestmark = pytest.mark.django_db
GRANTS = ("cases.see", "cases.report")


def test_a_token_acts_as_its_post_with_no_more_than_its_grants(
    django_assert_num_queries: Any,
) -> None:
    post = make_post(*GRANTS)
    token, secret = services.issue_token(
        actor=post.user, post=post, name="OA", grants=["cases.report"], now=NOW
    )
    actor = queries.person_for_token(secret, NOW)
    assert actor is not None
    assert (actor.user.pk, actor.seat.post_id, actor.token_id) == (post.user_id, post.pk, token.pk)
    assert actor.user.has_grant("cases.report")
    assert not actor.user.has_grant("cases.see")
    with django_assert_num_queries(1):
        queries.person_for_token(secret, NOW)
    token.refresh_from_db()
    assert token.last_used_on == NOW.date()
    assert secret not in str(vars(token))


def test_grants_taken_from_the_post_are_gone_from_the_token() -> None:
    post, security = make_post(*GRANTS), make_post("staff.posts")
    secret = services.issue_token(
        actor=post.user, post=post, name="OA", grants=GRANTS, now=NOW
    ).secret
    services.edit_post(
        actor=security.user, post=post, title="x", grants=["cases.see"], reach="unit", now=NOW
    )
    actor = queries.person_for_token(secret, NOW)
    assert actor is not None
    assert actor.seat.grants == {"cases.see"}


def test_expired_revoked_and_foreign_secrets_open_nothing() -> None:
    post = make_post(*GRANTS)
    expires = NOW + timedelta(hours=1)
    token, secret = services.issue_token(
        actor=post.user, post=post, name="OA", grants=GRANTS, now=NOW, expires_at=expires
    )
    assert queries.person_for_token(secret, NOW) is not None
    assert queries.person_for_token(secret, expires) is None
    for wrong in (
        "",
        "linli",
        "linli__",
        secret[:-1],
        secret[:-1] + "0",
        secret + "_x",
        "中文" * 9,
    ):
        if wrong != secret:
            assert queries.person_for_token(wrong, NOW) is None
    services.revoke_token(actor=post.user, token=token, now=NOW)
    assert queries.person_for_token(secret, NOW) is None


def test_a_closed_account_closes_its_tokens() -> None:
    post = make_post(*GRANTS)
    secret = services.issue_token(
        actor=post.user, post=post, name="OA", grants=GRANTS, now=NOW
    ).secret
    services.close_account(actor=queries.system_actor(), user=post.user, now=NOW)
    assert queries.person_for_token(secret, NOW) is None


def test_a_token_cannot_have_more_than_its_post_nor_be_issued_by_others() -> None:
    post, other = make_post("cases.see"), make_post("cases.see")
    with pytest.raises(Refused, match=r"cases\.file"):
        services.issue_token(
            actor=post.user, post=post, name="OA", grants=["cases.see", "cases.file"], now=NOW
        )
    with pytest.raises(NotYours):
        services.issue_token(actor=other.user, post=post, name="OA", grants=["cases.see"], now=NOW)
    assert not ApiToken.objects.exists()
