"""Outlines on the page: previewed, refused in words, saved with a reason where one is needed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from linli.audit.models import AccessLog
from linli.planning.services import restore_schemes
from linli.territory.models import Grid, GridVersion
from tests.console.conftest import City, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(city: City) -> str:
    restore_schemes()
    return reverse("console:redraw", args=[city.community.code])


def split(city: City) -> str:
    """A line through the middle of the first grid, from outside to outside."""
    grid = city.grid
    west, south, east, north = GridVersion.objects.get(grid=grid).outline.extent
    middle = (south + north) / 2
    return f"split {grid.code[13:]} LINESTRING ({west - 1e-4} {middle}, {east + 1e-4} {middle})"


def send(system: Person, url: str, **data: str) -> object:
    form = system.client.get(url).context["form"].initial
    today = timezone.localdate().isoformat()
    return system.client.post(url, {"stamp": form["stamp"], "from_date": today, **data})


def test_the_page_lists_the_grids_and_the_map_reads_them(
    system: Person, city: City, url: str
) -> None:
    page = system.client.get(url).content.decode()
    assert f'value="{city.grid.code[13:]}"' in page
    found = system.client.get(f"{url[:-1]}.geojson").json()
    keys = {one["properties"]["key"] for one in found["features"]}
    assert {city.grid.code[13:], "frame"} <= keys


def test_a_preview_says_what_would_change_and_saves_nothing(
    system: Person, city: City, url: str
) -> None:
    before = GridVersion.objects.count()
    answer = system.client.post(
        url, {"act": "look", "steps": split(city)}, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert 'value="+1"' in page
    assert "data-shapes=" in page
    assert GridVersion.objects.count() == before
    without_htmx = system.client.post(url, {"act": "look", "steps": split(city)})
    assert 'value="+1"' in without_htmx.content.decode()


def test_nonsense_is_told_with_its_line(system: Person, url: str) -> None:
    answer = system.client.post(
        url, {"act": "look", "steps": "fill\nbend 001"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422
    assert "Line 2" in answer.content.decode()


def test_a_split_outside_the_band_needs_a_reason_which_is_kept(
    system: Person, city: City, url: str
) -> None:
    Grid.objects.filter(pk=city.grid.pk).update(households=200)
    grids = Grid.objects.count()
    refused = send(system, url, act="save", steps=split(city))
    assert refused.status_code == 422  # type: ignore[attr-defined]
    assert Grid.objects.count() == grids
    saved = send(system, url, act="save", steps=split(city), reason="过渡期")
    assert saved.status_code == 302  # type: ignore[attr-defined]
    assert Grid.objects.count() == grids + 1
    entry = AccessLog.objects.filter(action="territory.redrawn").latest("pk")
    assert entry.purpose == "过渡期"
    homes = Grid.objects.filter(community=city.community, valid_to=None)
    assert sum(grid.households or 0 for grid in homes) == 200, "nobody is lost"


def test_the_past_is_not_redrawn(system: Person, city: City, url: str) -> None:
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    refused = send(system, url, act="save", steps=split(city), from_date=yesterday, reason="x")
    assert refused.status_code == 422  # type: ignore[attr-defined]
    assert "from_date" in refused.context["form"].errors  # type: ignore[attr-defined]


def test_regions_below_another_have_the_page_too(system: Person, city: City) -> None:
    street = city.community.parent
    assert street is not None
    page = system.client.get(reverse("console:redraw", args=[street.code]))
    assert page.status_code == 200
    assert city.community.code in page.content.decode()
