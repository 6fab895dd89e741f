"""Expected rates beside the figures, live and closed; figures of a region."""

from __future__ import annotations

from math import fsum
from typing import Any

import pytest
from django.test import Client

from linli.evaluation.models import CaseFact, FrozenFact
from linli.evaluation.queries import drilling
from linli.evaluation.queries.fairness import fairness_for
from linli.evaluation.queries.figures import Figures, figures_for, frozen_figures
from linli.evaluation.queries.names import in_region
from linli.evaluation.rules import counts
from linli.evaluation.rules.subjects import DIMENSIONS
from linli.evaluation.services import following
from linli.staff.models import User
from tests.cases.city import City
from tests.evaluation.test_figures import LATER, MARCH, act, close_march, live
from tests.factories import make_post

pytestmark = pytest.mark.django_db


def fill(city: City) -> None:
    """In the first district two cases in time, in the second one in time and one late."""
    live(city, "close")
    live(city, "close", start=10)
    live(city, "close", start=20, place=1)
    late = live(city, "accept", start=30, place=1)
    act(late, city.districts[1].user("handler"), "report_back", 1200, opinion="晚了")
    following.follow()


def test_facts_know_their_kind_and_rates_what_was_expected(city: City, judge: User) -> None:
    fill(city)
    assert set(CaseFact.objects.values_list("stratum", flat=True)) == {"E01-d-B"}
    for code in ("unit", "district", "grid", "collector"):
        found = figures_for(judge, DIMENSIONS[code], MARCH, now=LATER)
        fair = fairness_for(judge, found, now=LATER)
        assert fair, code
        first = found.lines[0].key  # what a page shows of a long table is what the whole says of it
        assert fairness_for(judge, found, now=LATER, most=1) == {first: fair[first]}
        for line in found.lines:
            for formula, compared in fair.get(line.key, {}).items():
                value = line.values[formula]
                assert value is not None
                assert compared.rate == pytest.approx(float(value))
    units = figures_for(judge, DIMENSIONS["unit"], MARCH, now=LATER)
    expected = [
        one.expected * one.count
        for row in fairness_for(judge, units, now=LATER).values()
        if (one := row.get("on_time_handling_rate"))
    ]
    assert fsum(expected) == pytest.approx(units.sum.counts["on_time_handled"])


def test_who_sees_a_part_is_compared_with_the_whole_city(city: City, judge: User) -> None:
    fill(city)
    home = city.districts[0]
    post = make_post("cases.see", "evaluation.see", unit=home.centre, region=home.region)
    reader = User.objects.get(pk=post.user_id)
    unit = DIMENSIONS["unit"]
    whole, part = (figures_for(who, unit, MARCH, now=LATER) for who in (judge, reader))
    assert len(part.lines) == 1 < len(whole.lines)
    key = home.department.pk
    assert fairness_for(reader, part, now=LATER)[key] == fairness_for(judge, whole, now=LATER)[key]


def test_a_closed_period_keeps_its_expected_rates(city: City, judge: User) -> None:
    fill(city)
    unit = DIMENSIONS["unit"]
    before = fairness_for(judge, figures_for(judge, unit, MARCH, now=LATER), now=LATER)
    made = close_march(judge, LATER)
    live(city, "close", start=50)
    following.follow()
    closed = frozen_figures(judge, made, unit, MARCH)
    assert fairness_for(judge, closed, now=LATER) == before
    FrozenFact.objects.update(stratum="")  # closed before kinds were kept
    assert fairness_for(judge, closed, now=LATER) == {}


def test_figures_of_a_region_hold_its_cases_alone(city: City, judge: User) -> None:
    fill(city)
    only, unit = in_region(city.districts[1].region.pk), DIMENSIONS["unit"]
    made = close_march(judge, LATER)
    live_ones = figures_for(judge, unit, MARCH, now=LATER, only=only)
    closed = frozen_figures(judge, made, unit, MARCH, only=only)
    base = counts.base(counts.Source.TASK, "handled")
    for found, freeze in ((live_ones, None), (closed, made)):
        assert found.sum.counts["handled"] == 2
        opened = drilling.cases_of(
            judge, unit, MARCH, base, drilling.EVERYTHING, now=LATER, only=only, freeze=freeze
        )
        assert {one.district_id for one in opened.cases} == {city.districts[1].region.pk}
        assert opened.count == 2


def test_pages_and_files_show_what_was_expected(
    city: City, judge: User, django_assert_max_num_queries: Any
) -> None:
    fill(city)
    client = Client()
    client.force_login(judge)
    asked = f"by=unit&span=month&day=2026-03-10&region={city.districts[1].region.pk}"
    with django_assert_max_num_queries(30):
        page = client.get(f"/evaluation/?{asked}").content.decode()
    assert "预期" in page
    assert "数据不足，无法判断" in page
    assert f"region={city.districts[1].region.pk}" in page  # numbers lead to the same region
    head, row, *_rest = (
        client.get(f"/evaluation/export/csv?{asked}").content.decode("utf-8-sig").splitlines()
    )
    assert "按期处置率,按期处置率: 预期,按期处置率: 与预期之差" in head
    assert "数据不足，无法判断" in row
    assert client.get("/evaluation/?region=moon").status_code == 400
    worker = Client()
    worker.force_login(city.districts[0].user("worker"))
    mine = worker.get("/evaluation/mine/?span=month&day=2026-03-10").content.decode()
    assert "预期" in mine


def test_people_are_not_ranked(city: City, judge: User) -> None:
    fill(city)
    found: Figures = figures_for(judge, DIMENSIONS["collector"], MARCH, now=LATER)
    names = [line.name for line in found.lines]
    assert len(names) > 1
    assert names == sorted(names)
