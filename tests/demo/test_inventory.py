"""The demo's components: made up the same way each time, entered by the real import."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime
from pathlib import Path

import shapely

from linli.components.models import Component, Import, Tally
from linli.components.rules.tallies import LEVELS
from linli.demo.rules.placing import METRES, Series, along
from linli.demo.services import inventory
from tests.cases.city import City
from tests.demo.conftest import STREET


# -- where things stand ---------------------------------------------------------------------------
def test_lamps_stand_at_even_distances_beside_the_street() -> None:
    line = shapely.LineString(STREET)
    points = along(line, Series("C0118", 30, 4.5), begin=0.5)
    flat, street = points * METRES, shapely.transform(line, lambda given: given * METRES)
    away = shapely.distance(shapely.points(flat), street)
    assert len(points) == round(street.length / 30)
    assert (abs(away - 4.5) < 0.1).mean() > 0.95  # but for the corner
    assert (points[:10, 1] < 31.002).all()  # to the right of somebody walking east


def test_they_change_sides_where_they_turn() -> None:
    points = along(shapely.LineString(STREET), Series("C0118", 50, 4.5, turns=True), begin=0)
    south = points[:8, 1] < 31.002
    assert south.tolist() == [True, False] * 4


def test_a_line_shorter_than_a_step_has_its_share() -> None:
    short = shapely.LineString([(121.0, 31.0), (121.0001, 31.0)])  # 9.5 m
    assert len(along(short, Series("C0118", 30, 4.5), begin=0.1)) == 1
    assert len(along(short, Series("C0118", 30, 4.5), begin=0.9)) == 0


# -- the inventory --------------------------------------------------------------------------------
def test_a_street_gets_its_things_with_codes_units_states_and_counts(
    city: City, now: datetime
) -> None:
    count = inventory.enter(now=now)
    assert count == Component.objects.count() > 50
    kinds = Counter(one.parts.class_code for one in Component.objects.all())
    assert kinds["C0118"] > kinds["C0113"] > 0
    lamp = Component.objects.filter(code__gte=3101010118000001).select_related(
        "care__owner", "wording"
    )[0]
    assert lamp.number == "3101010118000001"
    assert lamp.care.owner is not None
    assert lamp.care.owner.code == "D1-POWER"
    assert lamp.wording is not None
    assert lamp.wording.text.startswith("人民路")
    assert Import.objects.get().rejected == 0
    for level in LEVELS:
        assert sum(Tally.objects.filter(level=level).values_list("count", flat=True)) == count


def test_it_is_entered_once_and_the_same_each_time(
    city: City, now: datetime, tmp_path: Path
) -> None:
    files = [tmp_path / name for name in ("one.csv", "two.csv")]
    for path in files:
        inventory._write(path, now.date(), random.Random(17))
    assert files[0].read_text() == files[1].read_text()
    assert inventory.enter(now=now) > 0
    assert inventory.enter(now=now) == 0


def test_cases_find_what_stands_in_their_grid(city: City, now: datetime) -> None:
    inventory.enter(now=now)
    things = inventory.things_by_grid(["C0118", "E0102"])
    assert {kind for _grid, kind in things} == {"C0118"}
    for (grid_id, _kind), found in things.items():
        assert found == sorted(found)
        assert Component.objects.get(pk=int(found[0].code)).grid_id == grid_id
