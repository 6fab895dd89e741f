"""The rows of the list are written by hand, so what people typed is escaped by hand too."""

from __future__ import annotations

import re

import pytest

from linli.cases.models import Case
from linli.desk.rules.columns import COLUMNS
from tests.cases.city import City
from tests.desk.conftest import Seated
from tests.desk.lives import make_case, make_report
from tests.factories import make_post

pytestmark = pytest.mark.django_db
NASTY = "<script>alert(\"1\")</script> & 'more'"


def rows_of(html: str) -> list[str]:
    return re.findall(r"<tr data-row.*?</tr>", html, re.S)


def test_what_people_type_is_escaped_in_every_column(city: City, at_desk: Seated) -> None:
    post = make_post("cases.see", unit=city.districts[0].centre, region=city.districts[0].region)
    make_report(city, description=NASTY, address=NASTY)
    client = at_desk(post.user)
    client.post("/desk/cases/columns", {"column": list(COLUMNS)})
    (row,) = rows_of(client.get("/desk/cases/").content.decode())
    assert "<script>" not in row
    assert row.count("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#x27;more") == 4
    assert len(re.findall("<td data-label=", row)) == len(COLUMNS)


def test_a_row_links_to_its_case_and_keeps_the_queue(city: City, at_desk: Seated) -> None:
    case = make_case(city)
    chief = city.districts[0].user("street_chief")
    html = at_desk(chief).get("/desk/cases/?queue=to_file").content.decode()
    (row,) = rows_of(html)
    assert f'<a href="/desk/cases/{case.number}/?queue=to_file">{case.number}</a>' in row
    assert f'hx-get="/desk/cases/{case.number}/moves/file?queue=to_file"' in row
    (plain,) = rows_of(at_desk(chief).get("/desk/cases/").content.decode())
    assert f'<a href="/desk/cases/{case.number}/">{case.number}</a>' in plain
    assert "hx-get" not in plain


def test_an_urgent_case_says_so_in_words_and_a_long_text_is_cut(
    city: City, at_desk: Seated
) -> None:
    case = make_case(city, description="井盖" * 60)
    Case.objects.filter(pk=case.pk).update(urgency="urgent")
    chief = city.districts[0].user("street_chief")
    (row,) = rows_of(at_desk(chief).get("/desk/cases/").content.decode())
    assert row.startswith('<tr data-row class="row-urgent">')
    assert '<span class="visually-hidden">Urgent</span>' in row
    assert f'<span title="{"井盖" * 60}">{("井盖" * 40)[:79]}…</span>' in row
