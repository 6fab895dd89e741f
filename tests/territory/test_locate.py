"""`locate` against its referee, PostGIS (design §2)."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
import shapely
from django.db import connection, transaction
from django.utils import timezone

from linli.kernel.errors import BadInput
from linli.territory.models import CellVersion, Grid, Region, RegionVersion, TerritoryState
from linli.territory.queries import Location, locate, locate_many, locate_on, tree
from linli.territory.queries.watch import watch
from tests.territory.factories import Town, geos


def border_points(town: Town, seed: int) -> list[tuple[float, float]]:
    """Corners, and points anywhere on the edges, of every outline in the database."""
    dice = random.Random(seed)
    points = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsBinary(outline) FROM territory_cellversion UNION ALL"
            " SELECT ST_AsBinary(outline) FROM territory_gridversion UNION ALL"
            " SELECT ST_AsBinary(outline) FROM territory_regionversion"
        )
        shapes = [shapely.from_wkb(bytes(row[0])) for row in cursor.fetchall()]
    for shape in shapes:
        for ring in shapely.get_rings(shapely.get_parts(shape)):
            corners = shapely.get_coordinates(ring).tolist()
            points += [tuple(corner) for corner in corners[:40]]
            for (x1, y1), (x2, y2) in list(pairwise(corners))[:40]:
                along = dice.choice((0.5, 0.25, dice.random()))
                points.append((x1 + along * (x2 - x1), y1 + along * (y2 - y1)))
    return points


def random_points(count: int, seed: int) -> list[tuple[float, float]]:
    dice = random.Random(seed)
    return [(dice.uniform(111.265, 111.325), dice.uniform(30.685, 30.727)) for _ in range(count)]


def same(one: Location, other: Location) -> bool:
    if one[:7] != other[:7] or (one.border_m is None) != (other.border_m is None):
        return False
    return one.border_m is None or abs(one.border_m - other.border_m) < 1e-6  # type: ignore[operator]


def assert_agreement(points: list[tuple[float, float]]) -> None:
    today = timezone.localdate()
    bulk = locate_many(*np.array(points).T)
    for row, (lon, lat) in enumerate(points):
        referee = locate_on(lon, lat, today)
        single = locate(lon, lat)
        assert same(single, referee), (lon, lat)
        assert same(bulk[row], single), (lon, lat)


@pytest.mark.django_db
def test_locate_agrees_with_postgis_everywhere_also_after_an_edit() -> None:
    town = Town()
    assert_agreement(random_points(400, seed=1))
    assert_agreement(border_points(town, seed=2))
    widened = town.left_outline.buffer(0.0004)
    CellVersion.objects.filter(cell=town.cells[0]).update(outline=geos(widened))
    assert_agreement(random_points(150, seed=3))
    assert_agreement(border_points(town, seed=4)[:300])


@pytest.mark.django_db
def test_a_point_in_a_cell_has_everything_above_it() -> None:
    town = Town()
    inside = town.left_outline.representative_point()
    found = locate(inside.x, inside.y)
    assert found.cell_id in {cell.pk for cell in town.cells}
    assert found[1:6] == (
        town.left_grid.pk,
        town.left.pk,
        town.street.pk,
        town.district.pk,
        town.city.pk,
    )
    assert found.grade == "A"
    assert found.border_m is not None
    assert 0 < found.border_m <= 60


@pytest.mark.django_db
def test_without_cells_the_next_layer_answers() -> None:
    town = Town()
    inside = town.right_outline.representative_point()
    found = locate(inside.x, inside.y)
    assert found[:3] == (None, town.right_grid.pk, town.right.pk)
    town.right_grid.versions.all().delete()
    assert locate(inside.x, inside.y)[:4] == (None, None, town.right.pk, town.street.pk)
    RegionVersion.objects.filter(region=town.right).delete()
    assert locate(inside.x, inside.y)[:5] == (None, None, None, town.street.pk, town.district.pk)
    assert locate(111.2995, 30.7195)[3:6] == (None, None, town.city.pk)
    assert locate(120.0, 30.0) == Location()


@pytest.mark.django_db
def test_on_a_border_the_lowest_code_wins() -> None:
    town = Town()
    assert locate(111.293, 30.701).community_id == town.left.pk
    town.left.code, town.right.code = "420503001009", "420503001001"
    town.left.save()
    Grid.objects.filter(pk=town.right_grid.pk).update(code="420503001000Z001")
    CellVersion.objects.all().delete()
    assert locate(111.293, 30.701).community_id == town.right.pk


@pytest.mark.django_db
@pytest.mark.parametrize("place", [(float("nan"), 1.0), (181.0, 1.0), (1.0, -91.0)])
def test_what_is_no_place_is_refused(place: tuple[float, float]) -> None:
    with pytest.raises(BadInput) as refusal:
        locate(*place)
    assert refusal.value.field == "place"


@pytest.mark.django_db
def test_the_past_keeps_its_own_answer() -> None:
    town = Town()
    inside = town.right_outline.representative_point()
    from django.db.backends.postgresql.psycopg_any import DateRange

    version = town.right_grid.versions.get()
    version.during = DateRange(date(2020, 1, 1), date(2024, 7, 1))
    version.save()
    assert locate(inside.x, inside.y).grid_id is None
    assert locate_on(inside.x, inside.y, date(2024, 6, 30)).grid_id == town.right_grid.pk
    assert locate_on(inside.x, inside.y, date(2019, 12, 31)) == Location()


@pytest.mark.django_db
def test_without_a_watch_a_question_costs_one_query(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    Town()
    locate(111.29, 30.705)
    with django_assert_num_queries(1):  # type: ignore[operator]  # a fixture that is a function
        locate(111.29, 30.705)
    with django_assert_num_queries(1):  # type: ignore[operator]
        locate_many([111.29] * 50, [30.705] * 50)
    with django_assert_num_queries(1):  # type: ignore[operator]
        tree()


@pytest.mark.django_db
def test_a_rolled_back_change_leaves_no_trace() -> None:
    town = Town()
    inside = town.right_outline.representative_point()
    before = locate(inside.x, inside.y)
    with transaction.atomic():
        town.right_grid.versions.all().delete()
        assert locate(inside.x, inside.y).grid_id is None
        transaction.set_rollback(True)
    assert locate(inside.x, inside.y) == before


@pytest.fixture
def listening() -> Iterator[None]:
    watch.heartbeat_s = 0.3
    watch.arm()
    yield
    watch.disarm()
    watch.heartbeat_s = 5.0


def wait_until_known() -> None:
    for _try in range(100):
        if watch.known() == TerritoryState.objects.get().boundaries:
            time.sleep(0.2)  # the index follows the version
            return
        time.sleep(0.05)
    raise AssertionError("The watch never learned the version.")


@pytest.mark.django_db(transaction=True)
def test_with_a_watch_a_question_costs_nothing_and_a_change_is_heard(
    listening: None, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    town = Town()
    inside = town.right_outline.representative_point()
    locate(inside.x, inside.y)
    wait_until_known()
    with django_assert_num_queries(0):  # type: ignore[operator]  # a fixture that is a function
        assert locate(inside.x, inside.y).grid_id == town.right_grid.pk
        tree()

    def change_elsewhere() -> None:
        town.right_grid.versions.all().delete()
        connection.close()

    other = threading.Thread(target=change_elsewhere)
    other.start()
    other.join()
    time.sleep(0.1)
    assert locate(inside.x, inside.y).grid_id is None
    wait_until_known()
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert locate(inside.x, inside.y).grid_id is None


@pytest.mark.django_db(transaction=True)
def test_a_lost_watch_is_not_trusted_and_comes_back(listening: None) -> None:
    town = Town()
    inside = town.right_outline.representative_point()
    locate(inside.x, inside.y)
    wait_until_known()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = 'linli-territory' AND datname = current_database()"
        )
    town.right_grid.versions.all().delete()
    time.sleep(0.05)
    assert locate(inside.x, inside.y).grid_id is None
    wait_until_known()
    assert locate(inside.x, inside.y).grid_id is None
    assert Region.objects.exists()
