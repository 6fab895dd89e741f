"""Lists, counts and tiles agree with each other and with a plain look at every row."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli.components import queries
from linli.components.models import Component
from linli.components.queries import narrowing
from linli.components.rules.filters import ComponentFilter
from linli.components.rules.quads import tile_at, tile_number
from linli.components.rules.states import State
from linli.kernel.errors import BadInput, NotFound
from linli.staff.models import Unit, User
from tests.components.inventories import DISTRICT, INSIDE, RIGHT, bring_in, code, row, write_csv
from tests.factories import make_post, make_unit
from tests.territory.factories import Town

KINDS = ("0101", "0102", "0104")
WORDS = ("完好", "破损", "丢失", "已拆除")
FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"class": "C0101"},
    {"class": "C01", "state": "faulty"},
    {"state": "lost"},
    {"region": "420503001001"},
    {"region": "420503", "class": "C0102"},
    {"grid": "420503001001Z001", "state": "in_use"},
    {"q": "解放路"},
    {"q": "解放路 7"},
    {"q": code(5, "0102")},
    {"class": "C9999"},
    {"region": "420503001002", "q": "解放"},
)


@pytest.fixture
def register(town: Town, lamps: Unit, tmp_path: Path) -> Town:
    """Two hundred components in both communities."""
    chance = random.Random(7)
    rows = []
    for n in range(1, 201):
        west, south = INSIDE if n % 3 else RIGHT
        place = (west + chance.random() * 0.003, south + chance.random() * 0.003)
        more = {
            "部件标识码": code(n, chance.choice(KINDS)),
            "状态": chance.choice(WORDS),
            "权属单位": chance.choice(["路灯所", "甲公司", ""]),
            "位置": f"{chance.choice(['解放路', '人民路'])}{n}号",
        }
        rows.append(row(n, place=place, **more))
    assert bring_in(write_csv(tmp_path / "a.csv", rows)).rejected == 0
    return town


def somebody(town: Town, lamps: Unit, reach: str) -> User:
    """Somebody who sees a part of it."""
    match reach:
        case "city":
            post = make_post("components.see", region=town.city)
        case "street":
            post = make_post("components.see", region=town.street)
        case "community":
            post = make_post("components.see", region=town.right)
        case "grid":
            post = make_post("components.see", grids=[town.left_grid])
        case "unit":
            post = make_post("components.see", unit=lamps)
        case "class":
            post = make_post("components.see", region=town.city, class_codes=["C0102", "E01"])
        case "two":
            post = make_post("components.see", region=town.left)
            make_post("components.see", unit=lamps, user=post.user)
        case _:
            post = make_post("cases.see", region=town.city)
    return User.objects.get(pk=post.user_id)


def seen_by(town: Town, lamps: Unit, reach: str, one: Component) -> bool:
    """The same by hand."""
    mine = one.care.owner_id == lamps.pk
    return {
        "city": True,
        "street": True,
        "community": one.community_id == town.right.pk,
        "grid": one.grid_id == town.left_grid.pk,
        "unit": mine,
        "class": one.parts.class_code == "C0102",
        "two": mine or one.community_id == town.left.pk,
        "none": False,
    }[reach]


def wanted_of(town: Town, wanted: ComponentFilter, one: Component) -> bool:
    """The filter by hand."""
    words = one.wording.text if one.wording else ""
    region = {"": True, DISTRICT: True}.get(wanted.region)
    if region is None:
        region = one.community.code == wanted.region
    by_words = all(word in words for word in wanted.words.split()) or one.number == wanted.words
    return (
        one.parts.class_code.startswith(wanted.component_class)
        and (not wanted.states or State(one.state) in wanted.states)
        and region
        and (not wanted.grid or one.grid_id == town.left_grid.pk)
        and by_words
    )


REACHES = ("city", "street", "community", "grid", "unit", "class", "two", "none")


@pytest.mark.parametrize("reach", REACHES)
def test_list_count_and_tiles_show_what_a_person_may_see(
    register: Town, lamps: Unit, reach: str
) -> None:
    user = somebody(register, lamps, reach)
    every = Component.objects.select_related("care", "wording", "community")
    for given in FILTERS:
        wanted = ComponentFilter.parse(given)
        by_hand = sorted(
            one.code
            for one in every
            if seen_by(register, lamps, reach, one) and wanted_of(register, wanted, one)
        )
        listed: list[int] = []
        cursor = None
        while True:
            page = queries.page_for(user, wanted, cursor=cursor, size=13)
            listed += [one.code for one in page.rows]
            cursor = page.next
            if cursor is None:
                break
        assert listed == by_hand, (reach, given)
        assert queries.count_for(user, wanted).count == len(by_hand), (reach, given)
        assert all(queries.may_see(user, one) for one in by_hand)
        standing = [
            one
            for one in every
            if one.code in set(by_hand) and (wanted.states or one.state != State.REMOVED)
        ]
        for z in (5, 9, 11, 12, 13, 14, 15, 16, 17):
            tiles = {tile_at(z, tile_number(one.quad, z)) for one in standing}
            spots = [spot for at in tiles for spot in queries.spots(user, wanted, z, *at)]
            assert sum(spot.count for spot in spots) == len(standing), (reach, given, z)
            bad = sum(one.state != State.IN_USE for one in standing)
            assert sum(spot.faulty for spot in spots) == bad


@pytest.mark.parametrize(("few", "most"), [(2_000, 50_000), (0, 50_000), (0, 0)])
def test_words_find_the_same_however_many_places_bear_them(
    register: Town, lamps: Unit, monkeypatch: pytest.MonkeyPatch, few: int, most: int
) -> None:
    monkeypatch.setattr(narrowing, "FEW_WORDINGS", few)
    monkeypatch.setattr(narrowing, "MOST_WORDINGS", most)
    every = Component.objects.select_related("care", "wording", "community")
    for reach in ("city", "community", "unit"):
        user = somebody(register, lamps, reach)
        for given in ({"q": "解放路"}, {"q": "解放", "region": "420503001002"}, {"q": "无此路"}):
            wanted = ComponentFilter.parse(given)
            by_hand = sorted(
                one.code
                for one in every
                if seen_by(register, lamps, reach, one) and wanted_of(register, wanted, one)
            )
            assert queries.codes_for(user, wanted, size=300) == by_hand
            assert queries.count_for(user, wanted).count == len(by_hand)


def test_a_cluster_lies_where_what_it_counts_is(register: Town, lamps: Unit) -> None:
    user = somebody(register, lamps, "city")
    quad = Component.objects.values_list("quad", flat=True)[0]
    (x, y) = tile_at(11, tile_number(quad, 11))
    for spot in queries.spots(user, ComponentFilter(), 11, x, y):
        lon = spot.x * 360 - 180
        lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * spot.y))))
        assert INSIDE[0] - 0.003 < lon < RIGHT[0] + 0.006
        assert INSIDE[1] - 0.003 < lat < RIGHT[1] + 0.006


def test_a_tile_of_single_components_names_them(register: Town, lamps: Unit) -> None:
    user = somebody(register, lamps, "city")
    one = Component.objects.exclude(state=State.REMOVED)[0]
    x, y = tile_at(17, tile_number(one.quad, 17))
    assert one.number.encode() in queries.component_tile(user, ComponentFilter(), 17, x, y)
    assert queries.component_tile(user, ComponentFilter(), 17, 0, 0) == b""


def test_the_nearest_come_first(register: Town, lamps: Unit) -> None:
    user = somebody(register, lamps, "city")
    found = queries.near(user, ComponentFilter(), lon=INSIDE[0], lat=INSIDE[1], radius_m=200)
    away = [one.distance_m for one in found]  # type: ignore[attr-defined]  # annotated
    assert found
    assert away == sorted(away)
    assert max(away) <= 200
    assert all(one.state != State.REMOVED for one in found)
    stranger = somebody(register, lamps, "none")
    assert queries.near(stranger, ComponentFilter(), lon=INSIDE[0], lat=INSIDE[1]) == []
    with pytest.raises(BadInput, match="radius"):
        queries.near(user, ComponentFilter(), lon=111, lat=30, radius_m=9_000)


def test_a_hidden_component_looks_like_none(register: Town, lamps: Unit) -> None:
    user = somebody(register, lamps, "community")
    left = Component.objects.filter(community=register.left)[0]
    for wanted in (left.number, code(999), "nonsense"):
        with pytest.raises(NotFound):
            queries.component_for(user, wanted)


def test_a_unit_sees_what_the_units_below_it_care_for(register: Town, lamps: Unit) -> None:
    above = make_unit("department", name="城管局")
    Unit.objects.filter(pk=lamps.pk).update(parent=above)
    post = make_post("components.see", unit=above)
    user = User.objects.get(pk=post.user_id)
    mine = Component.objects.filter(care__owner=lamps).count()
    assert queries.count_for(user, ComponentFilter()).count == mine > 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"class": "E0101"}, "class"),
        ({"state": "sleeping"}, "state"),
        ({"region": "42-05"}, "region"),
        ({"unit": "x"}, "unit"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(given: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        ComponentFilter.parse(given)
    assert refusal.value.field == field


@pytest.mark.parametrize("given", FILTERS)
def test_a_filter_reads_back_what_it_writes(given: dict[str, str]) -> None:
    wanted = ComponentFilter.parse(given)
    assert ComponentFilter.parse(wanted.query()) == wanted


def test_a_page_costs_the_same_however_long_it_is(register: Town, lamps: Unit) -> None:
    user = somebody(register, lamps, "street")

    def statements(size: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            page = queries.page_for(user, ComponentFilter(), size=size)
            for one in page.rows:
                assert str(one.care) or one.wording or one.grid
        return len(captured)

    statements(1)
    assert statements(2) == statements(100) <= 4
