"""One month, every door: what a page shows is what its files, the bulletin, the analysis, the
cockpit and the API say, and what plain SQL over the events counts."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import lxml.etree
import pytest
from django.test import Client

from linli.analysis.queries.answering import answer
from linli.analysis.rules.query import Query
from linli.bulletins.queries.content import monthly_content
from linli.bulletins.rules.docx.filling import Filling, fill
from linli.bulletins.rules.docx.first import first_template
from linli.bulletins.rules.fields import VOCABULARIES
from linli.bulletins.rules.states import Kind
from linli.bulletins.services import making, writing
from linli.cockpit.queries import counted
from linli.evaluation.models import Freeze
from linli.evaluation.queries.figures import figures_for
from linli.evaluation.rules.periods import Period, Span
from linli.evaluation.rules.subjects import DIMENSIONS
from linli.evaluation.services import following, freezing
from linli.staff.models import User
from linli.staff.services import issue_token
from tests.cases.city import City
from tests.conftest import NOW
from tests.evaluation.recounting import KEYS, MOVES, Table, in_csv, in_workbook, on_page, recounted
from tests.evaluation.test_figures import act, live
from tests.factories import make_post

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=60)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
MARCH = Period.around(Span.MONTH, FIRST)
ASKED = "span=month&day=2026-03-10"
VOCABULARY = VOCABULARIES[Kind.MONTHLY]
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def month(city: City) -> City:
    """Seven cases at five steps, in two districts, by three channels; one was handled late."""
    live(city, "close")
    live(city, "close", start=10, place=1, channel="hotline")
    late = live(city, "accept", start=20)
    act(late, city.districts[0].user("handler"), "report_back", 1500, opinion="晚了")
    for number, step in enumerate(("report", "file", "dispatch", "report_back")):
        channel = ("portal", "wechat")[number % 2]
        live(city, step, start=30 + 10 * number, place=number % 2, channel=channel)
    following.follow()
    return city


@pytest.fixture
def browser(judge: User) -> Client:
    client = Client()
    client.force_login(judge)
    return client


def freeze_march(judge: User) -> Freeze:
    made = freezing.freeze(actor=judge, now=LATER, span="month", day=FIRST)
    freezing.make(freeze_id=made.pk)
    made.refresh_from_db()
    return made


def same_numbers(page: Table, file: Table) -> int:
    """Every number of the page stands in the file: counts whole, shares and points rounded alike.
    Returns how many were compared."""
    compared = 0
    assert list(page.rows) == list(file.rows)
    for name, row in page.rows.items():
        for head, text in row.items():
            other = file.rows[name][head]
            if text in ("", "—"):
                assert other == text, (name, head)
            elif text.endswith("%"):
                assert Decimal(text[:-1]) == round(Decimal(other) * 100, 2), (name, head)
            elif "." in text:
                assert abs(Decimal(text) - Decimal(other)) <= Decimal("0.005"), (name, head)
            else:
                assert other == text.replace(",", ""), (name, head)
            compared += 1
    return compared


def test_files_hold_the_numbers_of_the_page_live_and_closed(
    month: City, browser: Client, judge: User
) -> None:
    freeze = freeze_march(judge)
    compared = 0
    for by in ("grid", "unit", "class", "channel", "collector", "chief"):
        shown = {}
        for asked in (f"by={by}&{ASKED}", f"by={by}&freeze={freeze.pk}"):
            (page,) = on_page(browser.get(f"/evaluation/?{asked}").content)
            compared += same_numbers(
                page, in_csv(browser.get(f"/evaluation/export/csv?{asked}").content)
            )
            shown[asked] = page
        live_page, closed_page = shown.values()
        assert live_page == closed_page
        if by in ("unit", "collector"):
            file = browser.get(f"/evaluation/export/xlsx?by={by}&{ASKED}").content
            compared += same_numbers(live_page, in_workbook(file))
    assert compared > 300


def test_sql_over_the_events_counts_the_same_in_every_door(month: City, judge: User) -> None:
    days = counted.Days(FIRST, LAST)
    for by in KEYS:
        figures = figures_for(judge, DIMENSIONS[by], MARCH, now=LATER)
        own = {"chief": {"filed": "filings", "closed": "closings"}, "unit": {}}
        codes = own.get(by) or {code: code for code in MOVES}
        if by == "unit":  # what a unit was given is not its filing
            codes = {"handled": "handled", "closed": "closed"}
        for code, name in codes.items():
            rows = {line.key: line.counts[name] for line in figures.lines if line.counts[name]}
            assert rows == recounted(code, by, FIRST, LAST), (by, code)
            if by in ("chief", "grid", "street", "community", "class", "district"):
                continue
            asked = Query.parse(
                {"measure": name, "by": by, "period": "days", "since": "2026-03-01",
                 "until": "2026-03-31"}
            )  # fmt: skip
            told = {one.key: one.numbers[0].value for one in answer(judge, asked, now=LATER).lines}
            assert {key: value for key, value in told.items() if value} == rows, (by, code)
    sums = counted.sums(judge, days, now=LATER)
    for code in MOVES:
        assert sums[code] == sum(recounted(code, "channel", FIRST, LAST).values())


def test_the_bulletin_prints_the_numbers_of_the_closed_page(
    month: City, browser: Client, judge: User
) -> None:
    freeze = freeze_march(judge)
    told = monthly_content(judge, freeze)
    pages = {}
    for by in ("unit", "district", "class"):
        (pages[by],) = on_page(browser.get(f"/evaluation/?by={by}&freeze={freeze.pk}").content)
    totals = {one["name"]: one["value"] for one in told["totals"]}
    sums = pages["district"].rows["合计"]
    assert totals == {name: sums[name] for name in totals}
    assert {"上报数", "结案率"} <= set(totals)
    assert len(told["ranking"]) == len(pages["unit"].rows) - 1 == 2
    for one in told["ranking"]:
        row = pages["unit"].rows[one["unit"]]
        assert (str(one["filed"]), one["on_time"], one["grade"]) == (
            row["立案数"], row["按期处置率"], row["等级"],
        )  # fmt: skip
    for one in told["regions"]:
        row = pages["district"].rows[one["name"]]
        assert (one["reported"], one["filed"], one["closed"], one["closing"]) == (
            row["上报数"], row["立案数"], row["结案数"], row["结案率"],
        )  # fmt: skip
    assert {one["name"]: one["count"] for one in told["classes"]} == {
        name: row["上报数"] for name, row in pages["class"].rows.items()
        if name.startswith("E")
    }  # fmt: skip
    printed = in_word(judge, freeze)
    for name, value in totals.items():
        assert (name, value, "—") in printed
    for one in told["ranking"]:
        assert any({one["unit"], one["on_time"], one["grade"]} <= set(row) for row in printed)


def in_word(writer: User, freeze: Freeze) -> set[tuple[str, ...]]:
    """The rows of the tables of the Word file."""
    make_post("bulletins.write", user=writer, region=writer.posts.get().region)
    person = User.objects.get(pk=writer.pk)
    begun = writing.begin_monthly(actor=person, freeze_id=freeze.pk, title="三月", now=LATER)
    lists = {code: begun.content.get(code, []) for code, _c in VOCABULARY.lists.values()}
    content = Filling(making.fields_of(begun), lists, {})
    word = fill(first_template(Kind.MONTHLY), VOCABULARY, content)
    with zipfile.ZipFile(io.BytesIO(word)) as package:
        body = lxml.etree.fromstring(package.read("word/document.xml"))
    return {
        tuple("".join(cell.itertext()).strip() for cell in row.findall(f"{W}tc"))
        for row in body.iter(f"{W}tr")
    }


def test_the_api_lists_as_many_cases_as_the_figures_count(
    month: City, client: Client, judge: User
) -> None:
    post = judge.posts.get()
    secret = issue_token(actor=judge, post=post, name="t", grants=["cases.see"], now=NOW).secret
    region = month.districts[0].region
    for by, key, asked in (
        ("channel", "hotline", "channel=hotline"), ("channel", "wechat", "channel=wechat"),
        ("district", region.pk, f"region={region.code}"),
    ):  # fmt: skip
        answered = client.get(
            f"/api/v1/cases?since={FIRST}&until={LAST}&{asked}",
            headers={"Authorization": f"Bearer {secret}"},
        ).json()
        assert len(answered["cases"]) == recounted("reported", by, FIRST, LAST)[key] > 0
