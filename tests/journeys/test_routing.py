"""Rules written, tried, published; a case sent by them with one click; a dispute decided."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from linli.cases import services
from linli.cases.models import Case
from linli.errands.models import Errand
from linli.errands.services.running import run_errand
from linli.routing.models import RoutingRule, RuleSet
from linli.staff.models import User
from tests.cases.city import City
from tests.factories import make_post, make_user
from tests.journeys.conftest import Scene
from tests.live.test_journey import CHROMIUM

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium"),
    pytest.mark.skipif(not settings.BUILT_DIR.is_dir(), reason="needs the built islands"),
]


def author(city: City) -> User:
    user = make_user()
    make_post("routing.edit", "routing.see", user=user, unit=city.centre)
    user = User.objects.get(pk=user.pk)
    TOTP.activate(user, generate_totp_secret())
    return user


def filed(city: City, words: str) -> Case:
    """A case filed just now in the first district's street."""
    home, now = city.districts[0], timezone.now()
    case = services.report(
        description=words, place=home.place(), channel="portal", case_class="E0102", now=now
    ).case
    chief = home.user("street_chief")
    return services.perform("file", case_id=case.pk, actor=chief, now=now, case_class="E0102")


def draw(page: Page) -> None:
    """A square around the middle of the map."""
    page.locator(".rule-form .map-box").scroll_into_view_if_needed()  # it is drawn when it is seen
    box = page.locator(".rule-form .map-box canvas").first
    box.wait_for()
    page.wait_for_timeout(500)
    size = box.bounding_box()
    assert size is not None
    for x, y in ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.1, 0.1)):
        page.mouse.click(size["x"] + size["width"] * x, size["y"] + size["height"] * y)
        page.wait_for_timeout(350)


def test_a_rule_is_written_tried_published_and_sends_a_case_with_its_reason(scene: Scene) -> None:
    city, home = scene.city, scene.city.districts[0]
    case = filed(city, "夜里有人倾倒垃圾")
    page = scene.open(author(city))
    page.goto("/console/routing/")
    page.get_by_role("link", name="Begin a draft").click()
    page.get_by_label("Name").fill("夜间规则")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Add a rule").click()
    page.get_by_label("Name", exact=True).fill("夜间垃圾归局里")
    page.get_by_label("Place in the order").fill("1")
    page.get_by_label("Class", exact=False).first.fill("E01")
    page.get_by_label("Words", exact=False).first.fill("垃圾")
    draw(page)
    page.get_by_label("A unit").check()
    page.locator("[name=unit]").select_option(str(home.department.pk))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="夜间垃圾归局里")).to_be_visible()
    rule = RoutingRule.objects.get(name="夜间垃圾归局里")
    assert rule.position == 1
    assert rule.area is not None, json.dumps(rule.conditions)
    assert rule.area.valid

    page.get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Run the draft over past cases first")).to_be_visible()
    page.goto(f"/console/routing/{rule.rule_set_id}/")
    page.get_by_role("link", name="Try on past cases").click()
    page.get_by_role("button", name="Try").click()
    page.wait_for_url("**/errands/**")
    run_errand(errand_id=Errand.objects.get(kind="routing.trial").pk)
    page.goto(f"/console/routing/{rule.rule_set_id}/")
    page.get_by_role("link", name="What would change").click()
    expect(page.get_by_text("would go elsewhere")).to_be_visible()
    page.goto(f"/console/routing/{rule.rule_set_id}/publish")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("The rules are published.")).to_be_visible()
    assert (
        RuleSet.objects.get(pk=rule.rule_set_id).number
        == RuleSet.objects.filter(state="published").count()
    )

    page = scene.open(home.user("street_dispatcher"))
    page.goto(f"/desk/cases/{case.number}/")
    expect(page.locator(".suggestion")).to_contain_text("夜间垃圾归局里")
    page.get_by_role("button", name=f"Dispatch to {home.department.name}").click()
    page.wait_for_url("**/desk/**")
    page.goto(f"/desk/cases/{case.number}/")
    why = page.locator(".facts div", has=page.get_by_text("Why this unit"))
    expect(why).to_contain_text("夜间垃圾归局里")
    case.refresh_from_db()
    assert (case.lead_unit_id, case.route["rule"]) == (home.department.pk, rule.pk)


def test_a_case_that_came_back_twice_is_decided_by_the_centre_above(scene: Scene) -> None:
    city, home = scene.city, scene.city.districts[0]
    case = filed(city, "井盖松动")
    for _time in range(2):
        now = timezone.now()
        services.dispatch(
            case_id=case.pk, actor=home.user("street_dispatcher"), now=now, unit=home.department.pk
        )
        services.decline(case_id=case.pk, actor=home.user("handler"), now=now, opinion="权属不明")
    page = scene.open(home.user("chief"))
    page.goto("/desk/")
    expect(page.get_by_role("heading", name="To arbitrate")).to_be_visible()
    page.goto(f"/desk/cases/{case.number}/")
    expect(page.get_by_text("Units have sent the case back 2 times")).to_be_visible()
    page.get_by_role("link", name="Decide whose work it is").click()
    dialog = page.get_by_role("dialog")
    dialog.locator(f"[name=unit][value='{home.utility.pk}']").check()
    dialog.get_by_label("Legal basis").fill("《城镇排水条例》第二十九条")
    dialog.get_by_label("Reason").fill("雨水井盖")
    dialog.get_by_role("button", name="Decide whose work it is").click()
    expect(page.get_by_role("dialog")).not_to_be_visible()
    case.refresh_from_db()
    assert (case.stage, case.lead_unit_id, case.designated) == ("dispatched", home.utility.pk, True)
