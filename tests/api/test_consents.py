"""More time by the interface: what is refused names the field, what is granted says by whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from linli.cases.models import Case, CaseClock
from tests.cases.city import City
from tests.desk.lives import make_case

pytestmark = pytest.mark.django_db
HOURS = {"unit": "work_hour"}


def test_the_interface_asks_decides_and_tells(city: City, call: Any) -> None:
    case = make_case(city, "accept")
    now = timezone.now()  # the interface acts at the real time
    CaseClock.objects.filter(case_id=case.pk).update(started_at=now)
    Case.objects.filter(pk=case.pk).update(due_at=now + timedelta(hours=1), dispatched_at=now)
    handler, chief = call("handler"), call("chief")
    far = handler.move(case.number, "ask_extension", limit={"amount": 3, "unit": "work_day"},
                       opinion="下雨")  # fmt: skip
    assert (far.status_code, far.json()["field"]) == (400, "limit")
    asked = handler.move(case.number, "ask_extension", limit={"amount": 4, **HOURS}, opinion="下雨")
    assert asked.status_code == 200, asked.content.decode()
    alone = call("street_dispatcher").move(case.number, "extend")
    assert (alone.status_code, alone.json()["code"]) == (409, "move_refused")
    call("street_dispatcher").move(case.number, "endorse_extension", opinion="属实")
    seen = chief.get(f"/cases/{case.number}").json()
    assert (seen["pending"], seen["decider"]) == ("extension_2", city.districts[0].centre.pk)
    assert [m["move"] for m in seen["moves"] if "consent" in m["move"]] == [
        "consent_extension", "refuse_consent",
    ]  # fmt: skip
    (request,) = seen["requests"]
    assert (request["answer"], len(request["consents"])) == ("waits_second", 1)
    assert chief.move(case.number, "consent_extension").status_code == 200
    (request,) = handler.get(f"/cases/{case.number}").json()["requests"]
    assert (request["answer"], request["due_to"] > request["due_from"]) == ("granted", True)
    assert request["consents"][1]["who"] == str(city.districts[0].user("chief"))
