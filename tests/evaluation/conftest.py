from __future__ import annotations

import pytest

from linli.staff.models import User
from tests.cases.city import City, make_city
from tests.factories import make_post

ALL = ("cases.see", "evaluation.see", "evaluation.people", "evaluation.freeze",
       "evaluation.formulas")  # fmt: skip


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def judge(city: City) -> User:
    """Who sees the whole city and evaluates it."""
    post = make_post(*ALL, unit=city.centre, region=city.region, title="考核员")
    return User.objects.get(pk=post.user_id)
