"""A worker's day by the pages: verify, check, report, handle on the spot, an emergency."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from linli.cases import queries, services
from linli.cases.models import Case, CaseEvent
from linli.cases.queries.badges import waiting_for
from linli.cases.rules.filters import CaseFilter
from linli.field.queries.tasks import tasks_for
from linli.notices.models import Notice
from linli.staff.models import User
from tests.cases.city import City, make_city
from tests.field.pictures import photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def reported(city: City, **values: Any) -> Case:
    given: dict[str, Any] = {
        "description": "三号楼旁垃圾成堆", "place": city.districts[0].place(), "channel": "portal",
        "now": timezone.now() - timedelta(minutes=9), "case_class": "E0102",
    }  # fmt: skip
    return services.report(**(given | values)).case


def moved(city: City, case: Case, *moves: str) -> Case:
    """The case after these moves, a minute apart."""
    home = city.districts[0]
    steps: dict[str, tuple[str, dict[str, Any]]] = {
        "request_verification": ("street_operator", {}),
        "file": ("street_chief", {"case_class": "E0102"}),
        "dispatch": ("street_dispatcher", {"unit": home.department.pk}),
        "accept": ("handler", {}),
        "report_back": ("handler", {"opinion": "已清理"}),
        "request_check": ("street_dispatcher", {}),
    }
    for i, name in enumerate(moves, start=1):
        who, given = steps[name]
        user = home.user(who)
        if name == "report_back":
            given = given | {"files": [photo(user)]}
        case = services.perform(
            name, case_id=case.pk, actor=user,
            now=timezone.now() - timedelta(minutes=8 - i), **given,
        )  # fmt: skip
    return case


TO_CHECK = ("file", "dispatch", "accept", "report_back", "request_check")


def here(city: City) -> dict[str, str]:
    place = city.districts[0].place()
    return {"lon": str(place.lon), "lat": str(place.lat)}


def test_the_list_of_tasks_is_what_the_badge_says(city: City) -> None:
    worker = city.districts[0].user("worker")
    to_verify = moved(city, reported(city), "request_verification")
    to_check = moved(city, reported(city), *TO_CHECK)
    reported(city)
    html = signed_in(worker).get("/field/").content.decode()
    assert {to_verify.number, to_check.number} == {
        task.case.number for task in tasks_for(worker, now=timezone.now()).rows
    }
    for case in (to_verify, to_check):
        assert f"/field/tasks/{case.number}/" in html
    badges = {b.queue: b.waiting for b in queries.badges_for(worker, now=timezone.now())}
    assert waiting_for(worker)["tasks"] == 2 == badges["to_verify"] + badges["to_check"]


def test_with_a_position_the_nearest_task_comes_first(city: City) -> None:
    home = city.districts[0]
    worker = home.user("worker")
    place = home.place()
    far = moved(city, reported(city), "request_verification")
    near = moved(
        city,
        reported(city, place=type(place)(place.lon - 0.002, place.lat)),
        "request_verification",
    )
    html = (
        signed_in(worker).get(f"/field/?lon={place.lon - 0.002}&lat={place.lat}").content.decode()
    )
    assert html.index(near.number) < html.index(far.number)
    assert "nearest first" in html
    assert "190 m" in html
    html = signed_in(worker).get("/field/?lon=x&lat=999").content.decode()
    assert "due first" in html


def test_verifying_as_true_brings_the_case_back_and_leads_to_the_next_task(city: City) -> None:
    worker = city.districts[0].user("worker")
    case = moved(city, reported(city), "request_verification")
    following = moved(city, reported(city), *TO_CHECK)
    client = signed_in(worker)
    page = client.get(f"/field/tasks/{case.number}/")
    assert "成堆" in page.content.decode()
    answer = client.post(
        f"/field/tasks/{case.number}/",
        {"move": "verify", "true": "yes", "seen": case.event_count, "opinion": "属实"},
    )
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == f"/field/tasks/{following.number}/"
    case.refresh_from_db()
    assert (case.stage, case.verified) == ("reported", True)


def test_verifying_as_not_true_needs_no_photo_and_says_so_in_the_trail(city: City) -> None:
    worker = city.districts[0].user("worker")
    case = moved(city, reported(city), "request_verification")
    answer = signed_in(worker).post(
        f"/field/tasks/{case.number}/", {"move": "verify", "true": "no", "seen": case.event_count}
    )
    assert answer["Location"] == "/field/"
    case.refresh_from_db()
    assert (case.stage, case.verified) == ("reported", False)


def test_a_marked_place_corrects_the_point(city: City) -> None:
    worker = city.districts[0].user("worker")
    case = moved(city, reported(city), "request_verification")
    place = city.districts[0].place()
    signed_in(worker).post(
        f"/field/tasks/{case.number}/",
        {"move": "verify", "true": "yes", "seen": case.event_count,
         "map_lon": place.lon + 0.001, "map_lat": place.lat},
    )  # fmt: skip
    case.refresh_from_db()
    assert case.place is not None
    assert case.place.x == pytest.approx(place.lon + 0.001)


@pytest.mark.parametrize(("answer", "passed"), [("yes", True), ("no", False)])
def test_a_check_takes_photo_position_and_answer(city: City, answer: str, passed: bool) -> None:
    worker = city.districts[0].user("worker")
    case = moved(city, reported(city), *TO_CHECK)
    done = signed_in(worker).post(
        f"/field/tasks/{case.number}/",
        {"move": "check", "passed": answer, "files": photo(worker), "seen": case.event_count,
         "opinion": "还有一袋" if not passed else "", **here(city)},
    )  # fmt: skip
    assert done.status_code == 302, done.content.decode()
    case.refresh_from_db()
    assert case.check_passed is passed
    event = CaseEvent.objects.get(case_id=case.pk, number=case.event_count)
    assert event.detail["distance_m"] == 0


def test_a_check_without_position_photo_or_reason_is_refused_in_sentences(city: City) -> None:
    worker = city.districts[0].user("worker")
    case = moved(city, reported(city), *TO_CHECK)
    with override("en"):
        page = signed_in(worker).post(
            f"/field/tasks/{case.number}/",
            {"move": "check", "passed": "no", "seen": case.event_count},
        )
    html = page.content.decode()
    assert page.status_code == 422
    for words in ("needs your position", "photo from the same spot", "what is still wrong"):
        assert words in html
    case.refresh_from_db()
    assert case.check_passed is None


def test_the_mark_on_the_map_stands_in_for_the_device(city: City) -> None:
    worker = city.districts[0].user("worker")
    case = moved(city, reported(city), *TO_CHECK)
    place = city.districts[0].place()
    signed_in(worker).post(
        f"/field/tasks/{case.number}/",
        {"move": "check", "passed": "yes", "files": photo(worker), "seen": case.event_count,
         "lon": "", "lat": "", "map_lon": place.lon, "map_lat": place.lat},
    )  # fmt: skip
    case.refresh_from_db()
    assert case.check_passed is True


def test_who_was_slower_is_told_what_changed(city: City) -> None:
    home = city.districts[0]
    case = moved(city, reported(city), "request_verification")
    seen = case.event_count
    worker = home.user("worker")
    moved(city, reported(city), "request_verification")
    services.perform(
        "dismiss", case_id=case.pk, actor=home.user("street_chief"), now=timezone.now(),
        opinion="重复", seen=seen,
    )  # fmt: skip
    page = signed_in(worker).post(
        f"/field/tasks/{case.number}/", {"move": "verify", "true": "yes", "seen": seen}
    )
    assert page.status_code == 409
    assert "no longer open" in page.content.decode()


def test_the_handler_may_not_check(city: City) -> None:
    home = city.districts[0]
    case = moved(city, reported(city), *TO_CHECK)
    post = home.posts["handler"]
    post.grants = [*post.grants, "cases.check"]
    post.save()
    handler = home.user("handler")
    client = signed_in(handler)
    assert client.get(f"/field/tasks/{case.number}/")["Location"] == f"/field/cases/{case.number}/"
    page = client.post(
        f"/field/tasks/{case.number}/",
        {"move": "check", "passed": "yes", "files": photo(handler), "seen": case.event_count,
         **here(city)},
    )  # fmt: skip
    assert page.status_code in (403, 422)
    case.refresh_from_db()
    assert case.check_passed is None


def test_another_district_has_no_such_case(city: City) -> None:
    case = moved(city, reported(city), "request_verification")
    client = signed_in(city.districts[1].user("worker"))
    for path in ("tasks", "cases"):
        assert client.get(f"/field/{path}/{case.number}/").status_code == 404
    answer = client.post(
        f"/field/tasks/{case.number}/", {"move": "verify", "true": "yes", "seen": case.event_count}
    )
    assert answer.status_code == 404


def report_data(city: City, **values: Any) -> dict[str, Any]:
    return here(city) | {"case_class": "E0102", "opinion": "楼下", "key": "k" * 20} | values


def test_a_report_has_class_place_photo_and_its_reporter_as_tracker(city: City) -> None:
    worker = city.districts[0].user("worker")
    client = signed_in(worker)
    assert client.get("/field/report/").status_code == 200
    answer = client.post(
        "/field/report/", report_data(city, phrases=["blocks"], files=photo(worker))
    )
    case = Case.objects.get()
    assert answer["Location"] == f"/field/cases/{case.number}/"
    assert (case.stage, case.channel, case.file_count) == ("reported", "worker", 1)
    assert case.description.endswith("；楼下")
    assert case.tracker_id == city.districts[0].posts["worker"].pk
    assert case.number in client.get("/field/cases/").content.decode()


def test_the_same_form_twice_is_one_case(city: City) -> None:
    client = signed_in(city.districts[0].user("worker"))
    first = client.post("/field/report/", report_data(city))
    again = client.post("/field/report/", report_data(city))
    assert first["Location"] == again["Location"]
    assert Case.objects.count() == 1


def test_the_same_form_with_other_words_is_another_case(city: City) -> None:
    client = signed_in(city.districts[0].user("worker"))
    client.post("/field/report/", report_data(city))
    client.post("/field/report/", report_data(city, opinion="对面也有"))
    assert Case.objects.count() == 2


def test_a_report_without_a_place_keeps_the_photo_and_says_what_is_missing(city: City) -> None:
    worker = city.districts[0].user("worker")
    upload = photo(worker)
    page = signed_in(worker).post("/field/report/", report_data(city, lon="", lat="", files=upload))
    assert page.status_code == 422
    assert f'value="{upload}"' in page.content.decode()
    assert "Where is it?" in page.content.decode()
    assert not Case.objects.exists()


def test_handled_on_the_spot_is_closed_at_once_and_counted_apart(city: City) -> None:
    worker = city.districts[0].user("worker")
    answer = signed_in(worker).post(
        "/field/report/",
        report_data(city, handled="1", done_phrases=["cleared"], files=photo(worker),
                    after=photo(worker)),
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    case = Case.objects.get()
    assert (case.stage, case.self_handled, case.file_count) == ("closed", True, 2)
    found = queries.filtered(worker, CaseFilter(self_handled=True), now=timezone.now())
    assert list(found) == [case]


def test_handled_without_a_photo_after_leaves_nothing_behind(city: City) -> None:
    worker = city.districts[0].user("worker")
    page = signed_in(worker).post(
        "/field/report/", report_data(city, handled="1", done="扫净", files=photo(worker))
    )
    assert page.status_code == 422
    assert not Case.objects.exists()


def test_if_handling_is_refused_the_report_is_not_kept_either(city: City) -> None:
    from linli.cases.services.on_the_spot import report_and_handle
    from linli.kernel.errors import BadInput

    worker = city.districts[0].user("worker")
    with pytest.raises(BadInput):
        report_and_handle(
            description="垃圾", opinion="扫净", place=city.districts[0].place(),
            case_class="E0102", actor=worker, now=timezone.now(), after_uploads=[],
            channel="worker",
        )  # fmt: skip
    assert not Case.objects.exists()


def test_an_emergency_has_to_be_confirmed_and_tells_the_duty_chief(city: City) -> None:
    worker = city.districts[0].user("worker")
    client = signed_in(worker)
    page = client.post("/field/report/", report_data(city, case_class="E0401", urgent="1"))
    assert page.status_code == 422
    assert not Case.objects.exists()
    client.post("/field/report/", report_data(city, case_class="E0401", urgent="1", confirmed="1"))
    case = Case.objects.get()
    assert (case.urgency, case.handling, case.stage) == ("urgent", "emergency", "filed")
    assert Notice.objects.filter(user=city.user("chief"), kind="cases.urgent").count() == 1


def test_open_cases_near_by_are_shown_and_a_report_may_join_one(city: City) -> None:
    worker = city.districts[0].user("worker")
    case = reported(city)
    client = signed_in(worker)
    shown = client.post("/field/report/similar", here(city) | {"case_class": "E0102"})
    assert case.number in shown.content.decode()
    client.post("/field/report/", report_data(city, join=case.number))
    case.refresh_from_db()
    assert (Case.objects.count(), case.report_count) == (1, 2)


def test_the_grid_and_me_say_whose_ground_it_is(city: City) -> None:
    worker = city.districts[0].user("worker")
    client = signed_in(worker)
    html = client.get("/field/grid/").content.decode()
    assert "第1网格" in html
    assert "第2网格" in html  # next door
    me = client.get("/field/me/").content.decode()
    assert "第1网格" in me
    assert 'href="/evaluation/mine/"' in me
    assert 'href="/appraisal/mine/"' in me
    outline = client.get("/field/grid/outline.json").json()
    assert [f["properties"]["name"] for f in outline["features"]] == ["第1网格"]


def test_people_without_outdoor_grants_are_refused(city: City) -> None:
    client = signed_in(city.user("leader"))
    assert client.get("/field/").status_code == 403
    assert client.get("/field/report/").status_code == 403
    assert Client().get("/field/").status_code == 302


def test_the_manifest_is_open_to_everybody(client: Client) -> None:
    answer = client.get("/field/manifest.webmanifest")
    assert answer.status_code == 200
    assert answer.json()["start_url"] == "/field/"


def test_a_long_list_costs_no_more_queries_than_a_short_one(
    city: City, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(city.districts[0].user("worker"))
    for _i in range(6):
        moved(city, reported(city), "request_verification")
    client.get("/field/")
    costs = {"/field/": 10, "/field/cases/": 14, "/field/cases/?stage=open": 14}
    costs |= {"/field/grid/": 18, "/field/report/": 16, "/field/me/": 14}
    for path, most in costs.items():
        client.get(path)  # catalogue, units and regions are read once a process
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200
