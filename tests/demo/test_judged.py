"""What the demo city shows of supervision and appraisal on its first day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from linli.appraisal.models import Sheet
from linli.cards.models import Card, Order
from linli.demo.services import appraising, judging
from linli.staff.models import Post
from tests.appraisal.office import make_office
from tests.cases.city import make_city
from tests.cases.test_life import live
from tests.conftest import NOW
from tests.factories import make_post, make_user

pytestmark = pytest.mark.django_db


def test_one_card_is_answered_one_appealed_and_one_order_open() -> None:
    city = make_city()
    home = city.districts[0]
    home.department.code = "D1-CG"
    home.department.save()
    for _each in range(3):
        live(city, "accept")
    Post.objects.filter(unit=home.department).update(valid_to=NOW)
    make_post("cases.see", "cases.handle", "cards.see", "cards.answer", unit=home.department)
    later = NOW + timedelta(days=3)
    assert judging.enter(now=later) == 0, "nobody leads"
    leader: Any = make_user("leader")
    grants = ("cases.see", "cases.supervise", "cards.see", "cards.issue")
    make_post(*grants, user=leader, unit=home.centre, region=home.region)
    assert judging.enter(now=later) == 3
    assert judging.enter(now=later) == 0
    cards = Card.objects.order_by("state")
    assert [(one.state, one.level) for one in cards] == [
        ("appealed", "yellow"),
        ("issued", "yellow"),
    ]
    assert cards[1].replied_at is not None
    assert not Card.objects.filter(case_id=Order.objects.get(outcome="").case_id).exists()


def test_sheets_of_last_month_stand_at_every_step(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make_office()
    home = office.city.districts[0]
    live(office.city, "accept")
    later = NOW + timedelta(days=35)
    monkeypatch.setattr(appraising, "STREET", office.post.unit.code)
    assert appraising.enter(now=later) == 0, "nobody holds the grants"
    for username, verb, unit in (
        ("evaluator", "open", home.centre), ("street", "score", home.street_centre),
        ("streetleader", "review", home.street_centre), ("leader", "sign", home.centre),
    ):  # fmt: skip
        person: Any = make_user(username)
        make_post("cases.see", f"appraisal.{verb}", user=person, unit=unit)
    made = appraising.enter(now=later)
    assert made == Sheet.objects.count() >= 2
    assert appraising.enter(now=later) == 0
    assert {"shown", "scoring"} <= set(Sheet.objects.values_list("state", flat=True))
