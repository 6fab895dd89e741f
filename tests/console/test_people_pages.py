"""Units, accounts, posts, duties and tokens on pages: saved, remembered, refused in words."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import shapely
from axes.models import AccessAttempt
from django.urls import reverse
from django.utils import timezone

from linli.cases.queries.people import workers_of_grid
from linli.staff import queries
from linli.staff.models import ApiToken, GridDuty, Post, PostTemplate, Unit, User
from linli.staff.services import seed_templates
from tests.console.conftest import City, Person, grants_of
from tests.factories import make_post, make_unit, make_user
from tests.territory.factories import make_grid

pytestmark = pytest.mark.django_db


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_unit_is_added_and_its_changes_are_shown(system: Person, city: City) -> None:
    values = {"name": "环卫所", "kind": "department", "code": "HW1", "region": "黄浦区"}
    values["public_phone"] = "021-5550 0100"
    answer = system.client.post(reverse("console:add_unit"), values)
    assert answer.status_code == 302
    unit = Unit.objects.get(code="HW1")
    assert unit.public_phone == "021-5550 0100"
    wrong = {**values, "code": "HW2", "public_phone": "ask for Mr Li"}
    answer = system.client.post(reverse("console:add_unit"), wrong)
    assert (answer.status_code, *answer.context["form"].errors) == (422, "public_phone")
    assert unit.region_id == city.district.pk
    page = reverse("console:unit", args=[unit.pk])
    changed = {**values, "name": "环卫中心", "parent": city.unit.pk, "is_active": "on"}
    assert system.client.post(page, changed).status_code == 302
    assert "环卫所 → 环卫中心" in words(system.client.get(page))
    assert "系统管理员" in words(system.client.get(page))


def test_bad_input_stays_in_the_form_with_the_error_at_its_field(
    system: Person, city: City
) -> None:
    values = {"name": "x", "kind": "department", "code": city.unit.code, "region": "没有"}
    answer = system.client.post(reverse("console:add_unit"), values)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"region"}
    answer = system.client.post(reverse("console:add_unit"), {**values, "region": ""})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"code"}
    assert 'aria-invalid="true"' in answer.content.decode()


def test_a_unit_below_itself_is_refused_at_the_parent(system: Person, city: City) -> None:
    child = make_unit("department", parent=city.unit)
    values = {
        "name": "a", "kind": "department", "code": "a", "parent": child.pk, "is_active": "on",
    }  # fmt: skip
    answer = system.client.post(reverse("console:unit", args=[city.unit.pk]), values)
    assert (answer.status_code, *answer.context["form"].errors) == (422, "parent")


def test_a_first_password_is_shown_once_and_never_stored_by_browsers(system: Person) -> None:
    values = {"name": "李雷", "username": "lilei", "language": "zh-hans"}
    answer = system.client.post(reverse("console:open_account"), values)
    (secret,) = re.findall(r'class="secret"><code>([^<]+)<', answer.content.decode())
    user = User.objects.get(username="lilei")
    assert user.check_password(secret)
    assert user.must_change_password
    assert answer["Cache-Control"] == "no-store"
    page = system.client.get(reverse("console:account", args=[user.pk]))
    assert secret not in page.content.decode()
    assert "Opened an account" in words(page)


def test_accounts_are_closed_reopened_reset_and_edited(system: Person) -> None:
    user = make_user(name="韩梅梅")
    here = reverse("console:account", args=[user.pk])
    assert system.client.post(f"{here}close").status_code == 302
    user.refresh_from_db()
    assert not user.is_active
    assert 'class="secret"' in system.client.post(f"{here}reopen").content.decode()
    assert 'class="secret"' in system.client.post(f"{here}reset").content.decode()
    bad = {"name": "", "language": "en", "email": "nowhere"}
    assert system.client.post(here, bad).context["form"].errors.keys() == {"name"}
    answer = system.client.post(here, {**bad, "name": "韩"})
    assert (answer.status_code, *answer.context["form"].errors) == (422, "email")


def test_nobody_closes_or_resets_the_own_account(system: Person) -> None:
    here = reverse("console:account", args=[system.user.pk])
    system.client.post(f"{here}close")
    system.user.refresh_from_db()
    assert system.user.is_active
    assert "change" in system.client.post(f"{here}reset")["Location"]


def test_the_security_administrator_unlocks_but_does_not_close(security: Person) -> None:
    user = make_user()
    AccessAttempt.objects.create(
        username=user.username, ip_address="127.0.0.1", user_agent="x", failures_since_start=5
    )
    here = reverse("console:account", args=[user.pk])
    assert "Locked" in words(security.client.get(here))
    security.client.post(f"{here}unlock")
    assert queries.locked_until(user.username, now=timezone.now()) is None
    assert security.client.post(f"{here}close").status_code == 403
    assert security.client.post(f"{here}reset").status_code == 403


def test_sessions_are_listed_and_ended(security: Person, worker: Person) -> None:
    worker.client.get("/start/")
    here = reverse("console:account", args=[worker.user.pk])
    sessions = security.client.get(here).context["sessions"]
    for session in sessions:
        security.client.post(f"{here}sessions/{session.id}/end")
    security.client.post(f"{here}end_sessions")
    assert not security.client.get(here).context["sessions"]


def test_a_post_is_given_edited_and_ended_with_its_history(security: Person, city: City) -> None:
    seed_templates()
    user = make_user(name="王芳")
    template = PostTemplate.objects.get(code="dispatcher")
    give = reverse("console:give_post", args=[user.pk])
    answer = security.client.post(give, {"template": template.pk, "unit": city.unit.pk})
    assert answer.status_code == 302
    post = Post.objects.get(user=user)
    page = reverse("console:post", args=[post.pk])
    values = {
        "title": "派遣", "grants": ["cases.see", "cases.dispatch"], "reach": "region",
        "region": city.street.code, "class_codes": "e05, C0101",
    }  # fmt: skip
    assert security.client.post(page, values).status_code == 302
    post.refresh_from_db()
    assert (post.region_id, post.class_codes) == (city.street.pk, ["C0101", "E05"])
    assert "Export lists of cases" in words(security.client.get(page)), "taken away: named"
    security.client.post(reverse("console:end_post", args=[post.pk]))
    post.refresh_from_db()
    assert post.valid_to is not None
    assert "This post has ended" in words(security.client.get(page))


@pytest.mark.parametrize("kind", ["system", "audit", "work"])
def test_separation_cannot_be_broken_from_the_pages(
    security: Person, city: City, kind: str
) -> None:
    seed_templates()
    held = make_post("staff.posts", user=make_user(name="甲"), unit=city.unit)
    others = grants_of(kind)[:1]
    page = reverse("console:post", args=[held.pk])
    mixed = {"title": "x", "grants": ["staff.posts", *others], "reach": "unit"}
    answer = security.client.post(page, mixed)
    assert (answer.status_code, *answer.context["form"].errors) == (422, "grants")
    codes = {"system": "system_admin", "audit": "audit_admin", "work": "operator"}
    template = PostTemplate.objects.get(code=codes[kind])
    give = reverse("console:give_post", args=[held.user_id])
    answer = security.client.post(give, {"template": template.pk, "unit": city.unit.pk})
    assert answer.status_code == 422
    assert "another duty" in words(answer)
    assert Post.objects.filter(user=held.user).count() == 1
    page = reverse("console:template", args=["security_admin"])
    answer = security.client.post(page, {"name": "x", "grants": mixed["grants"], "reach": "unit"})
    assert answer.status_code == 422


def test_nobody_changes_the_own_posts(security: Person, city: City) -> None:
    seed_templates()
    (own,) = Post.objects.filter(user=security.user)
    page = reverse("console:post", args=[own.pk])
    answer = security.client.post(page, {"title": "x", "grants": own.grants, "reach": "unit"})
    assert answer.status_code == 422
    security.client.post(reverse("console:end_post", args=[own.pk]))
    own.refresh_from_db()
    assert own.valid_to is None


def test_a_template_is_edited_with_history(security: Person) -> None:
    seed_templates()
    page = reverse("console:template", args=["evaluator"])
    values = {"name": "考核员", "grants": ["cases.see"], "reach": "region"}
    assert security.client.post(page, values).status_code == 302
    assert PostTemplate.objects.get(code="evaluator").grants == ["cases.see"]
    assert "Edited a post template" in words(security.client.get(page))


def test_a_grid_gets_a_primary_worker_and_a_substitute(security: Person, city: City) -> None:
    unit = make_unit("community", region=city.community)
    first = make_post("cases.check", reach="grids", unit=unit, user=make_user(name="赵一"))
    second = make_post("cases.check", reach="grids", unit=unit, user=make_user(name="钱二"))
    page = reverse("console:duty", args=[city.grid.code])
    assert "?state=without" in security.client.get(reverse("console:overview")).content.decode()
    assert "赵一" in words(security.client.get(page))
    security.client.post(page, {"post": first.pk, "role": "primary"})
    security.client.post(page, {"post": second.pk, "role": "primary"})
    held = [duty for duty in GridDuty.objects.all() if duty.valid_to is None]
    assert [duty.post_id for duty in held] == [second.pk], "one takes over from the other"
    answer = security.client.post(page, {"post": first.pk, "role": "substitute"})
    assert (answer.status_code, *answer.context["form"].errors) == (422, "valid_to")
    until = timezone.localdate() + timedelta(days=7)
    security.client.post(
        page, {"post": first.pk, "role": "substitute", "valid_to": until.isoformat()}
    )
    rows = words(security.client.get(reverse("console:duties")))
    assert "钱二" in rows
    assert "赵一" in rows
    security.client.post(f"{page}{held[0].pk}/end")
    held[0].refresh_from_db()
    assert held[0].valid_to is not None


def test_a_supervisor_has_two_to_three_grids_and_is_sent_nowhere(
    security: Person, city: City
) -> None:
    """R41: 督導員 "負責2-3個網格"."""
    unit = make_unit("community", region=city.community)
    post = make_post("cases.check", reach="grids", unit=unit, user=make_user(name="孙三"))
    grids = [city.grid] + [
        make_grid(city.community, n, shapely.box(120 + n, 30, 120.5 + n, 30.1)) for n in (7, 8, 9)
    ]
    pages = [reverse("console:duty", args=[grid.code]) for grid in grids]
    security.client.post(pages[0], {"post": post.pk, "role": "supervisor"})
    assert "supervises one grid only" in words(security.client.get(reverse("console:duties")))
    for page in pages[1:3]:
        assert (
            security.client.post(page, {"post": post.pk, "role": "supervisor"}).status_code == 302
        )
    assert "one grid only" not in words(security.client.get(reverse("console:duties")))
    fourth = security.client.post(pages[3], {"post": post.pk, "role": "supervisor"})
    assert (fourth.status_code, *fourth.context["form"].errors) == (422, "post")
    again = security.client.post(pages[0], {"post": post.pk, "role": "supervisor"})
    assert again.status_code == 422
    assert workers_of_grid(city.grid.pk, "cases.check") == []
    assert city.grid in queries.grids_without_worker(now=timezone.now())


def test_a_chief_appoints_only_in_the_own_region(sign_in: Any, city: City) -> None:
    other = make_unit("community")
    chief = sign_in("cases.see", "staff.duties", region=city.district)
    stranger = sign_in("staff.duties", unit=other)
    page = reverse("console:duty", args=[city.grid.code])
    assert chief.client.get(page).status_code == 200
    assert stranger.client.get(page).status_code == 404
    assert stranger.client.post(page, {}).status_code == 404


def test_a_token_is_shown_once_listed_and_revoked(security: Person) -> None:
    post = make_post("cases.see", "cases.report")
    page = reverse("console:issue_token", args=[post.pk])
    answer = security.client.post(page, {"name": "热线", "grants": ["cases.close"]})
    assert (answer.status_code, *answer.context["form"].errors) == (422, "grants")
    answer = security.client.post(page, {"name": "热线", "grants": ["cases.report"]})
    (secret,) = re.findall(r'class="secret"><code>([^<]+)<', answer.content.decode())
    token = ApiToken.objects.get()
    assert secret.startswith(f"linli_{token.prefix}_")
    listed = security.client.get(reverse("console:tokens")).content.decode()
    assert "热线" in listed
    assert secret not in listed
    security.client.post(reverse("console:revoke_token", args=[token.pk]))
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_lists_page_by_keyset_and_do_not_ask_more_for_more_rows(
    system: Person, security: Person, city: City, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        make_post("cases.see", user=make_user(name=f"人{number:03}"), unit=city.unit)
    accounts = reverse("console:accounts")
    system.client.get(accounts)
    first = system.client.get(accounts)
    assert len(first.context["table"].rows) == 50
    with django_assert_max_num_queries(10):
        second = system.client.get(accounts + first.context["table"].older)
    names = [row.cells[0].text for page in (first, second) for row in page.context["table"].rows]
    assert names == sorted(set(names), key=names.index)
    assert len(names) == User.objects.filter(is_system=False).count()
    for client, name in ((security.client, "posts"), (system.client, "units")):
        url = reverse(f"console:{name}")
        client.get(url)
        with django_assert_max_num_queries(10):
            client.get(url)
    assert system.client.get(accounts + "?cursor=nonsense").status_code == 400
    found = system.client.get(accounts + "?q=人007").context["table"].rows
    assert [row.cells[0].text for row in found] == ["人007"]


def test_posts_of_a_role_are_brought_up_to_it_from_its_page(security: Person, city: City) -> None:
    seed_templates()
    template = PostTemplate.objects.get(code="evaluator")
    held = make_post("cases.see", "cases.export", user=make_user(name="甲"), unit=city.unit)
    Post.objects.filter(pk=held.pk).update(template=template)
    PostTemplate.objects.filter(pk=template.pk).update(grants=["cases.see", "components.see"])
    page = reverse("console:template", args=["evaluator"])
    text = words(security.client.get(page))
    assert "1 post lacks it" in text
    assert "The program proposes for this role besides" in text
    extend = reverse("console:extend_posts", args=["evaluator"])
    answer = security.client.post(extend, {"grant": "components.see"}, follow=True)
    assert "1 post has it now" in words(answer)
    assert "None lacks a permission of the role" in words(answer)
    held.refresh_from_db()
    assert "components.see" in held.grants
    refused = security.client.post(extend, {"grant": "staff.posts"}, follow=True)
    assert "does not have this permission" in words(refused)
