"""Every move of the table has a form at the desk that makes it, and says at the field why not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation

from linli.cases import rules, services
from linli.cases.models import Case, CaseEvent
from linli.catalogue.rules import Limit, LimitUnit
from linli.desk.forms.moves import form_for
from linli.desk.rules.moves import about
from linli.staff.models import Post
from tests.cases.city import City
from tests.conftest import NOW
from tests.desk.conftest import Seated
from tests.desk.lives import fresh_photo, make_case, make_report, perform

pytestmark = pytest.mark.django_db

FAR = timezone.localdate() + timedelta(days=20)
REASON = {"opinion": "原因说明"}


def setting(city: City, move: str) -> tuple[Case, str, dict[str, Any]]:
    """A case on which `move` is open, whose move it is, and what the form is filled with."""
    home = city.districts[0]
    place = {"lon": str(home.place().lon), "lat": "31.005"}
    simple: dict[str, tuple[str, str, dict[str, Any]]] = {
        "request_verification": ("", "street_operator", {}),
        "file": ("", "street_chief", {"case_class": "E0102 暴露垃圾", "urgency": "normal",
                                      "handling": "general",
                                      "condition": str(city.condition.pk)}),
        "dispatch": ("file", "street_dispatcher", {"unit": str(home.department.pk),
                                                   "co_units": [str(home.utility.pk)]}),
        "accept": ("dispatch", "handler", {}),
        "report_back": ("accept", "handler", {**REASON, "files": True}),
        "request_check": ("report_back", "street_dispatcher",
                          {"assignee": str(home.posts["worker"].pk)}),
        "check": ("request_check", "worker", {"passed": "yes", "files": True, **place}),
        "close": ("check", "street_chief", {}),
        "evaluate": ("close", "street_operator", {"rating": "3"}),
        "self_handle": ("", "worker", {**REASON, "files": True, "case_class": "E0102"}),
        "dismiss": ("", "street_chief", REASON),
        "void": ("file", "street_chief", REASON),
        "decline": ("dispatch", "handler", REASON),
        "reopen": ("close", "street_chief", REASON),
        "suspend": ("file", "street_chief", {**REASON, "until": FAR.isoformat()}),
        "ask_suspension": ("accept", "handler", {**REASON, "until": FAR.isoformat()}),
        "endorse_suspension": ("file", "street_chief",
                               {**REASON, "until": (FAR + timedelta(days=40)).isoformat()}),
        "ask_extension": ("accept", "handler", {**REASON, "limit": "2", "limit_unit": "work_hour"}),
        "ask_reporter": ("", "street_operator", REASON),
        "escalate": ("", "street_chief", REASON),
        "amend": ("file", "street_chief", {**REASON, "urgency": "urgent", "address": "新地址"}),
        "supervise": ("dispatch", "street_leader", {**REASON, "until": FAR.isoformat()}),
        "comment": ("close", "street_leader", REASON),
        "give_feedback": ("report_back", "street_operator", REASON),
    }  # fmt: skip
    if move in simple:
        upto, who, fields = simple[move]
        case = make_case(city, upto)
        if move == "ask_extension":  # before the limit is over, by the clock of the page
            Case.objects.filter(pk=case.pk).update(due_at=timezone.now() + timedelta(hours=1))
        return case, who, fields
    return _led_up_to(city, move, place)


def _led_up_to(city: City, move: str, place: dict[str, str]) -> tuple[Case, str, dict[str, Any]]:
    """Cases that need another move before this one."""
    home = city.districts[0]
    del place
    match move:
        case "verify":
            case = perform(city, make_case(city), "request_verification", "street_operator")
            return case, "worker", {"true": "yes"}
        case "merge":
            return make_case(city), "street_operator", {**REASON, "into": make_case(city).number}
        case "unmerge":
            case = make_case(city)
            into = make_case(city).number
            perform(city, case, "merge", "street_operator", into=into, opinion="同一件")
            return case, "street_operator", REASON
        case "rework":
            case = make_case(city, "request_check")
            perform(city, case, "check", "worker", passed=False, place=True, files=True)
            return case, "street_chief", REASON
        case "co_report":
            case = make_case(city, "file")
            perform(city, case, "dispatch", "street_dispatcher", unit="department",
                    co_units=[home.utility.pk])  # fmt: skip
            return case, "other_handler", REASON
        case "resume":
            case = make_case(city, "file")
            soon = NOW.date() + timedelta(days=20)
            perform(city, case, "suspend", "street_chief", until=soon, opinion="待料")
            return case, "street_chief", {}
        case "extend" | "refuse_extension" | "endorse_extension" | "consent_extension":
            case = _asked_for_time(city, 2 if move in ("extend", "refuse_extension") else 4)
            if move != "consent_extension":
                return case, "street_dispatcher", REASON
            perform(city, case, "endorse_extension", "street_dispatcher", opinion="情况属实")
            return case, "chief", REASON
        case "withdraw_request":
            return _asked_for_time(city, 4), "handler", REASON
        case "refuse_suspension" | "consent_suspension" | "refuse_consent":
            case = make_case(city, "accept")
            until = FAR if move == "refuse_suspension" else FAR + timedelta(days=40)
            perform(city, case, "ask_suspension", "handler", until=until, opinion="待料")
            if move == "refuse_suspension":
                return case, "street_chief", REASON
            perform(city, case, "endorse_suspension", "street_chief", until=until, opinion="属实")
            return case, "chief", REASON
        case "answer":
            case = make_case(city)
            perform(city, case, "ask_reporter", "street_operator", opinion="哪个单元？")
            return case, "street_operator", REASON
        case "sign_escalation" | "refuse_escalation":
            case = make_case(city)
            perform(city, case, "escalate", "street_chief", opinion="需区级处理")
            return case, "street_leader", REASON
        case "arbitrate":
            case = make_case(city, "file")
            for _time in range(2):
                perform(city, case, "dispatch", "street_dispatcher", unit="department")
                perform(city, case, "decline", "handler", opinion="不属本单位")
            basis = {"unit": str(home.department.pk), "legal_basis": "《城市管理执法办法》第八条"}
            return case, "chief", {**REASON, **basis}
        case "delegate":
            operator = home.user("operator")
            case = make_report(city, actor=_may_report(home.posts["operator"], operator)).case
            return case, "chief", {"centre": str(home.street_centre.pk)}
        case "transfer":
            case = make_report(city, actor=city.user("operator"), channel="hotline").case
            return case, "chief", {**REASON, "centre": str(city.districts[1].centre.pk)}
    raise AssertionError(f"Say in `setting` how a case comes to “{move}”.")


def _asked_for_time(city: City, hours: int) -> Case:
    """A case whose unit asks for so much more than its four hours."""
    case = make_case(city, "accept")
    limit = Limit(Decimal(hours), LimitUnit.WORK_HOUR)
    perform(city, case, "ask_extension", "handler", minute=10, limit=limit, opinion="下雨")
    return case


def _may_report(post: Post, user: Any) -> Any:
    assert "cases.report" in post.grants
    return user


@pytest.mark.parametrize("move", sorted(rules.MOVES))
def test_every_move_is_made_by_its_form(city: City, at_desk: Seated, move: str) -> None:
    case, who, fields = setting(city, move)
    case.refresh_from_db()
    holder = city if move == "transfer" else city.districts[0]
    user = holder.user(who)
    client = at_desk(user)
    url = f"/desk/cases/{case.number}/moves/{move}"
    page = client.get(url)
    assert page.status_code == 200
    assert page.context["closed"] is None
    for item in rules.MOVES[move].inputs:  # each input has its control on the page
        name = "lon" if item.kind == "place" else item.name
        assert f'name="{name}' in page.content.decode(), item
    if fields.get("files") is True:
        fields = {**fields, "files": [fresh_photo(user)]}
    fields = {**fields, "seen": str(case.event_count)}
    answer = client.post(url, fields)
    said = "" if answer.status_code == 302 else answer.context["form"].errors
    assert answer.status_code == 302, said
    event = CaseEvent.objects.get(case_id=case.pk, number=case.event_count + 1)
    assert (event.move, event.actor) == (move, user)


@pytest.mark.parametrize("move", sorted(rules.MOVES))
def test_a_move_without_what_it_needs_is_refused_at_the_field(
    city: City, at_desk: Seated, move: str
) -> None:
    needed = [item for item in rules.MOVES[move].inputs if item.required]
    if not needed:
        return
    case, who, _fields = setting(city, move)
    case.refresh_from_db()
    holder = city if move == "transfer" else city.districts[0]
    client = at_desk(holder.user(who))
    answer = client.post(f"/desk/cases/{case.number}/moves/{move}", {"seen": str(case.event_count)})
    assert answer.status_code == 422
    wrong = set(answer.context["form"].errors)
    first = "lon" if needed[0].kind == "place" else needed[0].name
    if needed[0].kind != "files":
        assert first in wrong
    assert wrong
    assert "__all__" not in wrong
    case.refresh_from_db()
    assert CaseEvent.objects.filter(case_id=case.pk).count() == case.event_count


def test_filing_a_case_without_a_class_asks_for_one(city: City, at_desk: Seated) -> None:
    case = make_case(city)
    client = at_desk(city.districts[0].user("street_chief"))
    answer = client.post(f"/desk/cases/{case.number}/moves/file", {"urgency": "normal"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"case_class"}


def test_a_request_beyond_the_bounds_is_refused_at_its_field_with_the_bound(
    city: City, at_desk: Seated
) -> None:
    case, who, fields = setting(city, "ask_extension")
    client = at_desk(city.districts[0].user(who))
    url = f"/desk/cases/{case.number}/moves/"
    far = client.post(f"{url}ask_extension", {**fields, "limit": "5"})
    assert far.status_code == 422
    assert "100 %" in str(far.context["form"].errors["limit"])
    until = (timezone.localdate() + timedelta(days=366)).isoformat()
    long = client.post(f"{url}ask_suspension", {**REASON, "until": until})
    assert "365" in str(long.context["form"].errors["until"])
    assert Case.objects.get(pk=case.pk).pending == ""


def test_the_suggested_unit_is_chosen_already_and_says_why(city: City, at_desk: Seated) -> None:
    from datetime import date

    from linli.catalogue.models import Responsibility

    home = city.districts[0]
    Responsibility.objects.create(
        case_class=city.case_class, kind="event", major_code="01", region=home.street,
        unit=home.utility, role="lead", valid_from=date(2020, 1, 1),
    )  # fmt: skip
    case = make_case(city, "file")
    page = at_desk(home.user("street_dispatcher")).get(f"/desk/cases/{case.number}/moves/dispatch")
    form = page.context["form"]
    assert form.chosen_units == {str(home.utility.pk)}
    assert form.units.suggested[0].note in page.content.decode()
    assert city.case_class.code in form.units.suggested[0].note
    assert home.utility.name in form.units.suggested[0].note


def test_the_slower_of_two_is_shown_what_changed(city: City, at_desk: Seated) -> None:
    case = make_case(city, "file")
    home = city.districts[0]
    client = at_desk(home.user("street_dispatcher"))
    seen = case.event_count
    services.amend(
        case_id=case.pk, actor=home.user("street_chief"), now=timezone.now(), opinion="更正地址",
        address="二号楼",
    )  # fmt: skip
    url = f"/desk/cases/{case.number}/moves/dispatch"
    fields = {"unit": str(home.department.pk), "seen": str(seen)}
    answer = client.post(url, fields)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "更正地址" in text
    assert Case.objects.get(pk=case.pk).stage == "filed"
    again = client.post(url, fields | {"seen": str(answer.context["form"].data["seen"])})
    assert again.status_code == 302


def test_a_second_click_makes_no_second_move(city: City, at_desk: Seated) -> None:
    case = make_case(city, "file")
    home = city.districts[0]
    client = at_desk(home.user("street_dispatcher"))
    fields = {"unit": str(home.department.pk), "seen": str(case.event_count)}
    url = f"/desk/cases/{case.number}/moves/dispatch"
    assert client.post(url, fields).status_code == 302
    assert client.post(url, fields).status_code == 409
    assert CaseEvent.objects.filter(case_id=case.pk, move="dispatch").count() == 1


def test_a_move_that_is_not_open_says_so_and_offers_no_form(city: City, at_desk: Seated) -> None:
    case = make_case(city)
    client = at_desk(city.districts[0].user("street_dispatcher"))
    page = client.get(f"/desk/cases/{case.number}/moves/dispatch")
    assert "is not open there" in page.content.decode()
    assert '<button class="btn btn-primary">' not in page.content.decode()
    assert client.get(f"/desk/cases/{case.number}/moves/fly").status_code == 404


def test_a_move_of_others_is_refused_in_the_form(city: City, at_desk: Seated) -> None:
    case = make_case(city, "file")
    home = city.districts[0]
    client = at_desk(home.user("street_leader"))
    answer = client.post(
        f"/desk/cases/{case.number}/moves/dispatch", {"unit": str(home.department.pk)}
    )
    assert answer.status_code == 422
    assert "do not allow" in answer.content.decode()


def test_after_a_move_the_next_case_of_the_queue_opens(city: City, at_desk: Seated) -> None:
    first, second = make_case(city, "file"), make_case(city, "file")
    home = city.districts[0]
    client = at_desk(home.user("street_dispatcher"))
    fields = {"unit": str(home.department.pk), "queue": "to_dispatch"}
    for case, leads_to in (
        (first, f"/desk/cases/{second.number}/?queue=to_dispatch"),
        (second, "/desk/"),
    ):
        answer = client.post(
            f"/desk/cases/{case.number}/moves/dispatch", fields | {"seen": str(case.event_count)}
        )
        assert answer["Location"] == leads_to


def test_in_a_dialog_only_the_form_is_answered(city: City, at_desk: Seated) -> None:
    case = make_case(city, "file")
    home = city.districts[0]
    client = at_desk(home.user("street_dispatcher"))
    url = f"/desk/cases/{case.number}/moves/dispatch"
    htmx = {"hx-request": "true"}
    assert "<html" not in client.get(url, headers=htmx).content.decode()
    wrong = client.post(url, {"unit": "999999"}, headers=htmx)
    assert wrong.status_code == 422
    assert "<html" not in wrong.content.decode()
    done = client.post(url, {"unit": str(home.department.pk)}, headers=htmx)
    assert done.status_code == 204
    assert f"/desk/cases/{case.number}/" in done["HX-Location"]


def test_every_kind_of_input_has_a_maker(city: City) -> None:
    from linli.desk.forms.moves import _MAKERS

    assert {i.kind for row in rules.MOVES.values() for i in row.inputs} <= set(_MAKERS)
    case = make_case(city)
    assert form_for("file", case, city.districts[0].user("street_chief")).parts()


def test_every_move_says_what_it_does_in_both_languages() -> None:
    for move in rules.MOVES:
        with translation.override("en"):
            english = str(about(move))
        with translation.override("zh-hans"):
            chinese = str(about(move))
        assert english.endswith("."), move
        assert chinese.endswith("。"), move
