"""A city with cases strewn over it, and the sentences in English."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from django.contrib.gis.geos import Point
from django.utils import translation

from linli.cases.models import Case
from tests.cases.city import STEP, City, make_city
from tests.conftest import NOW

STAGES = ("reported", "verifying", "dismissed")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def strewn(city: City) -> City:
    """120 cases over both districts, some at the same place, every tenth without one."""
    chance = Random(7)
    rows = []
    for n in range(120):
        home = city.districts[n % 2]
        at = Point(home.x + STEP * chance.random(), 31 + STEP * chance.random(), srid=4326)
        if n % 7 == 1:
            at = Point(home.x + STEP / 4, 31.005, srid=4326)
        rows.append(case_at(city, n % 2, None if n % 10 == 9 else at, number=n))
    Case.objects.bulk_create(rows)
    return city


def case_at(city: City, district: int, at: Point | None, *, number: int = 0) -> Case:
    """A case of one district, not saved. Stage, light and day go by its number."""
    home = city.districts[district]
    due_at = (None, NOW - timedelta(hours=1), NOW + timedelta(hours=1))[number % 3]
    return Case(
        description="一堆垃圾",
        channel="portal",
        place=at,
        case_class=city.case_class,
        district=home.region,
        street=home.street,
        community=home.community,
        grid=home.grids[number % 2],
        centre=home.street_centre,
        stage=STAGES[number % 3],
        stage_since=NOW,
        reported_at=NOW - timedelta(days=number % 9),
        due_at=due_at,
        warn_at=None if due_at is None else due_at - timedelta(hours=2),
    )


def tile_of(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    """The tile of a zoom that holds a point."""
    x = (lon + 180) / 360 * 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return z, int(x), int(y)


def tiles_around(z: int) -> list[tuple[int, int, int]]:
    """Every tile of a zoom that touches the city, and a rim of one."""
    _z, left, bottom = tile_of(121.0, 31.0, z)
    _z, right, top = tile_of(121.0 + 2 * STEP, 31.0 + STEP, z)
    return [
        (z, x, y)
        for x in range(max(0, left - 1), min(2**z, right + 2))
        for y in range(max(0, top - 1), min(2**z, bottom + 2))
    ]
