"""The pages of rules and returns, and the interface: who opens them, what they say and change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from linli.cases.models import Case
from linli.routing import queries
from linli.routing.models import RuleSet, Trial
from linli.staff.models import Post, User
from tests.cases.city import City
from tests.desk.lives import make_case, perform
from tests.routing.conftest import Write, published, tried

pytestmark = pytest.mark.django_db
Seated = Callable[[User], Client]
RULE = {
    "name": "夜间垃圾", "classes": "E01, 事件", "regions": "", "words": "垃圾，堆物",
    "since": "22:00", "until": "06:00", "target": "unit",
    "area": "POLYGON((121 31,121.1 31,121.1 31.1,121 31.1,121 31))",
}  # fmt: skip


@pytest.fixture
def seated() -> Seated:
    def seat(user: User) -> Client:
        if not user.authenticator_set.exists():
            TOTP.activate(user, generate_totp_secret())
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        return client

    return seat


def test_a_rule_is_written_on_its_page_and_read_back(
    city: City, author: User, draft: RuleSet, seated: Seated
) -> None:
    home, browser = city.districts[0], seated(author)
    add = reverse("console:add_rule", args=[draft.pk])
    sent = {
        **RULE,
        "unit": home.department.pk,
        "regions": f"{home.street.code}，{home.region.name}",
    }
    answer = browser.post(add, sent)
    assert answer.status_code == 302, answer.context["form"].errors
    (row,) = queries.rules_of(draft)
    assert row.conditions == {
        "classes": ["E01", "E"], "regions": [home.street.pk, home.region.pk],
        "words": ["垃圾", "堆物"], "since": 1320, "until": 360,
    }  # fmt: skip
    assert row.area is not None
    page = browser.get(reverse("console:rule", args=[draft.pk, row.pk]))
    again = {k: page.context["form"][k].value() for k in page.context["form"].fields}
    again = {k: v for k, v in again.items() if v not in (None, "")} | {"name": "改名"}
    assert browser.post(reverse("console:rule", args=[draft.pk, row.pk]), again).status_code == 302
    (after,) = queries.rules_of(draft)
    assert (after.name, after.conditions, after.unit_id) == ("改名", row.conditions, row.unit_id)
    assert after.area.equals(row.area)
    said = browser.get(reverse("console:rule_set", args=[draft.pk])).content.decode()
    for words in ("改名", "22:00 to 06:00", home.department.name, "“垃圾” or “堆物”"):
        assert words in said


def test_a_page_of_many_rules_asks_as_often_as_one_of_few(
    city: City, author: User, draft: RuleSet, seated: Seated, write: Write
) -> None:
    browser, page = seated(author), reverse("console:rule_set", args=[draft.pk])
    write("第一条", to=city.districts[0].department.pk, classes=("E01",))
    browser.get(page)  # what the process keeps is read
    counts = []
    for name in ("第二条", "第三条", "第四条"):
        with CaptureQueriesContext(connection) as seen:
            browser.get(page)
        counts.append(len(seen))
        write(name, to=city.districts[0].department.pk, classes=("E01", "E02"))
    assert len(set(counts)) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("classes", "E5"), ("regions", "没有的区"), ("area", "POLYGON((1 1"), ("since", "25:00"),
     ("limit_unit", ""), ("name", "")],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_at_its_field(
    city: City, author: User, draft: RuleSet, seated: Seated, field: str, value: str
) -> None:
    given = {
        **RULE,
        "unit": city.districts[0].department.pk,
        "limit_amount": "2",
        "limit_unit": "work_day",
    }
    answer = seated(author).post(
        reverse("console:add_rule", args=[draft.pk]), given | {field: value}
    )
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not queries.rules_of(draft)


def test_the_order_changes_by_its_buttons_and_faults_stand_with_their_rules(
    city: City, author: User, draft: RuleSet, write: Write, seated: Seated
) -> None:
    home, browser = city.districts[0], seated(author)
    write("宽", to=home.department.pk, classes=("E01",))
    narrow = write("窄", to=home.utility.pk, classes=("E0102",))
    broken = write("旧", to=home.department.pk, classes=("C99",))
    here = reverse("console:rule_set", args=[draft.pk])
    page = browser.get(here).context["page"]
    assert [bool(line.shadow) for line in page.lines] == [False, True, False]
    assert [bool(line.faults) for line in page.lines] == [False, False, True]
    browser.post(reverse("console:move_rule", args=[draft.pk, narrow.pk]), {"position": "1"})
    browser.post(reverse("console:remove_rule", args=[draft.pk, broken.pk]))
    page = browser.get(here).context["page"]
    assert [line.rule.name for line in page.lines] == ["窄", "宽"]
    assert not page.hidden
    assert not page.faulty


def test_a_trial_is_an_errand_and_its_page_lists_only_what_the_reader_sees(
    city: City, author: User, draft: RuleSet, write: Write, seated: Seated
) -> None:
    home = city.districts[0]
    case = make_case(city, "file")
    write("全部", to=home.department.pk)
    answer = seated(author).post(
        reverse("console:try_rules", args=[draft.pk]),
        {"since": "2026-03-01", "until": "2026-03-31"},
    )
    assert answer.status_code == 302
    assert "/errands/" in answer["Location"]
    trial = tried(draft, author)
    page = reverse("console:trial", args=[trial.pk])
    blind = seated(author).get(page)
    assert (blind.context["figures"]["changed"], blind.context["page"].rows) == (1, [])
    assert case.number not in blind.content.decode()
    post = home.posts["chief"]
    Post.objects.filter(pk=post.pk).update(grants=[*post.grants, "routing.see"])
    assert case.number in seated(home.user("chief")).get(page).content.decode()


def test_publishing_without_a_trial_is_refused_in_words(
    city: City, author: User, draft: RuleSet, write: Write, seated: Seated
) -> None:
    write(to=city.districts[0].department.pk)
    browser = seated(author)
    sent = {"valid_from": "2099-01-01", "note": ""}
    here = reverse("console:publish_rules", args=[draft.pk])
    answer = browser.post(here, sent)
    assert answer.status_code == 422
    assert "Run the draft over past cases first" in answer.content.decode()
    tried(draft, author)
    assert browser.post(here, sent).status_code == 302
    draft.refresh_from_db()
    assert draft.number == 2
    assert browser.get(reverse("console:rule_set", args=[draft.pk])).context["edits"] is False


def test_the_dispatcher_sends_the_case_with_one_click(
    city: City, author: User, draft: RuleSet, write: Write, seated: Seated
) -> None:
    home = city.districts[0]
    write("垃圾归局里", to=home.department.pk, co_units=(home.utility.pk,))
    published(draft, author)
    case = make_case(city, "file")
    browser = seated(home.user("street_dispatcher"))
    page = browser.get(f"/desk/cases/{case.number}/")
    said = page.context["suggestion"]
    assert (said.unit, list(said.co_units)) == (home.department.pk, [home.utility.pk])
    assert said.why.sentence in page.content.decode()
    form = browser.get(f"/desk/cases/{case.number}/moves/dispatch").context["form"]
    assert form.chosen_units == {str(home.department.pk)}
    assert form.chosen_co_units == {str(home.utility.pk)}
    sent = {"unit": said.unit, "co_units": list(said.co_units), "seen": case.event_count}
    browser.post(f"/desk/cases/{case.number}/moves/dispatch", sent)
    case = Case.objects.get(pk=case.pk)
    assert (case.lead_unit_id, case.co_units) == (home.department.pk, [home.utility.pk])
    assert case.route["taken"]
    after = browser.get(f"/desk/cases/{case.number}/")
    assert "垃圾归局里" in after.context["why"]
    assert after.context["suggestion"] is None


def test_the_interface_says_whose_work_it_is_and_why(
    city: City, author: User, draft: RuleSet, write: Write
) -> None:
    home = city.districts[0]
    row = write("垃圾归局里", to=home.department.pk)
    published(draft, author)
    case = make_case(city, "file")
    client = Client(headers={"accept-language": "en"})
    client.force_login(home.user("street_dispatcher"))
    found = client.get(f"/api/v1/cases/{case.number}/route").json()
    assert found["present"] is None
    assert found["suggestion"]["unit"] == {"id": home.department.pk, "name": home.department.name}
    assert (found["suggestion"]["rule"], found["suggestion"]["rule_set"]) == (row.pk, draft.pk)
    perform(city, case, "dispatch", "street_dispatcher", unit=home.utility.pk)
    found = client.get(f"/api/v1/cases/{case.number}/route").json()
    assert found["present"]["unit"]["id"] == home.utility.pk
    assert found["present"]["taken"] is False
    other = Client()
    other.force_login(city.districts[1].user("chief"))
    assert other.get(f"/api/v1/cases/{case.number}/route").status_code == 404


def test_returns_stand_on_a_page_with_the_rule_to_mend(
    city: City, author: User, draft: RuleSet, write: Write, seated: Seated
) -> None:
    home = city.districts[0]
    row = write("错派", to=home.department.pk)
    published(draft, author)
    numbers = []
    for _each in range(2):
        case = make_case(city, "file")
        perform(city, case, "dispatch", "street_dispatcher", unit=home.department.pk)
        perform(city, case, "decline", "handler", opinion="权属在水务", minute=31)
        numbers.append(case.number)
    post = home.posts["chief"]
    Post.objects.filter(pk=post.pk).update(grants=[*post.grants, "routing.see"])
    page = seated(home.user("chief")).get("/desk/returned/?days=365").content.decode()
    for words in (*numbers, "错派", "权属在水务", reverse("console:rule", args=[draft.pk, row.pk])):
        assert words in page
    assert seated(home.user("handler")).get("/desk/returned/").status_code == 403
    assert numbers[0] not in seated(author).get("/desk/returned/?days=365").content.decode()


def test_only_who_reads_rules_opens_their_pages(city: City, draft: RuleSet, seated: Seated) -> None:
    browser = seated(city.districts[0].user("handler"))
    for name, given in (("rules", []), ("rule_set", [draft.pk]), ("begin_draft", [])):
        assert browser.get(reverse(f"console:{name}", args=given)).status_code == 403
    assert Trial.objects.count() == 0
