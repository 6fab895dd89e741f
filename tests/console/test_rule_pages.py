"""Catalogue, calendar, settings and the log on pages."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from linli.audit.models import AccessLog
from linli.audit.services import seal_log
from linli.cases import queries as cases
from linli.catalogue.models import (
    CalendarDay,
    CaseClass,
    FilingCondition,
    Responsibility,
    StageLimit,
    WorkingHours,
)
from linli.catalogue.services import export_sheet
from tests.console.conftest import City, Person
from tests.console.test_ground_pages import upload
from tests.console.test_people_pages import words

pytestmark = pytest.mark.django_db


def test_a_class_is_added_with_a_condition_and_its_history(system: Person, city: City) -> None:
    add = reverse("console:add_class") + f"?edition={city.edition.pk}"
    values = {
        "kind": "event", "major_code": "1", "major_name": "市容环境", "minor_code": "09",
        "name": "污水横流", "active": "on",
    }  # fmt: skip
    answer = system.client.post(add, values)
    assert (answer.status_code, *answer.context["form"].errors) == (422, "major_code")
    page = system.client.post(add, {**values, "major_code": "01"})["Location"]
    made = CaseClass.objects.get(code="E0109")
    bare = system.client.get(reverse("console:classes") + "?state=bare").context["table"].rows
    assert [row.cells[1].text for row in bare] == ["E0109"]
    more = reverse("console:add_condition", args=[made.pk])
    limits = {
        "number": "1", "filing_text": "路面有污水", "closing_text": "清理", "limit_a": "0",
        "unit_a": "work_hour", "limit_b": "6", "unit_b": "work_hour", "limit_c": "1",
        "unit_c": "work_day", "urgent_limit": "2", "urgent_unit": "", "valid_from": "2026-01-01",
    }  # fmt: skip
    answer = system.client.post(more, limits)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"limit_a", "urgent_unit"}
    limits |= {"limit_a": "4", "urgent_unit": "urgent_hour"}
    assert system.client.post(more, limits).status_code == 302
    condition = FilingCondition.objects.get(case_class=made)
    edit = reverse("console:condition", args=[condition.pk])
    assert system.client.post(edit, {**limits, "limit_b": "8"}).status_code == 302
    condition.refresh_from_db()
    assert condition.limit_b == 8
    assert "6.00 → 8.00" in words(system.client.get(edit))
    shown = words(system.client.get(page))
    assert "8 working hours" in shown
    assert "2 urgent hours" in shown
    system.client.post(reverse("console:retire_condition", args=[condition.pk]))
    condition.refresh_from_db()
    assert condition.valid_to == timezone.localdate()


def test_a_class_is_retired_and_filtered(system: Person, city: City) -> None:
    page = reverse("console:class", args=[city.case_class.pk])
    values = {"name": "暴露垃圾", "major_name": "市容环境", "active": ""}
    assert system.client.post(page, values).status_code == 302
    assert "yes → no" in words(system.client.get(page))
    url = reverse("console:classes")
    assert system.client.get(f"{url}?state=retired&kind=event&major=E01").context["table"].rows
    assert not system.client.get(f"{url}?state=active").context["table"].rows
    assert system.client.get(f"{url}?edition=999999").status_code == 404


def test_editions_are_added_and_changed(system: Person, city: City) -> None:
    values = {"code": "city-2027", "name": "市标 2027", "valid_from": "2027-01-01", "source": "s"}
    assert system.client.post(reverse("console:add_edition"), values).status_code == 302
    rows = system.client.get(reverse("console:editions")).context["table"].rows
    assert rows[0].cells[0].text == "市标 2027"
    edit = reverse("console:edition", args=[city.edition.pk])
    system.client.post(edit, {"name": "换名", "valid_from": "2026-01-01"})
    assert "test → 换名" in words(system.client.get(edit))


def test_a_unit_becomes_responsible_and_the_tester_says_who_would_get_it(
    system: Person, city: City
) -> None:
    add = reverse("console:add_responsible")
    values = {
        "case_class": "E0102", "region": city.district.code, "unit": city.unit.pk, "role": "lead",
        "valid_from": "2026-01-01",
    }  # fmt: skip
    answer = system.client.post(add, {**values, "case_class": "", "major": ""})
    assert (answer.status_code, *answer.context["form"].errors) == (422, "case_class")
    page = system.client.post(add, values)["Location"]
    ask = reverse("console:responsibility") + "?ask_class=E0102&ask_region=" + city.community.code
    suggested = system.client.get(ask).context["suggested"]
    assert [one.unit_id for one in suggested] == [city.unit.pk]
    assert "Lead unit for" in words(system.client.get(ask))
    soon = (timezone.localdate() + timedelta(days=9)).isoformat()
    system.client.post(page, {"valid_to": soon, "legal_basis": "条例"})
    assert f"— → {soon}" in words(system.client.get(page))
    overview = system.client.get(reverse("console:overview")).context["found"]
    assert [one.number for one in overview if "Responsibilities" in one.title] == [1]
    answer = system.client.post(page, {"valid_to": "2025-01-01"})
    assert (answer.status_code, *answer.context["form"].errors) == (422, "valid_to")
    system.client.post(f"{page}end")
    assert Responsibility.objects.get().valid_to == timezone.localdate()
    assert not system.client.get(ask).context["suggested"]
    major = {**values, "case_class": "", "major": "E01"}
    assert system.client.post(add, major).status_code == 302
    assert system.client.get(ask).context["suggested"]


def test_desk_times_are_kept_with_history(system: Person, city: City) -> None:
    values = {
        "stage": "filed", "urgency": "normal", "amount": "0", "unit": "work_minute",
        "valid_from": "2026-01-01",
    }  # fmt: skip
    add = reverse("console:add_stage_limit")
    answer = system.client.post(add, values)
    assert (answer.status_code, *answer.context["form"].errors) == (422, "amount")
    assert system.client.post(add, {**values, "amount": "15"}).status_code == 302
    page = reverse("console:stage_limit", args=[StageLimit.objects.get().pk])
    assert system.client.post(page, {"amount": "20", "unit": "work_minute"}).status_code == 302
    assert "15.00 → 20.00" in words(system.client.get(page))


def test_the_calendar_is_edited_and_says_what_it_does_not_know(system: Person) -> None:
    year = timezone.localdate().year
    url = reverse("console:calendar", args=[year])
    assert f"holidays of {year}" in words(system.client.get(url))
    system.client.post(reverse("console:seed_year", args=[2026]))
    assert CalendarDay.objects.get(on=date(2026, 10, 1)).is_workday is False
    answer = system.client.post(reverse("console:seed_year", args=[2098]), follow=True)
    assert "not published" in words(answer)
    day = reverse("console:calendar_day", args=["2026-10-10"])
    system.client.post(day, {"is_workday": "no", "name": "休"})
    assert "yes → no" in words(system.client.get(day))
    system.client.post(reverse("console:remove_day", args=["2026-10-10"]))
    assert not CalendarDay.objects.filter(on=date(2026, 10, 10)).exists()
    assert system.client.get(reverse("console:calendar_day", args=["soon"])).status_code == 404
    assert system.client.get(reverse("console:calendar", args=[1999])).status_code == 404
    answer = system.client.post(day, {"is_workday": "maybe"})
    assert (answer.status_code, *answer.context["form"].errors) == (422, "is_workday")


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("08:00–12:00, 14:00–18:00", [["08:00", "12:00"], ["14:00", "18:00"]]),
        ("8:30-11:30；13：30至17：30", [["08:30", "11:30"], ["13:30", "17:30"]]),
    ],
)
def test_working_hours_are_read_as_people_write_them(
    system: Person, text: str, slots: list[list[str]]
) -> None:
    asked = {"valid_from": "2026-07-01", "slots": text}
    assert system.client.post(reverse("console:hours"), asked).status_code == 302
    assert WorkingHours.objects.get().slots == slots


@pytest.mark.parametrize("text", ["morning", "08:00-12:00 and a bit", "14:00-12:00", "8-12"])
def test_hours_that_are_none_are_refused_at_the_field(system: Person, text: str) -> None:
    asked = {"valid_from": "2026-07-01", "slots": text}
    answer = system.client.post(reverse("console:hours"), asked)
    assert (answer.status_code, *answer.context["form"].errors) == (422, "slots")


def test_a_sheet_is_exported_changed_previewed_and_committed(system: Person, city: City) -> None:
    url = reverse("console:export_sheet", args=[city.edition.pk, "csv"])
    body = system.client.get(url).content.decode("utf-8-sig")
    assert system.client.get(url.replace("csv", "xlsx")).content[:2] == b"PK"
    changed = body.replace("清理干净", "彻底清理") + body.splitlines()[1].replace(
        "成堆 1", "成片"
    ).replace("4工作时", "很快")
    asked = {
        "edition": city.edition.pk, "kind": "", "plain_is_working": "yes",
        "file": upload("s.csv", changed),
    }  # fmt: skip
    here = system.client.post(reverse("console:sheet"), asked)["Location"]
    report = system.client.get(here).context["report"]
    assert (report["changed_conditions"], report["rejected"]) == (1, 1)
    assert FilingCondition.objects.get().closing_text == "清理干净"
    left_out = system.client.get(here + "rejected.csv").content.decode("utf-8-sig")
    assert "很快" in left_out
    assert len(list(csv.reader(io.StringIO(left_out)))) == 2
    system.client.post(here)
    assert FilingCondition.objects.get().closing_text == "彻底清理"
    assert "s.csv" in words(system.client.get(reverse("console:sheet")))
    assert export_sheet(edition=city.edition, on=timezone.localdate(), form="csv")


@pytest.mark.parametrize("data", [b"PK\x03\x04broken", b"\x00\xff\xfe", b"no header\n1\n"])
def test_a_sheet_that_is_none_is_refused_at_the_field(
    system: Person, city: City, data: bytes
) -> None:
    asked = {
        "edition": city.edition.pk, "kind": "", "plain_is_working": "yes",
        "file": upload("s.xlsx", data),
    }  # fmt: skip
    answer = system.client.post(reverse("console:sheet"), asked)
    assert (answer.status_code, *answer.context["form"].errors) == (422, "file")


def test_the_numbers_of_cases_are_set_within_bounds_and_remembered(system: Person) -> None:
    page = reverse("console:settings")
    shown = {
        name: str(value) for name, value in system.client.get(page).context["form"].initial.items()
    }
    answer = system.client.post(page, {**shown, "rating_days": "0"})
    assert (answer.status_code, *answer.context["form"].errors) == (422, "rating_days")
    assert system.client.post(page, {**shown, "rating_days": "14"}).status_code == 302
    assert cases.settings().rating_days == 14
    assert "7 → 14" in words(system.client.get(page))


def test_the_log_is_filtered_and_reading_it_is_logged(audit: Person, system: Person) -> None:
    system.client.post(
        reverse("console:open_account"),
        {"name": "新人", "username": "xinren", "language": "zh-hans"},
    )
    url = reverse("console:log")
    rows = (
        audit.client.get(f"{url}?who=系统管理员&action=staff.account_opened").context["table"].rows
    )
    assert [row.cells[1].text for row in rows] == ["系统管理员"]
    assert AccessLog.objects.filter(action="audit.read", user_id=audit.user.pk).exists()
    assert "Nobody has this name" in words(audit.client.get(f"{url}?who=没有这个人"))
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert not audit.client.get(f"{url}?since={tomorrow}").context["table"].rows
    assert audit.client.get(f"{url}?cursor=x").status_code == 400
    signs = audit.client.get(reverse("console:sign_ins") + "?action=staff.sign_in_failed")
    assert not signs.context["table"].rows


def test_the_log_is_exported_whole(audit: Person) -> None:
    answer = audit.client.get(reverse("console:export_log") + "?action=audit.exported")
    body = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a stream
    rows = list(csv.reader(io.StringIO(body)))
    assert rows[0][:3] == ["No.", "Time", "Who"]
    assert [row[2] for row in rows[1:]] == ["审计管理员"]


def test_seals_are_verified_and_a_changed_entry_shows(audit: Person, monkeypatch: Any) -> None:
    audit.client.get(reverse("console:log"))
    seal_log(now=timezone.now())
    page = reverse("console:seals")
    assert "The seals hold" in words(audit.client.post(page))
    with monkeypatch.context() as patched:
        patched.setattr("linli.audit.queries.digest_of", lambda *_entries: b"x")
        assert "A seal is broken" in words(audit.client.post(page))
    assert AccessLog.objects.filter(action="audit.verified").count() == 2


def test_the_log_pages_by_keyset_with_few_questions(
    audit: Person, django_assert_max_num_queries: Any
) -> None:
    for _time in range(60):
        audit.client.get(reverse("console:log"))
    first = audit.client.get(reverse("console:log"))
    with django_assert_max_num_queries(8):
        second = audit.client.get(reverse("console:log") + first.context["table"].older)
    assert len(first.context["table"].rows) == 50
    assert len(second.context["table"].rows) >= 11


def test_no_page_writes_script_or_style_into_its_html(
    system: Person, security: Person, audit: Person, city: City
) -> None:
    for person, names in (
        (system, ("overview", "units", "regions", "classes", "calendar_now", "imports", "sheet")),
        (security, ("accounts", "posts", "duties", "tokens")),
        (audit, ("log", "sign_ins", "seals")),
    ):
        for name in names:
            html = person.client.get(reverse(f"console:{name}"), follow=True).content.decode()
            assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*src)", html), name
