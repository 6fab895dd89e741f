"""The wall: the same numbers as its lists, nothing personal, and a screen with nobody signed in."""

from __future__ import annotations

import asyncio
import random
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone, translation

from linli.cases import services
from linli.cases.models import Case
from linli.cases.policy import Facts
from linli.catalogue.models import CaseClass
from linli.catalogue.rules import Goal
from linli.cockpit import policy
from linli.cockpit.board import PIECES, Wall, key_of
from linli.cockpit.queries import area, counted, wall
from linli.cockpit.queries.goals import coverage, rated
from linli.cockpit.queries.rates import book_on
from linli.evaluation.models import CaseFact
from linli.evaluation.services.following import follow
from linli.live import queries as live
from linli.live.boards import LEAST_S, MOST_S
from linli.live.hub import Event, Hub, Watcher
from linli.staff.models import Post
from linli.staff.services import issue_token, revoke_token
from tests.cases.city import City, District, make_city
from tests.cockpit.test_figures import length_of_list, live_at_random, signed_in
from tests.factories import make_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def report(home: District, **more: Any) -> Case:
    given = {
        "description": "三号楼王先生家门口",
        "place": home.place(),
        "channel": "portal",
        "address": "幸福路 7 弄 3 号 502 室",
        "case_class": "E0102",
        "now": timezone.now(),
    }
    return services.report(**(given | more)).case


def screen_post(home: District) -> Post:
    """A post that has the wall and nothing else, over the district."""
    return make_post(policy.WALL, unit=home.centre, region=home.region)


def token_for(post: Post, **more: Any) -> Any:
    now = timezone.now()
    return issue_token(
        actor=post.user, post=post, name="大厅", grants=[policy.WALL], now=now, **more
    )


# -- numbers ------------------------------------------------------------------------------------
def test_every_number_of_the_wall_is_the_length_of_its_list(city: City) -> None:
    live_at_random(city, 25, random.Random(3))
    now = timezone.now()
    for user in (city.user("leader"), city.districts[0].user("leader")):
        moving, standing = wall.moving(user, now=now), wall.standing(user, now=now)
        links = [*moving.today, *moving.present, *standing.classes]
        links += [one.closed for one in standing.units]
        links += [part for one in standing.rated for part in one.parts]
        assert len(links) > 10
        for link in links:
            assert length_of_list(user, link.url, now) == link.count, (user, link)


def test_disputes_matters_and_requests_are_rates_of_their_own_cases(city: City) -> None:
    """Two disputes of residents, one closed in time and one late; what a sensor said is neither."""
    home, now = city.districts[0], timezone.now()
    dispute = CaseClass.objects.get(code="E0102")
    CaseClass.objects.filter(pk=dispute.pk).update(goal=Goal.DISPUTE)
    for closed, public in ((True, True), (False, True), (False, False)):
        done = now - timedelta(minutes=3) if closed else None
        CaseFact.objects.create(
            case_id=report(home).pk, event_number=1, area_grade="B", district_id=home.region.pk,
            class_id=dispute.pk if public else None, is_public=public,
            channel="portal" if public else "sensor", on_time=closed, closed_at=done,
            handled_at=done, reported_at=now - timedelta(days=9), due_at=now - timedelta(minutes=2),
        )  # fmt: skip
    today = timezone.localdate(now)
    days = counted.Days(today - timedelta(days=20), today)
    with translation.override("en"):
        sums = counted.sums_by_part(home.user("leader"), days, now=now)
        tiles = {one.name: one for one in rated(book_on(today), sums, days)}
    assert (tiles["dispute"].shown, tiles["public"].shown) == ("50.00", "50.00")
    for name in ("dispute", "public"):
        assert sorted(one.count for one in tiles[name].parts) == [1, 2]
        for part in tiles[name].parts:
            assert length_of_list(home.user("leader"), part.url, now) == part.count
    page = signed_in(home.user("leader")).get(tiles["dispute"].url).content.decode()
    assert str(Goal.DISPUTE.label) in page
    assert tiles["matter"].shown == "—"
    assert tiles["matter"].formula == "No matter was to be done this month."


def test_a_grid_is_known_when_its_households_are_counted_and_a_worker_is_there(city: City) -> None:
    nobody: frozenset[int] = frozenset()
    grids = [
        area.Grid(1, 1, 200, frozenset({7})), area.Grid(2, 1, 0, frozenset({7})),
        area.Grid(3, 1, 90, nobody),
    ]  # fmt: skip
    with translation.override("en"):
        tile = coverage(grids)
        assert (tile.shown, [one.count for one in tile.parts]) == ("33.33", [1, 3])
        assert coverage([]).shown == "—"
    leader, now = city.user("leader"), timezone.now()
    rows, total = area.ground(leader, today=timezone.localdate(), now=now)
    known = coverage(area.grids_of(leader, today=timezone.localdate(), now=now)).parts[0].count
    assert known == total.known == sum(row.known for row in rows)


def test_nothing_owed_is_a_dash_and_a_rate_shows_its_formula(city: City) -> None:
    now = timezone.now()
    leader = city.districts[0].user("leader")
    with translation.override("en"):
        assert [one.shown for one in wall.standing(leader, now=now).gauges] == ["—", "—"]
        painted = Wall("en").paint(leader, now=now)["gauges"]
    assert "÷" in painted
    assert "stroke-dasharray" not in painted


def test_the_wall_names_no_person_no_address_and_no_words_of_a_report(city: City) -> None:
    home = city.districts[0]
    case = report(home)
    painted = "".join(Wall("zh-hans").paint(home.user("leader"), now=timezone.now()).values())
    assert case.number in painted
    page = signed_in(home.user("leader")).get("/cockpit/wall/").content.decode()
    for text in (painted, page.partition('<div class="wall"')[2]):
        for personal in ("王先生", "502", "幸福路", home.user("worker").name):
            assert personal not in text


def test_lists_of_the_wall_are_bounded(city: City) -> None:
    home = city.districts[0]
    for minute in range(wall.MOST_EVENTS + 3):
        report(home, now=timezone.now() - timedelta(seconds=minute))
    follow()
    moving = wall.moving(home.user("leader"), now=timezone.now())
    assert len(moving.happenings) == wall.MOST_EVENTS
    assert len(moving.pulses) == wall.MOST_PULSES
    assert not wall.pulses(home.user("leader"), now=timezone.now() + timedelta(hours=1))


def test_the_ground_adds_up(city: City) -> None:
    leader, now = city.user("leader"), timezone.now()
    rows, total = area.ground(leader, today=timezone.localdate(), now=now)
    grids = area.grids_of(leader, today=timezone.localdate(), now=now)
    base = [one.count for one in area.base(leader, grids)]
    assert [total.grids, total.households, total.people] == base[:3]
    assert sum(row.grids for row in rows) == total.grids == 4
    assert signed_in(leader).get("/cockpit/ground/").status_code == 200


def test_the_events_process_writes_the_same_addresses_as_the_site(city: City) -> None:
    home = city.districts[0]
    report(home)
    leader, now = home.user("leader"), timezone.now()
    by_site = Wall("en").paint(leader, now=now)
    with override_settings(ROOT_URLCONF="linli.config.urls_of_events"):
        by_events = Wall("en").paint(leader, now=now)
    assert 'href="/desk/cases/' in by_site["events"]
    assert by_events == by_site


# -- who stands before it -----------------------------------------------------------------------
def test_leaders_have_a_wall_and_workers_do_not(city: City) -> None:
    home = city.districts[0]
    page = signed_in(home.user("leader")).get("/cockpit/wall/")
    assert page.status_code == 200
    assert len(re.findall(r'data-piece="(\w+)"', page.content.decode())) == len(PIECES)
    assert signed_in(home.user("worker")).get("/cockpit/wall/").status_code == 403
    assert Client().get("/cockpit/wall/").status_code == 302


def test_a_screen_shows_its_area_opens_nothing_else_and_ends_when_revoked(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, other = city.districts
    mine, strange = report(home), report(other)
    follow()
    post = screen_post(home)
    issued = token_for(post)
    screen = Client(headers={"accept-language": "en"})
    answer = screen.post("/cockpit/wall/screen/", {"token": issued.secret})
    assert answer["Location"] == "/cockpit/wall/"
    cookie = answer.cookies[policy.COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    html = screen.get("/cockpit/wall/").content.decode()
    assert mine.number in html
    assert strange.number not in html
    assert "<a href" not in html.partition('<main id="main"')[2]
    assert screen.get("/cockpit/wall/cases/0/0/0.mvt").status_code == 200
    for closed in ("/cockpit/", "/cockpit/ground/", "/desk/cases/", f"/desk/cases/{mine.number}/"):
        assert screen.get(closed).status_code == 302
    bearer = {"Authorization": f"Bearer {issued.secret}"}
    assert mine.number not in Client(headers=bearer).get("/api/v1/cases").content.decode()
    revoke_token(actor=post.user, token=issued.token, now=timezone.now())
    assert screen.get("/cockpit/wall/").status_code == 302
    monkeypatch.setattr(live, "close_old_connections", lambda: None)  # the test has but one
    assert live.before_board("wall", "en", "", {policy.COOKIE: issued.secret}) is None


@pytest.mark.parametrize("secret", ["", "linli_0123456789_" + "0" * 64, "x" * 300])
def test_a_wrong_token_is_answered_by_a_sentence(city: City, secret: str) -> None:
    page = Client(headers={"accept-language": "en"}).post(
        "/cockpit/wall/screen/", {"token": secret}
    )
    assert page.status_code == 422
    assert policy.COOKIE not in page.cookies


def test_a_token_for_something_else_is_no_key_to_the_wall(city: City) -> None:
    home = city.districts[0]
    post = make_post("cases.see", "cases.supervise", unit=home.centre, region=home.region)
    issued = issue_token(
        actor=post.user, post=post, name="x", grants=["cases.see"], now=timezone.now()
    )
    page = Client(headers={"accept-language": "en"}).post(
        "/cockpit/wall/screen/", {"token": issued.secret}
    )
    assert page.status_code == 422
    assert "does not open the wall" in page.content.decode()


def test_a_post_with_the_wall_sees_cases_on_the_wall_alone(city: City) -> None:
    home = city.districts[0]
    case = report(home)
    follow()
    client = signed_in(screen_post(home).user)
    assert case.number in client.get("/cockpit/wall/").content.decode()
    assert client.get("/desk/cases/").status_code == 403


# -- the stream ---------------------------------------------------------------------------------
def watcher_of(user: Any) -> Watcher:
    seen = policy.onlooker(user)
    assert seen is not None
    look = live.Look("wall", "en", key_of(seen), seen)
    person = live.Person(0, tuple(live.policy.scopes_of(seen)), look=look)
    return Watcher(person, lambda: person, 0.0)


def test_many_watchers_of_an_area_cost_one_drawing(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, other = city.districts
    drawn: list[Any] = []
    case = report(home)
    facts = Facts.of(case)
    here = [watcher_of(home.user("leader")) for _i in range(50)]
    there, late = watcher_of(other.user("leader")), watcher_of(home.user("leader"))

    async def ask(question: Any) -> dict[str, str]:
        drawn.append(question)
        return {"today": f"<b>{len(drawn)}</b>", "base": "<i>4</i>"}

    async def play() -> None:
        hub = Hub()
        monkeypatch.setattr(hub.boards, "_ask", ask)
        for one in (*here, there):
            hub.join(one, None)
        await hub.boards.draw_due(MOST_S)
        assert len(drawn) == 2  # one an area
        assert len({id(one.queue[-1]) for one in here}) == 1  # the same bytes for all
        assert len({id(one.person) for one in here}) == 1
        for one in (*here, there):
            one.queue.clear()
        hub.boards.hear(Event(1, case_id=case.pk, facts=facts))
        await hub.boards.draw_due(MOST_S + 0.1)  # too soon
        assert len(drawn) == 2
        await hub.boards.draw_due(MOST_S + LEAST_S)
        assert len(drawn) == 3
        assert not there.queue
        assert len(here[0].queue) == 1
        assert b'"base"' not in here[0].queue[0]  # has not changed
        hub.join(late, None)
        assert b'"base"' in late.queue[0]  # everything, without a drawing
        assert len(drawn) == 3
        for one in (*here, late, there):
            hub.leave(one)
        assert len(hub.boards) == 0

    asyncio.run(play())


def test_somebody_who_may_not_look_gets_no_stream(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "close_old_connections", lambda: None)
    home = city.districts[0]
    name = settings.SESSION_COOKIE_NAME
    key = signed_in(home.user("worker")).cookies[name].value
    assert live.before_board("wall", "en", key, {}) is None
    key = signed_in(home.user("leader")).cookies[name].value
    person = live.before_board("wall", "en", key, {})
    assert person is not None
    assert person.user_id == 0  # hears of nobody's notices
