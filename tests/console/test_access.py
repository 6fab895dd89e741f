"""Every page by the right administrator, and by everybody it is not for (三员分立)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from linli.catalogue.models import FilingCondition, StageLimit
from linli.catalogue.services import assign_unit, save_stage_limit
from linli.console import urls
from linli.console.models import StagedFile
from linli.planning.models import Plan
from linli.planning.services import restore_schemes
from linli.staff.areas import first_area
from linli.staff.models import GridDuty, PostTemplate
from linli.staff.rules import GRANTS
from linli.staff.services import issue_token, seed_templates
from linli.staff.web import access_of
from linli.territory.models import Cell
from tests.catalogue.factories import TODAY, limit
from tests.console.conftest import COMMUNITY, City, Person
from tests.factories import NOW, make_post, make_user
from tests.territory.factories import make_cells

pytestmark = pytest.mark.django_db


@pytest.fixture
def places(city: City, system: Person, security: Person) -> dict[str, str]:
    """The URL of every page, by name, with rows that exist."""
    now = timezone.now()
    seed_templates()
    person = make_user()
    post = make_post("cases.see", user=person)
    worker = make_post("cases.check", reach="grids", grids=[city.grid])
    token = issue_token(
        actor=security.user, post=post, name="t", grants=["cases.see"], now=now
    ).token
    save_stage_limit(
        stage="filed", urgency="normal", limit=limit("15 work_minute"), valid_from=TODAY,
        actor=None, now=NOW,
    )  # fmt: skip
    duty_row = assign_unit(
        unit_id=city.unit.pk, region_id=city.district.pk, role="lead", valid_from=TODAY,
        actor=None, now=NOW, case_class=city.case_class,
    )  # fmt: skip
    for kind, options in (
        ("territory", {"layer": "roads", "crs": "wgs84"}),
        ("catalogue", {"edition": city.edition.pk}),
    ):
        StagedFile.objects.create(
            token=kind, owner=system.user, kind=kind, name="x.csv", data=b"", options=options,
            report={"rows": 0, "new": 0, "changed": 0}, created_at=now,
        )  # fmt: skip
    restore_schemes()
    make_cells(city.community, city.grid, COMMUNITY)
    plan = Plan.objects.create(
        community=city.community, parts=1, continues=[0], made_by=system.user, made_at=now,
        figures={
            "loads": [1], "households": [1], "areas_m2": [1], "compactness": [1], "pieces": [1],
            "spread": 1, "low": 1, "along": 1, "moved": 0,
        },
        wish={"floor": 1},
    )  # fmt: skip
    values: dict[str, Any] = {
        "plan_id": plan.pk,
        "unit_id": city.unit.pk,
        "account_id": person.pk,
        "post_id": post.pk,
        "session_id": 999_999,
        "duty_id": GridDuty.objects.get(post=worker).pk,
        "token_id": token.pk,
        "edition_id": city.edition.pk,
        "class_id": city.case_class.pk,
        "condition_id": FilingCondition.objects.get().pk,
        "responsibility_id": duty_row.pk,
        "limit_id": StageLimit.objects.get().pk,
        "year": 2026,
        "day": "2026-10-01",
        "verb": "unlock",
        "form": "csv",
    }
    found = {}
    for pattern in _patterns():
        if set(pattern.pattern.regex.groupindex) - set(values) - {"code", "token"}:
            continue  # rows of other packages: tests/test_permissions.py opens every door
        asked = {name: values[name] for name in pattern.pattern.regex.groupindex if name in values}
        if "code" in pattern.pattern.regex.groupindex:
            name = str(pattern.name)
            asked["code"] = _code(name, city)
        if "token" in pattern.pattern.regex.groupindex:
            asked["token"] = "territory" if "import" in str(pattern.pattern) else "catalogue"
        found[str(pattern.name)] = reverse(f"console:{pattern.name}", kwargs=asked)
    return found


def _code(name: str, city: City) -> str:
    if name == "template":
        return str(PostTemplate.objects.order_by("code").values_list("code", flat=True)[0])
    if name == "cell":
        return str(Cell.objects.order_by("code").values_list("code", flat=True)[0])
    if "scheme" in name:
        return "district"
    return city.grid.code if "grid" in name or "dut" in name else city.community.code


def _patterns() -> Iterator[URLPattern]:
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        yield pattern


def _grants(name: str) -> tuple[str, ...]:
    (pattern,) = [p for p in _patterns() if p.name == name]
    access = access_of(pattern.callback)
    assert access is not None, f"{name}: say who may open it (staff_page)"
    assert access.grants, f"{name}: every page of the console needs a grant"
    return access.grants


def _kinds(name: str) -> set[str]:
    return {GRANTS[code].kind for code in _grants(name)}


def test_every_page_opens_for_its_administrator_and_for_nobody_else(
    places: dict[str, str], system: Person, security: Person, audit: Person, worker: Person
) -> None:
    people = {"system": system, "security": security, "audit": audit, "work": worker}
    for name, url in places.items():
        kinds = _kinds(name)
        for kind, person in people.items():
            answer = person.client.get(url)
            holds = any(person.user.has_grant(code) for code in _grants(name))
            if not holds:  # 405: this address does not take the method, from anybody
                answers = {answer.status_code, person.client.post(url).status_code}
                assert 403 in answers, (name, kind)
                assert answers <= {403, 405}, (name, kind)
            elif answer.status_code != 405:  # a button's address takes POST alone
                assert answer.status_code in (200, 302), (name, kind, answer.content[:300])
        assert kinds <= {"system", "security", "audit", "common"}, name


def test_strangers_are_sent_to_sign_in(places: dict[str, str]) -> None:
    for url in places.values():
        answer = Client().get(url)
        assert answer.status_code in (302, 405), url
        if answer.status_code == 302:
            assert "/account/login/" in answer["Location"]


def test_an_administrator_without_a_second_factor_sees_nothing(places: dict[str, str]) -> None:
    client = Client()
    client.force_login(make_post("staff.units").user)
    assert "/account/2fa" in client.get(places["units"])["Location"]


def test_the_console_is_mounted_once() -> None:
    assert [p for p in get_resolver().url_patterns if str(p.pattern) == "console/"]


def test_no_administrator_sees_cases(
    system: Person, security: Person, audit: Person, city: City
) -> None:
    for person in (system, security, audit):
        assert person.client.get("/desk/cases/").status_code == 403


def test_an_unknown_row_is_not_found(system: Person, security: Person) -> None:
    for client, url in (
        (system.client, reverse("console:unit", args=[10**9])),
        (system.client, reverse("console:region", args=["999999999999"])),
        (system.client, reverse("console:grid", args=["nothing"])),
        (system.client, reverse("console:class", args=[10**9])),
        (system.client, reverse("console:import", args=["unknown"])),
        (security.client, reverse("console:post", args=[10**9])),
        (security.client, reverse("console:duty", args=["nothing"])),
    ):
        assert client.get(url).status_code == 404, url


def test_administrators_begin_at_their_overview(system: Person, security: Person) -> None:
    for person in (system, security):
        assert first_area(person.user) == reverse("console:overview")
