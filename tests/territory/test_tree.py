"""The tree of divisions, and a region as the filter a case is found by."""

from __future__ import annotations

from datetime import date

import pytest

from linli.kernel.errors import NotFound
from linli.territory.models import Region, Tier
from linli.territory.queries import scope_of, tree
from tests.territory.factories import make_region

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> dict[str, Region]:
    made: dict[str, Region] = {}
    made["city"] = make_region("420500000000", Tier.CITY)
    made["east"] = make_region("420502000000", Tier.DISTRICT, made["city"])
    made["west"] = make_region("420503000000", Tier.DISTRICT, made["city"])
    made["street"] = make_region("420503001000", Tier.STREET, made["west"])
    made["community"] = make_region("420503001001", Tier.COMMUNITY, made["street"])
    made["group"] = make_region("420503001201", Tier.GROUP, made["community"])
    return made


def test_ancestors_come_deepest_first_and_include_the_region(city: dict[str, Region]) -> None:
    names = ("group", "community", "street", "west", "city")
    assert tree().ancestors_of(city["group"].pk) == [city[name].pk for name in names]
    assert tree().ancestor_of(city["group"].pk, Tier.STREET) == city["street"].pk
    assert tree().ancestor_of(city["east"].pk, Tier.STREET) is None


def test_what_lies_under_a_region_includes_it_and_what_has_ended(city: dict[str, Region]) -> None:
    Region.objects.filter(pk=city["group"].pk).update(valid_to=date(2024, 1, 1))
    under = tree().regions_under(city["west"].pk)
    assert under == {city[name].pk for name in ("west", "street", "community", "group")}
    assert tree().children_of(city["community"].pk) == []
    assert [child.code[:6] for child in tree().children_of(city["city"].pk)] == ["420502", "420503"]
    assert [root.id for root in tree().children_of(None)] == [city["city"].pk]


@pytest.mark.parametrize(
    ("name", "level", "ids"),
    [
        ("city", "all", ()),
        ("west", "district", ("west",)),
        ("street", "street", ("street",)),
        ("community", "community", ("community",)),
        ("group", "community", ("community",)),
    ],
)
def test_a_region_is_a_filter_on_what_a_case_keeps(
    city: dict[str, Region], name: str, level: str, ids: tuple[str, ...]
) -> None:
    assert scope_of(city[name].pk) == (level, frozenset(city[one].pk for one in ids))


def test_one_city_of_two_is_its_districts(city: dict[str, Region]) -> None:
    other = make_region("420600000000", Tier.CITY)
    make_region("420602000000", Tier.DISTRICT, other)
    scope = scope_of(city["city"].pk)
    assert scope == ("district", frozenset((city["east"].pk, city["west"].pk)))


def test_a_region_that_is_not_there_is_said_so(city: dict[str, Region]) -> None:
    for question in (tree().ancestors_of, tree().regions_under, scope_of, tree().region):
        with pytest.raises(NotFound):
            question(0)
    assert tree().by_code("999999999999") is None
    found = tree().by_code("420503001000")
    assert found is not None
    assert found.id == city["street"].pk


def test_the_tree_follows_every_change_also_by_hand(city: dict[str, Region]) -> None:
    assert tree().region(city["east"].pk).name != "东区"
    Region.objects.filter(pk=city["east"].pk).update(name="东区")
    assert tree().region(city["east"].pk).name == "东区"
    Region.objects.filter(pk=city["street"].pk).update(parent=city["east"])
    assert city["east"].pk in tree().ancestors_of(city["group"].pk)
    moved = Region.objects.get(pk=city["group"].pk)
    names = ("city", "east", "street", "community", "group")
    assert moved.path == "/" + "/".join(str(city[name].pk) for name in names) + "/"
