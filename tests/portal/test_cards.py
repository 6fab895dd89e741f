"""Contact cards: counted once a printing, ten to a sheet, for one's own grids (R40)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from linli.kernel.errors import BadInput, NotYours
from linli.portal.models import CardIssue
from linli.portal.queries import cards
from linli.portal.services import issue_cards
from linli.staff.models import Post, User
from tests.cases.city import City, make_city
from tests.conftest import NOW
from tests.factories import make_post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def post(city: City) -> Post:
    """Who appoints the grid workers of the first district."""
    home = city.districts[0]
    return make_post("staff.duties", unit=home.street_centre, region=home.street)


def person(post: Post) -> User:
    return User.objects.get(pk=post.user_id)


def browser(post: Post) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person(post))
    return client


def test_a_printing_is_counted_for_each_grid_and_opens_its_sheet(city: City, post: Post) -> None:
    home, client = city.districts[0], browser(post)
    codes = [grid.code for grid in home.grids]
    answer = client.post("/cards/", {"grid": codes, "copies": "3"})
    assert answer.status_code == 302
    assert {(row.grid.code, row.copies) for row in CardIssue.objects.all()} == {
        (code, 3) for code in codes
    }
    sheet = client.get(answer["Location"])
    text = sheet.content.decode()
    assert text.count('class="card-one"') == 6
    assert text.count("<symbol") == 2, "the code of a grid is drawn once"
    assert text.count('<rect fill="#fff"') == 2, "style sheets do not reach into what is used"
    assert str(home.posts["worker"].user) in text
    client.get(answer["Location"])
    assert CardIssue.objects.count() == 2, "looking again counts nothing"
    client.post("/cards/", {"grid": codes[:1], "copies": "100"})
    page = client.get("/cards/").content.decode()
    rows = re.findall(r'value="(\S+?)"></td>.*?<td class="num">(\d+)</td><td>', page)
    assert dict(rows) == {codes[0]: "103", codes[1]: "3"}


def test_nobody_prints_for_grids_of_others(city: City, post: Post) -> None:
    foreign = city.districts[1].grids[0]
    with pytest.raises(NotYours):
        issue_cards(codes=[foreign.code], copies=1, actor=person(post), now=NOW)
    other = make_post("staff.duties", unit=city.centre, region=city.region)
    batch = issue_cards(codes=[foreign.code], copies=1, actor=person(other), now=NOW)
    assert browser(other).get(f"/cards/{batch}/").status_code == 200
    assert browser(post).get(f"/cards/{batch}/").status_code == 404
    assert foreign.code not in browser(post).get("/cards/").content.decode()
    assert browser(city.districts[0].posts["handler"]).get("/cards/").status_code == 403


@pytest.mark.parametrize(
    ("copies", "field"), [("0", "copies"), ("501", "copies"), ("x", "copies"), ("٣", "copies")]
)
def test_a_number_that_is_none_is_refused(city: City, post: Post, copies: str, field: str) -> None:
    answer = browser(post).post(
        "/cards/", {"grid": [city.districts[0].grids[0].code], "copies": copies}
    )
    assert answer.status_code == 422
    assert field in answer.content.decode()
    assert not CardIssue.objects.exists()


def test_too_many_cards_at_once_are_refused(
    city: City, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.portal.services.MOST_CARDS", 5)
    codes = [grid.code for grid in city.districts[0].grids]
    with pytest.raises(BadInput, match="That would be 6 cards"):
        issue_cards(codes=codes, copies=3, actor=person(post), now=NOW)
    with pytest.raises(BadInput, match="at least one grid"):
        issue_cards(codes=[], copies=3, actor=person(post), now=NOW)


def test_the_list_costs_one_query(
    city: City, post: Post, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = person(post)
    assert user.seats
    cards.grids_for(user, on=NOW.date())
    for n in range(3):
        codes = [grid.code for grid in city.districts[0].grids]
        issue_cards(codes=codes, copies=2, actor=user, now=NOW + timedelta(days=n))
    with django_assert_num_queries(2, exact=False):  # the stamp of the tree, where no watch runs
        rows = cards.issued_for(user, on=NOW.date())
    assert [row.issued for row in rows] == [6, 6]  # type: ignore[attr-defined]  # annotated
    assert cards.issued_for(user, on=NOW.date(), words=rows[0].code) == rows[:1]
