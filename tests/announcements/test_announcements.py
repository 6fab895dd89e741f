"""Announcements: whom they reach, a second person's yes, receipts, reminders, what is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from linli.announcements import queries, services
from linli.announcements.models import Announcement, Receipt
from linli.announcements.rules import fingerprint
from linli.announcements.services import Text
from linli.kernel.errors import BadInput, NotFound, NotYours, Refused, Stale
from linli.notices.models import Message, Notice
from linli.notices.rules import Channel
from linli.staff.models import GridDuty, User
from tests.cases.city import City, make_city
from tests.conftest import NOW
from tests.factories import make_post

WRITE, APPROVE, MESSAGE = (f"announcements.{verb}" for verb in ("write", "approve", "message"))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def person(city: City, name: str, *grants: str, district: int | None = 0) -> User:
    """The person of a post, with more grants; `district` None: of the city's centre."""
    home = city if district is None else city.districts[district]
    post = home.posts[name]
    post.grants = sorted({*post.grants, *grants})
    post.save()
    return home.user(name)


def signed_in(user: User) -> Client:
    """Somebody's browser, reading English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def draft(author: User, **given: Any) -> Announcement:
    values: dict[str, Any] = {
        "title": "防汛值守", "body": "今晚八点起到岗。", "importance": "ordinary",
        "audience": "everyone",
    }  # fmt: skip
    return services.write_draft(actor=author, text=Text(**values | given), now=NOW)


def published(author: User, **given: Any) -> Announcement:
    return services.submit(actor=author, draft_id=draft(author, **given).pk, now=NOW)


def told(announcement: Announcement) -> set[int]:
    return set(announcement.receipts.values_list("user_id", flat=True))


def users(city: City, *names: str, district: int = 0) -> set[int]:
    return {city.districts[district].posts[name].user_id for name in names}


# -- whom it reaches ------------------------------------------------------------------------------
def test_everyone_is_the_unit_and_those_below_and_nobody_else(city: City) -> None:
    chief = person(city, "chief", WRITE)
    home, there = (
        {post.user_id for post in district.posts.values()} for district in city.districts
    )
    reached = told(published(chief))
    assert reached == home
    assert not reached & there


def test_units_and_regions_narrow_it_and_roles_narrow_that(city: City) -> None:
    author, home = person(city, "leader", WRITE, district=None), city.districts[1]
    assert told(published(author, audience="units", units=[home.department.pk])) == users(
        city, "handler", district=1
    )
    street = told(published(author, audience="regions", regions=[home.street.pk]))
    assert street >= users(city, "worker", "other_worker", "street_chief", district=1)
    assert not street & users(city, "worker", "handler")
    with pytest.raises(Refused, match="Nobody is meant"):
        published(author, audience="regions", regions=[home.street.pk], roles=[999_999])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"audience": "units"}, "units"),
        ({"audience": "regions"}, "regions"),
        ({"audience": "nobody"}, "audience"),
        ({"importance": "huge"}, "importance"),
        ({"title": ""}, "title"),
        ({"letters": ["email"]}, "letters"),  # an ordinary one goes to screens only
        ({"letters": ["dove"], "importance": "urgent"}, "letters"),
    ],
)
def test_what_is_wrong_is_named(city: City, given: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        draft(person(city, "chief", WRITE), **given)
    assert refused.value.field == field


def test_nobody_writes_beyond_their_own_ground(city: City) -> None:
    chief, there = person(city, "chief", WRITE), city.districts[1]
    with pytest.raises(BadInput, match="units of your own"):
        draft(chief, audience="units", units=[there.department.pk])
    with pytest.raises(BadInput, match="regions that your post covers"):
        draft(chief, audience="regions", regions=[there.street.pk])
    with pytest.raises(NotYours):
        draft(person(city, "worker"))


# -- a second person ------------------------------------------------------------------------------
def test_an_urgent_one_needs_a_second_person(city: City) -> None:
    chief, leader = person(city, "chief", WRITE, APPROVE), person(city, "leader", APPROVE)
    stranger = person(city, "leader", APPROVE, district=1)
    found = published(chief, importance="urgent")
    assert found.state == "waiting"
    assert not told(found)
    assert Notice.objects.filter(user=leader, kind="announcements.to_approve").exists()
    deed = {"announcement_id": found.pk, "now": NOW, "approved": True, "words": ""}
    with pytest.raises(NotYours, match="second person"):
        services.decide(actor=chief, **deed)
    with pytest.raises(NotFound):
        services.decide(actor=stranger, **deed)
    with pytest.raises(BadInput, match="words"):
        services.decide(actor=leader, **deed | {"approved": False})
    services.decide(actor=leader, **deed | {"approved": False, "words": "请写明地点"})
    assert queries.own_draft(chief, found.pk)
    services.submit(actor=chief, draft_id=found.pk, now=NOW)
    assert services.decide(actor=leader, **deed).state == "published"
    deeds = [entry.deed for entry in queries.history_of(found)]
    assert deeds == ["written", "submitted", "returned", "submitted", "published"]
    with pytest.raises(Refused, match="does not wait"):
        services.decide(actor=leader, **deed)


def test_where_nobody_could_approve_it_is_said_at_once(city: City) -> None:
    with pytest.raises(Refused, match="Nobody in your unit or above"):
        published(person(city, "chief", WRITE), importance="urgent")


# -- receipts -------------------------------------------------------------------------------------
def test_receipts_say_who_has_read_and_confirmed(city: City) -> None:
    chief, worker = person(city, "chief", WRITE), person(city, "worker")
    found = published(chief, must_confirm=True)
    path = found.path
    assert Notice.objects.get(user=worker).url == path
    reading = {"reader": worker, "announcement": found, "now": NOW}
    assert services.note_reading(**reading)
    assert not services.note_reading(**reading), "only the first time counts"
    assert Notice.objects.get(user=worker).read_at == NOW, "the bell knows"
    assert [one.announcement for one in queries.told_to(worker, open_only=True).rows] == [found]
    services.confirm(**reading)
    services.confirm(**reading | {"now": NOW + timedelta(hours=1)})
    receipts = queries.receipts_of(found)
    assert receipts.progress == (len(told(found)), 1, 1)
    assert [(one.user, one.confirmed_at) for one in receipts.done] == [(worker, NOW)]
    assert sum(line.progress.told for line in receipts.units) == receipts.progress.told
    assert queries.told_to(worker, open_only=True).rows == []


def test_others_neither_read_nor_confirm_it(city: City) -> None:
    found = published(person(city, "chief", WRITE), must_confirm=True)
    stranger = person(city, "chief", WRITE, APPROVE, district=1)
    browser = signed_in(stranger)
    for page in ("", "receipts/", "files/1"):
        assert browser.get(f"{found.path}{page}").status_code == 404
    for deed in ("confirm", "withdraw", "decide", "correct", "submit", "discard"):
        assert browser.post(f"{found.path}{deed}", {"words": "x"}).status_code == 404
    with pytest.raises(NotFound):
        services.confirm(reader=stranger, announcement=found, now=NOW)


def test_withdrawn_the_text_is_gone_and_readers_are_told(city: City) -> None:
    chief, worker = person(city, "chief", WRITE), person(city, "worker")
    found = published(chief)
    services.note_reading(reader=worker, announcement=found, now=NOW)
    services.withdraw(actor=chief, announcement_id=found.pk, words="时间有误", now=NOW)
    kinds = set(Notice.objects.filter(user=worker).values_list("kind", flat=True))
    assert kinds == {"announcements.published", "announcements.withdrawn"}
    assert Notice.objects.filter(kind="announcements.withdrawn").count() == 1, "only who read it"
    with pytest.raises(Refused, match="Only what is published"):
        services.withdraw(actor=chief, announcement_id=found.pk, words="x", now=NOW)
    page = signed_in(worker).get(found.path).content.decode()
    assert "It was withdrawn" in page
    assert "今晚八点起到岗" not in page


def test_a_correction_is_a_new_version_with_receipts_of_its_own(city: City) -> None:
    chief, worker = person(city, "chief", WRITE), person(city, "worker")
    first = published(chief)
    services.note_reading(reader=worker, announcement=first, now=NOW)
    begun = services.correct(actor=chief, announcement_id=first.pk, now=NOW)
    assert services.correct(actor=chief, announcement_id=first.pk, now=NOW) == begun
    second = services.submit(actor=chief, draft_id=begun.pk, now=NOW)
    first.refresh_from_db()
    assert (first.state, second.state, second.version) == ("superseded", "published", 2)
    assert told(second) == told(first)
    assert queries.newest_of(first) == second
    assert not Receipt.objects.filter(announcement=second, read_at__isnull=False).exists()
    assert Notice.objects.filter(user=worker, kind="announcements.corrected").exists()
    assert [one.announcement for one in queries.told_to(worker, open_only=True).rows] == [second]


# -- reminders, letters, forgetting ---------------------------------------------------------------
def test_who_has_not_read_is_reminded_as_often_as_the_city_says(city: City) -> None:
    chief, worker = person(city, "chief", WRITE), person(city, "worker")
    found = published(chief)
    services.note_reading(reader=worker, announcement=found, now=NOW)
    others = len(told(found)) - 1
    hours = [services.remind(now=NOW + timedelta(hours=h)) for h in (1, 23, 24, 25, 48, 72, 96)]
    assert hours == [0, 0, others, 0, others, 0, 0]
    assert not Notice.objects.filter(user=worker, kind="announcements.reminder").exists()


def test_what_is_over_or_withdrawn_reminds_nobody(city: City) -> None:
    chief = person(city, "chief", WRITE)
    published(chief, last_on=NOW.date())
    gone = published(chief)
    services.withdraw(actor=chief, announcement_id=gone.pk, words="x", now=NOW)
    assert services.remind(now=NOW + timedelta(hours=30)) == 0
    with pytest.raises(Refused, match="is over"):
        published(chief, last_on=NOW.date() - timedelta(days=1))


def test_the_last_day_ends_at_the_citys_midnight(city: City) -> None:
    chief = person(city, "chief", WRITE)
    late = draft(chief, last_on=NOW.date())
    early = (NOW + timedelta(days=1)).replace(hour=6).astimezone(UTC)
    assert early.date() == NOW.date(), "in UTC it is not over yet"
    with pytest.raises(Refused, match="is over"):
        services.submit(actor=chief, draft_id=late.pk, now=early)


def test_letters_go_once_to_those_who_can_be_reached(city: City, settings: Any) -> None:
    settings.PUBLIC_ORIGIN = "https://city.example"
    chief, worker = person(city, "chief", WRITE), person(city, "worker")
    User.objects.filter(pk=worker.pk).update(email="worker@city.example")
    found = published(chief, importance="important", letters=[Channel.EMAIL])
    assert services.write_letters(announcement_id=found.pk, now=NOW) == 1
    assert services.write_letters(announcement_id=found.pk, now=NOW) == 0
    letter = Message.objects.get()
    assert letter.address == "worker@city.example"
    assert letter.params == {"title": "防汛值守", "link": f"https://city.example{found.path}"}


def test_a_year_later_only_the_counts_are_left(city: City) -> None:
    chief, worker = person(city, "chief", WRITE), person(city, "worker")
    found = published(chief)
    services.note_reading(reader=worker, announcement=found, now=NOW)
    before = queries.receipts_of(found).progress
    assert services.forget(now=NOW + timedelta(days=300)) == 0
    assert services.forget(now=NOW + timedelta(days=366)) == before.told
    found.refresh_from_db()
    assert queries.receipts_of(found).progress == before
    assert not Receipt.objects.exists()


# -- those on duty --------------------------------------------------------------------------------
def test_a_message_goes_to_those_on_duty_and_to_nobody_the_sender_has_not_seen(city: City) -> None:
    leader, home = person(city, "leader", MESSAGE), city.districts[0]
    people = services.on_duty(actor=leader, region_id=home.community.pk, now=NOW)
    assert {one.user_id for one in people} == users(city, "worker", "other_worker", "street_chief")
    stand_in = make_post(unit=home.street_centre)
    given = {
        "actor": leader, "region_id": home.community.pk, "text": "积水，请到场", "urgent": True,
        "shown": fingerprint(one.user_id for one in people), "now": NOW,
    }  # fmt: skip
    duty = GridDuty.objects.create(
        grid=home.grids[0], post=stand_in, role="substitute", valid_from=NOW - timedelta(hours=1),
        valid_to=NOW + timedelta(hours=1),
    )  # fmt: skip
    with pytest.raises(Stale, match="the list has changed"):
        services.send_message(**given)
    duty.delete()
    sent = services.send_message(**given)
    assert told(sent) == {one.user_id for one in people}
    assert sent.must_confirm
    with pytest.raises(BadInput, match="area that your post covers"):
        services.on_duty(actor=leader, region_id=city.districts[1].community.pk, now=NOW)


# -- pages ----------------------------------------------------------------------------------------
def test_a_draft_is_written_published_and_read_on_pages(city: City) -> None:
    author: Client = signed_in(person(city, "chief", WRITE))
    given = {"title": "演练", "body": "周五演练", "importance": "ordinary", "audience": "everyone"}
    assert author.post("/announcements/new/", given | {"title": ""}).status_code == 422
    where = author.post("/announcements/new/", given)["Location"]
    assert "It would reach" in author.get(where).content.decode()
    found = Announcement.objects.get()
    author.post(f"{found.path}submit")
    worker = signed_in(person(city, "worker"))
    assert "演练" in worker.get("/announcements/?open=1").content.decode()
    worker.get(found.path, headers={"Linli-By-Itself": "1"})
    assert not Receipt.objects.filter(read_at__isnull=False).exists(), "nobody sat there"
    assert "周五演练" in worker.get(found.path).content.decode()
    assert Receipt.objects.filter(read_at__isnull=False).count() == 1
    assert author.get(f"{found.path}edit/").status_code == 404, "published is never changed"
    assert author.get("/announcements/written/").status_code == 200


def test_a_list_costs_the_same_however_long_it_is(
    city: City, django_assert_max_num_queries: Any
) -> None:
    chief = person(city, "chief", WRITE)
    for _each in range(4):
        found = published(chief)
    browser = signed_in(chief)
    for page in ("/announcements/", "/announcements/written/", f"{found.path}receipts/"):
        browser.get(page)
        with django_assert_max_num_queries(18):
            assert browser.get(page).status_code == 200
