"""Every number of the overview is the length of the list it opens, whatever has happened."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone, translation

from linli.cases import queries, services
from linli.cases.models import Case
from linli.cases.queries import figures
from linli.cases.rules.filters import CaseFilter
from linli.cockpit.forms import CountedForm
from linli.cockpit.queries import PERIODS, Link, counted, overview_for
from linli.evaluation.services.following import follow
from linli.kernel.errors import Refused
from linli.staff.models import User
from linli.territory import services as territory
from linli.territory.models import Grid
from linli.territory.queries.redrawing import sheet_of
from linli.territory.rules.edits import changed, done
from linli.territory.rules.steps import read_steps
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


def live_at_random(city: City, count: int, dice: random.Random) -> None:
    """Cases of both districts over 40 days, each moved on as far as the dice say."""
    end = timezone.now()
    for _i in range(count):
        home = dice.choice(city.districts)
        at = end - timedelta(hours=dice.uniform(0, 40 * 24))
        worker = home.user(dice.choice(("worker", "other_worker")))
        urgent = dice.random() < 0.15
        case = services.report(
            description="垃圾", place=home.place(dice.randrange(2)), channel="worker",
            case_class=dice.choice(("E0102", "E0401", None)), actor=worker, now=at,
            urgency="urgent" if urgent else "normal",
        ).case  # fmt: skip
        steps: list[tuple[str, str, dict[str, Any]]] = [
            ("self_handle", "worker", {"opinion": "扫净", "photo": True}),
            ("file", "street_chief", {"case_class": "E0102"}),
            ("escalate", "street_chief", {"opinion": "需协调"}),
            ("supervise", "leader", {"opinion": "抓紧"}),
            ("dispatch", "street_dispatcher", {"unit": home.department.pk}),
            ("accept", "handler", {}),
            ("report_back", "handler", {"opinion": "好了", "photo": True}),
            ("request_check", "street_dispatcher", {}),
            ("check", "worker", {"passed": True, "place": home.place(), "photo": True}),
            ("close", "street_chief", {}),
        ]
        for name, who, given in steps:
            if name in ("self_handle", "escalate", "supervise") and dice.random() < 0.8:
                continue
            if dice.random() < 0.12:
                break
            at = min(end, at + timedelta(hours=dice.uniform(0, 30)))
            user, inputs = home.user(who), dict(given)
            try:
                if inputs.pop("photo", False):
                    inputs["files"] = [photo(user)]
                services.perform(name, case_id=case.pk, actor=user, now=at, **inputs)
            except Refused:
                continue
    follow()


def length_of_list(user: User, url: str, now: Any) -> int:
    """How many rows the list of an address has."""
    path, _mark, text = url.partition("?")
    query = QueryDict(text)
    if "counted" in path:
        form = CountedForm(query)
        assert form.is_valid(), form.errors
        asked = form.cleaned_data
        days = counted.Days(asked["since"], asked["until"])
        rows, after = 0, None
        while True:
            found = counted.cases_of(
                user,
                asked["count"],
                days,
                by=asked["by"],
                key=asked["key"],
                part=asked["part"],
                now=now,
                after=after,
            )
            rows, after = rows + len(found.cases), found.after
            if after is None:
                part = {name: asked[name] for name in ("by", "key", "part")}
                ids = counted.ids_of_count(user, asked["count"], days, most=9_999, now=now, **part)
                assert len(ids) == rows, "what the desk is given is what is listed"
                return rows
    wanted = CaseFilter.parse(dict(query.lists()))
    return queries.filtered(user, wanted, now=now).count()


def numbers_of(user: User, period: str, now: Any) -> list[tuple[str, Link]]:
    """Every number on the page with the words beside it."""
    found = overview_for(user, period, now=now)
    links = [(str(link.label), link) for link in (*found.period, *found.present, *found.classes)]
    for table in found.tables:
        for line in table.lines:
            names = ("open", "green", "yellow", "red", "reported", "closed")
            links.extend((f"{line.name} {name}", getattr(line, name)) for name in names)
    return links


@pytest.mark.parametrize("seed", [1, 2])
def test_every_number_equals_the_list_it_opens(city: City, seed: int) -> None:
    live_at_random(city, 25, random.Random(seed))
    now = timezone.now()
    leaders = [city.user("leader")]
    leaders += [city.districts[0].user("leader"), city.districts[1].user("street_leader")]
    seen = 0
    for user in leaders:
        for period in PERIODS:
            for words, link in numbers_of(user, period, now):
                rows = length_of_list(user, link.url, now)
                assert rows == link.count, (seed, user, period, words, link.url)
                seen += rows
    assert seen > 100  # the lists were not all empty


def test_the_parts_make_the_whole(city: City) -> None:
    live_at_random(city, 30, random.Random(7))
    now = timezone.now()
    user = city.user("leader")
    since, until = figures.last_days(30, today=timezone.localdate(now))
    days = counted.Days(since, until)
    sums = counted.sums(user, days, now=now)
    totals = {f.name: f.count for f in figures.present_for(user, now=now)} | sums
    rows = figures.table_by_region(user, "district", since=since, until=until, now=now)
    for name in ("open", "reported"):
        assert sum(row.figures[name].count for row in rows) == totals[name]
    closed = counted.closed_by(user, "district", days, now=now)
    assert sum(closed.values()) == totals["closed"] > 0
    assert sum(row.figures["red"].count for row in rows) == totals["late"]
    for row in rows:
        lights = sum(row.figures[name].count for name in ("green", "yellow", "red"))
        assert lights == row.figures["open"].count


def test_the_number_on_the_page_is_the_number_of_rows_on_the_desk(city: City) -> None:
    live_at_random(city, 12, random.Random(11))
    client = signed_in(city.user("leader"))
    html = client.get("/cockpit/?period=month").content.decode()
    assert client.get("/cockpit/").status_code == 200
    now = timezone.now()
    for words, link in numbers_of(city.user("leader"), "month", now):
        if link.count == 0:
            continue
        assert link.url.replace("&", "&amp;") in html, words
        desk = client.get(link.url).content.decode()
        rows = desk.count("/cockpit/cases/") if "counted" in link.url else desk.count("data-row")
        assert rows == min(link.count, 50), (words, link.url)


def test_an_old_case_that_is_closed_today_counts_today(city: City) -> None:
    home, now = city.districts[0], timezone.now()
    long_ago = now - timedelta(days=12)
    case = services.report(
        description="垃圾", place=home.place(), channel="portal", case_class="E0102", now=long_ago
    ).case
    services.file_case(case_id=case.pk, actor=home.user("street_chief"), now=long_ago)
    other = services.report(
        description="树", place=home.place(), channel="portal", case_class="E0102", now=long_ago
    ).case
    services.file_case(case_id=other.pk, actor=home.user("street_chief"), now=now)
    follow()
    later = now + timedelta(seconds=1)
    found = overview_for(home.user("leader"), "today", now=later)
    today = {link.name: link for link in found.period}
    assert (today["reported"].count, today["filed"].count) == (0, 1)
    page = signed_in(home.user("leader")).get(today["filed"].url)
    assert other.number in page.content.decode()
    assert case.number not in page.content.decode()


def test_more_cases_cost_no_more_queries(city: City, django_assert_max_num_queries: Any) -> None:
    client = signed_in(city.user("leader"))
    client.get("/cockpit/")
    live_at_random(city, 20, random.Random(5))
    with django_assert_max_num_queries(42):  # 17 of them ask for the version of the territory
        client.get("/cockpit/?period=month")


def test_another_district_is_not_counted(city: City) -> None:
    home, other = city.districts
    services.report(description="垃圾", place=home.place(), channel="portal", now=timezone.now())
    follow()
    now = timezone.now()
    assert overview_for(home.user("leader"), "today", now=now).period[0].count == 1
    assert overview_for(other.user("leader"), "today", now=now).period[0].count == 0


def test_only_leaders_open_it(city: City) -> None:
    home = city.districts[0]
    for name in ("worker", "handler", "street_operator"):
        assert signed_in(home.user(name)).get("/cockpit/").status_code == 403
    assert Client().get("/cockpit/").status_code == 302


# -- one case -----------------------------------------------------------------------------------
@pytest.fixture
def case(city: City) -> Case:
    home = city.districts[0]
    case = services.report(
        description="三号楼旁垃圾成堆", place=home.place(), channel="portal", case_class="E0102",
        now=timezone.now() - timedelta(minutes=5),
    ).case  # fmt: skip
    return services.file_case(
        case_id=case.pk, actor=home.user("street_chief"),
        now=timezone.now() - timedelta(minutes=4),
    )  # fmt: skip


def test_a_leader_supervises_with_level_and_day_and_everybody_reads_it(
    city: City, case: Case
) -> None:
    client = signed_in(city.districts[0].user("leader"))
    until = timezone.localdate() + timedelta(days=2)
    answer = client.post(
        f"/cockpit/cases/{case.number}/moves/supervise",
        {"level": "urge", "opinion": "三天内解决", "until": until.isoformat(),
         "seen": case.event_count},
    )  # fmt: skip
    assert answer["Location"] == f"/cockpit/cases/{case.number}/"
    case.refresh_from_db()
    assert case.supervision_count == 1
    html = client.get(f"/cockpit/cases/{case.number}/").content.decode()
    assert case.events.get(move="supervise").detail["level"] == "urge"
    assert html.count('<span class="tag tag-strong">Urge</span>') == 2  # above the story and in it
    assert "三天内解决" in html
    assert until.isoformat() in html
    assert case.number in client.get("/cockpit/").content.decode()


def test_a_comment_stands_in_the_story(city: City, case: Case) -> None:
    client = signed_in(city.districts[0].user("leader"))
    client.post(f"/cockpit/cases/{case.number}/moves/comment", {"opinion": "注意安全"})
    assert "注意安全" in client.get(f"/cockpit/cases/{case.number}/").content.decode()


def test_an_empty_comment_is_refused_in_a_sentence(city: City, case: Case) -> None:
    client = signed_in(city.districts[0].user("leader"))
    page = client.post(f"/cockpit/cases/{case.number}/moves/comment", {"opinion": " "})
    assert page.status_code == 422
    assert "Write a few words." in page.content.decode()


@pytest.mark.parametrize("move", ["sign_escalation", "refuse_escalation"])
def test_an_escalation_waits_for_the_street_leader(city: City, case: Case, move: str) -> None:
    home = city.districts[0]
    case = services.escalate(
        case_id=case.pk, actor=home.user("street_chief"), now=timezone.now(), opinion="需区里协调"
    )
    client = signed_in(home.user("street_leader"))
    overview = client.get("/cockpit/").content.decode()
    assert "Waits for your signature" in overview
    assert case.number in overview
    answer = client.post(
        f"/cockpit/cases/{case.number}/moves/{move}",
        {"opinion": "同意" if move == "sign_escalation" else "街道可办", "seen": case.event_count},
    )
    assert answer.status_code == 302
    case.refresh_from_db()
    signed = move == "sign_escalation"
    assert (case.pending, case.centre_id == home.centre.pk) == ("", signed)
    assert "Waits for your signature" not in client.get("/cockpit/").content.decode()


def test_who_has_not_seen_the_last_event_is_told(city: City, case: Case) -> None:
    client = signed_in(city.districts[0].user("leader"))
    page = client.post(f"/cockpit/cases/{case.number}/moves/comment", {"opinion": "好", "seen": 1})
    assert page.status_code == 409
    assert "Meanwhile this case has changed" in page.content.decode()


def test_other_moves_and_other_districts_are_closed(city: City, case: Case) -> None:
    home, other = city.districts
    client = signed_in(home.user("leader"))
    path = f"/cockpit/cases/{case.number}/moves"
    assert client.post(f"{path}/dispatch", {"opinion": "x"}).status_code == 404
    assert client.get(f"{path}/comment").status_code == 405
    stranger = signed_in(other.user("leader"))
    assert stranger.get(f"/cockpit/cases/{case.number}/").status_code == 404
    assert stranger.post(f"{path}/comment", {"opinion": "x"}).status_code == 404


def test_one_sentence_says_how_the_city_is(city: City, case: Case) -> None:
    leader, now = city.districts[0].user("leader"), timezone.now()
    later = now + timedelta(days=30)
    with translation.override("en"):
        calm = overview_for(leader, "today", now=now).verdict
        late = overview_for(leader, "today", now=later).verdict
    assert calm == "1 cases are open and none is late."
    assert late.startswith("1 of 1 open cases are late; most of them: ")


def test_a_case_counts_under_the_grid_of_its_day_when_outlines_change(city: City) -> None:
    """Redrawing moves no case: the ended grid keeps its figure, and the figure its list."""
    home = city.districts[0]
    worker, now = home.user("worker"), timezone.now()
    before = services.report(
        description="垃圾", place=home.place(), channel="worker", case_class="E0102",
        actor=worker, now=now - timedelta(days=2),
    ).case  # fmt: skip
    grids = Grid.objects.filter(community=home.community, valid_to=None).order_by("code")
    first, second = home.grids[0], grids.exclude(pk=home.grids[0].pk)[0]
    first, second = (first, second) if before.grid_id == first.pk else (second, first)
    sheet = sheet_of(home.community, on=timezone.localdate())
    key, other = first.code[13:], second.code[13:]
    after = done(sheet.shapes, sheet.frame, read_steps(f"merge {other} {key}"))
    territory.redraw_grids(
        community_id=home.community.pk, from_date=timezone.localdate(), stamp=sheet.stamp,
        outlines=changed(sheet.shapes, after),
    )  # fmt: skip
    later = services.report(
        description="垃圾", place=home.place(), channel="worker", case_class="E0102",
        actor=worker, now=now,
    ).case  # fmt: skip
    before.refresh_from_db()
    assert (before.grid_id, later.grid_id) == (first.pk, second.pk)

    chief = home.user("street_chief")
    since, until = figures.last_days(7, today=timezone.localdate(now))
    rows = figures.table_by_grid(chief, since=since, until=until, now=now)
    counted = {row.code: row.figures["reported"] for row in rows}
    assert counted[first.code].count == 1
    assert counted[second.code].count == 1
    listed = queries.filtered(chief, counted[first.code].wanted, now=now)
    assert [case.pk for case in listed] == [before.pk]


def test_a_past_period_is_counted_up_to_its_day(city: City) -> None:
    home, now = city.districts[0], timezone.now()
    for days in (0, 20, 21):
        services.report(
            description="垃圾", place=home.place(), channel="worker", case_class="E0102",
            actor=home.user("worker"), now=now - timedelta(days=days),
        )  # fmt: skip
    follow()
    leader = signed_in(home.user("leader"))
    day = timezone.localdate(now) - timedelta(days=20)
    page = leader.get(f"/cockpit/?period=week&on={day}")
    assert page.status_code == 200
    reported = next(link for link in page.context["overview"].period if link.name == "reported")
    assert reported.count == 2
    assert f"until={day}" in reported.url


def test_until_events_are_counted_the_overview_says_so(city: City) -> None:
    home = city.districts[0]
    services.report(description="垃圾", place=home.place(), channel="portal", now=timezone.now())
    client = signed_in(home.user("leader"))
    said = "1 event is still to be counted"
    assert said in client.get("/cockpit/").content.decode()
    follow()
    assert said not in client.get("/cockpit/").content.decode()
