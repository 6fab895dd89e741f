"""Where boundaries change, components follow: cell, grid and community are those of PostGIS."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import shapely
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from linli.components import services
from linli.components.models import Component, ComponentEvent, Ground, Tally
from linli.components.rules.tallies import LEVELS
from linli.components.services import locating
from linli.kernel import progress
from linli.territory import queries as territory
from linli.territory.models import Cell, CellVersion, Grid, GridVersion, RegionVersion
from tests.components.inventories import bring_in, code, row, write_csv
from tests.conftest import NOW
from tests.territory.factories import ALWAYS, SINCE, Town, geos


@pytest.fixture
def register(town: Town, tmp_path: Path) -> Town:
    """Two hundred components all over both communities, located."""
    chance = random.Random(11)
    rows = []
    outlines = (town.left_outline, town.right_outline)
    while len(rows) < 200:
        x, y = chance.uniform(111.28, 111.31), chance.uniform(30.7, 30.712)
        if any(one.covers(shapely.Point(x, y)) for one in outlines):
            rows.append(row(len(rows) + 1, place=(x, y)))
    assert bring_in(write_csv(tmp_path / "a.csv", rows)).added == 200
    services.locate_anew()
    return town


def proven(day: date | None = None) -> None:
    """Every component is where PostGIS says, and the counts are those of the components."""
    on = day or date.today()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.code, c.cell_id, c.grid_id,
                (SELECT v.cell_id FROM territory_cellversion v JOIN territory_cell t
                    ON t.id = v.cell_id WHERE v.during @> %(on)s::date
                    AND ST_Covers(v.outline, c.place) ORDER BY t.code COLLATE "C" LIMIT 1),
                c.community_id, ST_X(c.place), ST_Y(c.place)
            FROM components_component c""",
            {"on": on},
        )
        for number, cell, grid, expected, community, lon, lat in cursor.fetchall():
            assert cell == expected, number
            found = territory.locate_on(lon, lat, on)
            assert (grid, cell) == (found.grid_id, found.cell_id), number
            if found.community_id is not None:
                assert community == found.community_id, number
    for level in LEVELS:
        counted: dict[int, int] = {}
        for one in Tally.objects.filter(level=level):
            counted[one.community_id] = counted.get(one.community_id, 0) + one.count
        real: dict[int, int] = {}
        for community in Component.objects.values_list("community_id", flat=True):
            real[community] = real.get(community, 0) + 1
        assert {key: count for key, count in counted.items() if count} == real


def test_nothing_is_done_where_nothing_changed(register: Town) -> None:
    assert services.locate_anew() == 0
    with CaptureQueriesContext(connection) as captured:
        services.locate_anew()
    assert len(captured) <= 3
    proven()


def redraw_grid(town: Town) -> None:
    half = shapely.box(111.28, 30.69, 111.302, 30.72).intersection(town.right_outline)
    GridVersion.objects.filter(grid=town.right_grid).update(outline=geos(half))


def split_cell(town: Town) -> None:
    """A cell in which components stand, through the middle of them."""
    cells = Component.objects.filter(cell__isnull=False).values_list("cell_id", flat=True)
    fullest = max(set(cells), key=list(cells).count)
    old = CellVersion.objects.filter(cell=fullest).get()
    west, south, east, north = old.outline.extent
    places = sorted(one.place.x for one in Component.objects.filter(cell=fullest))
    middle = sum(places) / len(places)
    shape = shapely.from_wkb(bytes(old.outline.wkb))
    CellVersion.objects.filter(pk=old.pk).update(
        outline=geos(shape.intersection(shapely.box(west, south, middle, north)))
    )
    cell = Cell.objects.create(code="420503001001999", community=town.left, valid_from=SINCE)
    CellVersion.objects.create(
        cell=cell, grid=town.left_grid, grade="A", area_m2=1, during=ALWAYS,
        outline=geos(shape.intersection(shapely.box(middle, south, east, north))),
    )  # fmt: skip


def merge_cells(town: Town) -> None:
    one, other = (CellVersion.objects.get(cell=town.cells[at]) for at in (30, 31))
    both = one.outline.union(other.outline)
    CellVersion.objects.filter(pk=other.pk).update(during=DateRange(SINCE, date(2021, 1, 1)))
    shape = shapely.from_wkb(bytes(both.wkb))
    CellVersion.objects.filter(pk=one.pk).update(outline=geos(shape))


def move_border(town: Town) -> None:
    """A part of the right community, with its components, goes to the left one."""
    strip = shapely.box(111.29, 30.69, 111.3, 30.72)
    RegionVersion.objects.filter(region=town.left).update(
        outline=geos(town.left_outline.union(strip.intersection(town.right_outline)))
    )
    for model, key in ((RegionVersion, {"region": town.right}),
                       (GridVersion, {"grid": town.right_grid})):  # fmt: skip
        model.objects.filter(**key).update(outline=geos(town.right_outline.difference(strip)))


def give_cells_to_another_grid(town: Town) -> None:
    grid = Grid.objects.create(
        code="420503001001Z009", name="new", community=town.left, valid_from=SINCE
    )
    west = shapely.box(111.27, 30.69, 111.287, 30.72).intersection(town.left_outline)
    GridVersion.objects.create(grid=grid, outline=geos(west), during=ALWAYS)
    CellVersion.objects.filter(cell__in=town.cells[:25]).update(grid=grid)


def end_community(town: Town) -> None:
    """Nothing covers the right community any more but the street."""
    for rows in (RegionVersion.objects.filter(region=town.right),
                 GridVersion.objects.filter(grid=town.right_grid)):  # fmt: skip
        rows.update(during=DateRange(SINCE, date(2021, 1, 1)))


EDITS = (
    redraw_grid, split_cell, merge_cells, move_border, give_cells_to_another_grid, end_community,
)  # fmt: skip


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_after_every_kind_of_edit_components_lie_where_postgis_says(
    register: Town, edit: Callable[[Town], None]
) -> None:
    edit(register)
    assert services.locate_anew() > 0
    proven()
    assert services.locate_anew() == 0


@pytest.mark.parametrize("seed", range(3))
def test_any_edits_in_any_order(register: Town, seed: int) -> None:
    chance = random.Random(seed)
    for edit in chance.sample(EDITS, 4):
        edit(register)
        if chance.random() < 0.5:
            services.locate_anew()
            proven()
    services.locate_anew()
    proven()


def test_a_boundary_that_changes_on_a_day_is_followed_on_that_day(register: Town) -> None:
    today = date.today()
    change = today + timedelta(days=3)
    old = GridVersion.objects.get(grid=register.right_grid)
    GridVersion.objects.filter(pk=old.pk).update(during=DateRange(SINCE, change))
    assert services.locate_anew() == 0
    proven()
    state_of_then = locating._changes(change)
    assert [one.community_id for one in state_of_then] == [register.right.pk]


def test_to_be_located_anew_is_no_event_and_no_new_version(register: Town) -> None:
    before = dict(Component.objects.values_list("code", "version"))
    move_border(register)
    services.locate_anew()
    assert dict(Component.objects.values_list("code", "version")) == before
    assert not ComponentEvent.objects.exists()


def test_only_changed_communities_are_looked_at(
    register: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    split_cell(register)
    seen: list[int] = []
    follow = locating._follow

    def seeing(change: locating.Change) -> int:
        seen.append(change.community_id)
        return follow(change)

    monkeypatch.setattr(locating, "_follow", seeing)
    services.locate_anew()
    assert seen == [register.left.pk]


def test_a_run_that_was_cut_off_goes_on_where_it_was(
    register: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    move_border(register)
    done: list[int] = []
    follow = locating._follow

    def once(change: locating.Change) -> int:
        if done:
            raise progress.Cancelled
        done.append(change.community_id)
        return follow(change)

    monkeypatch.setattr(locating, "_follow", once)
    with pytest.raises(progress.Cancelled):
        services.locate_anew()
    monkeypatch.setattr(locating, "_follow", follow)
    left = [one.community_id for one in locating._changes(date.today())]
    assert done[0] not in left
    assert len(left) == 1
    services.locate_anew()
    proven()


def test_an_import_that_was_read_before_a_change_is_located_anew(
    register: Town, tmp_path: Path
) -> None:
    x, y = 111.295, 30.705
    file = write_csv(tmp_path / "b.csv", [row(900, place=(x, y))])
    job = services.begin_import(path=file, source="late", now=NOW, actor=None)
    services.read_import(job_id=job.pk, path=file, now=NOW)
    move_border(register)
    services.locate_anew()
    services.apply_import(job_id=job.pk, actor=None, now=NOW)
    assert Component.objects.get(code=int(code(900))).community_id == register.right.pk
    assert Ground.objects.filter(fingerprint="").exists()
    assert services.locate_anew() == 1
    proven()


def test_what_no_community_covers_any_more_keeps_its_last_one(register: Town) -> None:
    lost = set(Component.objects.filter(community=register.right).values_list("code", flat=True))
    assert lost
    end_community(register)
    services.locate_anew()
    left = Component.objects.filter(code__in=lost)
    assert set(left.values_list("community_id", "grid_id", "cell_id")) == {
        (register.right.pk, None, None)
    }
