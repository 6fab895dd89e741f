"""What changes hands or shape in mid-period: posts, grids, units, regions, classes. The figures of
what has been stay, each number still opens its cases, and nobody's work becomes another's."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from linli.cases.models import Case
from linli.catalogue.models import CaseClass, Edition
from linli.catalogue.services import retire_class
from linli.evaluation.models import CaseFact, StepFact, TaskFact
from linli.evaluation.queries import drilling
from linli.evaluation.queries.figures import Figures, figures_for
from linli.evaluation.queries.names import in_region, names_for
from linli.evaluation.rules.periods import Period, Span
from linli.evaluation.rules.subjects import DIMENSIONS
from linli.evaluation.services import following
from linli.staff.models import GridDuty, User
from linli.staff.services import appoint_worker, edit_post, end_post
from linli.territory import services as territory
from linli.territory.models import CellVersion, Region
from tests.cases.city import WORKER, City
from tests.conftest import NOW
from tests.evaluation.recounting import on_page
from tests.evaluation.test_figures import live
from tests.factories import make_post, make_unit

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=60)
MARCH = Period.around(Span.MONTH, date(2026, 3, 10))
ASKED = "span=month&day=2026-03-10"


def days(n: float) -> datetime:
    return NOW + timedelta(days=n)


@pytest.fixture
def clerk(city: City) -> User:
    """Who gives posts and grids."""
    post = make_post("staff.duties", "staff.posts", unit=city.centre, region=city.region)
    return User.objects.get(pk=post.user_id)


def figured(judge: User, by: str, **more: Any) -> Figures:
    return figures_for(judge, DIMENSIONS[by], MARCH, now=LATER, **more)


def numbers(judge: User, by: str, **more: Any) -> dict[Any, Any]:
    """Everything a table says by key: counts, what the formulas make of them, the grade."""
    found = figured(judge, by, **more)
    return {one.key: (dict(one.counts), dict(one.values), one.grade) for one in found.lines}


def every_number_opens_its_cases(judge: User) -> None:
    for by in ("street", "grid", "unit", "class", "collector"):
        dimension, found = DIMENSIONS[by], figured(judge, by)
        assert found.lines, by
        for line in found.lines:
            key = drilling.NOWHERE if line.key is None else str(line.key)
            for base in found.bases:
                if not line.counts[base.code]:
                    continue
                opened = drilling.cases_of(judge, dimension, MARCH, base, key, now=LATER)
                assert opened.count == line.counts[base.code], (by, key, base.code)


# -- people ----------------------------------------------------------------------------------------
def keepers() -> dict[int, int]:
    """Whose ground each case lay in, recounted: the primary worker of its grid as it was reported,
    whose post had not ended."""
    found = {}
    for case in Case.objects.exclude(grid=None):
        for duty in GridDuty.objects.filter(grid=case.grid, role="primary"):
            ends = [end for end in (duty.valid_to, duty.post.valid_to) if end is not None]
            if duty.valid_from <= case.reported_at and all(case.reported_at < end for end in ends):
                found[case.pk] = duty.post_id
    return found


def credited() -> dict[int, int]:
    following.follow()
    ground = StepFact.objects.filter(step="ground")
    return dict(ground.values_list("case_id", "post_id"))


def test_ground_is_that_of_who_had_it_when_the_case_was_reported(city: City, clerk: User) -> None:
    home = city.districts[0]
    first, second = home.posts["worker"], home.posts["other_worker"]
    early = live(city, "close")
    late = live(city, "file", start=3 * 1440)
    assert credited() == {early.pk: first.pk, late.pk: first.pk}
    # on the fifth day it is entered that the other one has had the grid since the second
    appoint_worker(actor=clerk, grid=home.grids[0], post=second, now=days(5), valid_from=days(2))
    assert credited() == keepers() == {early.pk: first.pk, late.pk: second.pk}
    before = list(StepFact.objects.order_by("case_id", "number").values())
    following.rebuild()
    assert list(StepFact.objects.order_by("case_id", "number").values()) == before
    # and later that the second one's post had ended on the day after
    second.refresh_from_db()
    edit_post(
        actor=clerk, post=second, title=second.title, grants=second.grants, reach=second.reach,
        valid_to=days(2.5), now=days(6),
    )  # fmt: skip
    assert credited() == keepers() == {early.pk: first.pk}
    # what a person did stays theirs, whoever has the grid now
    checks = StepFact.objects.filter(step="check").values_list("case_id", "post_id")
    assert list(checks) == [(early.pk, first.pk)]


def test_ones_own_page_says_what_the_evaluators_row_says_also_after_the_post(
    city: City, judge: User, clerk: User
) -> None:
    """A worker leaves a grid in mid-month and takes another one: both posts stay on their page,
    with the numbers that everybody sees, and a number says how many cases they see no more."""
    live(city, "close")
    live(city, "close", start=20)
    following.follow()
    home = city.districts[0]
    old, person = home.posts["worker"], home.user("worker")
    end_post(actor=clerk, post=old, now=days(1))
    new = city.districts[1].street_centre
    make_post(*WORKER, unit=new, user=person, title="新岗位", valid_from=days(1))
    client, evaluator = Client(), Client()
    client.force_login(User.objects.get(pk=person.pk))
    evaluator.force_login(judge)
    (own,) = on_page(client.get(f"/evaluation/mine/?{ASKED}").content)
    (table,) = on_page(evaluator.get(f"/evaluation/?by=collector&{ASKED}").content)
    (name,) = own.rows
    assert own.rows[name] == table.rows[name]
    assert own.rows[name]["应核查数"] == "2"
    asked = f"by=collector&{ASKED}&count=should_check&key={old.pk}&own=1"
    page = client.get(f"/evaluation/cases/?{asked}").content.decode()
    assert "共 2 件" in page
    assert "其中 2 件案件未列出" in page  # counted, and not shown to who may not see them
    assert not any(case.number in page for case in Case.objects.all())
    strange = asked.replace(f"key={old.pk}", f"key={home.posts['street_chief'].pk}")
    assert client.get(f"/evaluation/cases/?{strange}").status_code == 400


# -- ground, units, classes ------------------------------------------------------------------------
def redraw(city: City) -> None:
    """In April: grid 1 takes over grid 0, the community goes to the other street, its own street
    ends; the department is renamed, moved and closed; the class is renamed, retired and comes
    again in a new edition."""
    home, away = city.districts
    april = date(2026, 4, 1)
    territory.end_grid(grid_id=home.grids[0].pk, on=april, successor_id=home.grids[1].pk)
    Region.objects.filter(pk=home.community.pk).update(parent=away.street)
    territory.end_region(region_id=home.street.pk, on=april)
    unit = home.department
    unit.name, unit.parent, unit.region, unit.is_active = (
        "合并后的局",
        city.centre,
        away.region,
        False,
    )
    unit.save()
    CaseClass.objects.filter(pk=city.case_class.pk).update(name="暴露垃圾（旧）")
    retire_class(class_id=city.case_class.pk, actor=None, now=days(22))
    edition = Edition.objects.create(code="T2", name="新目录", source="t", valid_from=april)
    CaseClass.objects.create(
        edition=edition, kind="event", major_code="01", major_name="市容环境", minor_code="02",
        name="暴露垃圾（旧）", code="E0102",
    )  # fmt: skip


def test_a_month_keeps_its_figures_when_ground_units_and_classes_change(
    city: City, judge: User
) -> None:
    home = city.districts[0]
    CellVersion.objects.filter(cell__community=home.community).update(grade="A")
    live(city, "close")
    live(city, "accept", start=20)
    live(city, "close", start=40, place=1)
    following.follow()
    regions = {place.pk: in_region(place.pk) for place in (home.region, home.street)}
    before = {by: numbers(judge, by) for by in DIMENSIONS}
    inside = {pk: numbers(judge, "unit", only=only) for pk, only in regions.items()}
    books = {line.key: line.book.formulas[0].subject for line in figured(judge, "street").lines}
    assert len(set(books.values())) == 2  # one street is of the first class
    redraw(city)
    assert {by: numbers(judge, by) for by in DIMENSIONS} == before
    for pk in regions:
        assert numbers(judge, "unit", only=in_region(pk)) == inside[pk] != {}
    assert books == {
        line.key: line.book.formulas[0].subject for line in figured(judge, "street").lines
    }
    every_number_opens_its_cases(judge)
    following.rebuild()  # made anew from the histories, after all of it
    assert {by: numbers(judge, by) for by in DIMENSIONS} == before
    assert CaseFact.objects.count() == 3
    assert set(TaskFact.objects.values_list("unit_id", flat=True)) == {
        home.department.pk, city.districts[1].department.pk,
    }  # fmt: skip


def test_pages_and_files_still_open_when_what_they_name_has_ended(city: City, judge: User) -> None:
    live(city, "close")
    following.follow()
    redraw(city)
    client = Client()
    client.force_login(judge)
    home = city.districts[0]
    for by, key in (
        ("grid", home.grids[0].pk), ("street", home.street.pk), ("unit", home.department.pk),
        ("class", city.case_class.pk),
    ):  # fmt: skip
        page = client.get(f"/evaluation/?by={by}&{ASKED}")
        assert page.status_code == 200
        assert len(next(on_page(page.content)).rows) == 2, by
        listed = client.get(f"/evaluation/cases/?by={by}&{ASKED}&count=closed&key={key}")
        assert Case.objects.get().number in listed.content.decode(), by
        assert client.get(f"/evaluation/export/csv?by={by}&{ASKED}").status_code == 200
    inside = client.get(f"/evaluation/?by=unit&{ASKED}&region={home.street.pk}")
    assert len(next(on_page(inside.content)).rows) == 2  # a street that has ended can be asked for


def test_two_rows_of_one_name_are_told_apart(city: City, judge: User) -> None:
    redraw(city)
    home, away = city.districts
    home.grids[1].name = home.grids[0].name
    home.grids[1].save()
    twin = make_unit("department", name=home.department.name)
    classes = list(CaseClass.objects.filter(code="E0102").values_list("pk", flat=True))
    for by, keys in (
        ("grid", [grid.pk for grid in home.grids]), ("unit", [home.department.pk, twin.pk]),
        ("class", classes),
    ):  # fmt: skip
        names = names_for(DIMENSIONS[by], keys)
        assert len(set(names.values())) == 2, names
        assert all("（" in name for name in names.values())
    alone = names_for(DIMENSIONS["grid"], [away.grids[0].pk])
    assert "（" not in alone[away.grids[0].pk]
