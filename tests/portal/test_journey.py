"""What a resident does: report, join, follow, answer, add, dispute, rate; without an account."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from linli.cases import queries, services
from linli.cases.models import Case, CaseFile, Report, ReportContact
from linli.cases.rules.inputs import Contact
from linli.staff.models import Unit, User
from linli.territory.rules import coordinates
from tests.cases.city import City, photo
from tests.files import makers
from tests.portal.conftest import filled_in, send, today

PRIVATE = ("王小明", "13800001234", "wang@example.org", "三号楼旁垃圾成堆", "我住五零二")


@pytest.fixture(autouse=True)
def file_storage(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }


def case_of(number: str) -> Case:
    return Case.objects.get(pk=int(number.split("-")[1]))


def work(city: City, number: str, upto: str) -> Case:
    """The centre, the unit and a grid worker move a case on, up to and including `upto`."""
    home, case = city.districts[0], case_of(number)
    steps: dict[str, tuple[str, dict[str, Any]]] = {
        "file": ("street_chief", {"case_class": "E0102"}),
        "dispatch": ("street_dispatcher", {"unit": home.department.pk}),
        "accept": ("handler", {}),
        "report_back": ("handler", {"opinion": "已清理"}),
        "request_check": ("street_dispatcher", {}),
        "check": ("worker", {"passed": True, "place": home.place()}),
        "close": ("street_chief", {}),
    }
    for i, (move, (who, given)) in enumerate(steps.items()):
        user, now = home.user(who), today() + timedelta(seconds=i)
        shown = {"files": [fresh_photo(user)]} if move in ("report_back", "check") else {}
        services.perform(move, case_id=case.pk, actor=user, now=now, **given, **shown)
        if move == upto:
            break
    case.refresh_from_db()
    return case


def fresh_photo(user: User | None) -> str:
    from linli.files.models import Upload

    upload_id = photo(user)
    Upload.objects.filter(pk=upload_id).update(created_at=timezone.now())
    return upload_id


def status_of(web: Client, url: str) -> int:
    """The status of a file, read to its end."""
    response = web.get(url)
    if response.streaming:
        assert b"".join(response.streaming_content)  # type: ignore[arg-type]
    return response.status_code


def page(web: Client, number: str, secret: str) -> str:
    response = web.get(f"/r/{number}/{secret}/")
    assert response.status_code == 200
    return response.content.decode()


# -- reporting -----------------------------------------------------------------------------------
def test_a_report_gets_a_number_a_secret_and_a_receipt(city: City, web: Client) -> None:
    number, secret = send(web, city)
    receipt = web.get(f"/r/{number}/{secret}/receipt/").content.decode()
    assert number in receipt
    assert f"http://testserver/r/{number}/{secret}/" in receipt
    assert '<svg class="qr"' in receipt
    assert "style=" not in receipt
    case = case_of(number)
    assert (case.channel, case.stage) == ("portal", "reported")
    assert case.grid_id == city.districts[0].grids[0].pk
    assert not ReportContact.objects.exists()


def test_sending_twice_doubles_nothing_and_shows_the_same_receipt(city: City, web: Client) -> None:
    assert send(web, city) == send(web, city)
    assert Report.objects.count() == 1


def test_two_forms_are_two_reports(city: City, web: Client) -> None:
    first = send(web, city)
    second = send(web, city, submission_key="another-form", similar_seen="1")
    assert first[0] != second[0]


def test_an_address_alone_is_enough(city: City, web: Client) -> None:
    number, _secret = send(web, city, lon="", lat="", address="人民路 3 号")
    assert case_of(number).address == "人民路 3 号"
    assert case_of(number).place is None


def test_a_position_of_a_shifted_map_is_put_right(city: City, web: Client) -> None:
    place = city.districts[0].place()
    lon, lat = coordinates.gcj02_from_wgs84(place.lon, place.lat)
    number, _secret = send(web, city, lon=f"{lon:.6f}", lat=f"{lat:.6f}", crs="gcj02")
    case = case_of(number)
    assert case.place is not None
    assert case.place_origin == "gcj02"
    assert abs(case.place.x - place.lon) < 1e-5
    assert abs(case.place.y - place.lat) < 1e-5


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"description": " ", "case_class": ""}, "Please tap a kind, or say in a few words"),
        ({"description": "字" * 2001}, "At most 2000 characters"),
        ({"description": "\x00"}, "Null characters"),
        ({"lon": "", "lat": ""}, "Please say where it is"),
        ({"lon": "abc"}, "cannot be read"),
        ({"lon": "nan"}, "cannot be read"),
        ({"lon": "2.35", "lat": "48.85"}, "outside the area"),
        ({"phone": "call me"}, "not a telephone number"),
        ({"email": "nobody"}, "not an e-mail"),
        ({"wants_call": "on"}, "leave a number"),
        ({"case_class": "E9999"}, "no class with the code"),
        ({"website": "http://spam.example"}, "leave this field empty"),
        ({"photos": "../../etc/passwd"}, "did not arrive"),
        ({"photos": "00000000-0000-4000-8000-000000000000"}, "not there any more"),
        ({"join": "forged"}, "out of date"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    city: City, web: Client, wrong: dict[str, str], sentence: str
) -> None:
    kept = (
        {"name": "王小明", "address": "人民路 3 号"} if "lon" not in wrong else {"name": "王小明"}
    )
    response = web.post("/report/", filled_in(city, **(kept | wrong)))
    text = response.content.decode()
    assert response.status_code in (422, 404), response.status_code
    assert response.status_code == 422
    assert sentence in text
    assert "王小明" in text
    assert 'value="key-of-this-form"' in text
    if "description" not in wrong:
        assert "三号楼旁垃圾成堆" in text
    if "address" in kept:
        assert "人民路 3 号" in text
    assert not Case.objects.exists()


def test_a_form_gone_back_to_and_filled_in_anew_is_another_report(city: City, web: Client) -> None:
    first = send(web, city)
    assert send(web, city, similar_seen="1") == first
    assert send(web, city, similar_seen="1", description="路灯不亮") != first
    assert Case.objects.count() == 2


def test_too_many_reports_of_one_connection_are_refused_in_a_sentence(
    city: City, web: Client, settings: Any
) -> None:
    settings.PUBLIC_REPORTS_PER_HOUR = 1
    send(web, city)
    again = filled_in(city, submission_key="another-form", similar_seen="1")
    response = web.post("/report/", again)
    assert response.status_code == 429
    assert "Too many requests" in response.content.decode()
    assert "三号楼旁垃圾成堆" in response.content.decode()
    assert Case.objects.count() == 1


def test_a_form_that_is_far_too_big_is_refused_unread(web: Client, db: None) -> None:
    response = web.post("/report/", CONTENT_LENGTH=str(10**9))
    assert response.status_code == 413


def test_a_forged_form_is_refused(city: City) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/report/", filled_in(city)).status_code == 403
    number, secret = send(Client(headers={"Accept-Language": "en"}), city)
    for act in ("answer", "add", "rate", "dispute"):
        response = strict.post(f"/r/{number}/{secret}/{act}", {"words": "x", "rating": "3"})
        assert response.status_code == 403, act


# -- photos --------------------------------------------------------------------------------------
def test_photos_come_by_the_upload_door_and_belong_to_the_report(city: City, web: Client) -> None:
    file = SimpleUploadedFile("p.jpg", makers.photo())
    kept = web.post("/files/upload?as=resident", {"file": file}).json()
    number, secret = send(web, city, photos=kept["id"])
    row = CaseFile.objects.get(case_id=case_of(number).pk)
    assert (row.purpose, row.report_number) == ("report", 1)
    thumb = f"/r/{number}/{secret}/files/{row.case_id}/{row.number}/thumb"
    assert thumb in page(web, number, secret)
    assert status_of(web, thumb) == 200
    assert status_of(web, thumb.replace(secret, "a" * 20)) == 404


def test_photos_come_in_the_form_itself_without_scripts(city: City, web: Client) -> None:
    sent = [SimpleUploadedFile(f"{i}.jpg", makers.photo()) for i in range(2)]
    wrong = web.post("/report/", filled_in(city, photos_file=sent, lon="", lat=""))
    ids = re.findall(r'name="photos" value="([0-9a-f-]{36})"', wrong.content.decode())
    assert wrong.status_code == 422
    assert len(ids) == 2
    assert status_of(web, f"/files/upload/{ids[0]}/thumb?as=resident") == 200
    number, _secret = send(web, city, photos=ids)
    assert CaseFile.objects.filter(case_id=case_of(number).pk).count() == 2


def test_the_photos_of_another_visitor_cannot_be_taken(city: City, web: Client) -> None:
    file = SimpleUploadedFile("p.jpg", makers.photo())
    kept = web.post("/files/upload?as=resident", {"file": file}).json()
    stranger = Client(headers={"Accept-Language": "en"})
    response = stranger.post("/report/", filled_in(city, photos=kept["id"]))
    assert response.status_code == 422
    assert "not there any more" in response.content.decode()


def test_what_is_no_photo_is_said_at_the_photos(city: City, web: Client) -> None:
    sent = SimpleUploadedFile("p.jpg", b"MZ no photo at all")
    response = web.post("/report/", filled_in(city, photos_file=sent))
    assert response.status_code == 422
    assert "三号楼旁垃圾成堆" in response.content.decode()


def test_staff_who_look_at_the_portal_report_like_residents(city: City, web: Client) -> None:
    web.force_login(city.user("operator"))
    file = SimpleUploadedFile("p.jpg", makers.photo())
    kept = web.post("/files/upload?as=resident", {"file": file}).json()
    number, _secret = send(web, city, photos=kept["id"])
    assert Report.objects.get(case_id=case_of(number).pk).by_user is None


# -- similar reports -----------------------------------------------------------------------------
def test_a_kind_and_a_place_are_enough(city: City, web: Client) -> None:
    """Four taps and nothing typed: position, kind, send, and the browser's question."""
    number, secret = send(web, city, description="")
    case = case_of(number)
    assert case.case_class is not None
    assert case.description == case.case_class.label
    assert case.description in page(web, number, secret)


def test_similar_reports_are_shown_before_sending_and_can_be_joined(
    city: City, web: Client
) -> None:
    first, secret = send(web, city, name="王小明", phone="13800001234")
    data = filled_in(city, submission_key="another-form", description="我也看见了")
    asked = web.post("/report/", data)
    text = asked.content.decode()
    assert asked.status_code == 422
    assert "This is it – count me in" in text
    for word in PRIVATE:
        assert word not in text
    assert first not in text
    token = re.findall(r'name="join" value="([^"]+)"', text)[0]
    number, other_secret = send(
        web, city, submission_key="another-form", description="我也看见了", join=token
    )
    assert number == first
    assert other_secret != secret
    assert Case.objects.count() == 1
    assert case_of(number).report_count == 2


def test_a_similar_report_may_be_sent_all_the_same(city: City, web: Client) -> None:
    send(web, city)
    send(web, city, submission_key="another-form", similar_seen="1", join="")
    assert Case.objects.count() == 2


def test_the_fragments_answer_while_the_form_is_filled_in(city: City, web: Client) -> None:
    send(web, city)
    place = city.districts[0].place()
    query = {"lon": str(place.lon), "lat": str(place.lat)}
    assert "This is it" in web.get("/report/similar", query).content.decode()
    assert city.districts[0].grids[0].name in web.get("/report/where", query).content.decode()
    outside = web.get("/report/where", {"lon": "2.35", "lat": "48.85"}).content.decode()
    assert "outside the area" in outside
    assert web.get("/report/places", {"q": "无此地名"}).status_code == 200
    assert "E0102" in web.get("/report/classes", {"class_words": "rubbish"}).content.decode()
    assert "No kind" in web.get("/report/classes", {"class_words": "zzz"}).content.decode()
    for path in ("similar", "where"):
        assert web.get(f"/report/{path}", {"lon": "x", "lat": "1e999"}).status_code == 200


# -- following -----------------------------------------------------------------------------------
def test_number_and_secret_lead_to_the_report(city: City, web: Client) -> None:
    number, secret = send(web, city)
    spaced = " ".join(re.findall("....", secret)).upper()
    response = web.post("/follow/", {"number": number, "secret": spaced})
    assert response["Location"] == f"/r/{number}/{secret}/"
    answer = web.get(f"/r/{number}/{secret}/")
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    assert "三号楼旁垃圾成堆" in answer.content.decode()


@pytest.mark.parametrize("pair", ["secret", "number", "nonsense"])
def test_wrong_pairs_get_one_and_the_same_sentence(city: City, web: Client, pair: str) -> None:
    number, secret = send(web, city)
    given = {
        "secret": (number, "a" * 20),
        "number": ("20260101-000001-1", secret),
        "nonsense": ("' OR 1=1", "%00"),
    }[pair]
    response = web.post("/follow/", {"number": given[0], "secret": given[1]})
    assert response.status_code in (404, 422)
    assert response.status_code == 422
    assert "do not belong together" in response.content.decode()
    assert web.get(f"/r/{number}/{'a' * 20}/").status_code == 404


def test_guessing_is_bounded_but_locks_nobody_out(city: City, web: Client, settings: Any) -> None:
    number, secret = send(web, city)
    settings.PUBLIC_REPORTS_PER_HOUR = 2
    codes = [web.get(f"/r/{number}/{'a' * 20}/").status_code for _i in range(4)]
    assert codes == [404, 404, 429, 429]
    assert web.get(f"/r/{number}/{secret}/").status_code == 200


def test_the_page_tells_the_story_without_names_of_staff(city: City, web: Client) -> None:
    number, secret = send(web, city)
    work(city, number, "close")
    text = page(web, number, secret)
    assert "Checked on site and closed" in text
    assert "已清理" in text
    assert city.districts[0].department.name in text
    for post in city.districts[0].posts.values():
        assert post.user.name not in text
    assert text.count('class="case-step ') == 7
    after = CaseFile.objects.get(case_id=case_of(number).pk, purpose="after")
    check = CaseFile.objects.get(case_id=case_of(number).pk, purpose="check")
    files = f"/r/{number}/{secret}/files/{after.case_id}"
    assert status_of(web, f"{files}/{after.number}") == 200
    assert status_of(web, f"{files}/{check.number}") == 404


def test_a_question_of_the_centre_is_answered(city: City, web: Client) -> None:
    number, secret = send(web, city)
    operator = city.districts[0].user("street_operator")
    case_id = case_of(number).pk
    services.ask_reporter(case_id=case_id, actor=operator, now=today(), opinion="是哪一个门?")
    assert "是哪一个门?" in page(web, number, secret)
    empty = web.post(f"/r/{number}/{secret}/answer", {"words": ""})
    assert empty.status_code == 422
    assert "Please write a few words" in empty.content.decode()
    file = SimpleUploadedFile("p.jpg", makers.photo())
    response = web.post(f"/r/{number}/{secret}/answer", {"words": "东门", "photos_file": file})
    assert response.status_code == 302
    assert case_of(number).waiting_since is None
    assert "东门" in page(web, number, secret)
    again = web.post(f"/r/{number}/{secret}/answer", {"words": "东门"})
    assert again.status_code == 422
    assert "东门" in again.content.decode()


def test_words_are_added_once_and_shown_to_their_sender(city: City, web: Client) -> None:
    number, secret = send(web, city)
    data = {"words": "今天更多了", "submission_key": "this-addition"}
    for _i in range(2):
        assert web.post(f"/r/{number}/{secret}/add", data).status_code == 302
    assert case_of(number).report_count == 2
    text = page(web, number, secret)
    assert "You added something" in text
    assert "今天更多了" in text


def test_a_rating_ends_the_case(city: City, web: Client) -> None:
    number, secret = send(web, city)
    work(city, number, "close")
    missing = web.post(f"/r/{number}/{secret}/rate", {"words": "好"})
    assert missing.status_code == 422
    assert "how satisfied" in missing.content.decode()
    given = {"rating": "3", "words": "很快"}
    assert web.post(f"/r/{number}/{secret}/rate", given).status_code == 302
    case = case_of(number)
    assert (case.stage, case.rating) == ("evaluated", 3)
    assert "Rated: Satisfied" in page(web, number, secret)
    assert web.post(f"/r/{number}/{secret}/rate", given).status_code == 422


def test_a_closed_case_is_disputed_with_a_photo(city: City, web: Client) -> None:
    number, secret = send(web, city)
    early = web.post(f"/r/{number}/{secret}/dispute", {"words": "没有"})
    assert early.status_code == 422
    work(city, number, "close")
    file = SimpleUploadedFile("p.jpg", makers.photo())
    given = {"words": "还在那里", "photos_file": file}
    assert web.post(f"/r/{number}/{secret}/dispute", given).status_code == 302
    case = case_of(number)
    assert (case.stage, case.reopen_count) == ("filed", 1)
    assert "还在那里" in page(web, number, secret)


def test_a_merged_report_says_where_it_went(city: City, web: Client) -> None:
    first, first_secret = send(web, city)
    second, secret = send(web, city, submission_key="another-form", similar_seen="1")
    operator = city.districts[0].user("street_operator")
    services.merge(
        case_id=case_of(second).pk, actor=operator, now=today(), into=first, opinion="同一处"
    )
    work(city, first, "report_back")
    text = page(web, second, secret)
    assert f"earlier report {first}" in text
    assert "Handled together with an earlier report" in text
    assert "reports that it is done" in text
    assert "Your report has arrived" in text
    assert page(web, first, first_secret)


def test_the_words_of_one_resident_are_not_told_to_another(city: City, web: Client) -> None:
    number, secret = send(web, city, description="三号楼旁垃圾成堆")
    joined = services.add_report(
        case_id=case_of(number).pk, description="我也看见了", now=today(), channel="portal",
        contact=Contact("王小明", "13800001234"),
    )  # fmt: skip
    work(city, number, "close")
    web.post(f"/r/{number}/{secret}/dispute", {"words": "我住五零二"})
    assert case_of(number).reopen_count == 1
    other = page(web, number, joined.secret)
    for word in ("我住五零二", "三号楼旁垃圾成堆", "王小明", "13800001234"):
        assert word not in other
    own = page(web, number, secret)
    assert "我也看见了" not in own
    assert "Somebody else reported it too" in own


def test_a_dismissal_gives_its_reason(city: City, web: Client) -> None:
    number, secret = send(web, city)
    chief = city.districts[0].user("street_chief")
    services.dismiss(case_id=case_of(number).pk, actor=chief, now=today(), opinion="不属本区管辖")
    text = page(web, number, secret)
    assert "不属本区管辖" in text
    assert "did not accept" in text


# -- what everybody sees -------------------------------------------------------------------------
def test_no_public_page_shows_anything_of_a_person(city: City, web: Client) -> None:
    number, secret = send(
        web, city, name="王小明", phone="13800001234", email="wang@example.org",
        address="我住五零二",
    )  # fmt: skip
    work(city, number, "close")
    place = city.districts[0].place()
    where = f"?lon={place.lon}&lat={place.lat}"
    grid = city.districts[0].grids[0].code
    seen = {
        path: web.get(path).content.decode()
        for path in ("/", "/report/" + where, "/report/similar" + where, "/nearby/" + where,
                     "/nearby/map.json" + where, "/grids/", f"/grids/{grid}/", "/privacy/",
                     "/help/", "/follow/")
    }  # fmt: skip
    for path, text in seen.items():
        for word in (*PRIVATE, secret):
            assert word not in text, (path, word)
    assert "Exposed rubbish" in seen["/nearby/" + where]
    case = case_of(number)
    assert case.place is not None
    (feature,) = json.loads(seen["/nearby/map.json" + where])["features"]
    assert feature["geometry"]["coordinates"] != [case.place.x, case.place.y]
    follow = page(web, number, secret)
    for word in PRIVATE[:3]:
        assert word not in follow


def test_nearby_shows_filed_and_solved_cases_with_their_results(city: City, web: Client) -> None:
    place = city.districts[0].place()
    where = f"/nearby/?lon={place.lon}&lat={place.lat}"
    number, _secret = send(web, city)
    assert "Nothing is being worked on here" in web.get(where).content.decode()
    work(city, number, "accept")
    assert "Being dealt with" in web.get(where).content.decode()
    assert queries.public_near(lon=place.lon, lat=place.lat, now=today())[0].after is None


def test_the_photo_of_a_result_is_public_and_no_other(city: City, web: Client) -> None:
    file = SimpleUploadedFile("p.jpg", makers.photo())
    number, _secret = send(web, city, photos_file=file)
    case = work(city, number, "report_back")
    rows = {f.purpose: f.number for f in CaseFile.objects.filter(case_id=case.pk)}
    url = f"/nearby/results/{number}"
    assert status_of(web, f"{url}/{rows['after']}") == 404  # not solved yet
    services.request_check(
        case_id=case.pk, actor=city.districts[0].user("street_dispatcher"), now=today()
    )
    worker = city.districts[0].user("worker")
    services.check(
        case_id=case.pk, actor=worker, now=today(), passed=True,
        place=city.districts[0].place(), uploads=[fresh_photo(worker)],
    )  # fmt: skip
    services.close(case_id=case.pk, actor=city.districts[0].user("street_chief"), now=today())
    assert status_of(web, f"{url}/{rows['after']}") == 200
    assert status_of(web, f"{url}/{rows['report']}") == 404
    assert f"{url}/{rows['after']}" in web.get("/").content.decode()


def test_cases_about_persons_are_not_on_the_map(city: City, web: Client) -> None:
    place = city.districts[0].place()
    number, _secret = send(web, city)
    work(city, number, "accept")
    city.case_class.code = "E0602"
    city.case_class.save()
    assert queries.public_near(lon=place.lon, lat=place.lat, now=today()) == []


def test_public_places_are_rounded_and_so_are_distances(city: City, web: Client) -> None:
    number, _secret = send(web, city)
    work(city, number, "accept")
    place = city.districts[0].place()
    (shown,) = queries.public_near(lon=place.lon, lat=place.lat, now=today())
    assert (shown.lon, shown.lat) != (place.lon, place.lat)
    assert abs(shown.lon - place.lon) * 95_000 <= 11
    assert abs(shown.lat - place.lat) * 111_000 <= 11
    assert shown.distance_m is not None
    assert shown.distance_m % 10 == 0


# -- cost ----------------------------------------------------------------------------------------
def test_the_pages_ask_few_questions(
    city: City, web: Client, django_assert_max_num_queries: Any
) -> None:
    number, secret = send(web, city)
    work(city, number, "close")
    place = city.districts[0].place()
    grid = city.districts[0].grids[0].code
    web.get("/")
    for path, most in (
        ("/", 4), ("/report/", 8), (f"/nearby/?lon={place.lon}&lat={place.lat}", 8),
        (f"/r/{number}/{secret}/", 14), (f"/grids/{grid}/", 14), ("/grids/", 6), ("/help/", 2),
    ):  # fmt: skip
        with django_assert_max_num_queries(most):
            assert web.get(path).status_code == 200


def test_the_city_s_number_and_registration_are_on_the_pages(
    city: City, web: Client, settings: Any
) -> None:
    settings.PUBLIC_PHONE, settings.ICP_NUMBER = "12345", "京ICP备00000000号"
    text = web.get("/").content.decode()
    assert 'href="tel:12345"' in text
    assert "京ICP备00000000号" in text
    grid = city.districts[0].grids[0].code
    assert "12345" in web.get(f"/grids/{grid}/").content.decode()


def test_residents_get_the_number_of_the_unit_that_handles_their_case(
    city: City, web: Client
) -> None:
    home = city.districts[0]
    number, secret = send(web, city)
    work(city, number, "accept")
    assert "tel:" not in page(web, number, secret)
    Unit.objects.filter(pk=home.department.pk).update(public_phone="021-5550 0100")
    assert 'href="tel:021-5550 0100"' in page(web, number, secret)


def test_a_board_shows_the_number_of_its_unit_before_the_city_s(
    city: City, web: Client, settings: Any
) -> None:
    settings.PUBLIC_PHONE = "12345"
    home = city.districts[0]
    unit = home.posts["worker"].unit
    Unit.objects.filter(pk=unit.pk).update(public_phone="021-5550 0100")
    text = web.get(f"/grids/{home.grids[0].code}/").content.decode()
    assert "021-5550 0100" in text


def test_a_grid_is_found_by_place_by_name_and_down_the_tree(city: City, web: Client) -> None:
    home = city.districts[0]
    grid, place = home.grids[0], home.place()
    found = web.get(f"/grids/?lon={place.lon}&lat={place.lat}")
    assert found["Location"] == f"/grids/{grid.code}/"
    board = f'href="/grids/{grid.code}/"'
    assert board in web.get("/grids/", {"q": grid.name}).content.decode()
    assert board in web.get("/grids/", {"in": home.community.code}).content.decode()
    assert f"?in={home.region.code}" in web.get("/grids/").content.decode()
    text = web.get(f"/grids/{grid.code}/").content.decode()
    assert home.posts["worker"].user.name in text
    assert 'class="sketch-own"' in text
    assert web.get("/grids/nonsense/").status_code == 404
