"""The demo city can be called: by lines, articles and canned answers that are entered once."""

from __future__ import annotations

from datetime import datetime

import pytest

from linli.demo.services import telephone
from linli.hotline.models import Article, Line
from tests.cases.city import City, make_city
from tests.factories import make_post, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def test_the_lines_of_the_demo_are_entered_once_by_a_chief_who_may(
    city: City, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        telephone,
        "ARTICLES",
        [(title, body, code and "E01") for title, body, code in telephone.ARTICLES],
    )  # the small city has no lamps
    home = city.districts[0]
    chief = make_user("chief")
    telephone.enter(now=now)
    assert not Line.objects.exists(), "the grants are the security administrator's to give"
    make_post("hotline.manage", "hotline.edit", user=chief, unit=home.centre, region=home.region)
    telephone.enter(now=now)
    telephone.enter(now=now)
    assert sorted(Line.objects.values_list("number", flat=True)) == ["12319", "12345"]
    assert Article.objects.count() == len(telephone.ARTICLES) + len(telephone.PHRASES)
