"""The demo's platform: orders that were taken in, sent back, and one that waits for a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from linli.cases.models import Case
from linli.catalogue.models import CaseClass
from linli.demo.services import exchange
from linli.workorders.models import News, Order, Platform
from tests.cases.city import CHIEF, DISPATCHER, City, make_city
from tests.factories import make_post, make_user


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def test_its_orders_are_at_every_stage_and_entered_once(
    city: City, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = city.districts[0]
    for code in ("E0110", "E0504"):
        CaseClass.objects.get_or_create(
            edition=city.case_class.edition, kind="event", code=code, major_code=code[1:3],
            major_name="市容环境", minor_code=code[3:], defaults={"name": code},
        )  # fmt: skip
    inside: dict[str, Any] = {"place": (home.place().lon, home.place().lat)}
    monkeypatch.setattr(
        exchange,
        "ORDERS",
        [one._replace(**inside) if one.place else one for one in exchange.ORDERS],
    )
    admin, chief, dispatcher = (make_user(one) for one in ("sysadmin", "chief", "dispatcher"))
    assert exchange.enter(now=now) == 0, "the grants are the security administrator's to give"
    make_post("workorders.settings", user=admin, unit=city.centre)
    make_post(*CHIEF, "workorders.handle", user=chief, unit=home.centre, region=home.region)
    make_post(*DISPATCHER, user=dispatcher, unit=home.centre, region=home.region)
    assert exchange.enter(now=now) == len(exchange.ORDERS)
    assert exchange.enter(now=now) == 0
    assert Platform.objects.get().centre == home.centre
    states = list(Order.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["taken", "taken", "returned", "taken", "held"]
    assert Order.objects.get(state="held").faults[0][0] == "class"
    assert Order.objects.get(state="returned").reason == "not_ours"
    stages = [Case.objects.get(pk=one.case_id).stage for one in Order.objects.filter(state="taken")]
    assert stages.count("reported") == 1
    assert News.objects.filter(state="silent").count() == News.objects.count() > 5
