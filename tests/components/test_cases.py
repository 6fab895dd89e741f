"""A case points to its component, and what becomes of it becomes of the component's state."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.gis.geos import Point

from linli.cases import queries, services
from linli.cases.models import Case
from linli.catalogue.models import CaseClass, FilingCondition
from linli.components.models import Care, Component, ComponentEvent, Source
from linli.components.rules.quads import quad_of
from linli.components.rules.states import State
from linli.kernel.errors import BadInput
from tests.cases.city import SINCE, City, make_city
from tests.conftest import NOW
from tests.desk.lives import STEPS, perform


@pytest.fixture
def city(db: None) -> City:
    return coded_city()


def coded_city() -> City:
    """The small city with codes that codes of components can begin with."""
    return with_codes(make_city())


def with_codes(city: City) -> City:
    """The same city, its regions numbered as codes of components begin."""
    for number, district in enumerate(city.districts, start=1):
        for region, rest in (
            (district.region, "000000"),
            (district.street, "001000"),
            (district.community, "001001"),
        ):
            region.code = f"3101{number:02d}{rest}"
            region.save()
    return city


def bin_class(city: City, filing_text: str = "果皮箱缺失") -> CaseClass:
    """A class of components with one condition."""
    kind = CaseClass.objects.create(
        edition=city.case_class.edition, kind="component", major_code="03", major_name="市容环境",
        minor_code="07", name="果皮箱", code="C0307",
    )  # fmt: skip
    hours: dict[str, Any] = {f"limit_{grade}": Decimal(4) for grade in "abc"}
    hours |= {f"unit_{grade}": "work_hour" for grade in "abc"}
    FilingCondition.objects.create(
        case_class=kind, number=1, filing_text=filing_text, closing_text="恢复", valid_from=SINCE,
        **hours,
    )  # fmt: skip
    return kind


def bin_in(city: City, number: int = 1) -> Component:
    """A bin in the first grid of the first district."""
    home = city.districts[0]
    place = home.place()
    return Component.objects.create(
        code=int(f"310101{'0307'}{number:06d}"),
        quad=quad_of(place.lon, place.lat),
        community=home.community,
        grid=home.grids[0],
        care=Care.objects.get_or_create(owner_name="环卫")[0],
        source=Source.objects.get_or_create(name="t")[0],
        place=Point(place.lon, place.lat, srid=4326),
    )


def report(city: City, thing: Component, **values: Any) -> Case:
    given = {"description": "果皮箱不见了", "channel": "portal", "now": NOW}
    return services.report(**(given | values), component=thing.number).case


def lived(city: City, case: Case, upto: str) -> Case:
    for minute, (move, who, inputs) in enumerate(STEPS, start=1):
        if move == "file":
            condition = FilingCondition.objects.get(case_class__code="C0307")
            given = {"case_class": "C0307", "condition": condition.pk}
        else:
            given = inputs
        case = perform(city, case, move, who, minute=minute, **given)
        if move == upto:
            break
    return case


def test_a_report_on_a_component_has_its_place_and_class(city: City) -> None:
    bin_class(city)
    thing = bin_in(city)
    case = report(city, thing)
    assert case.component_code == thing.code
    assert case.place is not None
    assert (case.place.x, case.place.y) == (thing.place.x, thing.place.y)
    assert case.grid_id == thing.grid_id
    assert case.case_class is not None
    assert case.case_class.code == "C0307"


def test_filing_marks_it_lost_and_closing_brings_it_back(city: City) -> None:
    bin_class(city)
    thing = bin_in(city)
    case = lived(city, report(city, thing), "file")
    thing.refresh_from_db()
    assert (thing.state, thing.version) == (State.LOST, 2)
    lived_on = Case.objects.get(pk=case.pk)
    for minute, (move, who, inputs) in enumerate(STEPS[1:], start=10):
        lived_on = perform(city, lived_on, move, who, minute=minute, **inputs)
    thing.refresh_from_db()
    assert (thing.state, thing.version) == (State.IN_USE, 3)
    told = list(ComponentEvent.objects.order_by("number"))
    assert [(event.case_id, event.what) for event in told] == [(case.pk, "state")] * 2
    assert [event.changes["state"] for event in told] == [
        [State.IN_USE, State.LOST],
        [State.LOST, State.IN_USE],
    ]


def test_a_case_of_another_class_leaves_the_state_alone(city: City) -> None:
    bin_class(city)
    thing = bin_in(city)
    case = report(city, thing, case_class="E0102")
    perform(city, case, "file", "street_chief", minute=1, case_class="E0102")
    thing.refresh_from_db()
    assert (thing.state, thing.version) == (State.IN_USE, 1)


def test_what_changed_meanwhile_is_not_taken_back(city: City) -> None:
    bin_class(city)
    thing = bin_in(city)
    case = lived(city, report(city, thing), "file")
    Component.objects.filter(pk=thing.pk).update(state=State.REMOVED)
    perform(city, case, "void", "street_chief", minute=9, opinion="误报")
    thing.refresh_from_db()
    assert thing.state == State.REMOVED


def test_a_component_nobody_knows_is_refused(city: City) -> None:
    thing = bin_in(city)
    thing.code += 7
    with pytest.raises(BadInput, match="component") as refusal:
        report(city, thing)
    assert refusal.value.field == "component"


def test_a_component_shows_its_cases_to_those_who_see_them(city: City) -> None:
    bin_class(city)
    thing = bin_in(city)
    cases = [report(city, thing).pk for _time in range(3)]
    here, there = (district.user("street_chief") for district in city.districts)
    assert sorted(case.pk for case in queries.cases_on(here, thing.code)) == sorted(cases)
    assert queries.cases_on(there, thing.code) == []
