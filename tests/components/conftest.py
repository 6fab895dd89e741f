"""A small town with two classes of components; sentences in English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from linli.catalogue.services import seed_catalogue
from linli.staff.models import Unit
from tests.conftest import NOW
from tests.factories import make_unit
from tests.territory.factories import Town


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def town(db: None) -> Town:
    """The ground of the territory's tests, and the catalogue a city starts with."""
    seed_catalogue(NOW)
    return Town()


@pytest.fixture
def lamps(town: Town) -> Unit:
    """A company of the district."""
    return make_unit("utility", region=town.district, name="路灯管理所", short_name="路灯所")
