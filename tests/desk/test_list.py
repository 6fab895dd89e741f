"""The list: filters as people type them, paging both ways, saved filters, columns, export."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation
from python_calamine import CalamineWorkbook

from linli.audit.models import AccessLog
from linli.cases.forms import FilterForm, read_filter
from linli.cases.models import SavedFilter
from linli.cases.rules.inputs import Place
from linli.desk.rules.columns import COLUMNS
from linli.desk.rules.queues import queue_choices
from linli.kernel.cells import guarded
from linli.kernel.errors import BadInput
from linli.kernel.templatetags import linli as kit
from tests.cases.city import City
from tests.conftest import NOW
from tests.desk.conftest import Seated
from tests.desk.lives import make_case, make_report
from tests.factories import make_post

pytestmark = pytest.mark.django_db


def exporter(city: City) -> Any:
    home = city.districts[0]
    post = make_post("cases.see", "cases.export", unit=home.centre, region=home.region)
    return post.user


def test_class_and_unit_are_read_as_people_write_them(city: City) -> None:
    unit = city.districts[0].department
    for typed in ("E0102 暴露垃圾", "E0102", "暴露垃圾", "e0102"):
        assert read_filter(_query(**{"class": typed})).case_class == "E0102"
    assert read_filter(_query(unit=f"{unit.name} #{unit.pk}")).unit == unit.pk
    assert read_filter(_query(unit=unit.name)).unit == unit.pk
    with pytest.raises(BadInput, match="class"):
        read_filter(_query(**{"class": "没有这个"}))


def test_the_filter_bar_sends_back_every_filter_of_the_address(city: City, at_desk: Seated) -> None:
    """“Apply” must not drop what a link from elsewhere has set."""
    client = at_desk(exporter(city))
    query = (
        "stage=filed,dispatched&class=E0102&region=&since=2026-01-02&until=2026-03-04&light=red"
        "&queue=late&channel=portal&urgency=urgent&handling=general&suspended=0&supervised=1"
        "&self_handled=1&mine=1&q=x"
    )
    wanted = read_filter(QueryDict(query))
    for address in ("/desk/cases/", "/map/"):
        form = client.get(f"{address}?{query}").context["form"]
        sent = {name: value for name in form.fields if (value := form[name].value())}
        assert read_filter(_query(**{k: str(v) for k, v in sent.items()})) == wanted, address


def _query(**values: str) -> QueryDict:
    query = QueryDict(mutable=True)
    query.update(values)
    return query


@pytest.mark.parametrize("language", ["zh-hans", "en", "zh-hant"])
def test_filters_drawn_before_are_drawn_as_if_anew(city: City, language: str) -> None:
    here, there = city.districts
    people = [
        make_post("cases.see", unit=place.centre, region=place.region).user
        for place in (here, there)
    ]
    asked = ("", "stage=filed,handling", "channel=hotline&mine=1", "q=灯&queue=late", "suspended=0")
    with translation.override(language):
        for user in people:
            for text in asked:
                wanted = read_filter(QueryDict(text))
                for queues in (queue_choices(), queue_choices()[:2], []):
                    form = FilterForm(user, wanted, queues=queues)
                    for bound in (*form.visible_fields(), *form.more_fields()):
                        assert kit.field(bound, css="thin") == kit._field(bound, None, "thin")


@pytest.mark.parametrize("query", ["light=blue", "since=tomorrow", "class=没有", "cursor=x",
                                   "region=abc", "unit=没有这样的单位"])  # fmt: skip
def test_a_filter_that_cannot_be_read_is_said_and_nothing_is_shown(
    city: City, at_desk: Seated, query: str
) -> None:
    case = make_case(city)
    page = at_desk(exporter(city)).get(f"/desk/cases/?{query}")
    assert page.status_code == 422
    assert page.context["refusal"]
    assert case.number not in page.content.decode()


def test_paging_goes_down_and_up_again_without_losing_a_row(
    city: City, at_desk: Seated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.desk.queries.listing.SIZE", 2)
    made = [make_report(city).case.pk for _i in range(5)][::-1]
    client = at_desk(exporter(city))

    def ids(url: str) -> tuple[list[int], Any]:
        shown = client.get(url).context["listing"]
        return [case.pk for case in shown.rows], shown

    first, top = ids("/desk/cases/")
    second, middle = ids(f"/desk/cases/?{top.older}")
    third, bottom = ids(f"/desk/cases/?{middle.older}")
    assert first + second + third == made
    assert (bottom.first, bottom.last, bottom.older) == (5, 5, None)
    assert ids(f"/desk/cases/?{bottom.newer}")[0] == second
    assert ids(f"/desk/cases/?{middle.newer}")[0] == first
    assert top.newer is None
    assert client.get("/desk/cases/total").content == b"5"
    assert client.get("/desk/cases/total?stage=closed").content == b"0"


def test_a_page_of_the_list_costs_eight_statements(
    city: City, at_desk: Seated, django_assert_max_num_queries: Any
) -> None:
    """Design §6; the ninth is the version of the territory, which a serving process is told."""
    client = at_desk(exporter(city))
    for _i in range(3):
        make_report(city)
    query = "/desk/cases/?stage=reported&class=&since=2026-01-01"
    client.get(query)
    with django_assert_max_num_queries(8 + 5) as asked:
        assert client.get(query).content.count(b"data-row") == 3
    told = [one for one in asked.captured_queries if "territory_territorystate" in one["sql"]]
    assert len(asked) - len(told) <= 8


def test_where_counting_stops_is_what_is_said(
    city: City, at_desk: Seated, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _i in range(3):
        make_report(city)
    client = at_desk(exporter(city))
    monkeypatch.setattr("linli.cases.queries.lists.MOST_COUNTED", 2)
    monkeypatch.setattr("linli.cases.queries.lists.MOST_WALKED", 1)
    monkeypatch.setattr("linli.cases.queries.lists.are_common", lambda words, now: bool(words))
    assert client.get("/desk/cases/total").content == b"more than 2"
    assert client.get("/desk/cases/total?q=垃圾").content == b"more than 1"


def test_the_export_is_what_the_list_shows(city: City, at_desk: Seated) -> None:
    make_case(city, "file")
    make_case(city, "file", description='=HYPERLINK("http://x")')
    make_case(city, "", place=Place(city.districts[0].x + 0.0025, 31.006), now=NOW)
    client = at_desk(exporter(city))
    client.post("/desk/cases/columns", {"column": ["number", "class", "description", "channel"]})
    page = client.get("/desk/cases/?stage=filed").context["listing"]
    keys = [key for key, _label, _css in page.heads]
    shown = [[COLUMNS[key].text(case, NOW) for key in keys] for case in page.rows]
    answer = client.get("/desk/cases/export.csv?stage=filed")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == [label for _key, label, _css in page.heads]
    assert rows[1:] == [[guarded(cell) for cell in row] for row in shown]
    assert rows[1][2].startswith("'=")
    book = client.get("/desk/cases/export.xlsx?stage=filed")
    sheet = CalamineWorkbook.from_filelike(
        io.BytesIO(b"".join(book.streaming_content))
    ).get_sheet_by_index(0)
    assert sheet.to_python() == rows
    logged = AccessLog.objects.filter(action="cases.exported").order_by("id")
    assert [entry.object_id for entry in logged] == ["csv", "xlsx"]


def test_filters_are_saved_shown_and_deleted(city: City, at_desk: Seated) -> None:
    user = exporter(city)
    client = at_desk(user)
    client.post("/desk/cases/filters", {"name": "今日超期", "query": "light=red&stage=open"})
    kept = SavedFilter.objects.get(user=user)
    page = client.get(f"/desk/cases/?{kept.query}")
    assert [one["current"] for one in page.context["saved"]] == [True]
    client.post("/desk/cases/filters", {"name": "空", "query": ""})
    assert SavedFilter.objects.filter(user=user).count() == 1
    stranger = at_desk(city.districts[1].user("chief"))
    assert stranger.post(f"/desk/cases/filters/{kept.pk}/delete").status_code == 404
    client.post(f"/desk/cases/filters/{kept.pk}/delete", {"query": ""})
    assert not SavedFilter.objects.exists()


def test_columns_are_kept_for_the_person_in_every_browser(city: City, at_desk: Seated) -> None:
    user = exporter(city)
    at_desk(user).post("/desk/cases/columns", {"column": ["stage", "nonsense"]})
    page = at_desk(user).get("/desk/cases/")
    assert [key for key, _label, _css in page.context["listing"].heads] == ["number", "stage"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [("=1+1", "'=1+1"), ("+86", "'+86"), ("-1", "'-1"), ("@x", "'@x"), ("abc", "abc"), ("", "")],
)
def test_a_spreadsheet_runs_nothing_from_a_cell(text: str, kept: str) -> None:
    assert guarded(text) == kept
