"""Discovery, services and requests as the specification has them, for strangers and for keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client
from django.utils import timezone

from linli.cases import services as cases
from linli.cases.models import Case
from linli.catalogue.models import CaseClass
from tests.cases.city import City
from tests.open311 import shapes
from tests.open311.conftest import ALL, Caller, app_key, ask, moved, serve, staff_key

NOW = timezone.now


def fits(shape: Any, value: Any) -> None:
    jsonschema_rs.validator_for(shape).validate(value)


def test_discovery_names_the_endpoint_in_both_forms(caller: Caller, city: City) -> None:
    found = caller.read("discovery")
    fits(shapes.DISCOVERY, found)
    assert found["endpoints"][0]["url"] == "http://testserver/open311/v2"
    assert found["changeset"] <= NOW().astimezone().isoformat()


def test_the_changeset_moves_with_the_catalogue_and_with_questions(
    caller: Caller, city: City
) -> None:
    from django.apps import apps

    from linli.open311.services.setting import save_attribute
    from linli.staff.queries import system_actor

    day = timedelta(days=1)
    for tracked in ("CaseClassEvent", "EditionEvent"):
        apps.get_model("catalogue", tracked)._default_manager.update(pgh_created_at=NOW() - day)
    before = caller.read("discovery")["changeset"]
    assert before < _utc(NOW() - timedelta(hours=23))
    asked_at = NOW() - timedelta(hours=1)
    save_attribute(
        actor=system_actor(), row=None, now=asked_at, class_code="E0102", code="N",
        datatype="number", order=1, description="几堆",
    )  # fmt: skip
    asked = timezone.localtime(asked_at).isoformat(timespec="seconds")
    assert caller.read("discovery")["changeset"] == asked
    CaseClass.objects.filter(code="E0401").update(public=False)
    assert caller.read("discovery")["changeset"] > asked


def test_services_are_the_classes_that_residents_may_report(caller: Caller, city: City) -> None:
    ask()
    found = caller.read("services")
    fits(shapes.SERVICES, found)
    assert {row["service_code"]: row["metadata"] for row in found} == {
        "E0102": True, "E0401": False,
    }  # fmt: skip
    assert found[0]["service_name"] == "Exposed rubbish"
    CaseClass.objects.filter(code="E0401").update(public=False)
    assert [row["service_code"] for row in caller.read("services")] == ["E0102"]


def test_a_definition_tells_every_type_of_question(caller: Caller, city: City) -> None:
    ask()
    ask(code="WHEN", datatype="datetime", order=2, required=False)
    ask(code="TELL", datatype="text", order=3, variable=False, required=False)
    ask(code="KIND", datatype="multivaluelist", order=4, values=[["a", "甲", "A"], ["b", "乙", ""]])
    found = caller.read("services/E0102")
    fits(shapes.DEFINITION, found)
    assert [row["order"] for row in found["attributes"]] == [1, 2, 3, 4]
    assert found["attributes"][3]["values"] == [
        {"key": "a", "name": "A"}, {"key": "b", "name": "乙"},
    ]  # fmt: skip


def test_strangers_read_class_day_and_rounded_place_of_filed_cases(
    caller: Caller, city: City
) -> None:
    number = caller.report(city, first_name="Wei", last_name="Li", phone="13800001111")[
        "service_request_id"
    ]
    assert caller.read("requests") == []
    case = moved(city, number, "file", "dispatch")
    rows = caller.read("requests")
    fits(shapes.REQUESTS, rows)
    (row,) = rows
    assert row["service_request_id"] == number
    assert row["status"] == "open"
    assert row["description"] is None
    assert row["requested_datetime"][10:] == "T00:00:00+08:00"
    assert case.place is not None
    assert (row["lat"], row["long"]) != (case.place.y, case.place.x)
    assert row["agency_responsible"] == city.districts[0].department.name
    assert row["expected_datetime"] is not None
    text = caller.get("requests").content.decode()
    for words in ("垃圾堆在路边", "Wei", "13800001111"):
        assert words not in text


def test_a_key_reads_its_own_reports_whole_and_others_as_a_stranger(
    client: Client, caller: Caller, city: City
) -> None:
    number = caller.report(city)["service_request_id"]
    (own,) = caller.read("requests", api_key=caller.key)
    assert own["description"] == "垃圾堆在路边"
    assert own["lat"] == 31.005
    other = app_key(city)
    assert caller.read("requests", api_key=other) == []
    assert caller.read(f"requests/{number}", api_key=other)[0]["description"] is None


def test_a_key_with_the_grant_reads_what_its_post_sees(caller: Caller, city: City) -> None:
    here = caller.report(city)["service_request_id"]
    there = caller.report(city, 1)["service_request_id"]
    rows = caller.read("requests", api_key=staff_key(city))
    assert [row["service_request_id"] for row in rows] == [here]
    assert caller.get(f"requests/{there}", api_key=staff_key(city)).status_code == 404
    assert caller.read(f"requests/{there}", api_key=staff_key(city, 1))[0]["description"]


def test_a_solved_case_is_closed_with_its_time_and_the_picture_of_the_result(
    caller: Caller, city: City, client: Client
) -> None:
    number = caller.report(city)["service_request_id"]
    case = moved(city, number, *ALL)
    assert case.closed_at is not None
    (row,) = caller.read("requests", status="closed")
    assert (row["status"], row["status_notes"]) == ("closed", "Solved")
    assert row["updated_datetime"] == timezone.localtime(case.closed_at).isoformat(
        timespec="seconds"
    )
    picture = client.get(row["media_url"])
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert b"".join(picture.streaming_content)[:2] == b"\xff\xd8"
    assert caller.read("requests", status="open") == []


def test_a_report_is_found_by_its_number_before_it_is_filed_and_after_it_is_dismissed(
    caller: Caller, city: City
) -> None:
    number = caller.report(city)["service_request_id"]
    (row,) = caller.read(f"requests/{number}")
    assert (row["status"], row["description"]) == ("open", None)
    moved(city, number, "dismiss")
    (row,) = caller.read(f"requests/{number}")
    assert (row["status"], row["status_notes"]) == ("closed", "Not accepted")
    assert caller.get("requests/20260310-000999-1").status_code == 404


def test_what_came_another_way_and_is_not_filed_is_nobodys_to_look_up(
    caller: Caller, city: City
) -> None:
    filed = cases.report(
        description="别人说的", place=city.districts[0].place(), channel="portal",
        case_class="E0102", now=NOW(),
    )  # fmt: skip
    assert caller.get(f"requests/{filed.case.number}").status_code == 404


def test_a_class_about_persons_is_shown_to_its_sender_alone(caller: Caller, city: City) -> None:
    CaseClass.objects.filter(code="E0102").update(code="E0601", major_code="06", minor_code="01")
    place = city.districts[0].place()
    row = caller.post(
        "requests", service_code="E0601", lat=place.lat, long=place.lon, description="x"
    ).json()[0]
    number = row["service_request_id"]
    assert caller.get(f"requests/{number}").status_code == 404
    assert caller.read(f"requests/{number}", api_key=caller.key)[0]["service_code"] == "E0601"


def test_a_number_overrides_every_other_filter(caller: Caller, city: City) -> None:
    first = caller.report(city)["service_request_id"]
    second = caller.report(city, grid=1)["service_request_id"]
    rows = caller.read(
        "requests", service_request_id=f"{second},{first},nonsense", status="closed",
        service_code="E0401", start_date="2001-01-01T00:00:00Z",
    )  # fmt: skip
    assert [row["service_request_id"] for row in rows] == [second, first]


def test_filters_narrow_and_what_is_empty_counts_as_left_out(caller: Caller, city: City) -> None:
    number = caller.report(city)["service_request_id"]
    moved(city, number, "file")
    every = caller.read("requests")
    assert caller.read("requests", status="", service_code="", start_date="", page="") == every
    assert caller.read("requests", status="open,closed", service_code="E0102,E0401") == every
    assert caller.read("requests", service_code="E0401") == []
    assert caller.read("requests", end_date="2020-01-01T00:00:00Z") == []
    box = "121.002,31.004,121.003,31.006"
    assert caller.read("requests", bbox=box) == every
    assert caller.read("requests", bbox="121.012,31.004,121.013,31.006") == []
    tomorrow = (NOW() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert caller.read("requests", updated_after=tomorrow) == []
    for ago in (timedelta(minutes=5), timedelta(days=30)):  # by events, and by the list
        since = (NOW() - ago).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert caller.read("requests", updated_after=since) == every
    assert caller.read("requests", updated_before=tomorrow) == every


def test_no_box_and_no_hour_brings_out_more_than_is_shown(caller: Caller, city: City) -> None:
    """A stranger who asks with ever smaller boxes and spans finds what is shown, never what is."""
    number = caller.report(city)["service_request_id"]
    case = moved(city, number, "file")
    assert case.place is not None
    x, y, e = case.place.x, case.place.y, 0.000004
    (row,) = caller.read("requests")
    shown = f"{row['long'] - e},{row['lat'] - e},{row['long'] + e},{row['lat'] + e}"
    assert len(caller.read("requests", bbox=shown)) == 1
    assert caller.read("requests", bbox=f"{x - e},{y - e},{x + e},{y + e}") == []
    at = case.reported_at
    around = {"start_date": _utc(at - timedelta(seconds=1)), "end_date": _utc(at)}
    assert caller.read("requests", **around) == []
    day = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    assert len(caller.read("requests", start_date=_utc(day), end_date=_utc(day))) == 1
    own = caller.read("requests", api_key=caller.key, start_date=_utc(at - timedelta(seconds=1)),
                      end_date=_utc(at + timedelta(seconds=1)))  # fmt: skip
    assert len(own) == 1


def _utc(at: Any) -> str:
    return timezone.localtime(at).isoformat()


def test_pages_lead_through_everything_once(caller: Caller, city: City) -> None:
    numbers = [caller.report(city, description=f"第{i}堆")["service_request_id"] for i in range(5)]
    for number in numbers:
        moved(city, number, "file")
    found = [
        row["service_request_id"]
        for page in (1, 2, 3, 4)
        for row in caller.read("requests", page=page, page_size=2)
    ]
    assert found == numbers[::-1]


def test_a_list_costs_the_same_however_long(
    caller: Caller, city: City, django_assert_max_num_queries: Any
) -> None:
    for i in range(3):
        moved(city, caller.report(city, description=f"第{i}堆")["service_request_id"], *ALL)
    with django_assert_max_num_queries(5):
        assert len(caller.get("requests").json()) == 3
    with django_assert_max_num_queries(10):
        assert len(caller.get("requests", api_key=caller.key, extensions="true").json()) == 3


def test_extensions_tell_answers_and_story(caller: Caller, city: City) -> None:
    ask()
    number = caller.report(city, **{"attribute[HOWMANY]": "3"})["service_request_id"]
    moved(city, number, "file", "dispatch", "accept", "report_back")
    (own,) = caller.read(f"requests/{number}", extensions="true", api_key=caller.key)
    assert own["attributes"] == [{"code": "HOWMANY", "name": "How many", "value": "3"}]
    assert [note["type"] for note in own["notes"]] == [
        "report", "file", "dispatch", "accept", "report_back",
    ]  # fmt: skip
    assert own["notes"][-1]["description"].endswith("已清理")
    (other,) = caller.read(f"requests/{number}", extensions="true")
    assert other["attributes"] == []
    assert not any("已清理" in note["description"] for note in other["notes"])
    assert "report" not in [note["type"] for note in other["notes"]]
    assert other["extended_attributes"]["stage"] == "handled"


def test_a_merged_report_follows_the_case_it_was_joined_to(caller: Caller, city: City) -> None:
    first = caller.report(city)["service_request_id"]
    second = caller.report(city, description="同一堆垃圾")["service_request_id"]
    operator = city.districts[0].user("street_operator")
    cases.perform(
        "merge", case_id=int(second.split("-")[1]), actor=operator, now=NOW(), into=first,
        opinion="同一件",
    )  # fmt: skip
    moved(city, first, *ALL)
    (row,) = caller.read(f"requests/{second}")
    assert (row["status"], row["service_request_id"]) == ("closed", second)
    assert row["status_notes"] == f"Solved (handled as {first})"


def test_jurisdictions_part_the_city(caller: Caller, city: City) -> None:
    serve(city, 0, 1)
    here = caller.report(city, jurisdiction_id="d0")["service_request_id"]
    there = caller.report(city, 1, jurisdiction_id="d1")["service_request_id"]
    for number in (here, there):
        moved(city, number, "file")
    assert [r["service_request_id"] for r in caller.read("requests", jurisdiction_id="d0")] == [
        here
    ]
    assert caller.get(f"requests/{there}", jurisdiction_id="d0").status_code == 404
    assert caller.get("requests").status_code == 400
    assert caller.get("requests", jurisdiction_id="d2").status_code == 404
    elsewhere = caller.post(
        "requests", jurisdiction_id="d0", service_code="E0102", lat=31.005, long=121.0125
    )
    assert (elsewhere.status_code, "d0" in elsewhere.content.decode()) == (400, True)


def test_a_jurisdiction_may_offer_some_classes_only(caller: Caller, city: City) -> None:
    serve(city, 0, class_codes=["E04"])
    assert [row["service_code"] for row in caller.read("services")] == ["E0401"]
    assert caller.get("services/E0102").status_code == 404


@pytest.mark.parametrize("resource", ["services", "requests", "discovery"])
def test_any_page_of_the_web_may_read(caller: Caller, city: City, resource: str) -> None:
    answer = caller.get(resource)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers


def test_a_thousand_requests_are_an_answer_and_ninety_days_a_span(
    caller: Caller, city: City
) -> None:
    number = caller.report(city)["service_request_id"]
    case = moved(city, number, "file")
    old = NOW() - timedelta(days=91)
    rows = []
    for i in range(1001):
        row = Case.objects.get(pk=case.pk)
        row.pk, row.reported_at = case.pk + 1 + i, NOW() - timedelta(minutes=i)
        rows.append(row)
    rows[-1].reported_at = old
    Case.objects.bulk_create(rows)
    assert len(caller.get("requests").json()) == 1000
    second = caller.get("requests", page=2).json()
    assert len(second) == 1  # the first case and 1,001 others, one of which is too old
    span = {"start_date": _utc(old - timedelta(days=1)), "end_date": _utc(old)}
    assert len(caller.get("requests", **span).json()) == 1
    assert caller.get("requests", **(span | {"end_date": _utc(NOW())})).status_code == 400
