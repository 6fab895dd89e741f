"""Days at the desk: by keyboard, by list and sheet, with a colleague, as an administrator."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from linli.cases import services
from linli.cases.models import Case, Report
from linli.catalogue.models import FilingCondition
from linli.staff.models import User
from tests.cases.city import City
from tests.factories import PASSWORD, make_post, make_user
from tests.journeys.conftest import Scene
from tests.live.test_journey import CHROMIUM

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium"),
    pytest.mark.skipif(not settings.BUILT_DIR.is_dir(), reason="needs the built islands"),
]


def reported(city: City, words: str) -> Case:
    """A resident's report of just now."""
    return services.report(
        description=words, place=city.districts[0].place(), channel="portal", case_class="E0102",
        now=timezone.now(),
    ).case  # fmt: skip


def test_a_badge_follows_what_a_colleague_does(scene: Scene) -> None:
    case = reported(scene.city, "垃圾成堆")
    home = scene.city.districts[0]
    page = scene.open(home.user("street_chief"))
    page.goto("/desk/")
    inbox = page.get_by_role("link", name=re.compile("^Inbox"))
    expect(inbox).to_contain_text("1")
    page.wait_for_timeout(1_500)  # until the page listens
    services.perform(
        "file", case_id=case.pk, actor=home.user("street_chief"), now=timezone.now(),
        case_class="E0102",
    )  # fmt: skip
    expect(inbox).not_to_contain_text("1")


def test_the_sheet_holds_what_the_list_shows_in_either_language(
    scene: Scene, tmp_path: Path
) -> None:
    cases = [reported(scene.city, f"第{i}堆垃圾") for i in range(3)]
    home = scene.city.districts[0]
    chief = make_post(
        "cases.see", "cases.file", "cases.export", unit=home.street_centre, region=home.street
    )
    page = scene.open(User.objects.get(pk=chief.user_id))
    page.goto("/desk/cases/?stage=reported")
    for case in cases:
        expect(page.get_by_text(case.number).first).to_be_visible()
    page.goto("/desk/cases/?stage=filed")
    expect(page.get_by_text(cases[0].number)).to_have_count(0)
    page.goto("/desk/cases/?stage=reported")
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    sheet = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(sheet.splitlines()))
    shown = page.get_by_text(re.compile(r"^\d{8}-\d{6}-\d$")).all_inner_texts()
    assert {row[0] for row in rows[1:]} == {case.number for case in cases} == set(shown)

    page.context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": scene.origin}])
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.get_by_role("link", name=re.compile("收件箱|待办|工作台")).first).to_be_visible()


def test_an_administrator_signs_in_with_a_code_and_changes_a_limit(scene: Scene) -> None:
    admin = make_user(
        "sysadmin", password=PASSWORD, password_changed_at=timezone.now(), language="en"
    )
    make_post("catalogue.edit", user=admin, unit=scene.city.centre, title="系统管理员")
    secret = generate_totp_secret()
    TOTP.activate(admin, secret)
    page = scene.open()
    page.goto("/account/login/")
    page.get_by_label("Username").or_(page.get_by_label("User name")).first.fill("sysadmin")
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_role("button", name=re.compile("Sign in", re.I)).first.click()
    expect(page).to_have_url(re.compile("2fa/authenticate"))
    page.get_by_label(re.compile("code", re.I)).first.fill(code_of(secret))
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page).not_to_have_url(re.compile("2fa/authenticate"))

    condition = scene.city.condition
    page.goto(reverse("console:condition", args=[condition.pk]))
    page.locator("[name=limit_b]").fill("6")
    page.get_by_role("main").get_by_role("button", name=re.compile("Save|Change")).first.click()
    page.wait_for_load_state()
    limits = FilingCondition.objects.order_by("pk").values_list("limit_b", flat=True)
    assert Decimal(6) in list(limits)


def code_of(secret: str) -> str:
    """What the administrator's telephone shows now."""
    from allauth.mfa.totp.internal.auth import (
        format_hotp_value,
        hotp_value,
        yield_hotp_counters_from_time,
    )

    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_a_call_is_taken_in_by_keyboard_and_joins_a_similar_case(scene: Scene) -> None:
    case, home = reported(scene.city, "三号楼旁垃圾成堆"), scene.city.districts[0]
    page, point = scene.open(home.user("street_operator")), home.place()
    page.goto("/desk/intake/")
    page.get_by_label(re.compile("What|Description|matter", re.I)).first.focus()
    page.keyboard.type("又有人说三号楼旁有垃圾")
    page.locator("#id_case_class").focus()
    page.keyboard.type("E0102")
    # The map's own way of saying that a place was picked; its keys are tried with the map.
    for name, value in (("lon", point.lon), ("lat", point.lat)):
        page.locator(f"[name={name}]").evaluate(
            "(e, v) => { e.value = v;"
            " e.dispatchEvent(new Event('linli:picked', {bubbles: true})); }",
            str(value),
        )
    expect(page.locator("#similar")).to_contain_text(case.number)
    join = page.locator("#similar").get_by_role("button").first
    join.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/desk/intake/done/"))
    assert Report.objects.filter(case_id=case.pk).count() == 2
    assert Case.objects.count() == 1
