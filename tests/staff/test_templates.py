"""Roles over versions of the program: what the city has not changed follows, posts when told to."""

from typing import Any

import pytest
from django.utils import translation

from linli.audit.models import AccessLog
from linli.kernel.errors import BadInput, NotYours
from linli.staff import queries, seeds, services
from linli.staff.models import Post, PostTemplate
from tests.conftest import NOW
from tests.factories import make_post, make_unit, make_user

pytestmark = pytest.mark.django_db
OLD = ["cases.export", "cases.see"]


@pytest.fixture
def role() -> PostTemplate:
    """The evaluators of a database that an older version of the program made."""
    services.seed_templates()
    found = PostTemplate.objects.get(code="evaluator")
    found.grants, found.proposed = OLD, OLD
    found.save()
    return found


def held(role: PostTemplate, *grants: str) -> Post:
    post = make_post(*grants)
    Post.objects.filter(pk=post.pk).update(template=role)
    return post


def test_a_role_nobody_has_changed_takes_new_grants(role: PostTemplate) -> None:
    assert services.keep_templates() == 1
    role.refresh_from_db()
    (seed,) = (one for one in seeds.ROLES if one.code == "evaluator")
    assert role.grants == role.proposed == seed.all_grants()
    assert role.not_taken == []
    assert services.keep_templates() == 0, "once"


def test_a_role_the_city_has_changed_stays_and_says_what_it_could_have(role: PostTemplate) -> None:
    role.grants = ["cases.see"]
    role.save()
    assert services.keep_templates() == 0
    role.refresh_from_db()
    assert role.grants == ["cases.see"]
    assert role.not_taken == sorted(set(role.proposed or ()) - {"cases.see"})
    assert {"cases.export", "components.see"} <= set(role.not_taken)


def test_a_role_of_the_citys_own_is_left_alone() -> None:
    own = PostTemplate.objects.create(code="river_chief", name="河长", reach="region", grants=OLD)
    assert services.keep_templates() == 0
    own.refresh_from_db()
    assert (own.grants, own.proposed, own.not_taken) == (OLD, None, [])


def test_every_migrate_keeps_the_roles(role: PostTemplate) -> None:
    from django.core.management import call_command

    call_command("migrate", "staff", verbosity=0)
    role.refresh_from_db()
    assert "components.see" in role.grants


def test_posts_take_a_grant_of_their_role_when_told_to(
    role: PostTemplate, django_assert_num_queries: Any
) -> None:
    security = make_post("staff.posts").user
    posts = [held(role, *OLD), held(role, *OLD), held(role, *OLD, "components.see")]
    ended = held(role, *OLD)
    Post.objects.filter(pk=ended.pk).update(valid_to=ended.valid_from)
    services.keep_templates()
    role.refresh_from_db()
    assert not Post.objects.exclude(pk=posts[2].pk).filter(grants__contains=["components.see"])
    with django_assert_num_queries(1):
        found = queries.lacking(role, now=NOW)
    others = dict.fromkeys(set(role.grants) - set(OLD) - {"components.see"}, 3)
    assert found == (3, others | {"components.see": 2})
    count = services.extend_posts(actor=security, template=role, grant="components.see", now=NOW)
    assert count == 2
    assert queries.lacking(role, now=NOW) == (3, others)
    for post in posts[:2]:
        post.refresh_from_db()
        assert post.grants == ["cases.export", "cases.see", "components.see"]
        assert post.kind == "work"
        (entry,) = AccessLog.objects.filter(object_type="post", object_id=str(post.pk))
        assert entry.action == "staff.post_edited"
        assert entry.detail["before"] == {"grants": OLD}
    ended.refresh_from_db()
    assert ended.grants == OLD


def test_only_who_gives_posts_extends_them_and_not_the_own(role: PostTemplate) -> None:
    services.keep_templates()
    role.refresh_from_db()
    give = {"template": role, "now": NOW}
    with pytest.raises(NotYours):
        services.extend_posts(actor=make_post("staff.units").user, grant="components.see", **give)
    security = make_post("staff.posts")
    with pytest.raises(BadInput, match=r"没有此权限|does not have"):
        services.extend_posts(actor=security.user, grant="staff.posts", **give)
    admins = PostTemplate.objects.get(code="security_admin")
    Post.objects.filter(pk=security.pk).update(template=admins)
    give["template"] = admins
    assert services.extend_posts(actor=security.user, grant="staff.tokens", **give) == 0


def test_extending_never_changes_the_kind_of_a_post(role: PostTemplate) -> None:
    services.keep_templates()
    role.refresh_from_db()
    security = make_post("staff.posts").user
    other = make_post("staff.units", user=make_user(), unit=make_unit())
    Post.objects.filter(pk=other.pk).update(template=role)
    for grant in role.grants:
        services.extend_posts(actor=security, template=role, grant=grant, now=NOW)
    other.refresh_from_db()
    assert (other.kind, other.grants) == ("system", ["components.see", "staff.units"])


def test_a_title_that_is_a_role_of_the_program_reads_in_english_and_any_other_stays() -> None:
    own, city = Post(title="值班长"), Post(title="滨江专班组长")
    with translation.override("en"):
        assert (own.label, city.label) == ("Duty chief", "滨江专班组长")
    with translation.override("zh-hans"):
        assert (own.label, city.label) == ("值班长", "滨江专班组长")
