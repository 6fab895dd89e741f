"""Every page of the desk opens for its people, costs little and shows nobody what is not theirs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from linli.cases import queries
from linli.cases.queries import reading
from linli.cases.queries.badges import waiting_for
from linli.cases.rules.filters import CaseFilter
from linli.desk.queries import inbox
from linli.notices.models import Notice
from tests.cases.city import City
from tests.conftest import NOW
from tests.desk.conftest import Seated
from tests.desk.lives import PHONE, make_case, make_report

pytestmark = pytest.mark.django_db

#: Questions for the version of something held in memory: one row by its key, or none where the
#: process hears of changes (territory).
VERSIONS = ("territory_territorystate", "catalogue_cataloguestate", "staff_staffstate")


def cost(client: Client, url: str) -> list[str]:
    """The queries of a page once everything kept in memory is there."""
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(url)
    assert answer.status_code == 200
    texts = [query["sql"] for query in seen.captured_queries]
    return [t for t in texts if not any(name in t for name in VERSIONS)]


def test_the_inbox_shows_each_queue_with_the_count_of_its_list(city: City, at_desk: Seated) -> None:
    for upto in ("", "", "file", "dispatch"):
        make_case(city, upto)
    user = city.districts[0].user("street_chief")
    page = at_desk(user).get("/desk/")
    assert page.status_code == 200
    now = page.context["now"]
    shown = {q.name: q for q in page.context["queues"]}
    assert shown["to_file"].count == 2
    for name, queue in shown.items():
        count, exact = queries.count_for(user, CaseFilter(queue=name), now=now)
        assert (queue.count, True) == (count, exact), name
        assert len(queue.rows) == min(queue.count, inbox.ROWS_SHOWN)
    nav = waiting_for(city.districts[0].user("street_chief"))
    assert nav["inbox"] == sum(q.count for q in shown.values() if q.name != "late")


def test_the_list_costs_at_most_eight_queries(city: City, at_desk: Seated) -> None:
    for _i in range(4):
        make_case(city, "file")
    client = at_desk(city.districts[0].user("street_dispatcher"))
    url = "/desk/cases/?stage=filed&class=E0102&since=2026-03-01&until=2026-03-31"
    queries_made = cost(client, url)
    assert len(queries_made) <= 8, "\n\n".join(queries_made)


def test_the_list_costs_the_same_for_more_rows(city: City, at_desk: Seated) -> None:
    client = at_desk(city.districts[0].user("street_dispatcher"))
    make_case(city, "file")
    few = len(cost(client, "/desk/cases/"))
    for _i in range(5):
        make_case(city, "file")
    assert len(cost(client, "/desk/cases/")) == few


def test_the_case_page_costs_little(city: City, at_desk: Seated) -> None:
    case = make_case(city, "check")
    client = at_desk(city.districts[0].user("street_chief"))
    made = cost(client, f"/desk/cases/{case.number}/")
    assert len(made) <= 14, "\n\n".join(made)


@pytest.mark.parametrize("upto", ["", "file", "dispatch", "accept", "report_back",
                                  "request_check", "check", "close"])  # fmt: skip
def test_a_case_page_and_its_sheet_open_at_every_stage(
    city: City, at_desk: Seated, upto: str
) -> None:
    case = make_case(city, upto)
    client = at_desk(city.districts[0].user("street_operator"))
    page = client.get(f"/desk/cases/{case.number}/")
    assert page.status_code == 200
    assert len(page.context["steps"]) == 7
    sheet = client.get(f"/desk/cases/{case.number}/print/").content.decode()
    assert case.number in sheet
    assert sheet.count('class="case-step case-step-') == 7
    for words in ("Timing grade", "Reporter", "Component"):  # standards §5.3
        assert f">{words}<" in sheet
    if upto == "report_back":
        assert "compare" not in page.content.decode()  # the report had no photo


def test_a_case_of_another_district_is_not_there(city: City, at_desk: Seated) -> None:
    case = make_case(city, "file")
    client = at_desk(city.districts[1].user("street_chief"))
    for url in (
        f"/desk/cases/{case.number}/",
        f"/desk/cases/{case.number}/print/",
        f"/desk/cases/{case.number}/sheet.pdf",
        f"/desk/cases/{case.number}/moves/dispatch",
        f"/cases/{case.number}/files/1",
    ):
        assert client.get(url).status_code == 404, url
    assert client.post(f"/desk/cases/{case.number}/moves/void", {"opinion": "x"}).status_code == 404
    assert case.number not in client.get("/desk/cases/").content.decode()
    found = client.get("/desk/search", {"q": case.number})
    assert found.status_code == 200
    assert f"/desk/cases/{case.number}/" not in found.content.decode()


def test_those_without_the_grant_see_no_page(city: City, at_desk: Seated) -> None:
    handler = at_desk(city.districts[0].user("handler"))
    assert handler.get("/desk/intake/").status_code == 403
    assert handler.get("/desk/cases/export.csv").status_code == 403
    assert Client().get("/desk/").status_code == 302


def test_nobody_but_those_who_call_back_reads_who_reported(city: City, at_desk: Seated) -> None:
    case = make_case(city, "accept")
    home = city.districts[0]
    for who in ("street_chief", "street_dispatcher", "handler", "street_leader"):
        text = at_desk(home.user(who)).get(f"/desk/cases/{case.number}/").content.decode()
        assert PHONE not in text
        assert "138****" not in text
        assert "王小明" not in text
    operator = at_desk(home.user("street_operator"))
    text = operator.get(f"/desk/cases/{case.number}/").content.decode()
    assert "138****1234" in text
    assert PHONE not in text
    assert "王小明" not in text


def test_a_number_is_shown_for_a_purpose_and_the_look_is_logged(
    city: City, at_desk: Seated
) -> None:
    from linli.audit.models import AccessLog

    case = make_case(city)
    url = f"/desk/cases/{case.number}/reports/1/contact"
    operator = at_desk(city.districts[0].user("street_operator"))
    page = operator.get(f"/desk/cases/{case.number}/").content.decode()
    assert '<option value="call_back">' in page
    refused = operator.post(url, {"purpose": ""}, headers={"hx-request": "true"})
    assert refused.status_code == 422
    assert PHONE not in refused.content.decode()
    assert not AccessLog.objects.filter(action="cases.contact_shown").exists()
    shown = operator.post(url, {"purpose": "call_back"}, headers={"hx-request": "true"})
    assert PHONE in shown.content.decode()
    entry = AccessLog.objects.get(action="cases.contact_shown")
    assert (entry.purpose, entry.object_id) == ("call_back", case.number)
    chief = at_desk(city.districts[0].user("street_chief"))
    assert chief.post(url, {"purpose": "call_back"}).status_code == 403


def test_files_are_shown_to_those_who_see_the_case(city: City, at_desk: Seated) -> None:
    case = make_case(city, "report_back")
    client = at_desk(city.districts[0].user("street_chief"))
    for url in (f"/cases/{case.number}/files/1", f"/cases/{case.number}/files/1/thumb"):
        answer = client.get(url)
        assert answer["Content-Type"] == "image/jpeg"
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
    assert client.get(f"/cases/{case.number}/files/9").status_code == 404


def test_the_search_box_leads_straight_to_a_case(city: City, at_desk: Seated) -> None:
    case = make_case(city, "file")
    client = at_desk(city.districts[0].user("street_chief"))
    for typed in (case.number, case.number.replace("-", "")):
        assert client.get("/desk/search", {"q": typed})["Location"] == f"/desk/cases/{case.number}/"
    wrong = case.number[:-1] + str((int(case.number[-1]) + 1) % 10)
    assert "check digit" in client.get("/desk/search", {"q": wrong}).content.decode()
    found = client.get("/desk/search", {"q": "垃圾"}).content.decode()
    assert case.number in found
    assert "E0102" in found


def test_notices_are_read_one_by_one_and_all_at_once(city: City, at_desk: Seated) -> None:
    case = make_case(city, "dispatch")
    user = city.districts[0].user("handler")
    client = at_desk(user)
    notice = Notice.objects.get(user=user)
    assert case.number in client.get("/desk/notices/").content.decode()
    opened = client.post(f"/desk/notices/{notice.pk}/open", {"url": notice.url})
    assert opened["Location"] == notice.url
    notice.refresh_from_db()
    assert notice.read_at is not None
    elsewhere = client.post(f"/desk/notices/{notice.pk}/open", {"url": "//evil.example/"})
    assert elsewhere["Location"] == "/desk/notices/"
    make_case(city, "dispatch")
    client.post("/desk/notices/read", {"until": str(Notice.objects.latest("pk").pk)})
    assert not Notice.objects.filter(user=user, read_at=None).exists()


def test_similar_open_cases_stand_on_the_page_before_filing(city: City, at_desk: Seated) -> None:
    first, second = make_report(city).case, make_report(city).case
    client = at_desk(city.districts[0].user("street_chief"))
    page = client.get(f"/desk/cases/{second.number}/")
    assert [one.case.pk for one in page.context["similar"]] == [first.pk]
    assert first.reported_at == NOW


def test_a_case_says_whose_turn_it_is(city: City, at_desk: Seated) -> None:
    unit = city.districts[0].department.label
    turns = {
        "": "street|File",
        "file": "street|Dispatch",
        "dispatch": f"{unit}|Accept",
        "accept": f"{unit}|Report back",
        "report_back": "street|Ask for a check",
        "check": "street|Close",
        "close": "the reporter|Rate",
    }
    for upto, expected in turns.items():
        case = make_case(city, upto)
        who, what = expected.split("|")
        with translation.override("en"):
            said = reading.waits_for(case)
        assert said.endswith(f": {what}."), (upto, said)
        assert (who if who != "street" else case.centre.label) in said, (upto, said)
