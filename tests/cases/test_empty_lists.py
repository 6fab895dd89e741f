"""A list of which nothing can be this person's is empty, not an error."""

from __future__ import annotations

import pytest

from linli.cases import queries
from linli.cases.rules.filters import QUEUES, CaseFilter
from tests.cases.city import make_city
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def test_every_queue_can_be_listed_and_counted_by_every_post() -> None:
    city = make_city()
    home = city.districts[0]
    for user in [city.user("leader"), *(home.user(name) for name in home.posts)]:
        for queue in QUEUES:
            wanted = CaseFilter(queue=queue)
            assert queries.page_for(user, wanted, now=NOW).rows == []
            assert queries.count_for(user, wanted, now=NOW) == (0, True)
