"""Answers: the same as evaluation's figures, no more than the reader may see, with their cases."""

from __future__ import annotations

import csv
import itertools
import random
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from linli.analysis.models import Posting, SavedQuery
from linli.analysis.queries.answering import answer
from linli.analysis.queries.cases import behind, key_text
from linli.analysis.queries.places import heat_of
from linli.analysis.queries.saved import saved_for
from linli.analysis.rules.query import Query
from linli.analysis.rules.words import CHARTS, WAYS
from linli.analysis.services import saving, sending
from linli.analysis.views.tables import sheet_of
from linli.cases.models import KeptCases
from linli.cases.services.keeping import forget_kept
from linli.evaluation.queries.figures import figures_for
from linli.evaluation.rules.periods import Period, Span
from linli.evaluation.rules.subjects import DIMENSIONS
from linli.evaluation.services import following
from linli.kernel.errors import BadInput, NotFound, NotYours
from linli.notices.models import Message, Notice
from linli.notices.queries import letter_of
from linli.notices.services.carriers import carry
from linli.staff.models import Post, User
from tests.cases.city import City, make_city
from tests.conftest import NOW
from tests.evaluation.test_figures import live
from tests.factories import make_post

pytestmark = pytest.mark.django_db
MARCH: dict[str, Any] = {"period": "days", "since": date(2026, 3, 1), "until": date(2026, 3, 31)}
LATER = NOW + timedelta(days=60)
STEPS = ("report", "file", "dispatch", "accept", "report_back", "request_check", "check", "close")


@pytest.fixture
def city() -> City:
    """Two districts with cases at every step, and what counts of them."""
    city = make_city()
    dice = random.Random(7)
    for n in range(16):
        live(city, STEPS[n % 8], start=n * 80, place=dice.randrange(2),
             channel=("portal", "hotline")[n % 2])  # fmt: skip
    following.follow()
    return city


def reader(city: City, region: Any = None, unit: Any = None, *, mail: str = "") -> User:
    """Who may ask, about a region (the whole city)."""
    post = make_post(
        "cases.see", "analysis.see", unit=unit or city.centre, region=region or city.region
    )
    User.objects.filter(pk=post.user_id).update(email=mail)
    return User.objects.get(pk=post.user_id)


def ask(user: User, *measures: str, now: datetime = LATER, **more: Any) -> Any:
    return answer(user, Query(measures=measures, **{**MARCH, **more}), now=now)


def test_every_count_and_rate_is_that_of_evaluation(city: City) -> None:
    user = reader(city)
    period = Period.around(Span.MONTH, date(2026, 3, 1))
    measures = ("should_handle", "on_time_handled", "on_time_handling_rate")
    for by in ("district", "street", "community", "grid", "unit", "class", "channel"):
        figures = figures_for(user, DIMENSIONS[by], period, now=LATER)
        found = ask(user, *measures, by=by)
        assert found.lines
        rows = {line.key: line for line in figures.lines}
        for line in found.lines:
            numbers = [one.value for one in line.numbers]
            counts = rows[line.key].counts
            assert numbers[:2] == [counts[code] for code in measures[:2]]
            assert numbers[2] == rows[line.key].values["on_time_handling_rate"]
        assert found.sum.numbers[2].value == figures.sum.values["on_time_handling_rate"]
        assert found.version == figures.version


def test_every_number_opens_as_many_cases(city: City) -> None:
    user = reader(city)
    for by, code in itertools.product(WAYS, ("handled", "should_handle")):
        query = Query((code,), by, grain="week" if by == "time" else "", **MARCH)
        if code == "should_handle" and by in ("hour", "weekday"):
            with pytest.raises(BadInput, match="measure"):
                answer(user, query, now=LATER)
            continue
        found = answer(user, query, now=LATER)
        assert any(line.numbers[0].value for line in found.lines)
        for line in found.lines[:8]:
            shown = behind(user, query, measure=code, row=key_text(line.key), now=LATER)
            assert shown.value == line.numbers[0].value
            assert len(shown.cases) == shown.value  # each once, in this city


def test_a_table_of_two_ways_is_the_table_of_one_cut_up(city: City) -> None:
    user = reader(city)
    whole = ask(user, "filed", by="channel")
    cut = ask(user, "filed", by="channel", across="weekday")
    sums = {line.key: sum(one.value for one in line.numbers) for line in cut.lines}
    assert sums == {line.key: line.numbers[0].value for line in whole.lines}
    query = cut.query
    for line in cut.lines:
        for (column, _name), number in zip(cut.columns, line.numbers, strict=True):
            shown = behind(user, query, measure="filed", row=key_text(line.key),
                           column=key_text(column), now=LATER)  # fmt: skip
            assert shown.value == number.value


def test_the_sums_of_a_matrix_are_the_tables_of_one_way_and_open_their_cases(city: City) -> None:
    user = reader(city)
    for code in ("filed", "on_time_handling_rate"):
        cut = ask(user, code, by="district", across="channel")
        for way, keys, sums in (
            ("district", [line.key for line in cut.lines], cut.beside),
            ("channel", [key for key, _name in cut.columns], cut.below),
        ):
            whole = {line.key: line.numbers[0] for line in ask(user, code, by=way).lines}
            assert [whole[key] for key in keys] == list(sums)
        assert cut.sum.numbers == ask(user, code, by="").sum.numbers
        sheet = sheet_of(cut)
        assert sheet.sum is not None
        assert {len(row.cells) for row in [*sheet.rows, sheet.sum]} == {len(sheet.heads)}
        last = [row.cells[-1] for row in [*sheet.rows, sheet.sum]]
        for cell in last:
            listed = signed_in(user).get(cell.url)
            assert listed.context["value"] == cell.text
    owed = ask(user, "should_handle", by="time", across="district", grain="week")
    assert {number.value for number in owed.below} == {None}


def test_one_statement_over_the_facts_whatever_is_asked(
    city: City, django_assert_max_num_queries: Any
) -> None:
    user = reader(city)
    ask(user, "filed")  # warm: tree, catalogue
    with django_assert_max_num_queries(10) as counted:
        ask(user, "filed", "closing_rate", by="district", compare="before")
    over_facts = [one for one in counted.captured_queries if "evaluation_casefact" in one["sql"]]
    assert len(over_facts) == 1


def test_who_sees_a_district_counts_that_district(city: City) -> None:
    here = city.districts[0]
    whole, part = reader(city), reader(city, here.region, here.centre)
    all_of_it = {line.key: line.numbers[0].value for line in ask(whole, "filed",
                                                                 by="district").lines}  # fmt: skip
    own = {line.key: line.numbers[0].value for line in ask(part, "filed", by="district").lines}
    assert len(all_of_it) == 2
    assert own == {here.region.pk: all_of_it[here.region.pk]}


def test_the_period_before_stands_beside_and_opens_its_own_cases(city: City) -> None:
    user = reader(city)
    april = {"period": "days", "since": date(2026, 4, 1), "until": date(2026, 4, 30)}
    found = ask(user, "reported", by="channel", compare="before", **april)
    assert [one.value for line in found.lines for one in line.numbers] == [0, 0]
    assert sum(line.numbers[0].before for line in found.lines) == 16
    line = found.lines[0]
    shown = behind(user, found.query, measure="reported", row=key_text(line.key), other=True,
                   now=LATER)  # fmt: skip
    assert shown.value == line.numbers[0].before
    assert line.numbers[0].change_share == -1


def test_filters_cut_and_what_does_not_exist_is_named(city: City) -> None:
    user = reader(city)
    whole = ask(user, "filed", by="").sum.numbers[0].value
    parts = [ask(user, "filed", by="", region=one.region.code).sum.numbers[0].value
             for one in city.districts]  # fmt: skip
    assert sum(parts) == whole
    assert ask(user, "filed", by="", channel="hotline").sum.numbers[0].value < whole
    assert ask(user, "filed", by="", case_class="E01").sum.numbers[0].value == whole
    unit = city.districts[0].department.pk
    by_unit = {line.key: line.numbers[0].value for line in ask(user, "filed", by="unit").lines}
    assert ask(user, "filed", by="", unit=unit).sum.numbers[0].value == by_unit[unit]
    for field, bad in (("region", {"region": "999999"}), ("class", {"case_class": "E99"}),
                       ("unit", {"unit": 10**9, "measures": ("filed",)}),
                       ("measure", {"measures": ("nothing",)}),
                       ("measure", {"measures": ("dismissed",), "unit": unit})):  # fmt: skip
        with pytest.raises(BadInput) as refusal:
            answer(user, Query(**{**MARCH, **bad}), now=LATER)
        assert refusal.value.field == field


def test_the_heat_map_holds_every_case_of_the_number(city: City) -> None:
    user = reader(city)
    drawn = heat_of(user, ask(user, "reported", by="class", chart="heat"))
    assert drawn is not None
    assert sum(one.cases for one in drawn.squares) + drawn.hidden == 16


# -- kept, shared, sent ------------------------------------------------------------------------
def test_a_shared_question_is_asked_with_the_rights_of_its_reader(city: City) -> None:
    here = city.districts[0]
    owner, mate = reader(city), reader(city, here.region)
    stranger = reader(city, city.districts[1].region, city.districts[1].centre)
    query = Query(("filed",), "district", **MARCH)
    one = saving.save_query(actor=owner, name="立案", query=query, audience="unit", now=NOW)
    assert list(saved_for(mate)) == [one]
    assert list(saved_for(stranger)) == []
    rows = answer(mate, Query.parse(query.words()), now=LATER).lines
    assert [line.key for line in rows] == [here.region.pk]
    with pytest.raises(NotYours):
        saving.remove_query(actor=mate, saved_id=one.pk)
    with pytest.raises(NotFound):
        saving.send_to_me(actor=stranger, saved_id=one.pk, rhythm="day")
    saving.save_query(actor=owner, name="立案", query=query, audience="own", now=NOW)
    assert SavedQuery.objects.count() == 1
    assert list(saved_for(mate)) == []


def test_a_letter_holds_the_figures_of_its_receiver_and_goes_out_once_a_day(city: City) -> None:
    here, morning = city.districts[0], timezone.make_aware(datetime(2026, 5, 11, 7, 30))
    owner = reader(city)
    mate = reader(city, here.region, mail="mate@example.cn")
    query = Query(("filed",), "district", **MARCH)
    one = saving.save_query(actor=owner, name="立案", query=query, audience="unit", now=NOW)
    saving.send_to_me(actor=mate, saved_id=one.pk, rhythm="week")
    assert sending.send_due(now=morning - timedelta(hours=1)) == 0, "not before seven"
    assert sending.send_due(now=morning) == 1
    assert sending.send_due(now=morning + timedelta(hours=1)) == 0
    assert sending.send_due(now=morning + timedelta(days=1)) == 0, "Tuesday"
    letter = Message.objects.get()
    table = str(letter.params["table"])
    assert here.region.name in table
    assert city.districts[1].region.name not in table
    assert Notice.objects.get(kind="analysis.ready").user_id == mate.pk
    assert not mail.outbox
    # Whoever may not ask any more gets nothing, and is forgotten.
    Post.objects.filter(user=mate).update(grants=["cases.see"])
    assert sending.send_due(now=morning + timedelta(days=7)) == 0
    assert not Posting.objects.exists()


def test_a_letter_is_stopped_by_one_click_without_signing_in_and_no_other_is(
    city: City, settings: Any
) -> None:
    settings.PUBLIC_ORIGIN = "https://city.example"
    morning = timezone.make_aware(datetime(2026, 5, 11, 7, 30))
    owner = reader(city, mail="owner@example.cn")
    for name in ("立案", "结案"):
        query = Query(("filed",), "district", **MARCH)
        one = saving.save_query(actor=owner, name=name, query=query, audience="own", now=NOW)
        saving.send_to_me(actor=owner, saved_id=one.pk, rhythm="week")
    sending.send_due(now=morning)
    message = Message.objects.order_by("pk").first()
    assert message is not None
    carry("email", message.address, letter_of(message), message_id="1")
    (letter,) = mail.outbox
    heads = letter.extra_headers
    (link,) = re.findall(r"<(https://city\.example/[^>]+)>", heads["List-Unsubscribe"])
    assert heads["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in letter.body
    program = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    path = link.removeprefix("https://city.example")
    asked = program.get(path)
    assert "立案" not in asked.content.decode()
    assert "owner" not in asked.content.decode()
    assert Posting.objects.count() == 2, "looking stops nothing"
    field, _is, value = heads["List-Unsubscribe-Post"].partition("=")
    for _twice in range(2):
        assert program.post(path, {field: value}).status_code == 200
    assert Posting.objects.get().saved.name == "结案"


# -- pages -------------------------------------------------------------------------------------
def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_every_drawing_stands_beside_its_table(city: City) -> None:
    client = signed_in(reader(city))
    for chart in CHARTS:
        by = "time" if chart == "trend" else "district"
        page = client.get(f"/analysis/?{Query(('filed',), by, chart=chart, **MARCH).text()}")
        assert page.status_code == 200
        body = page.content.decode()
        assert "<table" in body
        assert ('class="panel analysis-picture"' in body) == (chart != "list")
        assert "style=" not in body


def test_the_cases_of_a_number_go_on_in_the_list_of_the_desk(city: City) -> None:
    here, there = city.districts
    user = reader(city)
    query = Query(("filed",), "district", **MARCH)
    asked = query.text(number="filed", row=str(here.region.pk))
    of = behind(user, query, measure="filed", row=str(here.region.pk), now=timezone.now())
    wanted = {one.number for one in of.cases}
    client = signed_in(user)
    assert "/analysis/cases/keep?" in client.get(f"/analysis/cases/?{asked}").content.decode()
    answer = client.post(f"/analysis/cases/keep?{asked}")
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert {row.number for row in page.context["listing"].rows} == wanted != set()
    assert f"Filed · {here.region.name}" in page.context["kept"]
    closed = client.get(answer["Location"] + "&stage=closed").context["listing"].rows
    assert {row.number for row in closed} < wanted
    # What is kept opens nothing: not for others, and no case that its owner does not see any more.
    other = signed_in(reader(city)).get(answer["Location"])
    assert (other.status_code, other.context["listing"].rows) == (422, [])
    KeptCases.objects.update(user=reader(city, there.region, there.centre))
    mine = signed_in(User.objects.get(pk=KeptCases.objects.get().user_id))
    assert mine.get(answer["Location"]).context["listing"].rows == []
    assert forget_kept(now=timezone.now()) == 0
    KeptCases.objects.update(kept_at=timezone.now() - timedelta(days=1, minutes=1))
    assert mine.get(answer["Location"]).status_code == 422
    assert forget_kept(now=timezone.now()) == 1


def test_on_paper_the_answer_says_in_words_what_was_asked(city: City) -> None:
    here = city.districts[0]
    query = Query(("filed",), "district", region=here.region.code, channel="hotline", **MARCH)
    page = signed_in(reader(city)).get(f"/analysis/?{query.text()}")
    asked = dict(page.context["form"].asked)
    assert {str(label): str(words).strip() for label, words in asked.items()} == {
        "Number": "Filed", "Told apart by": "District",
        "Only in": here.region.name, "Only by the channel": "Hotline",
    }  # fmt: skip
    assert 'class="print-only analysis-asked"' in page.content.decode()


def test_the_file_holds_the_page_in_its_order_and_says_what_was_asked(city: City) -> None:
    user = reader(city)
    client = signed_in(user)
    query = Query(("filed", "closing_rate"), "district", **MARCH)
    lines = client.get(f"/analysis/export/csv?{query.text()}").content.decode("utf-8-sig")
    rows = [line.split(",") for line in lines.splitlines()]
    found = answer(user, query, now=timezone.now())
    assert [row[0] for row in rows[1:3]] == [line.name for line in found.lines]
    assert [row[1] for row in rows[1:3]] == [str(line.numbers[0].value) for line in found.lines]
    assert query.text() in lines
    assert "Formulas, version" in lines.replace('"', "")
    book = client.get(f"/analysis/export/xlsx?{query.text()}")
    assert book.content[:2] == b"PK"


def test_what_is_compared_has_the_same_cells_on_the_page_and_in_the_file(city: City) -> None:
    client = signed_in(reader(city))
    query = Query(("filed", "closing_rate"), "district", compare="before", **MARCH)
    sheet = client.get(f"/analysis/?{query.text()}").context["sheet"]
    heads = [str(label) for label, _words in sheet.heads]
    text = client.get(f"/analysis/export/csv?{query.text()}").content.decode("utf-8-sig")
    head, *rows = csv.reader(text.splitlines())
    assert heads[:4] == [heads[0], "Before", "Change", "Change, %"]
    assert head[1:] == heads
    for row, line in zip(rows, sheet.rows, strict=False):
        assert len(row) == 1 + len(line.cells)
        assert row[1:4] == [cell.text.replace("+", "").replace("−", "-") for cell in line.cells[:3]]


def test_a_mistake_stands_at_its_field_and_the_form_keeps_the_rest(city: City) -> None:
    page = signed_in(reader(city)).get("/analysis/?by=grid&across=hour&measure=filed")
    assert page.status_code == 400
    body = page.content.decode()
    assert "the hours of one grid" in body.lower()
    assert '<option value="filed" selected>' in body
    body = signed_in(reader(city)).get("/analysis/?measure=bribes").content.decode()
    assert "Choose one of the list." in body
    assert "Select a valid choice" not in body  # it is said once, with the remedy


def test_who_lacks_the_grant_is_turned_away(city: City) -> None:
    assert signed_in(city.user("operator")).get("/analysis/").status_code == 403
