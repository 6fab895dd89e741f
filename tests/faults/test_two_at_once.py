"""Two people, or one person twice, at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from linli.cases.models import Case, CaseEvent, Report
from linli.catalogue.models import CaseClass
from linli.catalogue.rules import Limit, LimitUnit
from tests.cases.city import City, make_city
from tests.desk.lives import make_case, perform
from tests.portal.conftest import filled_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city() -> City:
    made = make_city()
    CaseClass.objects.update(public=True)
    return made


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """All calls in threads of their own, let go together; what they answered."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait(10)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [job.result(30) for job in [pool.submit(run, call) for call in calls]]


def test_of_two_dispatchers_one_wins_and_the_other_reads_what_has_changed(city: City) -> None:
    case = make_case(city, "file")
    home, seen = city.districts[0], case.event_count
    browsers = []
    for who in ("street_dispatcher", "street_dispatcher"):
        client = Client(headers={"accept-language": "en"})
        client.force_login(home.user(who))
        browsers.append(client)

    def dispatch(client: Client, unit: int) -> Callable[[], Any]:
        url = f"/desk/cases/{case.number}/moves/dispatch"
        return lambda: client.post(url, {"unit": str(unit), "seen": str(seen)})

    answers = at_once(
        dispatch(browsers[0], home.department.pk), dispatch(browsers[1], home.utility.pk)
    )
    assert sorted(a.status_code for a in answers) == [302, 409]
    lost = next(a for a in answers if a.status_code == 409).content.decode()
    won = Case.objects.get(pk=case.pk)
    assert won.lead_unit_id in (home.department.pk, home.utility.pk)
    assert CaseEvent.objects.filter(case_id=case.pk, move="dispatch").count() == 1
    assert "Dispatch" in lost
    assert won.lead_unit is not None
    assert won.lead_unit.name in lost


def test_a_form_sent_twice_at_once_is_one_report(city: City) -> None:
    form = filled_in(city)
    browsers = [Client(headers={"accept-language": "en"}) for _ in range(4)]
    answers = at_once(*(lambda c=c: c.post("/report/", form) for c in browsers))
    assert [a.status_code for a in answers] == [302] * 4
    assert len({a["Location"] for a in answers}) == 1
    assert Report.objects.count() == Case.objects.count() == 1


def test_a_move_sent_twice_at_once_is_made_once(city: City) -> None:
    case = make_case(city, "dispatch")
    client = Client(headers={"accept-language": "en"})
    client.force_login(city.districts[0].user("handler"))
    url, seen = f"/desk/cases/{case.number}/moves/accept", str(case.event_count)
    answers = at_once(*(lambda: client.post(url, {"seen": seen}) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [302, 409, 409]
    assert CaseEvent.objects.filter(case_id=case.pk, move="accept").count() == 1


def test_of_two_second_consents_one_moves_the_due_time(city: City) -> None:
    case, home = make_case(city, "accept"), city.districts[0]
    limit = Limit(Decimal(4), LimitUnit.WORK_HOUR)
    perform(city, case, "ask_extension", "handler", limit=limit, opinion="下雨")
    case = perform(city, case, "endorse_extension", "street_dispatcher", opinion="属实")
    browsers = []
    for who in ("chief", "leader"):
        client = Client(headers={"accept-language": "en"})
        client.force_login(home.user(who))
        browsers.append(client)
    url, seen = f"/desk/cases/{case.number}/moves/", str(case.event_count)
    answers = at_once(
        lambda: browsers[0].post(f"{url}consent_extension", {"seen": seen}),
        lambda: browsers[1].post(f"{url}refuse_consent", {"seen": seen, "opinion": "不同意"}),
    )
    assert sorted(a.status_code for a in answers) == [302, 409]
    done = Case.objects.get(pk=case.pk)
    granted = CaseEvent.objects.filter(case_id=case.pk, move="consent_extension").count()
    assert (done.extension_count, done.pending, done.decider_id) == (granted, "", None)
    assert done.event_count == case.event_count + 1
