"""Plans from the tables and back: proposed, adjusted, adopted; schemes and staffing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import shapely
from django.utils import translation

from linli.kernel.errors import BadInput, NotYours, Refused, Stale
from linli.kernel.progress import heard_by
from linli.planning import queries, services
from linli.planning.models import GridScheme, Plan, PlanAtom, PlanState
from linli.staff.models import User
from linli.territory.models import Building, Grid, GridVersion, Region
from linli.territory.queries import topology_report
from linli.territory.services import draw_cells
from tests.factories import make_post, make_user
from tests.territory.factories import SINCE, geos, make_grid, make_region

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()
SQUARE = shapely.box(120.0, 30.0, 120.004, 30.004)
STEP = 0.0004  # ten houses a side


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def four_schemes(db: None) -> None:
    """As the migration leaves them; a test that flushes takes them away."""
    services.restore_schemes()


@pytest.fixture
def admin(db: None) -> User:
    user = make_user()
    make_post("territory.edit", user=user)
    return User.objects.get(pk=user.pk)


@pytest.fixture
def town(db: None) -> Region:
    """A hundred equal houses; two grids of 300 and 700 households; cells."""
    street = make_region("310101013000", "street", None, SQUARE)
    home = make_region("310101013001", "community", street, SQUARE, name="承兴居委会")
    for n in range(100):
        x, y = 120.0 + (n % 10) * STEP, 30.0 + (n // 10) * STEP
        house = shapely.box(x + 0.0001, y + 0.0001, x + 0.0003, y + 0.0003)
        Building.objects.create(floors=6, outline=geos(house))
    for number, (west, east, homes) in enumerate(
        ((120.0, 120.0012, 300), (120.0012, 120.004, 700)), start=1
    ):
        shape = shapely.box(west, 30.0, east, 30.004)
        grid = make_grid(home, number, shape)
        Grid.objects.filter(pk=grid.pk).update(households=homes)
    draw_cells(community_id=home.pk, from_date=SINCE, how="lattice")
    return home


def scheme() -> GridScheme:
    return GridScheme.objects.get(code="district")


def proposed(admin: User, town: Region, **more: Any) -> Plan:
    return services.propose_plan(actor=admin, community=town, scheme=scheme(), now=NOW, **more)


def test_four_schemes_are_there_and_one_is_in_force(db: None) -> None:
    assert [one.code for one in queries.schemes()] == ["district", "nangang", "yichang", "hundred"]
    assert queries.scheme_in_force().code == "district"
    assert services.restore_schemes() == 0
    GridScheme.objects.all().delete()
    assert queries.scheme_in_force().town_most == 500, "the first one of the documents"
    assert services.restore_schemes() == 4
    assert scheme().out_of_band("", 501)
    assert scheme().out_of_band("rural", 90)
    assert not scheme().out_of_band("rural", 300)
    assert not scheme().out_of_band("", None)


def test_a_plan_is_kept_with_its_figures_beside_todays(admin: User, town: Region) -> None:
    told: list[int] = []
    with heard_by(lambda done, _total, _says: told.append(done)):
        plan = proposed(admin, town, parts=2)
    assert plan.parts == 2
    assert plan.figures["spread"] <= 1.10
    assert plan.figures["pieces"] == [1, 1]
    assert sum(plan.figures["households"]) == 1_000
    assert plan.before["figures"]["spread"] == pytest.approx(1.4)
    assert plan.estimated
    assert plan.figures["moved"] == pytest.approx(200, abs=60)
    assert PlanAtom.objects.filter(plan=plan).count() == 100
    assert told[-1] == 100
    assert told == sorted(told)
    facts = queries.plan_facts(plan)
    assert {part.code for part in facts.parts} == {part.code for part in facts.today}
    assert not facts.ended


def test_the_scheme_gives_the_number_of_grids(admin: User, town: Region) -> None:
    assert proposed(admin, town).parts == 3
    assert proposed(admin, town, country=True).parts == 5


def test_planning_needs_the_permission_buildings_and_an_outline(admin: User, town: Region) -> None:
    with pytest.raises(NotYours):
        proposed(make_user(), town)
    bare = make_region("310101013002", "community", town.parent)
    with pytest.raises(Refused, match="no outline"):
        proposed(admin, bare)
    empty = make_region(
        "310101013003", "community", town.parent, shapely.box(121.0, 30.0, 121.004, 30.004)
    )
    with pytest.raises(Refused, match="No building"):
        proposed(admin, empty)
    with pytest.raises(BadInput, match="number of grids"):
        services.ask_for_plan(actor=admin, community=town, scheme=scheme(), parts=0, now=NOW)
    street = Region.objects.get(code="310101013000")
    with pytest.raises(BadInput, match="community"):
        services.ask_for_plan(actor=admin, community=street, scheme=scheme(), now=NOW)


def test_an_adjustment_moves_ground_and_changes_the_figures(admin: User, town: Region) -> None:
    plan = proposed(admin, town, parts=2)
    atom = next(
        a for a, b, *_rest in plan.edges if _part(plan, a) != _part(plan, b) and _free(plan, a)
    )
    there = 1 - _part(plan, atom)
    changed = services.adjust_plan(
        actor=admin, plan_id=plan.pk, version=1, moves={atom: there}, now=NOW
    )
    assert changed.version == 2
    assert PlanAtom.objects.get(plan=plan, number=atom).part == there
    assert sorted(changed.figures["households"]) == [490, 510]
    with pytest.raises(Stale, match="meanwhile"):
        services.adjust_plan(actor=admin, plan_id=plan.pk, version=1, moves={atom: 0}, now=NOW)
    with pytest.raises(BadInput):
        services.adjust_plan(actor=admin, plan_id=plan.pk, version=2, moves={atom: 7}, now=NOW)


def _part(plan: Plan, atom: int) -> int:
    return PlanAtom.objects.get(plan=plan, number=atom).part


def _free(plan: Plan, atom: int) -> bool:
    """Whether the atom's part holds together without it: three neighbours of its own suffice
    in a lattice, or a corner."""
    near = [b if a == atom else a for a, b, *_rest in plan.edges if atom in (a, b)]
    return sum(_part(plan, one) == _part(plan, atom) for one in near) == 3


def test_an_adjustment_that_tears_a_grid_apart_is_refused(admin: User, town: Region) -> None:
    plan = proposed(admin, town, parts=2)
    first = [a.number for a in PlanAtom.objects.filter(plan=plan, part=0)]
    edge = {a for a, b, *_rest in plan.edges if {_part(plan, a), _part(plan, b)} == {0, 1}}
    inner = next(n for n in first if n not in edge and _far(plan, n, edge))
    with pytest.raises(Refused, match="pieces"):
        services.adjust_plan(actor=admin, plan_id=plan.pk, version=1, moves={inner: 1}, now=NOW)
    with pytest.raises(Refused, match="no ground left"):
        services.adjust_plan(
            actor=admin, plan_id=plan.pk, version=1, moves=dict.fromkeys(first, 1), now=NOW
        )


def _far(plan: Plan, atom: int, edge: set[int]) -> bool:
    near = {b if a == atom else a for a, b, *_rest in plan.edges if atom in (a, b)}
    return not any(_part(plan, one) == 1 for one in near)


def test_an_adopted_plan_is_the_ground_from_its_day_on(admin: User, town: Region) -> None:
    plan = proposed(admin, town, parts=3)
    day = TODAY + timedelta(days=7)
    services.adopt_plan(actor=admin, plan_id=plan.pk, version=1, from_date=day, now=NOW)
    plan.refresh_from_db()
    assert (plan.state, plan.from_date) == (PlanState.ADOPTED, day)
    versions = GridVersion.objects.filter(during__contains=day, grid__community=town)
    assert versions.count() == 3
    report = topology_report(town.pk, on=day)
    assert report.clean, report
    before = GridVersion.objects.filter(during__contains=TODAY, grid__community=town)
    assert before.count() == 2
    with pytest.raises(Stale, match="no draft"):
        services.adopt_plan(actor=admin, plan_id=plan.pk, version=1, from_date=day, now=NOW)


def test_a_plan_is_not_adopted_in_the_past_or_over_other_grids(admin: User, town: Region) -> None:
    plan = proposed(admin, town, parts=2)
    with pytest.raises(BadInput, match="later day"):
        services.adopt_plan(
            actor=admin, plan_id=plan.pk, version=1, from_date=TODAY - timedelta(days=1), now=NOW
        )
    Grid.objects.filter(code__endswith="2").update(valid_to=TODAY)
    with pytest.raises(Stale, match="planned again"):
        services.adopt_plan(actor=admin, plan_id=plan.pk, version=1, from_date=TODAY, now=NOW)


def test_a_dropped_plan_is_gone_from_the_list(admin: User, town: Region) -> None:
    plan = proposed(admin, town, parts=2)
    services.drop_plan(actor=admin, plan_id=plan.pk, now=NOW)
    assert not queries.plans_of(town).exists()
    assert not PlanAtom.objects.exists()


def test_the_map_reads_atoms_with_their_edges(admin: User, town: Region) -> None:
    import json

    plan = proposed(admin, town, parts=2)
    told = json.loads(queries.plan_geojson(plan))
    assert len(told["features"]) == 100
    assert told["plan"]["keys"] == ["1", "2"]
    assert sum(one["properties"]["weight"] for one in told["features"]) == 1_000
    assert told["features"][3]["id"] == 3


def test_the_staffing_list_tells_who_is_short(admin: User, town: Region) -> None:
    (need,) = queries.needs(scheme(), now=NOW)
    assert (need.households, need.needed, need.people, need.off) == (1_000, 5, 0, -5)
    services.edit_profile(actor=admin, community=town, mixed=True, people=7, now=NOW)
    (need,) = queries.needs(scheme(), now=NOW)
    assert (need.needed, need.people, need.off, need.stated) == (6, 7, 1, True)


def test_people_are_counted_once_from_posts_and_duties(admin: User, town: Region) -> None:
    worker = make_user()
    make_post("cases.verify", user=worker, grids=Grid.objects.all(), valid_from=NOW)
    make_post("cases.see", user=worker, region=town, valid_from=NOW)
    (need,) = queries.needs(scheme(), now=NOW)
    assert need.people == 1


def test_another_scheme_comes_into_force(admin: User) -> None:
    services.choose_scheme(actor=admin, code="yichang", now=NOW)
    assert queries.scheme_in_force().code == "yichang"
    numbers = {
        "town_least": 250, "town_most": 350, "country_least": 100, "country_most": 200,
        "base": 4, "base_households": 1_000, "step": 300, "mixed": 1,
    }  # fmt: skip
    services.edit_scheme(
        actor=admin, code="yichang", name="宜昌", source="", numbers=numbers, now=NOW
    )
    assert queries.scheme_in_force().staffing.people(1_700) == 6
    with pytest.raises(BadInput, match="lower number"):
        services.edit_scheme(
            actor=admin, code="yichang", name="宜昌", source="", now=NOW,
            numbers={**numbers, "town_least": 400},
        )  # fmt: skip


def test_an_errand_proposes_and_says_what_came_of_it(admin: User, town: Region) -> None:
    from linli.errands.services import run_errand

    errand = services.ask_for_plan(actor=admin, community=town, scheme=scheme(), parts=2, now=NOW)
    run_errand(errand_id=errand.pk)
    errand.refresh_from_db()
    assert errand.state == "done", errand.outcome
    assert "2 grids" in errand.outcome
    assert queries.plans_of(town).count() == 1


def test_every_lack_has_a_sentence_of_its_own() -> None:
    from linli.planning.rules.ground import Lack
    from linli.planning.services.proposing import _cannot

    assert len({_cannot(lack) for lack in Lack}) == len(Lack)
