"""A district with a hotline: a line, its chief, people who call."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from linli.hotline import services
from linli.hotline.models import Call, Line
from linli.staff.models import User
from tests.cases.city import City, make_city
from tests.conftest import NOW
from tests.factories import make_post

PHONE = "13800001234"


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def chief(city: City) -> User:
    """Who sets up lines and edits the knowledge base in the first street's centre."""
    home = city.districts[0]
    post = make_post(
        "cases.see", "hotline.manage", "hotline.edit", unit=home.street_centre, region=home.street
    )
    return User.objects.get(pk=post.user_id)


@pytest.fixture
def line(city: City, chief: User) -> Line:
    return services.add_line(
        actor=chief, unit_id=city.districts[0].street_centre.pk, now=NOW, number="12345",
        name="城市热线", weekdays=range(1, 8),
    )  # fmt: skip


@pytest.fixture
def operator(city: City) -> User:
    return city.districts[0].user("street_operator")


@pytest.fixture
def call(line: Line, operator: User) -> Call:
    return services.take_call(actor=operator, line_id=line.pk, now=NOW)


def article(actor: User, title: str, body: str, **values: Any) -> Any:
    """An article that holds from the beginning of the year."""
    given: dict[str, Any] = {"kind": "article", "valid_from": date(2026, 1, 1), **values}
    return services.add_article(actor=actor, now=NOW, title=title, body=body, **given)
