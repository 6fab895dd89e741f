"""The list's short way (`paging`) finds what the one condition (`filtered`) says, for everybody."""

from __future__ import annotations

import pytest
from django.db.models import Q

from linli.cases import queries
from linli.cases.queries import paging
from linli.cases.rules.filters import CaseFilter
from linli.staff.models import Post, User
from tests.cases.city import City, make_city
from tests.conftest import NOW
from tests.desk.lives import make_case, make_report
from tests.factories import make_post

pytestmark = pytest.mark.django_db
FILTERS = (
    CaseFilter(),
    CaseFilter(stages=("filed", "handling")),
    CaseFilter(queue="late"),
    CaseFilter(queue="to_verify"),
    CaseFilter(words="垃圾"),
    CaseFilter(mine=True),
)


@pytest.fixture
def city() -> City:
    found = make_city()
    for upto in ("", "file", "dispatch", "accept"):
        make_case(found, upto)
    make_report(found, place=found.districts[1].place())
    return found


def agree(user: User, filters: tuple[CaseFilter, ...] = FILTERS) -> int:
    """Asserts that list, count and condition agree for every filter; how many cases there are."""
    for wanted in filters:
        rows = queries.filtered(user, wanted, now=NOW).order_by("-reported_at", "-id")
        ids = list(rows.values_list("id", flat=True))
        shown = [case.pk for case in queries.page_for(user, wanted, now=NOW).rows]
        assert shown == ids[:50], wanted
        assert queries.count_for(user, wanted, now=NOW) == (len(ids), True), wanted
    return len(queries.page_for(user, CaseFilter(), now=NOW).rows)


def test_everybody_finds_what_the_condition_says(city: City) -> None:
    found = {agree(post.user) for post in Post.objects.select_related("user")}
    assert max(found) == 5
    assert min(found) < 4


def test_a_filter_that_says_what_a_part_says_hides_nothing(city: City) -> None:
    """Whoever asks for the own district is asked for no other part: the same rows."""
    own = tuple(CaseFilter(region=place.region.code) for place in city.districts)
    unit = CaseFilter(unit=city.districts[0].centre.pk)
    for post in Post.objects.select_related("user"):
        agree(post.user, (*own, unit))
    here = city.districts[0]
    post = make_post("cases.see", unit=here.centre, region=here.region)
    wanted = queries.lists.where(post.user, own[0], now=NOW)
    rows = paging._places(post.user, wanted, size=50, whole=False, below=None, above=None)
    assert rows is not None
    assert "UNION" not in rows.sql


def test_a_new_seat_changes_the_list_at_once(city: City) -> None:
    here, there = city.districts
    post = make_post("cases.see", unit=here.centre, region=here.region)
    before = agree(User.objects.get(pk=post.user_id))
    make_post("cases.see", unit=there.centre, region=there.region, user=post.user)
    assert agree(User.objects.get(pk=post.user_id)) == before + 1


def test_who_may_read_nothing_finds_nothing(city: City) -> None:
    user = make_post("cases.report", unit=city.districts[0].centre).user
    assert paging.newest(user, Q(), size=10) == []
    assert paging.counted(user, Q(), most=10) == 0
    assert list(paging.newest_cases(user, Q(), size=10)) == []
