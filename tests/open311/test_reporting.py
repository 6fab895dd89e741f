"""Reports that come by Open311: one door with all others, each fault said, nothing doubled."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import jsonschema_rs
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from linli.cases.models import Case, CaseFile, Report, ReportContact
from linli.kernel import outbound
from linli.kernel.outbound import Answer
from linli.open311.models import Submission
from linli.open311.rules import documents
from linli.open311.rules.kinds import Answering, MediaState
from linli.open311.services import media
from linli.territory.models import Address
from tests.cases.city import City
from tests.files.makers import photo
from tests.open311 import shapes
from tests.open311.conftest import (
    BASE,
    FORMS,
    Caller,
    ask,
    in_words,
    key_of,
    moved,
    report_of,
    seen_value,
    serve,
)

NOW = timezone.now


def of(number: str) -> Case:
    return Case.objects.get(pk=int(number.split("-")[1]))


def test_a_report_is_a_report_like_any_other(caller: Caller, city: City) -> None:
    row = caller.report(
        city, first_name="小明", last_name="王", phone="13800001111", email="w@example.org",
        account_id="u-7", address_string="测试路 8 号",
    )  # fmt: skip
    jsonschema_rs.validator_for(shapes.RECEIPT).validate([row])
    case = of(row["service_request_id"])
    assert (case.channel, case.stage, case.description) == ("open311", "reported", "垃圾堆在路边")
    assert case.grid == city.districts[0].grids[0]
    assert case.centre == city.districts[0].street_centre
    contact = ReportContact.objects.get(case_id=case.pk)
    assert (contact.name, contact.phone) == ("王小明", "13800001111")
    assert row["account_id"] == "u-7"
    assert Report.objects.get(case_id=case.pk).by_user is None


def test_its_sender_may_hand_on_where_to_follow_it(
    caller: Caller, city: City, client: Client
) -> None:
    notice = caller.report(city)["service_notice"]
    link = notice[notice.index("http") :]
    page = client.get(link)
    assert page.status_code == 200
    assert "垃圾堆在路边" in page.content.decode()


def test_answers_stand_in_the_words_that_staff_read(caller: Caller, city: City) -> None:
    ask()
    ask(code="KIND", datatype="multivaluelist", order=2, required=False,
        description_en="", values=[["a", "建筑垃圾", ""], ["b", "家具", ""]])  # fmt: skip
    row = caller.report(
        city, **{"attribute[HOWMANY]": "3", "attribute[KIND][]": ["b", "a"], "attribute[X]": "y"}
    )
    words = of(row["service_request_id"]).description.splitlines()
    assert words == ["垃圾堆在路边", "How many：3", "几堆：家具、建筑垃圾"]


def test_coordinates_of_a_shifted_map_are_put_right(caller: Caller, city: City) -> None:
    from linli.territory.rules import coordinates

    place = city.districts[0].place()
    x, y = coordinates.from_wgs84(place.lon, place.lat, coordinates.CRS.GCJ02)
    case = of(caller.report(city, lat=y, long=x, crs="gcj02")["service_request_id"])
    assert case.place is not None
    assert case.place.x == pytest.approx(place.lon, abs=1e-5)
    assert case.place_origin == "gcj02"


def test_an_address_of_the_register_has_its_point_and_any_other_waits_for_a_person(
    caller: Caller, city: City
) -> None:
    from django.contrib.gis.geos import Point

    from linli.kernel.text import bigrams

    place, text = city.districts[0].place(), "测试路88号"
    known = Address.objects.create(
        text=text, place=Point(place.lon, place.lat, srid=4326), bigrams=bigrams(text),
    )  # fmt: skip
    plain = {"service_code": "E0102", "description": "x"}
    by_id = caller.post("requests", **plain, address_id=known.pk).json()[0]
    by_words = caller.post("requests", **plain, address_string=text).json()[0]
    vague = caller.post("requests", **plain, address_string="桥边的小路").json()[0]
    assert of(by_id["service_request_id"]).grid == city.districts[0].grids[0]
    assert of(by_words["service_request_id"]).grid == city.districts[0].grids[0]
    assert of(vague["service_request_id"]).place is None
    assert caller.read(f"requests/{vague['service_request_id']}")[0]["lat"] is None


def test_the_same_report_sent_twice_is_one(caller: Caller, city: City) -> None:
    first, again = caller.report(city), caller.report(city)
    assert again == first
    other = caller.report(city, description="另一堆")
    assert other["service_request_id"] != first["service_request_id"]
    Submission.objects.update(sent_at=NOW() - timedelta(minutes=11))
    assert caller.report(city)["service_request_id"] != first["service_request_id"]


def test_a_key_of_the_clients_own_makes_a_report_once_for_ever(caller: Caller, city: City) -> None:
    first = caller.post("requests", once="order-0001", **report_of(city)).json()
    Submission.objects.update(sent_at=NOW() - timedelta(days=30))
    words = report_of(city) | {"description": "in other words"}
    assert caller.post("requests", once="order-0001", **words).json() == first
    assert caller.post("requests", once="order-0002", **report_of(city)).json() != first
    assert caller.post("requests", once="short", **report_of(city)).status_code == 400


def test_a_token_stands_for_a_number_until_the_case_is_filed(caller: Caller, city: City) -> None:
    serve(city, 0, answering=Answering.BATCH)
    row = caller.report(city)
    jsonschema_rs.validator_for(shapes.RECEIPT).validate([row])
    assert "service_request_id" not in row
    token = row["token"]
    assert row["service_notice"] is None  # a link would tell the number
    (found,) = caller.read(f"tokens/{token}")
    assert found == {"service_request_id": None, "token": token}
    number = Case.objects.get().number
    assert caller.get(f"requests/{number}").status_code == 404
    moved(city, number, "file")
    assert caller.read(f"tokens/{token}")[0]["service_request_id"] == number
    for wrong in (
        token[:-1] + ("a" if token[-1] != "a" else "b"),
        "x",
        token.replace("-1-", "-2-"),
    ):
        assert caller.get(f"tokens/{wrong}").status_code == 404


def test_a_black_box_tells_nothing(caller: Caller, city: City) -> None:
    serve(city, 0, answering=Answering.BLACKBOX)
    row = caller.report(city)
    assert (row["service_request_id"], row["service_notice"]) == (None, None)
    number = Case.objects.get().number
    assert caller.get(f"requests/{number}", api_key=caller.key).status_code == 404


def test_a_picture_in_the_form_belongs_to_the_report(caller: Caller, city: City) -> None:
    file = SimpleUploadedFile("p.jpg", photo(), "image/jpeg")
    case = of(caller.report(city, media=file)["service_request_id"])
    kept = CaseFile.objects.get(case_id=case.pk)
    assert (kept.kind, kept.report_number) == ("photo", 1)
    bad = SimpleUploadedFile("p.jpg", b"<svg onload=alert(1)>", "image/jpeg")
    answer = caller.post("requests", **(report_of(city) | {"media": bad, "description": "y"}))
    assert answer.status_code == 400
    assert Case.objects.count() == 1


# -- pictures that a report points to --------------------------------------------------------------
def reported_with(caller: Caller, city: City, url: str) -> Submission:
    number = caller.report(city, media_url=url)["service_request_id"]
    return Submission.objects.get(case_id=of(number).pk)


def fetch(row: Submission, *, last: bool = False) -> Submission:
    media.fetch_media(case_id=row.case_id, number=row.number, now=NOW(), last=last)
    return Submission.objects.get(pk=row.pk)


def answering(monkeypatch: pytest.MonkeyPatch, answer: Any) -> list[str]:
    """Let every address answer so; the addresses asked."""
    asked: list[str] = []

    def fetched(_method: str, url: str, **_more: Any) -> Answer:
        asked.append(url)
        if isinstance(answer, Exception):
            raise answer
        found: Answer = answer
        return found

    monkeypatch.setattr(outbound, "fetch", fetched)
    return asked


def test_a_picture_is_fetched_by_a_job_and_added_as_the_same_persons(
    caller: Caller, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(monkeypatch, Answer(200, {}, photo()))
    row = reported_with(caller, city, "https://pictures.example/1.jpg")
    assert asked == []
    kept = fetch(row)
    assert (kept.media_state, kept.media_url) == (MediaState.KEPT, "")
    assert fetch(kept).media_state == MediaState.KEPT  # twice: nothing more
    assert len(asked) == 1
    file = CaseFile.objects.get(case_id=row.case_id)
    assert (file.kind, file.report_number) == ("photo", 2)
    from linli.cases.models import CaseEvent

    event = CaseEvent.objects.get(case_id=row.case_id, move="add_report")
    assert event.detail["follows"] == [row.case_id, 1]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, {}, b""),
        Answer(200, {}, b"<html>not a picture</html>"),
        Answer(200, {}, b"%PDF-1.4 ..."),
        Answer(200, {}, b""),
        Answer(302, {"location": "http://10.0.0.1/"}, b""),
        outbound.NotAllowed("private"),
        outbound.TooLarge("large"),
    ],
    ids=["404", "page", "pdf", "empty", "redirect", "private", "large"],
)
def test_what_is_no_picture_is_refused_with_its_reason(
    caller: Caller, city: City, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    answering(monkeypatch, answer)
    row = fetch(reported_with(caller, city, "https://pictures.example/1.jpg"))
    assert row.media_state == MediaState.REFUSED
    assert row.media_said
    assert row.media_url == ""
    assert not CaseFile.objects.exists()


@pytest.mark.parametrize("answer", [outbound.Unreachable("no"), Answer(503, {}, b"")])
def test_who_does_not_answer_is_asked_again_and_at_last_given_up(
    caller: Caller, city: City, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    answering(monkeypatch, answer)
    row = reported_with(caller, city, "https://pictures.example/1.jpg")
    with pytest.raises(OSError, match=r"."):
        fetch(row)
    assert Submission.objects.get(pk=row.pk).media_state == MediaState.WAITING
    assert fetch(row, last=True).media_state == MediaState.REFUSED


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x.jpg", "http://[::1]/", "http://169.254.169.254/latest/meta-data/",
     "http://10.1.2.3/", "file:///etc/passwd", "ftp://example.org/x", "gopher://x/", "//x/y",
     "http://user:secret@example.org/", "http://[::ffff:10.0.0.1]/", "javascript:alert(1)",
     "http://example.org/" + "a" * 600],
)  # fmt: skip
def test_addresses_that_lead_inside_are_refused_at_the_door(
    caller: Caller, city: City, url: str
) -> None:
    answer = caller.post("requests", **report_of(city), media_url=url)
    assert answer.status_code == 400
    assert "media_url" in answer.json()[0]["description"]
    assert not Case.objects.exists()


def test_a_name_that_leads_inside_is_not_called(
    caller: Caller, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    def inside(host: str, port: int, **_more: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.1.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", inside)
    row = fetch(reported_with(caller, city, "http://pictures.example/1.jpg"))
    assert row.media_state == MediaState.REFUSED
    assert "LINLI_OUTBOUND_HOSTS" in row.media_said


# -- keys ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", FORMS)
def test_only_a_key_that_may_report_reports(city: City, client: Client, form: str) -> None:
    seeing = key_of(city.districts[0].posts["operator"], "cases.see")
    for wrong in ("", "x", "linli_abc_def", seeing):
        answer = Caller(client, wrong).post("requests", form, **report_of(city))
        assert answer.status_code == 403, wrong
        assert b"api_key" in answer.content
    assert not Case.objects.exists()
    may = key_of(city.districts[0].posts["operator"], "cases.report")
    assert Caller(client, may).report(city)["service_request_id"]


def test_a_wrong_key_is_refused_also_when_reading(caller: Caller, city: City) -> None:
    assert caller.get("requests", api_key="linli_abc_def").status_code == 403


def test_a_session_is_no_key(city: City, client: Client) -> None:
    client.force_login(city.districts[0].user("operator"))
    assert Caller(client).post("requests", **report_of(city)).status_code == 403


@override_settings(OPEN311_REPORTS_PER_HOUR=2)
def test_a_key_may_send_so_many_an_hour(caller: Caller, city: City) -> None:
    for number in range(2):
        caller.report(city, description=f"{number}")
    answer = caller.post("requests", **(report_of(city) | {"description": "3"}))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert caller.report(city, description="1")  # the answer to what was taken in is not refused


# -- what is wrong is said -------------------------------------------------------------------------
WRONG: dict[str, tuple[dict[str, Any], int, str]] = {
    "no service": ({"service_code": ""}, 400, "service_code"),
    "unknown service": ({"service_code": "E9999"}, 404, "service_code"),
    "no place": ({"lat": "", "long": ""}, 400, "lat"),
    "half a pair": ({"long": ""}, 400, "long"),
    "the other half": ({"lat": ""}, 400, "lat"),
    "no number": ({"lat": "north"}, 400, "lat"),
    "NaN": ({"lat": "nan"}, 400, "lat"),
    "beyond the pole": ({"lat": "91"}, 400, "lat"),
    "elsewhere": ({"lat": "48.1", "long": "11.5"}, 400, "lat"),
    "turned round": ({"lat": "121.0025", "long": "31.005"}, 400, "lat"),
    "unknown address": ({"lat": "", "long": "", "address_id": "77"}, 400, "address_id"),
    "too long": ({"description": "长" * 4001}, 400, "description"),
    "no e-mail": ({"email": "nobody"}, 400, "email"),
    "no telephone": ({"phone": "call me"}, 400, "phone"),
    "unknown crs": ({"crs": "mars"}, 400, "crs"),
    "unknown jurisdiction": ({"jurisdiction_id": "nowhere"}, 404, "jurisdiction_id"),
    "NUL": ({"description": "a\0b"}, 400, "description"),
    "answer left out": ({"attribute[HOWMANY]": ""}, 400, "HOWMANY required"),
    "answer of another type": ({"attribute[HOWMANY]": "many"}, 400, "attribute[HOWMANY]"),
    "two answers": ({"attribute[HOWMANY][]": ["1", "2"], "attribute[HOWMANY]": "3"}, 400,
                    "attribute[HOWMANY]"),
    "not in the list": ({"attribute[KIND]": "z"}, 400, "attribute[KIND]"),
    "no moment": ({"attribute[WHEN]": "yesterday"}, 400, "attribute[WHEN]"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("what", WRONG)
def test_each_fault_of_a_report_is_named(caller: Caller, city: City, what: str, form: str) -> None:
    ask()
    ask(code="KIND", datatype="singlevaluelist", order=2, required=False, values=[["a", "甲", ""]])
    ask(code="WHEN", datatype="datetime", order=3, required=False)
    fields, status, named = WRONG[what]
    answer = caller.post("requests", form, **(
        report_of(city) | {"attribute[HOWMANY]": "3"} | fields
    ))  # fmt: skip
    assert answer.status_code == status, answer.content.decode()
    (fault,) = errors_of(answer, form)
    assert str(fault["code"]) == str(status)
    assert named in fault["description"]
    assert not Case.objects.exists()


def errors_of(answer: Any, form: str) -> list[dict[str, Any]]:
    if form == "json":
        found = answer.json()
        jsonschema_rs.validator_for(shapes.ERRORS).validate(found)
    else:
        from defusedxml.ElementTree import fromstring

        root = fromstring(answer.content)
        assert root.tag == "errors"
        found = seen_value(root)
    return list(found)


def test_all_faults_are_said_at_once(caller: Caller, city: City) -> None:
    ask()
    answer = caller.post(
        "requests", service_code="E0102", lat="1", description="长" * 4001, media_url="ftp://x"
    )
    said = " ".join(row["description"] for row in answer.json())
    for name in ("HOWMANY", "long", "description", "media_url"):
        assert name in said


READING: dict[str, tuple[str, dict[str, str], int, str]] = {
    "no date": ("requests", {"start_date": "yesterday"}, 400, "start_date"),
    "no zone": ("requests", {"start_date": "2026-01-01T00:00:00"}, 400, "start_date"),
    "no such day": ("requests", {"end_date": "2026-02-30T00:00:00Z"}, 400, "end_date"),
    "turned round": ("requests", {"start_date": "2026-02-01T00:00:00Z",
                                  "end_date": "2026-01-01T00:00:00Z"}, 400, "end_date"),
    "too long a span": ("requests", {"start_date": "2026-01-01T00:00:00Z",
                                     "end_date": "2026-06-01T00:00:00Z"}, 400, "start_date"),
    "the first year": ("requests", {"end_date": "0001-01-01T00:00:00Z"}, 400, "end_date"),
    "status": ("requests", {"status": "pending"}, 400, "status"),
    "box": ("requests", {"bbox": "1,2,3"}, 400, "bbox"),
    "box of words": ("requests", {"bbox": "a,b,c,d"}, 400, "bbox"),
    "page": ("requests", {"page": "0"}, 400, "page"),
    "page size": ("requests", {"page_size": "5000"}, 400, "page_size"),
    "far too far": ("requests", {"page": "12", "page_size": "1000"}, 400, "page"),
    "jurisdiction": ("requests", {"jurisdiction_id": "x"}, 404, "jurisdiction_id"),
    "jurisdiction of services": ("services", {"jurisdiction_id": "x"}, 404, "jurisdiction_id"),
    "unknown service": ("services/E9999", {}, 404, "E9999"),
    "unknown request": ("requests/77", {}, 404, "77"),
    "unknown token": ("tokens/77", {}, 404, "77"),
    "unknown resource": ("bicycles", {}, 404, "discovery"),
    "updates without a date": ("servicerequestupdates", {"start_date": "x"}, 400, "start_date"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("what", READING)
def test_each_fault_of_a_question_is_named(
    caller: Caller, city: City, what: str, form: str
) -> None:
    resource, query, status, named = READING[what]
    answer = caller.get(resource, form, **query)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == documents.TYPES[form]
    (fault,) = errors_of(answer, form)
    assert named in fault["description"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"service_code=%FF%FE", "application/x-www-form-urlencoded"),
        (b"description=\xd6\xd0", "application/x-www-form-urlencoded"),
        ("description=中".encode("gbk"), "application/x-www-form-urlencoded; charset=gbk"),
        (b'{"service_code": 1}', "application/json"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
         "text/xml"),
        (b"--b\r\ncut off", "multipart/form-data; boundary=b"),
        (b"no boundary", "multipart/form-data"),
        (b"&".join(b"a%d=1" % i for i in range(600)), "application/x-www-form-urlencoded"),
        (b"description=" + b"a" * 3_000_000, "application/x-www-form-urlencoded"),
    ],
    ids=["escapes", "bytes", "charset", "json", "xml", "cut off", "no boundary", "many", "large"],
)  # fmt: skip
@pytest.mark.parametrize("form", FORMS)
def test_bodies_that_are_no_form_in_utf8_are_refused(
    city: City, client: Client, body: bytes, kind: str, form: str
) -> None:
    answer = client.generic("POST", f"{BASE}/requests.{form}", body, content_type=kind)
    assert answer.status_code in (400, 403, 413)  # of a form that is cut off even the key is gone
    (fault,) = errors_of(answer, form)
    assert len(fault["description"]) > 15


def test_other_methods_and_other_forms_are_refused_in_form(city: City, client: Client) -> None:
    answer = client.delete(f"{BASE}/requests.json")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST")
    answer = client.get(f"{BASE}/requests.html")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert client.head(f"{BASE}/requests.json").content == b""


# -- both forms say the same -----------------------------------------------------------------------
TEXTS = st.text(max_size=30)
ROWS = st.lists(
    st.fixed_dictionaries(
        {"id": TEXTS, "on": st.booleans() | st.none(), "lat": st.floats(-90, 90),
         "n": st.integers(), "notes": st.lists(st.fixed_dictionaries({"type": TEXTS}), max_size=3)}
    ),
    max_size=4,
)  # fmt: skip


@given(ROWS)
def test_xml_and_json_are_each_others_image(rows: list[dict[str, Any]]) -> None:
    import json

    from defusedxml.ElementTree import fromstring

    document = documents.Document("service_requests", rows)
    xml = documents.as_xml(document)
    assert xml.startswith(b'<?xml version="1.0" encoding="utf-8"?>')

    def plain(value: Any) -> Any:
        """What XML cannot say stands there as a replacement; carriage returns are line ends."""
        if isinstance(value, str):
            said = documents._NO_CHARACTER.sub("\ufffd", value)
            return said.replace("\r\n", "\n").replace("\r", "\n") or None
        if isinstance(value, dict):
            return {name: plain(inner) for name, inner in value.items()}
        return [plain(one) for one in value] if isinstance(value, list) else value

    said = plain(in_words(json.loads(documents.as_json(document))))
    assert plain(seen_value(fromstring(xml, forbid_dtd=True))) == said
    for sign in (b"xmlns", b"<!"):
        assert sign not in xml or sign in json.dumps(rows).encode()


def test_the_digest_of_a_submission_tells_keys_apart() -> None:
    from linli.open311.policy import Reader
    from linli.open311.queries.jurisdictions import Served
    from linli.open311.services.reporting import digest_of

    here = Served("a", None)
    every = {
        digest_of(Reader(key_id=1), here, ["x"]),
        digest_of(Reader(key_id=2), here, ["x"]),
        digest_of(Reader(key_id=1), Served("b", None), ["x"]),
        digest_of(Reader(key_id=1), here, ["y"]),
        digest_of(Reader(key_id=1), here, ["x"], key="k"),
    }
    assert len(every) == 5
    assert all(len(one) == 16 for one in every)
    assert hashlib.sha256(b"").digest()[:16] not in every
