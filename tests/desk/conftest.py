"""The small city of the cases, and people who sit at their desks in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from linli.staff.models import User
from tests.cases.city import City, make_city

Seated = Callable[[User], Client]


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def at_desk() -> Seated:
    """A signed-in browser of somebody, in English so that words can be found."""

    def seat(user: User) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        return client

    return seat
