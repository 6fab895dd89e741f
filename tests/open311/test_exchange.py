"""Cases sent on to another Open311 system and followed: the other system here is Linli itself, and
a sloppy one."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from linli.cases import services as cases
from linli.cases.models import Case, CaseEvent, CaseFile
from linli.cases.rules.inputs import Contact
from linli.deliveries import services as deliveries
from linli.deliveries.models import Delivery, Target
from linli.kernel import outbound
from linli.kernel.errors import BadInput, NotFound, Refused
from linli.kernel.outbound import Answer, Unreachable
from linli.notices.models import Notice
from linli.open311.models import Destination, Forward
from linli.open311.rules.client import Heard
from linli.open311.rules.kinds import ForwardState
from linli.open311.services import (
    answering,
    choosing,
    following,
    sending,
    setting,
    showing,
    steering,
)
from linli.staff.queries import system_actor
from tests.cases.city import City
from tests.factories import make_post
from tests.files.makers import photo
from tests.open311.conftest import ALL, BASE, app_key, kept_photo, key_of, moved

NOW = timezone.now
WORDS, PHONE = "欧阳家门口垃圾成堆", "13900001234"


class There:
    """Another server as `outbound.fetch` meets it. `broken`: answers or faults that come first;
    `loses`: how many answers are lost on the way back, after the request was heard."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.broken: list[Any] = []
        self.loses = 0
        self.pictures: dict[str, bytes] = {}
        self.asked: list[tuple[str, str, str]] = []

    def fetch(
        self, method: str, url: str, *, body: bytes = b"", headers: Any = None, **_more: Any
    ) -> Answer:
        self.asked.append((method, url, body.decode()))
        if self.broken:
            fault = self.broken.pop(0)
            if isinstance(fault, Exception):
                raise fault
            assert isinstance(fault, Answer)
            return fault
        if url in self.pictures:
            return Answer(200, {}, self.pictures[url])
        sent = dict(headers or {})
        parts = urlsplit(url)
        answer = self.client.generic(
            method, parts.path, body, content_type=sent.pop("Content-Type", ""),
            QUERY_STRING=parts.query, headers=sent,
        )  # fmt: skip
        if self.loses:
            self.loses -= 1
            raise Unreachable("lost")
        got = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, got, answer.content)

    @property
    def posts(self) -> list[str]:
        return [body for method, _url, body in self.asked if method == "POST"]


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> There:
    found = There(Client(headers={"accept-language": "en"}))
    monkeypatch.setattr(outbound, "fetch", found.fetch)
    return found


@pytest.fixture
def post(city: City) -> Any:
    """A post of the department of district 0 that handles its cases."""
    return make_post("cases.see", "cases.handle", unit=city.districts[0].department)


@pytest.fixture
def destination(city: City, post: Any) -> Destination:
    return make_destination(city, post)


def make_destination(city: City, post: Any, **more: Any) -> Destination:
    given: dict[str, Any] = {
        "name": "环卫公司", "endpoint": f"https://there.example{BASE}", "jurisdiction_id": "",
        "api_key": app_key(city), "unit": city.districts[0].department, "class_codes": [],
        "region": None, "services": {}, "acts": True, "sends_words": False, "active": True,
        "key_id": None,
    }  # fmt: skip
    return setting.save_destination(
        actor=system_actor(), row=None, now=NOW() - timedelta(minutes=1), post=post, **given | more
    )


def dispatched(city: City, district: int = 0, **more: Any) -> Case:
    given: dict[str, Any] = {"channel": "portal", "contact": Contact("欧阳", PHONE)}
    filed = cases.report(
        description=WORDS, place=city.districts[district].place(), address="测试路 8 号",
        case_class="E0102", now=NOW(), **given | more,
    )  # fmt: skip
    return moved(city, filed.case.number, "file", "dispatch")


def go(minutes: int = 0) -> None:
    """What the jobs of a minute do."""
    now = NOW() + timedelta(minutes=minutes)
    choosing.choose_all(now=now)
    deliveries.send_due(clock=lambda: now)
    for forward in Forward.objects.all():
        answering.tell_here(forward_id=forward.pk, now=NOW())


def news(forward: Forward, status: str = "closed", **more: Any) -> None:
    """The other system says how it stands."""
    heard = Heard(forward.remote_id, status, more.get("notes", "清掉了"), more.get("url", ""),
                  more.get("at", NOW()))  # fmt: skip
    following.note(forward_id=forward.pk, news=heard, now=NOW())


def test_a_dispatched_case_is_sent_and_accepted_for_the_unit(
    city: City, there: There, destination: Destination
) -> None:
    case = dispatched(city)
    go()
    forward = Forward.objects.get()
    assert forward.state == ForwardState.SENT
    theirs = Case.objects.get(pk=int(forward.remote_id.split("-")[1]))
    assert (theirs.channel, theirs.stage) == ("open311", "reported")
    assert f"[{case.number}]" in theirs.description
    case.refresh_from_db()
    assert case.stage == "handling"
    said = CaseEvent.objects.get(case_id=case.pk, move="accept").opinion
    assert said == f"环卫公司：{forward.remote_id}"


def test_who_reported_never_leaves_and_words_only_where_that_is_agreed(
    city: City, there: There, post: Any
) -> None:
    destination = make_destination(city, post)
    dispatched(city)
    go()
    (sent,) = there.posts
    for part in (WORDS, "测试路", PHONE, "欧阳"):
        assert part not in _decoded(sent)
    destination.sends_words = True
    destination.save()
    dispatched(city)
    go()
    assert WORDS in _decoded(there.posts[-1])
    assert PHONE not in _decoded(there.posts[-1])


def _decoded(body: str) -> str:
    from urllib.parse import unquote_plus

    return unquote_plus(body)


def test_a_case_is_sent_once_however_often_one_looks(
    city: City, there: There, destination: Destination
) -> None:
    dispatched(city)
    for minutes in (0, 1, 2):
        go(minutes)
    assert (Forward.objects.count(), len(there.posts)) == (1, 1)


@pytest.mark.parametrize(("most", "page"), [(1, 2), (2, 1), (5, 5), (9, 2)])
def test_many_at_once_are_all_sent_in_the_end(
    city: City,
    there: There,
    destination: Destination,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    page: int,
) -> None:
    monkeypatch.setattr(choosing, "MOST", most)
    monkeypatch.setattr(choosing, "PAGE", page)
    numbers = {dispatched(city).number for _i in range(5)}
    Case.objects.update(stage_since=NOW())  # all within the same moment
    found = [choosing.choose_all(now=NOW()) for _look in range(7)]
    assert sum(found) == 5
    assert max(found) <= most
    assert set(Forward.objects.values_list("case_number", flat=True)) == numbers


def test_only_what_fits_is_sent(city: City, there: There, post: Any) -> None:
    make_destination(city, post, name="a", class_codes=["C"])
    make_destination(city, post, name="b", region=city.districts[1].region, acts=False)
    make_destination(city, post, name="c", active=False)
    make_destination(city, post, name="d", unit=city.districts[1].department, acts=False)
    blind = make_post("cases.see", unit=city.districts[1].utility)
    make_destination(city, blind, name="e", acts=False)
    dispatched(city)
    go()
    assert not Forward.objects.exists()


def test_without_a_unit_every_filed_case_the_post_sees_is_sent(city: City, there: There) -> None:
    above = make_post("cases.see", unit=city.centre, region=city.region)
    make_destination(city, above, unit=None, acts=False, services={"E0102": "E0401"})
    filed = cases.report(
        description=WORDS, place=city.districts[1].place(), channel="portal",
        case_class="E0102", now=NOW(),
    )  # fmt: skip
    go()
    assert not Forward.objects.exists()
    moved(city, filed.case.number, "file")
    go()
    assert Forward.objects.get().state == ForwardState.SENT
    assert "service_code=E0401" in there.posts[0]


def test_what_was_there_before_the_destination_stays_here(
    city: City, there: There, post: Any
) -> None:
    case = dispatched(city)
    Case.objects.filter(pk=case.pk).update(stage_since=NOW() - timedelta(hours=1))
    make_destination(city, post)
    go()
    assert not Forward.objects.exists()


def test_an_answer_that_was_lost_doubles_nothing(
    city: City, there: There, destination: Destination
) -> None:
    """The request arrives, its answer does not: Linli knows the Idempotency-Key, and the words."""
    dispatched(city)
    there.loses = 1
    go()
    assert Forward.objects.get().state == ForwardState.WAITING
    theirs = Case.objects.filter(channel="open311")
    assert theirs.count() == 1
    go(minutes=60)
    forward = Forward.objects.get()
    assert forward.state == ForwardState.SENT
    assert theirs.get().number == forward.remote_id
    assert len(there.posts) == 1, "it was found by our number and not sent again"


@pytest.mark.parametrize("lost", range(1, 5))
def test_a_process_killed_anywhere_doubles_nothing(
    city: City, there: There, destination: Destination, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    """Whichever call to the other system is the last thing a process does before it dies."""
    dispatched(city)
    for _try in range(lost):
        there.loses = 1
        go(minutes=60 * _try)
        Target.objects.update(open_until=None)
        Delivery.objects.update(due_at=NOW())
    go(minutes=600)
    assert Forward.objects.get().state == ForwardState.SENT
    assert Case.objects.filter(channel="open311").count() == 1


@pytest.mark.parametrize(
    ("answer", "state", "says"),
    [
        (Unreachable("nobody"), ForwardState.WAITING, "nobody"),
        (Answer(503, {"retry-after": "120"}, b""), ForwardState.WAITING, "503"),
        (Answer(429, {}, b"[]"), ForwardState.WAITING, "429"),
        (Answer(200, {}, b"<html>"), ForwardState.WAITING, "arrived"),
        (Answer(200, {}, b"[]"), ForwardState.WAITING, "arrived"),
        (Answer(400, {}, json.dumps([{"code": 400, "description": "lat wrong"}]).encode()),
         ForwardState.FAILED, "400 lat wrong"),
        (Answer(403, {}, b"<errors><error><code>403</code><description>key</description></error>"
                b"</errors>"), ForwardState.FAILED, "403 key"),
        (Answer(404, {}, b"<html>not a document</html>"), ForwardState.FAILED, "404"),
        (Answer(301, {"location": "https://else.example"}, b""), ForwardState.FAILED, "301"),
    ],
    ids=["nobody", "busy", "too many", "a page", "nothing", "refused", "key", "404", "moved"],
)  # fmt: skip
def test_what_went_wrong_is_said(
    city: City, there: There, destination: Destination, answer: Any, state: str, says: str
) -> None:
    from django.utils.translation import override

    dispatched(city)
    there.broken = [answer]
    with override("en"):
        go()
    forward = Forward.objects.get()
    assert forward.state == state
    assert says in forward.last_error.replace("可能已送达", "arrived")
    assert forward.attempts == 1


def test_what_was_refused_is_sent_again_by_hand(
    city: City, there: There, destination: Destination
) -> None:
    dispatched(city)
    there.broken = [Answer(400, {}, b"[]")]
    go()
    forward = Forward.objects.get()
    chief = seer(city)
    steering.retry_forward(actor=chief, forward_id=forward.pk, now=NOW())
    go()
    forward.refresh_from_db()
    assert (forward.state, forward.last_error) == (ForwardState.SENT, "")
    with pytest.raises(Refused):
        steering.retry_forward(actor=chief, forward_id=forward.pk, now=NOW())


def seer(city: City, district: int = 0) -> Any:
    """Somebody who steers what is sent on from a district."""
    home = city.districts[district]
    return make_post("cases.see", "open311.exchange", unit=home.centre, region=home.region).user


def test_what_is_given_up_is_not_sent_and_not_followed(
    city: City, there: There, destination: Destination
) -> None:
    dispatched(city)
    there.broken = [Unreachable("nobody")]
    go()
    forward = Forward.objects.get()
    with pytest.raises(BadInput, match=r"reason|原因"):
        steering.drop_forward(actor=seer(city), forward_id=forward.pk, reason=" ", now=NOW())
    with pytest.raises(NotFound):
        steering.drop_forward(actor=seer(city, 1), forward_id=forward.pk, reason="x", now=NOW())
    steering.drop_forward(actor=seer(city), forward_id=forward.pk, reason="电话已通知", now=NOW())
    go(minutes=60)
    assert there.posts == [there.posts[0]]
    assert Forward.objects.get().state == ForwardState.DROPPED


def test_a_case_that_ended_meanwhile_is_not_sent(
    city: City, there: There, destination: Destination
) -> None:
    case = dispatched(city)
    choosing.choose_all(now=NOW())
    cases.perform(
        "void", case_id=case.pk, actor=city.districts[0].user("street_chief"), now=NOW(),
        opinion="误报",
    )  # fmt: skip
    go()
    assert there.posts == []
    assert Forward.objects.get().state == ForwardState.FAILED


def test_closed_there_with_a_picture_is_reported_back_here(
    city: City, there: There, destination: Destination
) -> None:
    case = dispatched(city)
    go()
    url = "https://there.example/after.jpg"
    there.pictures[url] = photo()
    news(Forward.objects.get(), url=url)
    go()
    case.refresh_from_db()
    assert case.stage == "handled"
    event = CaseEvent.objects.get(case_id=case.pk, move="report_back")
    assert event.opinion == "环卫公司：清掉了"
    assert CaseFile.objects.filter(case_id=case.pk, purpose="after").count() == 1
    go()
    assert CaseEvent.objects.filter(case_id=case.pk, move="report_back").count() == 1


@pytest.mark.parametrize("url", ["", "https://there.example/none.jpg", "http://10.0.0.1/x.jpg"])
def test_closed_there_without_a_picture_is_told_to_a_person(
    city: City, there: There, destination: Destination, url: str
) -> None:
    case = dispatched(city)
    go()
    there.pictures["https://there.example/none.jpg"] = b"not a picture"
    there.pictures["http://10.0.0.1/x.jpg"] = b"<html>"
    news(Forward.objects.get(), url=url)
    go()
    go()
    case.refresh_from_db()
    assert case.stage == "handling"
    notices = Notice.objects.filter(kind="open311.closed_there", user=destination.post.user)
    assert notices.count() == 1


def test_the_whole_way_there_and_back_by_asking(
    city: City, there: There, destination: Destination
) -> None:
    """Their centre files, dispatches, handles and closes what we sent; we hear of it by asking."""
    dispatched(city)
    go()
    forward = Forward.objects.get()
    assert following.ask_all(now=NOW()) == 1
    forward.refresh_from_db()
    assert (forward.state, forward.remote_status) == (ForwardState.SENT, "open")
    moved(city, forward.remote_id, *ALL)
    following.ask_all(now=NOW())
    forward.refresh_from_db()
    assert (forward.state, forward.remote_notes) == (ForwardState.DONE, "Solved")
    assert "/nearby/results/" in forward.remote_media
    assert following.ask_all(now=NOW()) == 0, "what has ended is not asked for"


def test_a_token_is_exchanged_for_its_number(
    city: City, there: There, destination: Destination
) -> None:
    from tests.open311.conftest import serve

    serve(city, 0, answering="batch")
    dispatched(city)
    go()
    forward = Forward.objects.get()
    assert (forward.remote_id, forward.state) == ("", ForwardState.SENT)
    theirs = Case.objects.get(channel="open311")
    following.ask_all(now=NOW())
    assert Forward.objects.get().remote_id == ""
    moved(city, theirs.number, "file")
    following.ask_all(now=NOW())
    assert Forward.objects.get().remote_id == theirs.number


def test_older_news_changes_nothing_and_opened_again_is_open(
    city: City, there: There, destination: Destination
) -> None:
    dispatched(city)
    go()
    forward = Forward.objects.get()
    news(forward, "closed")
    news(forward, "open", at=NOW() - timedelta(hours=1))
    assert Forward.objects.get().state == ForwardState.DONE
    news(forward, "open", at=NOW() + timedelta(hours=1))
    assert Forward.objects.get().state == ForwardState.SENT


def test_one_system_that_is_down_holds_up_nobody_else(
    city: City, there: There, destination: Destination, post: Any
) -> None:
    other = make_destination(city, post, name="z")
    dispatched(city)
    go()
    there.broken = [Unreachable("nobody")]
    assert following.ask_all(now=NOW()) == 1
    destination.refresh_from_db()
    other.refresh_from_db()
    assert (destination.trouble, other.trouble) == ("nobody", "")
    following.ask_all(now=NOW())
    destination.refresh_from_db()
    assert destination.trouble == ""


@pytest.mark.parametrize(
    "body",
    [
        b'{"service_requests": [{"service_request_id": 77, "status": "CLOSED"}]}',
        b'{"service_requests": {"request": {"service_request_id": 77, "status": "Closed"}}}',
        b'\xef\xbb\xbf[{"service_request_id": "77", "status": "closed", "updated_datetime": 5}]',
        b"<service_requests><request><service_request_id>77</service_request_id>"
        b"<status>closed</status></request></service_requests>",
        b'<?xml version="1.0"?><service_requests xmlns="http://wiki.open311.org/GeoReport_v2">'
        b"<request><service_request_id> 77 </service_request_id><status>FIXED</status></request>"
        b"</service_requests>",
    ],
    ids=["wrapped", "one object", "marks and numbers", "xml", "namespace"],
)
def test_sloppy_servers_are_understood(body: bytes) -> None:
    from linli.open311.rules.client import heard, rows_of

    (row,) = rows_of(body, "service_requests")
    found = heard(row)
    assert (found.remote_id, found.closed) == ("77", True)


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "b">]><service_requests>&a;</service_requests>',
        b'<!DOCTYPE x SYSTEM "http://10.0.0.1/x.dtd"><service_requests/>',
        b"<?xml version='1.0' encoding='klingon'?><service_requests/>",
        b"<service_requests>", b"<other/>", b"{", b"", b"\xff\xfe", b'"words"', b"17",
        b"[" * 100_000, b'{"errors": []}', b"[1, 2]",
    ],
    ids=["entities", "doctype", "encoding", "cut off", "another root", "cut off json", "nothing",
         "bytes", "words", "a number", "deep", "another object", "no objects"],
)  # fmt: skip
def test_what_is_no_document_is_refused(body: bytes) -> None:
    from linli.open311.rules.client import Unreadable, rows_of

    with pytest.raises(Unreadable):
        rows_of(body, "service_requests")


def test_a_destination_is_checked_before_it_is_kept(city: City, post: Any) -> None:
    for wrong, field in (
        ({"endpoint": "http://127.0.0.1/open311/v2"}, "endpoint"),
        ({"endpoint": "ftp://x"}, "endpoint"),
        ({"unit": None}, "unit"),
        ({"unit": city.districts[0].utility}, "post"),
    ):
        with pytest.raises(BadInput) as refusal:
            make_destination(city, post, **wrong)
        assert refusal.value.field == field
    with pytest.raises(BadInput):
        make_destination(city, make_post("cases.report", unit=city.centre), acts=False)
    assert not Destination.objects.exists()


def test_a_key_of_theirs_is_sealed(city: City, destination: Destination) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT api_key FROM open311_destination")
        (kept,) = cursor.fetchone()
    assert destination.api_key
    assert destination.api_key.encode() not in bytes(kept)


# -- updates that are posted -----------------------------------------------------------------------
def update_of(number: str, **more: Any) -> dict[str, Any]:
    return {
        "service_request_id": number, "update_id": "u1", "status": "OPEN",
        "updated_datetime": NOW().isoformat(), "description": "还有新的垃圾",
    } | more  # fmt: skip


def test_updates_by_whoever_sent_it_are_their_further_words(caller: Any, city: City) -> None:
    number = caller.report(city)["service_request_id"]
    for _twice in range(2):
        answer = caller.post("servicerequestupdates", **update_of(number))
        assert (answer.status_code, answer.json()) == (200, [{"update_id": "u1"}])
    case = Case.objects.get(pk=int(number.split("-")[1]))
    assert case.report_count == 2
    assert CaseEvent.objects.filter(case_id=case.pk, move="add_report").count() == 1
    other = app_key(city)
    assert (
        caller.post(
            "servicerequestupdates", **(update_of(number, update_id="u2") | {"api_key": other})
        ).status_code
        == 404
    )


def test_a_solved_request_is_disputed_by_calling_it_open_again(caller: Any, city: City) -> None:
    number = caller.report(city)["service_request_id"]
    moved(city, number, *ALL)
    for _twice in range(2):
        answer = caller.post("servicerequestupdates", **update_of(number, status="REOPEN"))
        assert answer.status_code == 200, answer.content.decode()
    case = Case.objects.get(pk=int(number.split("-")[1]))
    assert (case.stage, case.reopen_count, case.report_count) == ("filed", 1, 1)


@pytest.mark.parametrize(
    "name", ["service_request_id", "update_id", "updated_datetime", "status", "description"]
)
def test_every_field_of_an_update_is_needed(caller: Any, city: City, name: str) -> None:
    number = caller.report(city)["service_request_id"]
    answer = caller.post("servicerequestupdates", **update_of(number, **{name: ""}))
    assert answer.status_code == 400
    assert name in answer.json()[0]["description"]


@pytest.mark.parametrize(("name", "value"), [("status", "MAYBE"), ("updated_datetime", "today")])
def test_fields_of_an_update_are_checked(caller: Any, city: City, name: str, value: str) -> None:
    number = caller.report(city)["service_request_id"]
    answer = caller.post("servicerequestupdates", **update_of(number, **{name: value}))
    assert (answer.status_code, name in answer.json()[0]["description"]) == (400, True)


def test_the_other_system_may_post_what_it_has_done(
    caller: Any, city: City, there: There, post: Any
) -> None:
    from linli.staff.models import ApiToken

    theirs = key_of(make_post("open311.report", unit=city.districts[0].department))
    key_id = ApiToken.objects.latest("pk").pk
    make_destination(city, post, key_id=key_id)
    dispatched(city)
    go()
    forward = Forward.objects.get()
    given = update_of(forward.remote_id, status="FIXED", description="清掉了", api_key=theirs)
    assert caller.post("servicerequestupdates", **given).status_code == 200
    forward.refresh_from_db()
    assert (forward.state, forward.remote_notes) == (ForwardState.DONE, "清掉了")


def test_updates_are_told_in_their_order_with_finer_states(caller: Any, city: City) -> None:
    number = caller.report(city)["service_request_id"]
    moved(city, number, *ALL)
    rows = caller.read("servicerequestupdates")
    assert [row["status"] for row in rows] == [
        "INVESTIGATING", "ACTION_SCHEDULED", "IN_PROGRESS", "IN_PROGRESS", "FIXED",
    ]  # fmt: skip
    assert {row["service_request_id"] for row in rows} == {number}
    assert not any("已清理" in row["description"] for row in rows)
    own = caller.read("servicerequestupdates", api_key=caller.key)
    assert any("已清理" in row["description"] for row in own)
    later = (NOW() + timedelta(hours=1)).isoformat()
    assert caller.read("servicerequestupdates", start_date=later) == []


# -- back to be done again, and with a picture ---------------------------------------------------
def reworked(city: City, case: Case) -> Case:
    """Handled, looked at on site, not done: back to the unit."""
    home = city.districts[0]
    if case.stage == "handling":
        moved(city, case.number, "report_back")
    moved(city, case.number, "request_check")
    worker = home.user("worker")
    cases.perform(
        "check", case_id=case.pk, actor=worker, now=NOW(), passed=False, opinion="还在",
        place=home.place(), files=[kept_photo(worker)],
    )  # fmt: skip
    return cases.perform(
        "rework", case_id=case.pk, actor=home.user("street_chief"), now=NOW(), opinion="重做"
    )


def test_what_comes_back_for_rework_is_sent_again_under_a_mark_of_its_own(
    city: City, there: There, destination: Destination
) -> None:
    case = dispatched(city)
    go()
    first = Forward.objects.get()
    url = "https://there.example/after.jpg"
    there.pictures[url] = photo()
    news(first, url=url)
    go()
    case.refresh_from_db()
    assert case.stage == "handled"
    go()
    assert len(there.posts) == 1, "closed there is no reason to send it again"
    reworked(city, case)
    there.loses = 1  # the answer to the second sending is lost on the way
    go()
    go(minutes=60)
    again = Forward.objects.get()
    assert (again.pk, again.round, again.state) == (first.pk, 2, ForwardState.SENT)
    assert again.earlier_ids == [first.remote_id] != [again.remote_id]
    assert len(there.posts) == 2, "the lost one was found by its own mark, not by the first one's"
    assert first.remote_id in _decoded(there.posts[1])
    assert f"[{case.number}/2]" in _decoded(there.posts[1])
    assert Case.objects.get(pk=case.pk).stage == "handling", "accepted for the unit once more"
    news(again, url=url)
    go()
    assert CaseEvent.objects.filter(case_id=case.pk, move="report_back").count() == 2


def test_what_was_given_up_is_not_sent_again_by_rework(
    city: City, there: There, destination: Destination
) -> None:
    case = dispatched(city)
    go()
    steering.drop_forward(
        actor=seer(city), forward_id=Forward.objects.get().pk, reason="改为电话联系", now=NOW()
    )
    case.refresh_from_db()
    reworked(city, case)
    go()
    assert (len(there.posts), Forward.objects.get().state) == (1, ForwardState.DROPPED)


def test_a_picture_is_shown_by_an_address_that_ends(
    city: City, there: There, destination: Destination, settings: Any, client: Client
) -> None:
    settings.PUBLIC_ORIGIN = "https://linli.example"
    worker = city.districts[0].user("worker")
    case = dispatched(
        city, actor=worker, channel="worker", contact=None, uploads=[kept_photo(worker)]
    )
    forward = Forward.objects.create(
        destination=destination, case_id=case.pk, case_number=case.number, class_code="E0102",
        created_at=NOW(),
    )  # fmt: skip
    assert sending.fields_of(forward, case)["media_url"] == "", "not agreed"
    Destination.objects.update(sends_photos=True)
    forward.destination.refresh_from_db()
    url = sending.fields_of(forward, case)["media_url"]
    assert url.startswith("https://linli.example/open311/picture/")
    path = urlsplit(url).path
    shown = client.get(path)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8")
    assert client.get(path.replace("picture/", "picture/x")).status_code == 404
    with pytest.raises(NotFound), mock.patch("time.time", return_value=time.time() + 8 * 86_400):
        showing.picture_of(path.rpartition("/")[2].removesuffix(".jpg"), now=NOW())
    Destination.objects.update(sends_photos=False)
    assert client.get(path).status_code == 404
